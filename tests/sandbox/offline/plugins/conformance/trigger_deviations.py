"""Where the types around a function's callers differ on purpose: URLs, queues, topics, buckets, schedules."""

from collections.abc import Sequence

from tests.sandbox.offline.plugins.conformance.deviation import DEFAULTS, GONE, NOT_BESIDE, REFUSED_BY, Deviation

_AGE = (
    "The age that AWS and the emulator take where none is given is no difference; "
    "the recorded provider updates for ever because of it."
)
_BATCH = (
    "A batch size that was removed is AWS's own again; the recorded provider sends 0, which the emulator takes and AWS "
    "doesn't."
)
_BLANKS = "A JSON text is kept without blanks; the recorded provider keeps those of the program."
_REDRIVE = (
    "A redrive policy that means the same is no difference; the recorded provider updates for ever, "
    "because the emulator gives the policy back with blanks."
)
_OF_ITS_OWN = (
    "What has a resource type of its own, or belongs to websites and replication, is neither taken nor told here; "
    "the recorded provider still has it, and warns of it as deprecated."
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
        "A cors block that says nothing is none; the recorded provider updates the URL for it.",
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
        "The SDK has a text for `queues`, which is for message brokers; the recorded provider has an empty list.",
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
        "A list that was removed is left out; the recorded provider has an empty one.",
    ),
    Deviation(
        "sqs_queue",
        "create: full",
        ("preview.unknown", "preview.known.kmsDataKeyReusePeriodSeconds"),
        "kmsDataKeyReusePeriodSeconds is unknown in a preview; the recorded preview has 0, which differs then.",
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
        "Refused by Check already, as other properties that need each other.",
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
