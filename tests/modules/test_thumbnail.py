"""The image `thumbnail`, as Lambda would run it."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.layout import PROJECT
from tests.answers import assert_same_answer
from tests.modules.running import Running

MODULE = "thumbnail"
EVENTS = PROJECT / "modules" / MODULE / "events"
SMOKE = json.loads((EVENTS / "smoke.json").read_text())
HANDLER = (PROJECT / "modules" / MODULE / "handler.py").read_text()
LONGEST_SIDE = int(HANDLER.partition("LONGEST_SIDE = ")[2].split()[0])
"""Read, for it is the first thing that the README has one change."""

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("expected", sorted(EVENTS.glob("*.expected.json")), ids=lambda file: file.name.split(".")[0])
def test_a_sample_picture_gets_the_expected_thumbnail(module: Running, expected: Path) -> None:
    event = json.loads((EVENTS / expected.name.replace(".expected", "")).read_text())
    assert_same_answer(module.invoke(event), json.loads(expected.read_text()))


@pytest.mark.parametrize(("size", "width", "height"), [(48, 48, 32), ([48, 16], 24, 16), ([20, 64], 20, 13)])
def test_a_thumbnail_fits_the_size_in_the_proportions_of_the_picture(
    module: Running, size: object, width: int, height: int
) -> None:
    answer = module.invoke({**SMOKE, "size": size})
    assert (answer["width"], answer["height"]) == (width, height)
    assert base64.b64decode(answer["thumbnail"]).startswith(b"\xff\xd8\xff")  # a JPEG


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": None}, f'"size" must be a number or [width, height], each from 1 to {LONGEST_SIDE}: None'),
        ({"size": 0}, '"size" must be'),
        ({"size": True}, '"size" must be'),
        ({"size": [10, 20, 30]}, '"size" must be'),
        ({"size": [10, LONGEST_SIDE + 1]}, '"size" must be'),
        ({"image": None}, 'the event needs "image": a picture in base64'),
        ({"image": "no base64!"}, '"image" is not base64: '),
        ({"image": "aGVsbG8="}, '"image" is none of GIF, JPEG, PNG, WEBP'),
        ({"image": SMOKE["image"][:200]}, '"image" is damaged: '),
        ({"image": "iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAAAAACn0bLO"}, '"image" is none of GIF, JPEG, PNG, WEBP'),
    ],
)
def test_what_can_not_be_made_small_is_refused_in_a_sentence(
    module: Running, change: dict[str, Any], message: str
) -> None:
    answer = module.invoke({**SMOKE, **change})
    assert answer["errorType"] == "ValueError"
    assert answer["errorMessage"].startswith(message)


def test_it_does_not_run_as_root(module: Running) -> None:
    assert module.execute("id", "-u") == "65534"
