"""The canonical form of JSON texts that are sent to AWS."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """The value as JSON without spaces and with sorted keys, the form in which the provider stores what it reads back.

    The provider compares some documents as texts, and would update them each time if they had another form.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
