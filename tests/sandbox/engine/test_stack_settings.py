"""The sandbox's own stack file: what the user sets in it stays, and out of git."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.engine import stack_settings
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout

SECRET = {"secure": "v1:x:y"}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout with the defaults that are tracked, and no file of the user's."""
    (tmp_path / "sandbox").mkdir()
    shutil.copy2(PROJECT / stack_settings.DEFAULTS, tmp_path / "sandbox")
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def own(layout: Layout) -> Path:
    return layout.project / "Pulumi.local.yaml"


def config(file: Path) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(file.read_text())["config"]
    return settings


def write(file: Path, **settings: object) -> None:
    """Set (or remove, with None) some of the program's settings in a file, as `pulumi config` does."""
    document = yaml.safe_load(file.read_text())
    document["config"] |= {f"lambda-images:{name}": value for name, value in settings.items()}
    document["config"] = {key: value for key, value in document["config"].items() if value is not None}
    file.write_text(yaml.safe_dump(document))


def test_git_ignores_the_file_that_pulumi_writes_to_and_tracks_the_defaults() -> None:
    ignored = ["git", "check-ignore", "--no-index", "Pulumi.local.yaml", str(stack_settings.DEFAULTS)]
    assert subprocess.run(ignored, cwd=PROJECT, capture_output=True, text=True).stdout == "Pulumi.local.yaml\n"


def test_a_missing_file_is_made_of_the_defaults(layout: Layout) -> None:
    stack_settings.ensure(layout)
    assert own(layout).read_bytes() == (layout.project / stack_settings.DEFAULTS).read_bytes()


def test_what_the_user_has_set_stays(layout: Layout) -> None:
    stack_settings.ensure(layout)
    write(own(layout), secrets={"signer": {"KEY": SECRET}}, keepImages="3")
    written = own(layout).read_bytes()
    stack_settings.ensure(layout)
    assert own(layout).read_bytes() == written


def test_changed_defaults_reach_a_file_beside_what_the_user_has_set(layout: Layout) -> None:
    stack_settings.ensure(layout)
    write(own(layout), secrets={"signer": {"KEY": SECRET}}, keepImages="3", logRetention=None)
    write(layout.project / stack_settings.DEFAULTS, keepImages="11", parallel="2", logRetention="3", forceDelete=None)
    stack_settings.ensure(layout)
    defaults = config(layout.project / stack_settings.DEFAULTS)
    expected = {**defaults, "lambda-images:keepImages": "3", "lambda-images:secrets": {"signer": {"KEY": SECRET}}}
    del expected["lambda-images:logRetention"]
    assert config(own(layout)) == expected


def test_changed_defaults_replace_a_file_that_nobody_has_changed(layout: Layout) -> None:
    stack_settings.ensure(layout)
    write(layout.project / stack_settings.DEFAULTS, parallel="2")
    stack_settings.ensure(layout)
    assert own(layout).read_bytes() == (layout.project / stack_settings.DEFAULTS).read_bytes()


def test_a_file_from_before_is_completed_and_keeps_what_it_says(layout: Layout) -> None:
    own(layout).write_text("config:\n  lambda-images:keepImages: '3'\nencryptionsalt: v1:own\n")
    stack_settings.ensure(layout)
    document = yaml.safe_load(own(layout).read_text())
    assert document["encryptionsalt"] == "v1:own"
    assert document["config"] == {
        **config(layout.project / stack_settings.DEFAULTS),
        "lambda-images:keepImages": "3",
    }


@pytest.mark.parametrize("content", ["a: b: c\n", "- a\n"])
def test_a_file_that_can_not_be_merged_is_named(layout: Layout, content: str) -> None:
    own(layout).write_text(content)
    with pytest.raises(SandboxError, match=r"Pulumi\.local\.yaml is not"):
        stack_settings.ensure(layout)


@pytest.mark.parametrize("known", [True, False], ids=["from known defaults", "from nobody knows which"])
@pytest.mark.parametrize(("added", "left"), [({}, None), ({"VERSION": "1"}, {"VERSION": "1"})])
def test_the_base_image_that_was_a_default_is_removed_and_other_build_arguments_stay(
    layout: Layout, known: bool, added: dict[str, str], left: dict[str, str] | None
) -> None:
    default = {"BASE_IMAGE": "lambda-images/base:python3"}
    stack_settings.ensure(layout)
    for file, arguments in ((own(layout), {**default, **added}), (layout.home / "Pulumi.local.yaml", default)):
        write(file, buildArgs=arguments)
    write(own(layout), keepImages="3")
    if not known:
        (layout.home / "Pulumi.local.yaml").unlink()
    stack_settings.ensure(layout)
    assert config(own(layout)).get("lambda-images:buildArgs") == left
    assert config(own(layout))["lambda-images:keepImages"] == "3"


def test_a_base_image_of_the_users_own_stays(layout: Layout) -> None:
    stack_settings.ensure(layout)
    write(own(layout), buildArgs={"BASE_IMAGE": "mirror.example/python:3.13"})
    (layout.home / "Pulumi.local.yaml").unlink()
    stack_settings.ensure(layout)
    assert config(own(layout))["lambda-images:buildArgs"] == {"BASE_IMAGE": "mirror.example/python:3.13"}
