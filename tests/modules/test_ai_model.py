"""The image `ai-model`, as Lambda would run it."""

import json
from pathlib import Path

import pytest

from sandbox.layout import PROJECT
from tests.answers import assert_same_answer
from tests.modules.running import Running

MODULE = "ai-model"
EVENTS = PROJECT / "modules" / MODULE / "events"
ZIP_LIMIT = 250  # MiB unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("expected", sorted(EVENTS.glob("*.expected.json")), ids=lambda file: file.name.split(".")[0])
def test_a_sample_picture_gets_the_expected_probabilities(module: Running, expected: Path) -> None:
    event = json.loads((EVENTS / expected.name.replace(".expected", "")).read_text())
    assert_same_answer(module.invoke(event), json.loads(expected.read_text()))


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({}, 'the event needs "image": a PNG in base64'),
        ({"image": 7}, 'the event needs "image": a PNG in base64'),
        ({"image": "no base64!"}, '"image" is not base64: '),
        ({"image": "R0lGODlhAQABAAAAACw="}, '"image" is not a PNG'),
        ({"image": "iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAAAAAA="}, '"image" has 30000 x 30000 pixels, more than 16000000'),
        ({"image": "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAAA="}, '"image" is a damaged PNG'),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(module: Running, event: object, message: str) -> None:
    answer = module.invoke(event)
    assert answer["errorType"] == "ValueError"
    assert answer["errorMessage"].startswith(message)


def test_its_packages_would_not_fit_a_zip_package(module: Running) -> None:
    folders = module.execute("python3", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    mebibytes = int(module.execute("du", "--summarize", "--block-size=1M", folders).split()[0])
    assert mebibytes > ZIP_LIMIT


def test_it_does_not_run_as_root(module: Running) -> None:
    assert module.execute("id", "-u") == "65534"
