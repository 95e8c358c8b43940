"""The image `_templates/web`, as Lambda would run it."""

import json
from pathlib import Path

import pytest

from sandbox.layout import PROJECT
from tests.modules.running import Running

MODULE = "_templates/web"
EVENTS = PROJECT / "modules" / MODULE / "events"
SMOKE = json.loads((EVENTS / "smoke.json").read_text())


@pytest.mark.parametrize("expected", sorted(EVENTS.glob("*.expected.json")), ids=lambda file: file.name.split(".")[0])
def test_a_sample_request_gets_the_expected_response(module: Running, expected: Path) -> None:
    response = module.invoke(json.loads((EVENTS / expected.name.replace(".expected", "")).read_text()))
    assert json.loads(expected.read_text()).items() <= response.items()


def test_a_request_without_a_name_is_refused(module: Running) -> None:
    response = module.invoke({**SMOKE, "rawQueryString": "", "queryStringParameters": {}})
    assert response["statusCode"] == 422
    assert "name" in response["body"]


def test_it_does_not_run_as_root(module: Running) -> None:
    assert module.user == "65534:65534"
