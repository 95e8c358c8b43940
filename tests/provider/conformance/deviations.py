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

    def covers(self, recording: str, case: str, difference: str) -> bool:
        return (
            fnmatch.fnmatchcase(recording, self.recording)
            and fnmatch.fnmatchcase(case, self.case.replace("[", "[[]"))
            and difference.startswith(self.differs)
        )


DEVIATIONS: Sequence[Deviation] = (
    Deviation(
        "*",
        "refusals: unknown property",
        ("create refused by", "update refused by"),
        "An unknown property is refused by Check, by name; the recorded provider drops it silently.",
    ),
    Deviation(
        "lambda_function",
        "refusals: environment without the variables level",
        ("create refused by", "update refused by"),
        "An unknown nested property is refused by Check, by name; the recorded provider drops it silently.",
    ),
    Deviation(
        "ecr_repository",
        "refusals: *'true'",
        ("create refused by", "update refused by", "diff."),
        'The text "true" is taken for the boolean, as pulumi-aws does; the recorder\'s bridge refused it.',
    ),
    Deviation(
        "ecr_repository",
        "create: *",
        ("preview.unknown",),
        "encryptionConfigurations is unknown in the preview of a create; the recorded provider gives an empty "
        "list that the create then contradicts.",
    ),
    Deviation(
        "ecr_repository",
        "changes: from full: imageScanningConfiguration removed",
        ("previewUpdate.absent",),
        "A removed block is left out of the preview; the recorded provider gives an empty object for this one alone.",
    ),
    Deviation(
        "ecr_repository",
        "refusals: name of one letter",
        ("create refused by",),
        "Refused by the AWS client, which knows the API's least length; the emulator doesn't.",
    ),
    Deviation(
        "ecr_lifecycle_policy",
        "refusals: policy empty string",
        ("create refused by",),
        "Refused by the AWS client, which knows the API's least length; the emulator doesn't.",
    ),
    Deviation(
        "ecr_lifecycle_policy",
        "refusals: rules missing",
        ("create refused by",),
        "Refused by the AWS client, which knows the API's least length; the emulator doesn't.",
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
    Deviation(
        "lambda_alias",
        "changes: from full: *",
        ("diff.diffs",),
        "Only what changed is named; the recorder's bridge names routingConfig beside it.",
    ),
    Deviation(
        "lambda_function",
        "read: *",
        ("import.outputs.publish",),
        "An imported function has publish at its default, false; the recorded provider leaves it out. The "
        "next update is the same.",
    ),
    Deviation(
        "lambda_function",
        "changes: from full: imageUri (publish on)",
        ("diff.diffs", "previewUpdate.changed.imageConfig", "changed.imageConfig"),
        "Only what changed is named; the recorder's bridge names imageConfig beside it.",
    ),
    Deviation(
        "lambda_function",
        "changes: from full: environment removed",
        ("changed.environment", "diff."),
        "A removed environment is gone, as on AWS; the emulator keeps an empty one, for which the recorded provider "
        "updates the function at each run.",
    ),
    Deviation(
        "lambda_function",
        "changes: from full: imageConfig removed",
        ("changed.imageConfig", "diff."),
        "A removed imageConfig is gone, as on AWS; the emulator keeps an empty one, for which the recorded provider "
        "updates the function at each run.",
    ),
    Deviation(
        "invoke_get_caller_identity",
        "invokes: unknown argument",
        ("refused",),
        "An unknown argument is refused by name; the recorded provider drops it silently.",
    ),
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
