"""Previews with unknown inputs, in addition to the recorded cases."""

from typing import Any

import pytest

from tests.sandbox.offline.plugins.docker.conftest import Plugin
from tests.sandbox.offline.plugins.engine import Values

IMAGE = "docker:index/image:Image"
GIVEN = {"imageName": "localhost:1/x:t1", "build": {"context": "fn", "platform": "linux/amd64"}}


def previewed(plugin: Plugin, **given: Any) -> Values:
    """Returns the outputs in the preview of a new image."""
    checked, failures = plugin.engine.check(IMAGE, {**GIVEN, **given})
    assert failures == []
    id, outputs = plugin.engine.create(IMAGE, checked, preview=True)
    assert (id, outputs) == ("", checked)
    return outputs


@pytest.mark.parametrize("name", ["registry", "build"])
def test_an_unknown_object_stays_unknown(plugin: Plugin, name: str) -> None:
    assert previewed(plugin, **{name: "<unknown>"})[name] == "<unknown>"


@pytest.mark.parametrize("path", ["context", "dockerfile"])
def test_the_content_of_an_unknown_folder_is_not_read(plugin: Plugin, path: str) -> None:
    build = previewed(plugin, build={"context": "fn", "platform": "linux/amd64", path: "<unknown>"})["build"]
    assert "contextDigest" not in build


@pytest.mark.parametrize("registry", ["<unknown>", {"server": "<unknown>", "username": "u", "password": "p"}])
def test_an_unknown_registry_is_a_difference(plugin: Plugin, registry: Any) -> None:
    olds, _ = plugin.engine.check(IMAGE, {**GIVEN, "registry": {"server": "localhost:1", "password": "p"}})
    news, _ = plugin.engine.check(IMAGE, {**GIVEN, "registry": registry}, olds)
    diff = plugin.engine.diff(IMAGE, "localhost:1/x:t1", {}, olds, news)
    assert (diff.verdict, diff.detailed) == ("update", {"registry": "update"})


def test_wrong_types_are_refused_at_any_depth(plugin: Plugin) -> None:
    build = {"context": 1, "cacheFrom": {"images": ["a", 2]}, "args": {"A": True}, "addHosts": "x"}
    _, failures = plugin.engine.check(IMAGE, {"imageName": ["x"], "build": build, "skipPush": 0})
    paths = ("addHosts", "args.A", "cacheFrom.images.1", "context")
    named = ["imageName", *(f"build.{path}" for path in paths), "skipPush"]
    assert sorted(failure.partition('"')[2].partition('"')[0] for failure in failures) == sorted(named)
