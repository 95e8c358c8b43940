"""The intended differences of the types that trigger functions: URLs, queues, topics, buckets, schedules."""

from collections.abc import Sequence

from tests.sandbox.offline.plugins.conformance.deviation import DEFAULTS, GONE, NOT_BESIDE, REFUSED_BY, Deviation

_AGE = (
    "The default age of AWS and the emulator is not a difference; "
    "the recorded provider updates in each run because of it."
)
_BATCH = (
    "A removed batch size becomes AWS's default; the recorded provider sends 0, which the emulator accepts, but AWS "
    "refuses."
)
_BLANKS = "A JSON document is stored without whitespace; the recorded provider keeps the whitespace of the program."
_REDRIVE = (
    "A redrive policy with the same meaning is not a difference; the recorded provider updates in each run, "
    "because the emulator returns the policy with whitespace."
)
_OF_ITS_OWN = (
    "Properties that have their own resource type, or belong to websites and replication, are refused and not "
    "returned; the recorded provider still has them, with a warning that they are deprecated."
)
_BUCKET = (
    "preview.unknown",
    "accelerationStatus",
    "corsRules",
    "grants",
    "hostedZoneId",
    "lifecycleRules",
    "objectLockEnabled",
    "policy",
    "region",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
)

OF_TRIGGERS: Sequence[Deviation] = (
    Deviation(
        "lambda_function_url",
        "changes: from minimal: cors empty",
        ("diff.",),
        "An empty cors block is not a difference; the recorded provider updates the URL because of it.",
    ),
    Deviation("lambda_function_url", "changes: from minimal: functionName*", ("diff.",), NOT_BESIDE),
    Deviation("lambda_function_url", "changes: from minimal: qualifier added", ("diff.",), NOT_BESIDE),
    Deviation("lambda_function_url", "changes: from minimal: region given*", ("diff.",), NOT_BESIDE),
    Deviation(
        "lambda_function_url",
        "changes: from full: authorizationType*",
        ("diff.diffs", "previewUpdate.changed.cors", "changed.cors"),
        NOT_BESIDE,
    ),
    Deviation("lambda_function_url", "changes: from full: cors removed", ("diff.", "changed.cors"), GONE),
    Deviation("lambda_function_event_invoke_config", "read: minimal", ("diff.",), _AGE),
    Deviation("lambda_function_event_invoke_config", "changes: from minimal: unchanged", ("diff.",), _AGE),
    Deviation("lambda_function_event_invoke_config", "changes: from minimal: functionName", ("diff.",), _AGE),
    Deviation(
        "lambda_function_event_invoke_config",
        "changes: from minimal: maximumRetryAttempts*",
        ("diff.", "previewUpdate.absent"),
        _AGE,
    ),
    Deviation("lambda_provisioned_concurrency_config", "read: *", ("import.outputs.skipDestroy",), DEFAULTS),
    Deviation(
        "lambda_event_source_mapping",
        "read: *",
        ("outputs.queues", "import.outputs.queues"),
        "The SDK has a string for `queues`, which is for message brokers; the recorded provider has an empty list.",
    ),
    Deviation(
        "lambda_event_source_mapping",
        "changes: from full: batchSize removed",
        ("previewUpdate.", "changed.batchSize"),
        _BATCH,
    ),
    Deviation(
        "lambda_event_source_mapping",
        "changes: from full: filterCriteria removed",
        ("diff.", "changed.filterCriteria"),
        GONE,
    ),
    Deviation(
        "lambda_event_source_mapping",
        "changes: from full: functionResponseTypes removed",
        ("previewUpdate.absent", "changed.functionResponseTypes"),
        "A removed list is left out; the recorded provider has an empty one.",
    ),
    Deviation(
        "sqs_queue",
        "create: full",
        ("preview.unknown", "preview.known.kmsDataKeyReusePeriodSeconds"),
        "kmsDataKeyReusePeriodSeconds is unknown in a preview; the recorded preview has 0, which is wrong.",
    ),
    Deviation("sqs_queue", "create: full", ("redrivePolicy",), _BLANKS),
    Deviation("sqs_queue", "read: full", ("diff.", "inputs.redrivePolicy", "import.inputs.redrivePolicy"), _REDRIVE),
    Deviation(
        "sqs_queue",
        "changes: from full: *",
        ("diff.", "previewUpdate.changed.redrivePolicy", "changed.redrivePolicy"),
        _REDRIVE,
    ),
    Deviation("sqs_redrive_policy", "create: minimal", ("redrivePolicy",), _BLANKS),
    Deviation(
        "sqs_redrive_policy",
        "read: minimal",
        ("diff.", "inputs.redrivePolicy", "import.outputs.redrivePolicy"),
        _REDRIVE,
    ),
    Deviation("sqs_redrive_policy", "changes: from minimal: unchanged", ("diff.",), _REDRIVE),
    Deviation("sqs_redrive_policy", "changes: from minimal: queueUrl", ("diff.",), _REDRIVE),
    Deviation("sqs_redrive_policy", "changes: from minimal: redrivePolicy: only formatting*", ("diff.",), _REDRIVE),
    Deviation("sqs_redrive_allow_policy", "create: minimal", ("redriveAllowPolicy",), _BLANKS),
    Deviation(
        "sqs_redrive_allow_policy",
        "read: minimal",
        ("inputs.redriveAllowPolicy", "import.outputs.redriveAllowPolicy"),
        _BLANKS,
    ),
    Deviation(
        "sns_topic_subscription",
        "read: *",
        (
            "import.inputs.confirmationTimeoutInMinutes",
            "import.outputs.confirmationTimeoutInMinutes",
            "import.outputs.endpointAutoConfirms",
        ),
        DEFAULTS,
    ),
    Deviation("sns_topic_subscription", "create: full", ("filterPolicy",), _BLANKS),
    Deviation("sns_topic_subscription", "read: full", ("inputs.filterPolicy", "import.inputs.filterPolicy"), _BLANKS),
    Deviation("sns_topic_subscription", "changes: from full: filterPolicy", ("changed.filterPolicy",), _BLANKS),
    Deviation(
        "sns_topic_subscription",
        "changes: from full: filterPolicy removed",
        ("diff.", "changed.filterPolicy"),
        GONE,
    ),
    Deviation(
        "sns_topic_subscription",
        "refusals: filterPolicyScope without filterPolicy",
        REFUSED_BY,
        "Check refuses it, as for other properties that need each other.",
    ),
    Deviation("s3_bucket", "create: *", _BUCKET, _OF_ITS_OWN),
    Deviation(
        "s3_bucket",
        "read: *",
        ("import.inputs.grants", "import.inputs.serverSideEncryptionConfiguration"),
        _OF_ITS_OWN,
    ),
    Deviation("s3_bucket", "read: *", ("import.outputs.forceDestroy",), DEFAULTS),
    Deviation("s3_bucket", "changes: from full: versioning*", ("failures", "diff."), _OF_ITS_OWN),
)
