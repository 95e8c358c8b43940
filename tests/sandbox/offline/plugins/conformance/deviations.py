"""Where the local plugin differs from the recorded provider on purpose. What isn't listed here must be equal."""

from collections.abc import Sequence

from tests.sandbox.offline.plugins.conformance.deviation import (
    DEFAULTS,
    GONE,
    NOT_BESIDE,
    REFUSED_BY,
    WRONG_TYPE,
    Deviation,
)
from tests.sandbox.offline.plugins.conformance.trigger_deviations import OF_TRIGGERS

_NAMED = "An unknown property or argument is refused by name; the recorded provider drops it silently."
_CLIENT_REFUSES = "The AWS client refuses it, because it checks the API's minimum length, which the emulator doesn't."
_ENCRYPTION = (
    "encryptionConfigurations is unknown in a preview; the recorded preview has a list that is not the later value."
)
_WRITE_ONLY = "Write-only values aren't supported, so this output doesn't exist."
_BODY = "The preview shows the body unchanged; the recorded provider shows it without whitespace."
_ALARM = (
    "The emulator stores the whole alarm; it stored only a part of what the recorded provider sent in another "
    "protocol, so each recorded difference contains the rest."
)
_LOST = ("actionsEnabled", "alarmActions", "alarmDescription", "dimensions", "period", "statistic", "treatMissingData")
_OF_THE_ALARM = (
    "diff.verdict",
    "diff.diffs",
    *(f"{where}{name}" for where in ("", "changed.", "previewUpdate.changed.") for name in _LOST),
    *(f"{where}{name}" for where in ("inputs.", "outputs.", "import.inputs.", "import.outputs.") for name in _LOST),
)
_TEXT = 'The string "true" is converted to a boolean, as by pulumi-aws; the recorder\'s bridge refused it.'

_IMPORTERS = (
    "An id in another form is reported as that of a resource that doesn't exist, as by pulumi-aws, whose bridge drops "
    "the reason; the recorder's bridge returns it."
)

