"""A deviation from a recording, and the reasons that apply to several types."""

import fnmatch
from dataclasses import dataclass

NOT_BESIDE = "Only the changed properties are named; the recorder's bridge also names an unchanged block."
GONE = (
    "A removed block doesn't exist, as on AWS; "
    "the emulator keeps an empty one, so the recorded provider updates in each run."
)
DEFAULTS = (
    "An imported resource has the defaults of properties that AWS doesn't return; the recorded provider has none. "
    "The next update is the same."
)
WRONG_TYPE = "Check refuses every value of a wrong type, so it is refused in the preview, too."
REFUSED_BY = ("create refused by", "update refused by")


@dataclass(frozen=True)
class Deviation:
    recording: str
    """A pattern for the recording's name, such as `lambda_*`."""
    case: str
    """A pattern for the case's id."""
    differs: tuple[str, ...]
    """The beginnings of the lines about the differences."""
    reason: str

    def is_about(self, recording: str, case: str) -> bool:
        pattern = self.case.replace("[", "[[]")
        return fnmatch.fnmatchcase(recording, self.recording) and fnmatch.fnmatchcase(case, pattern)

    def covers(self, recording: str, case: str, difference: str) -> bool:
        return self.is_about(recording, case) and difference.startswith(self.differs)
