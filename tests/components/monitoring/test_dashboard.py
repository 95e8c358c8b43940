import json
from pathlib import Path
from typing import Any

import pytest

from components.image.content import BuildSpec, Content
from components.modules import Module
from components.monitoring.dashboard import MAX_DASHBOARD_ROWS, dashboard_body
from components.settings.module import ModuleSettings
from components.settings.streams import Stream
from components.settings.triggers import Queue, Triggers

CLICKS = Stream(arn="arn:aws:kinesis:eu-central-1:123456789012:stream/clicks")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return Content.read(BuildSpec(context=".", platform="linux/amd64"), tmp_path)


def module(name: str, content: Content, **settings: Any) -> Module:
    return Module(name=name, physical_name=f"dev-{name}", settings=ModuleSettings(**settings), content=content)


def widgets(*modules: Module) -> list[dict[str, Any]]:
    body = json.loads(dashboard_body(modules, "eu-central-1"))
    assert list(body) == ["widgets"]
    found: list[dict[str, Any]] = body["widgets"]
    return found


def test_each_module_has_a_row_of_its_own(content: Content) -> None:
    shown = widgets(module("orders", content), module("thumbnail", content))
    assert [(each["y"], each["x"], each["properties"]["title"]) for each in shown] == [
        (0, 0, "orders: calls"),
        (0, 12, "orders: duration"),
        (6, 0, "thumbnail: calls"),
        (6, 12, "thumbnail: duration"),
    ]


def test_a_module_with_queues_shows_its_dead_letters_too(content: Content) -> None:
    triggers = Triggers(queues={"new": Queue(), "old": Queue()})
    *_, letters = shown = widgets(module("orders", content, triggers=triggers))
    assert [(each["x"], each["width"]) for each in shown] == [(0, 8), (8, 8), (16, 8)]
    assert [metric[-1] for metric in letters["properties"]["metrics"]] == ["dev-orders-new-dead", "dev-orders-old-dead"]


def test_a_module_with_streams_shows_how_long_records_wait(content: Content) -> None:
    *_, age = shown = widgets(module("orders", content, triggers=Triggers(streams={"clicks": CLICKS})))
    assert [(each["x"], each["width"]) for each in shown] == [(0, 8), (8, 8), (16, 8)]
    metric = ["AWS/Lambda", "IteratorAge", "FunctionName", "dev-orders", "Resource", "dev-orders:live"]
    assert (age["properties"]["title"], age["properties"]["metrics"]) == ("orders: iterator age", [metric])


def test_a_row_fills_the_width_of_the_dashboard(content: Content) -> None:
    for settings in ({}, {"triggers": Triggers(queues={"new": Queue()})}):
        assert sum(each["width"] for each in widgets(module("orders", content, **settings))) == 24


def test_graphs_show_what_the_alias_serves(content: Content) -> None:
    calls, duration = widgets(module("orders", content))
    served = ["FunctionName", "dev-orders", "Resource", "dev-orders:live"]
    assert calls["properties"]["metrics"] == [
        ["AWS/Lambda", metric, *served] for metric in ("Invocations", "Errors", "Throttles")
    ]
    assert [metric[:-1] for metric in duration["properties"]["metrics"]] == [["AWS/Lambda", "Duration", *served]] * 2
    assert {each["properties"]["region"] for each in (calls, duration)} == {"eu-central-1"}


def test_the_duration_is_shown_beside_the_timeout_in_milliseconds(content: Content) -> None:
    _, duration = widgets(module("orders", content, timeout=9))
    assert duration["properties"]["annotations"]["horizontal"] == [{"label": "timeout", "value": 9000}]


def test_the_most_rows_fit_a_dashboard(content: Content) -> None:
    full = module("orders", content, triggers=Triggers(queues={"new": Queue()}, streams={"clicks": CLICKS}))
    assert 496 < len(widgets(*[full] * MAX_DASHBOARD_ROWS)) <= 500
