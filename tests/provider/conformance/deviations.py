"""Where the local plugin differs from the recorded provider on purpose. What isn't listed here must be equal."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    recording: str
    """A pattern for the recording's name, such as `lambda_*`."""
    case: str
    """A pattern for the case's id."""
    differs: tuple[str, ...]
    """How the lines about the differences begin."""
    reason: str

    def is_about(self, recording: str, case: str) -> bool:
        pattern = self.case.replace("[", "[[]")
        return fnmatch.fnmatchcase(recording, self.recording) and fnmatch.fnmatchcase(case, pattern)

    def covers(self, recording: str, case: str, difference: str) -> bool:
        return self.is_about(recording, case) and difference.startswith(self.differs)


_NAMED = "An unknown property or argument is refused by name; the recorded provider drops it silently."
_CLIENT_REFUSES = "Refused by the AWS client, which knows the API's least length; the emulator doesn't."
_NOT_BESIDE = "Only what changed is named; the recorder's bridge names a block beside it that says the same as before."
_GONE = "A removed block is gone, as on AWS; the emulator keeps an empty one, so the recorded one updates for ever."
_ENCRYPTION = "encryptionConfigurations is unknown in a preview; the recorded preview has a list that differs then."
_PUBLISH = "An imported function has publish's default; the recorded provider has none. The next update is the same."
_TEXT = 'The text "true" is taken for the boolean, as pulumi-aws does; the recorder\'s bridge refused it.'
_REFUSED_BY = ("create refused by", "update refused by")

DEVIATIONS: Sequence[Deviation] = (
    Deviation("*", "refusals: unknown property", _REFUSED_BY, _NAMED),
    Deviation("lambda_function", "refusals: environment without the variables level", _REFUSED_BY, _NAMED),
    Deviation("invoke_get_caller_identity", "invokes: unknown argument", ("refused",), _NAMED),
    Deviation("ecr_repository", "refusals: *'true'", (*_REFUSED_BY, "diff."), _TEXT),
    Deviation("ecr_repository", "create: minimal", ("preview.unknown",), _ENCRYPTION),
    Deviation("ecr_repository", "create: unknown_*", ("preview.unknown",), _ENCRYPTION),
    Deviation("ecr_repository", "refusals: name empty", ("causes",), _CLIENT_REFUSES),
    Deviation("ecr_repository", "refusals: name of one letter", ("create refused by",), _CLIENT_REFUSES),
    Deviation("ecr_lifecycle_policy", "refusals: policy empty string", ("create refused by",), _CLIENT_REFUSES),
    Deviation("ecr_lifecycle_policy", "refusals: rules missing", ("create refused by",), _CLIENT_REFUSES),
    Deviation(
        "ecr_repository",
        "changes: from full: imageScanningConfiguration removed",
        ("previewUpdate.absent",),
        "A removed block is left out of the preview; the recorded provider gives an empty object for this one alone.",
    ),
    Deviation(
        "ecr_repository_policy",
        "refusals: JSON that is a list",
        ("policy",),
        "The policy stays as given, where the recorded provider makes an empty text of it; AWS refuses both.",
    ),
    Deviation(
        "lambda_alias",
        "changes: from minimal: routingConfig with no weights",
        ("diff.",),
        "A routingConfig without weights is none; the recorded provider updates the alias at each run for it.",
    ),
    Deviation("lambda_alias", "changes: from full: name", ("diff.diffs",), _NOT_BESIDE),
    Deviation("lambda_alias", "changes: from full: description*", ("diff.diffs",), _NOT_BESIDE),
    Deviation("lambda_alias", "changes: from full: functionName unknown", ("diff.diffs",), _NOT_BESIDE),
    Deviation(
        "lambda_function",
        "changes: from full: imageUri (publish on)",
        ("diff.diffs", "previewUpdate.changed.imageConfig", "changed.imageConfig"),
        _NOT_BESIDE,
    ),
    Deviation("lambda_function", "read: minimal", ("import.outputs.publish",), _PUBLISH),
    Deviation("lambda_function", "read: full", ("import.outputs.publish",), _PUBLISH),
    Deviation("lambda_function", "changes: from full: environment removed", ("changed.environment", "diff."), _GONE),
    Deviation("lambda_function", "changes: from full: imageConfig removed", ("changed.imageConfig", "diff."), _GONE),
    Deviation(
        "invoke_get_region",
        "invokes: argument of pulumi_aws 7",
        ("",),
        "The argument `region` is heeded, as by pulumi-aws 7; the recorded provider is older and ignores it.",
    ),
)


def unlisted(recording: str, case: str, differences: Sequence[str]) -> list[str]:
    """The differences that nobody meant."""
    return [
        difference
        for difference in differences
        if not any(each.covers(recording, case, difference) for each in DEVIATIONS)
    ]
