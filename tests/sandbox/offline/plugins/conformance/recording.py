"""A recording, and the cases in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Values = dict[str, Any]

FOLDER = Path(__file__).parent.parent / "recordings" / "aws"


@dataclass(frozen=True)
class Recording:
    name: str
    """The name of the file without its extension."""
    content: Any

    @property
    def token(self) -> str:
        return str(self.content.get("type") or self.content["token"])

    def about(self, names: Mapping[str, str]) -> "Recording":
        """Returns the recording with these names in place of its masks."""
        text = json.dumps(self.content)
        for mask, name in names.items():
            text = text.replace(mask, name)
        return Recording(self.name, json.loads(text))

    def cases(self) -> Iterator[str]:
        """Yields the id of each case, such as `changes: from full: name`."""
        for section in ("create", "read", "changes", "refusals", "delete", "invokes"):
            for case in self.content.get(section, []):
                yield case_id(section, case)


def case_id(section: str, case: Values) -> str:
    start = f"from {case['from']}: " if "from" in case else ""
    return f"{section}: {start}{case['case']}"


def load(name: str) -> Recording:
    return Recording(name, json.loads((FOLDER / f"{name}.json").read_text()))


def all_recordings() -> list[Recording]:
    return [load(file.stem) for file in sorted(FOLDER.glob("*.json"))]
