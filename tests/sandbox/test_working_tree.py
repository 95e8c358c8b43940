import shutil
from pathlib import Path

import pytest

from components.content import BuildSpec, Content
from sandbox import stack_settings
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.working_tree import Compared, compare
from tests.sandbox.conftest import TINY


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout with the module `greeter`."""
    shutil.copy2(PROJECT / stack_settings.DEFAULTS, tmp_path)
    shutil.copytree(TINY / "greeter", tmp_path / "modules" / "greeter")
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def record(layout: Layout) -> dict[str, object]:
    """What a stack keeps of `greeter` once it is served."""
    arguments = {"BASE_IMAGE": "lambda-images/base:python3"}
    spec = BuildSpec(context="modules/greeter", platform="linux/amd64", args=arguments)
    return Content.read(spec, layout.project).record


def test_what_is_served_and_what_is_there_are_the_same(layout: Layout) -> None:
    assert compare(layout, {"greeter": record(layout)}) == {"greeter": Compared("same")}


def test_a_changed_file_is_named(layout: Layout) -> None:
    served = record(layout)
    (layout.project / "modules" / "greeter" / "app.py").write_text("# changed\n")
    assert compare(layout, {"greeter": served}) == {"greeter": Compared("changed", ["~ app.py"])}


def test_a_changed_setting_that_builds_anew_is_named(layout: Layout) -> None:
    served = record(layout)
    settings = layout.project / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace("lambda-images/base:python3", "other:image"))
    assert compare(layout, {"greeter": served}) == {"greeter": Compared("changed", ["~ build argument BASE_IMAGE"])}


def test_a_module_that_is_not_deployed_and_one_that_is_gone_are_told_apart(layout: Layout) -> None:
    assert compare(layout, {"adder": record(layout)}) == {"adder": Compared("gone"), "greeter": Compared("new")}


def test_a_module_that_can_not_be_built_does_not_hide_the_others(layout: Layout) -> None:
    (layout.project / "modules" / "broken").mkdir()
    compared = compare(layout, {})
    assert compared["greeter"].state == "new"
    assert compared["broken"].state == "invalid"
    assert "Dockerfile" in compared["broken"].because[0]


def test_invalid_settings_are_named(layout: Layout) -> None:
    settings = layout.project / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace('keepImages: "10"', 'keepImages: "0"'))
    with pytest.raises(SandboxError, match=r"(?s)Pulumi\.local\.yaml.*keepImages"):
        compare(layout, {})


def test_settings_that_are_no_yaml_are_named(layout: Layout) -> None:
    settings = layout.project / "Pulumi.local.yaml"
    settings.write_text(f"{settings.read_text()}\nx: y: z\n")
    with pytest.raises(SandboxError, match=r"Pulumi\.local\.yaml:\d+: mapping values"):
        compare(layout, {})