DEVIATIONS: Sequence[Deviation] = (
    Deviation("iam_role_policy_attachment", "read: minimal", ("import: recorded an error",), _IMPORTERS),
    Deviation("lambda_alias", "read: minimal", ("import: recorded an error",), _IMPORTERS),
    Deviation("lambda_alias", "read: full", ("import: recorded an error",), _IMPORTERS),
    Deviation("lambda_invocation", "read: *", ("import: recorded an error",), _IMPORTERS),
    Deviation("lambda_permission", "read: *", ("import: recorded an error",), _IMPORTERS),
    Deviation("*", "refusals: unknown property", REFUSED_BY, _NAMED),
    Deviation("lambda_function", "refusals: environment without the variables level", REFUSED_BY, _NAMED),
    Deviation("invoke_get_caller_identity", "invokes: unknown argument", ("refused",), _NAMED),
    Deviation("ecr_repository", "refusals: *'true'", (*REFUSED_BY, "diff."), _TEXT),
    Deviation("ecr_repository", "create: minimal", ("preview.unknown",), _ENCRYPTION),
    Deviation("ecr_repository", "create: unknown_*", ("preview.unknown",), _ENCRYPTION),
    Deviation(
        "dynamodb_table",
        "refusals: capacity missing",
        ("causes",),
        "The AWS client refuses a capacity of 0 with its own message, before it calls AWS.",
    ),
    Deviation("ecr_repository", "refusals: name empty", ("causes",), _CLIENT_REFUSES),
    Deviation("ecr_repository", "refusals: name of one letter", ("create refused by",), _CLIENT_REFUSES),
    Deviation("ecr_lifecycle_policy", "refusals: policy empty string", ("create refused by",), _CLIENT_REFUSES),
    Deviation("ecr_lifecycle_policy", "refusals: rules missing", ("create refused by",), _CLIENT_REFUSES),
    Deviation(
        "ecr_repository",
        "changes: from full: imageScanningConfiguration removed",
        ("previewUpdate.absent",),
        "A removed block is left out of the preview; the recorded provider has an empty object for this one.",
    ),
    Deviation(
        "ecr_repository_policy",
        "refusals: JSON that is a list",
        ("policy",),
        "The policy is not changed; the recorded provider converts it to an empty string. AWS refuses both.",
    ),
    Deviation(
        "lambda_alias",
        "changes: from minimal: routingConfig with no weights",
        ("diff.",),
        "A routingConfig without weights is not a difference; the recorded provider updates the alias in each run.",
    ),
    Deviation("lambda_alias", "changes: from full: name", ("diff.diffs",), NOT_BESIDE),
    Deviation("lambda_alias", "changes: from full: description*", ("diff.diffs",), NOT_BESIDE),
    Deviation("lambda_alias", "changes: from full: functionName unknown", ("diff.diffs",), NOT_BESIDE),
    Deviation(
        "lambda_function",
        "changes: from full: imageUri (publish on)",
        ("diff.diffs", "previewUpdate.changed.imageConfig", "changed.imageConfig"),
        NOT_BESIDE,
    ),
    Deviation("lambda_function", "read: minimal", ("import.outputs.publish",), DEFAULTS),
    Deviation("lambda_function", "read: full", ("import.outputs.publish",), DEFAULTS),
    Deviation("kms_key", "read: *", ("import.outputs.bypassPolicyLockoutSafetyCheck",), DEFAULTS),
    Deviation(
        "secretsmanager_secret",
        "read: *",
        (
            "import.outputs.forceOverwriteReplicaSecret",
            "import.outputs.recoveryWindowInDays",
            "import.inputs.recoveryWindowInDays",
        ),
        DEFAULTS,
    ),
    Deviation("secretsmanager_secret_version", "read: *", ("import.outputs.hasSecretStringWo",), _WRITE_ONLY),
    Deviation("ssm_parameter", "read: *", ("import.outputs.hasValueWo",), _WRITE_ONLY),
    Deviation(
        "ssm_parameter",
        "refusals: value empty",
        ("diff.diffs",),
        "An empty value is a change of the value; the recorded provider writes the old one again.",
    ),
    Deviation("iam_role_policy_attachment", "refusals: role a list", REFUSED_BY, WRONG_TYPE),
    Deviation("cloudwatch_dashboard", "create: minimal", ("preview.known.dashboardBody",), _BODY),
    Deviation(
        "cloudwatch_dashboard",
        "changes: from minimal: dashboardBody",
        ("previewUpdate.changed.dashboardBody",),
        _BODY,
    ),
    Deviation(
        "cloudwatch_dashboard",
        "delete: minimal",
        ("delete again",),
        "Deleting a missing dashboard succeeds; the recorded provider knows only AWS's error code, not the emulator's.",
    ),
    Deviation("cloudwatch_metric_alarm", "create: *", _OF_THE_ALARM, _ALARM),
    Deviation("cloudwatch_metric_alarm", "read: *", _OF_THE_ALARM, _ALARM),
    Deviation("cloudwatch_metric_alarm", "changes: *", _OF_THE_ALARM, _ALARM),
    Deviation("cloudwatch_metric_alarm", "refusals: metricName missing", ("diff.diffs",), _ALARM),
    Deviation("lambda_function", "changes: from full: environment removed", ("changed.environment", "diff."), GONE),
    Deviation("lambda_function", "changes: from full: imageConfig removed", ("changed.imageConfig", "diff."), GONE),
    Deviation(
        "invoke_get_region",
        "invokes: argument of pulumi_aws 7",
        ("",),
        "The argument `region` is used, as by pulumi-aws 7; the recorded provider is older and ignores it.",
    ),
    *OF_TRIGGERS,
)


def unlisted(recording: str, case: str, differences: Sequence[str]) -> list[str]:
    """Returns the differences that no deviation lists."""
    return [
        difference
        for difference in differences
        if not any(each.covers(recording, case, difference) for each in DEVIATIONS)
    ]
