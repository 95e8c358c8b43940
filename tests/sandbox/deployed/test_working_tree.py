import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from components.function.configuration import description
from components.image.content import BuildSpec, Content
from components.settings.references import filled
from sandbox.deployed.working_tree import (
    Compared,
    Served,
    compare,
    folders_of,
    settings_of,
    smoke_event,
    untested_modules,
)
from sandbox.engine import stack_settings
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from tests.end_to_end.conftest import TINY


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout with the module `greeter`."""
    text = (PROJECT / stack_settings.DEFAULTS).read_text()
    argument = "config:\n  lambda-images:buildArgs: {BASE_IMAGE: some:image}\n"
    (tmp_path / "Pulumi.local.yaml").write_text(text.replace("config:\n", argument))
    shutil.copytree(TINY / "greeter", tmp_path / "modules" / "greeter")
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def served(layout: Layout, description: str = "") -> Served:
    """What a stack keeps of `greeter` once it is served."""
    arguments = {"BASE_IMAGE": "some:image"}
    spec = BuildSpec(context="modules/greeter", platform="linux/amd64", args=arguments)
    return Served(Content.read(spec, layout.project).record, description)


def test_its_modules_are_found_from_any_folder(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.home.mkdir()
    monkeypatch.chdir(layout.home)
    assert [folder.name for folder in folders_of(layout)] == ["greeter"]


def test_what_is_served_and_what_is_there_are_the_same(layout: Layout) -> None:
    assert compare(layout, {"greeter": served(layout)}) == {"greeter": Compared("same")}


def test_a_changed_file_is_named(layout: Layout) -> None:
    before = served(layout)
    (layout.project / "modules" / "greeter" / "app.py").write_text("# changed\n")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ app.py"])}


def test_a_changed_shared_file_is_named_by_its_path_in_the_checkout(layout: Layout) -> None:
    module, shared = layout.project / "modules" / "greeter", layout.project / "shared" / "words.txt"
    shared.parent.mkdir()
    shared.write_text("hello\n")
    (module / "module.yaml").write_text("context: ../..\n")
    (module / "Dockerfile.dockerignore").write_text("*\n!shared\n!modules/greeter/app.py\n")
    arguments = {"BASE_IMAGE": "some:image"}
    spec = BuildSpec(
        context=".", dockerfile="modules/greeter/Dockerfile", platform="linux/amd64", args=arguments, named_in="."
    )
    before = Served(Content.read(spec, layout.project).record, "")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("same")}
    shared.write_text("good morning\n")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ shared/words.txt"])}


def test_a_changed_setting_that_causes_a_build_is_named(layout: Layout) -> None:
    before = served(layout)
    settings = layout.project / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace("some:image", "other:image"))
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ build argument BASE_IMAGE"])}


def test_references_count_with_the_values_that_they_had_when_the_version_was_deployed(layout: Layout) -> None:
    settings = layout.project / "modules" / "greeter" / "module.yaml"
    settings.write_text("environment: {REGION: '${region}'}\n")
    (layout.project / "modules" / "greeter" / ".dockerignore").write_text("events\nmodule.yaml\n")
    values = {"region": "eu-central-1"}
    deployed = filled(settings_of(layout).modules["greeter"], values)
    before = replace(served(layout, description(deployed, {})), references=values)
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("same")}
    settings.write_text("environment: {REGION: '${account}'}\n")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_a_changed_setting_of_the_function_is_seen_by_the_digest_in_the_version_s_description(layout: Layout) -> None:
    settings = layout.project / "modules" / "greeter" / "module.yaml"
    settings.write_text("description: Greets (settings 01234567)\ntimeout: 7\n")
    (layout.project / "modules" / "greeter" / ".dockerignore").write_text("events\nmodule.yaml\n")
    wanted = settings_of(layout).modules["greeter"]
    before = served(layout, description(wanted, {}))
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("same")}
    settings.write_text("description: Greets (settings 01234567)\ntimeout: 8\n")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_secrets_count_as_the_stack_last_stored_them_and_new_ones_as_a_change(layout: Layout) -> None:
    folder = layout.project / "modules" / "greeter"
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /a/token}}\n")
    (folder / ".dockerignore").write_text("events\nmodule.yaml\n")
    revisions = {"TOKEN": "/a/token"}
    described = description(settings_of(layout).modules["greeter"], revisions)
    before = replace(served(layout, described), revisions=revisions)
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("same")}
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /a/token}, OTHER: {existing: /b/token}}\n")
    assert compare(layout, {"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_a_module_that_is_not_deployed_and_one_that_is_gone_are_distinguished(layout: Layout) -> None:
    assert compare(layout, {"adder": served(layout)}) == {"adder": Compared("gone"), "greeter": Compared("new")}


def test_a_module_that_can_not_be_built_does_not_hide_the_others(layout: Layout) -> None:
    broken = layout.project / "modules" / "broken"
    broken.mkdir()
    (broken / "module.yaml").write_text("smoke: {enabled: false}\n")
    compared = compare(layout, {})
    assert compared["greeter"].state == "new"
    assert compared["broken"].state == "invalid"
    assert "Dockerfile" in compared["broken"].reasons[0]


def test_a_module_is_compared_with_its_warnings(layout: Layout) -> None:
    (layout.project / "modules" / "greeter" / ".env").touch()
    (warning,) = compare(layout, {})["greeter"].warnings
    assert warning.startswith("'modules/greeter' has files that usually contain secrets: .env. ")


def test_no_image_can_be_built_from_a_pointer(layout: Layout) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    (layout.project / "modules" / "greeter" / "model.bin").write_text(pointer)
    compared = compare(layout, {})["greeter"]
    assert compared.state == "invalid"
    assert "pointers of Git LFS instead of files: model.bin" in compared.reasons[0]


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


def test_the_smoke_event_is_the_one_that_the_program_sends(layout: Layout) -> None:
    assert smoke_event(layout, "greeter") == b'{"name":"smoke"}'
    settings = layout.project / "modules" / "greeter" / "module.yaml"
    settings.write_text("smoke: {event: {name: settings}}\n")
    assert smoke_event(layout, "greeter") == b'{"name":"settings"}'
    stack = layout.project / "Pulumi.local.yaml"
    override = "  lambda-images:modules: {greeter: {smoke: {event: {name: stack}}}}\n"
    stack.write_text(stack.read_text().replace("config:\n", f"config:\n{override}"))
    assert smoke_event(layout, "greeter") == b'{"name":"stack"}'


def test_modules_without_a_smoke_event_are_known(layout: Layout) -> None:
    shutil.copytree(layout.project / "modules" / "greeter", layout.project / "modules" / "silent")
    assert untested_modules(layout) == set()
    (layout.project / "modules" / "silent" / "module.yaml").write_text("smoke: {enabled: false}\n")
    assert untested_modules(layout) == {"silent"}


def test_the_smoke_event_is_known_whatever_else_is_wrong_with_the_settings(layout: Layout) -> None:
    (layout.project / "modules" / "greeter" / "module.yaml").write_text("timeout: 901\n")
    assert smoke_event(layout, "greeter") == b'{"name":"smoke"}'


def test_a_module_without_a_smoke_test_and_a_missing_module_have_no_smoke_event(layout: Layout) -> None:
    (layout.project / "modules" / "greeter" / "module.yaml").write_text("smoke: {enabled: false}\n")
    assert smoke_event(layout, "greeter") is None
    assert smoke_event(layout, "adder") is None


def test_an_invalid_smoke_event_is_named(layout: Layout) -> None:
    (layout.project / "modules" / "greeter" / "module.yaml").write_text("smoke: {evnt: {}}\n")
    with pytest.raises(SandboxError, match=r"module\.yaml:1: smoke\.evnt is not a setting: did you mean event\?"):
        smoke_event(layout, "greeter")
