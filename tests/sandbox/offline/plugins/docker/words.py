"""Replaces names in the recording by those of this test run, and back."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    ours: Mapping[str, str]
    """The names of this test run, by those in the recording."""

    def here(self, recorded: Any) -> Any:
        text = json.dumps(recorded)
        for word, ours in self.ours.items():
            text = text.replace(word, ours)
        return json.loads(text)

    def masked(self, value: Any) -> Any:
        """Returns the value with the names of the recording."""
        text = re.sub("[0-9a-f]{64}", "<hex64>", json.dumps(value))
        for word, ours in self.ours.items():
            text = text.replace(ours, word)
        return json.loads(text)
