"""The one form of the JSON texts that are passed on to AWS."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """Without blanks and with sorted keys, as the provider itself writes what it reads back: where it compares texts,
    another form of the same document would be a change at every update."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
