"""A deviation from a recording, and reasons that several types have."""

import fnmatch
from dataclasses import dataclass

NOT_BESIDE = "Only what changed is named; the recorder's bridge names a block beside it that says the same as before."
GONE = "A removed block is gone, as on AWS; the emulator keeps an empty one, so the recorded one updates for ever."
DEFAULTS = (
    "An imported thing has the defaults of what AWS can't tell; the recorded provider has none. "
    "The next update is the same."
)
WRONG_TYPE = "Refused by Check already, so in the preview too, as every value of a wrong type."
REFUSED_BY = ("create refused by", "update refused by")


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
