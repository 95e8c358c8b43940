"""The policies in `delivery/policies/`, filled in."""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

from components.json_text import json_text

_FOLDER = Path(__file__).resolve().parents[1] / "delivery" / "policies"


def filled_in(name: str, values: Mapping[str, str]) -> str:
    """The policy as JSON, with a value for each placeholder. Raises KeyError if one has none."""
    return json_text(json.loads(Template((_FOLDER / f"{name}.json").read_text()).substitute(values)))
