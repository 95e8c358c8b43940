"""The recording's names of things, and what they are called in this test run."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    ours: Mapping[str, str]
    """By the recording's word."""

    def here(self, recorded: Any) -> Any:
        text = json.dumps(recorded)
        for word, ours in self.ours.items():
            text = text.replace(word, ours)
        return json.loads(text)

    def masked(self, value: Any) -> Any:
        """As the recording would have it."""
        text = re.sub("[0-9a-f]{64}", "<hex64>", json.dumps(value))
        for word, ours in self.ours.items():
            text = text.replace(ours, word)
        return json.loads(text)
