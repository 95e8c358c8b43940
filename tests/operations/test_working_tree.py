import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.function.configuration import description
from components.image.content import BuildSpec, Content
from components.image.tags import build_tag
from components.settings.references import filled
from operations.errors import OperationError
from operations.working_tree import Compared, Served, WorkingTree
from sandbox.engine import stack_settings
from sandbox.layout import PROJECT
from tests.end_to_end.conftest import TINY


@pytest.fixture
def tree(tmp_path: Path) -> WorkingTree:
    """A checkout with the module `greeter`."""
    text = (PROJECT / stack_settings.DEFAULTS).read_text()
    argument = "config:\n  lambda-images:buildArgs: {BASE_IMAGE: some:image}\n"
    (tmp_path / "Pulumi.local.yaml").write_text(text.replace("config:\n", argument))
    shutil.copytree(TINY / "greeter", tmp_path / "modules" / "greeter")
    return WorkingTree(tmp_path, "lambda-images", "local")


def served(tree: WorkingTree, description: str = "") -> Served:
    """What a stack keeps of `greeter` once it is served."""
    arguments = {"BASE_IMAGE": "some:image"}
    spec = BuildSpec(context="modules/greeter", platform="linux/amd64", args=arguments)
    return Served(description, record=Content.read(spec, tree.folder).record, revisions={})


def test_its_modules_are_found_from_any_folder(tree: WorkingTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert [folder.name for folder in tree.folders()] == ["greeter"]


def test_what_is_served_and_what_is_there_are_the_same(tree: WorkingTree) -> None:
    assert tree.compare({"greeter": served(tree)}) == {"greeter": Compared("same")}


def test_a_changed_file_is_named(tree: WorkingTree) -> None:
    before = served(tree)
    (tree.folder / "modules" / "greeter" / "app.py").write_text("# changed\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ app.py"])}


def test_a_changed_shared_file_is_named_by_its_path_in_the_checkout(tree: WorkingTree) -> None:
    module, shared = tree.folder / "modules" / "greeter", tree.folder / "shared" / "words.txt"
    shared.parent.mkdir()
    shared.write_text("hello\n")
    (module / "module.yaml").write_text("context: ../..\n")
    (module / "Dockerfile.dockerignore").write_text("*\n!shared\n!modules/greeter/app.py\n")
    arguments = {"BASE_IMAGE": "some:image"}
    spec = BuildSpec(
        context=".", dockerfile="modules/greeter/Dockerfile", platform="linux/amd64", args=arguments, named_in="."
    )
    before = Served("", record=Content.read(spec, tree.folder).record, revisions={})
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    shared.write_text("good morning\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ shared/words.txt"])}


def test_a_changed_setting_that_causes_a_build_is_named(tree: WorkingTree) -> None:
    before = served(tree)
    settings = tree.folder / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace("some:image", "other:image"))
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ build argument BASE_IMAGE"])}


def test_references_count_with_the_values_that_they_had_when_the_version_was_deployed(tree: WorkingTree) -> None:
    settings = tree.folder / "modules" / "greeter" / "module.yaml"
    settings.write_text("environment: {REGION: '${region}'}\n")
    (tree.folder / "modules" / "greeter" / ".dockerignore").write_text("events\nmodule.yaml\n")
    values = {"region": "eu-central-1"}
    deployed = filled(tree.settings().modules["greeter"], values)
    before = replace(served(tree, description(deployed, {})), references=values)
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    assert tree.compare({"greeter": replace(before, references=None)})["greeter"].state == "unknown"
    settings.write_text("environment: {REGION: '${account}'}\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_a_changed_setting_of_the_function_is_seen_by_the_digest_in_the_version_s_description(
    tree: WorkingTree,
) -> None:
    settings = tree.folder / "modules" / "greeter" / "module.yaml"
    settings.write_text("description: Greets (settings 01234567)\ntimeout: 7\n")
    (tree.folder / "modules" / "greeter" / ".dockerignore").write_text("events\nmodule.yaml\n")
    wanted = tree.settings().modules["greeter"]
    before = served(tree, description(wanted, {}))
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    settings.write_text("description: Greets (settings 01234567)\ntimeout: 8\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_secrets_count_as_the_stack_last_stored_them_and_new_ones_as_a_change(tree: WorkingTree) -> None:
    folder = tree.folder / "modules" / "greeter"
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /a/token}}\n")
    (folder / ".dockerignore").write_text("events\nmodule.yaml\n")
    revisions = {"TOKEN": "/a/token"}
    described = description(tree.settings().modules["greeter"], revisions)
    before = replace(served(tree, described), revisions=revisions)
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /a/token}, OTHER: {existing: /b/token}}\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}


def test_a_module_that_is_not_deployed_and_one_that_is_gone_are_distinguished(tree: WorkingTree) -> None:
    assert tree.compare({"adder": served(tree)}) == {"adder": Compared("gone"), "greeter": Compared("new")}


def test_a_module_that_can_not_be_built_does_not_hide_the_others(tree: WorkingTree) -> None:
    broken = tree.folder / "modules" / "broken"
    broken.mkdir()
    (broken / "module.yaml").write_text("smoke: {enabled: false}\n")
    compared = tree.compare({})
    assert compared["greeter"].state == "new"
    assert compared["broken"].state == "invalid"
    assert "Dockerfile" in compared["broken"].reasons[0]


def test_a_module_is_compared_with_its_warnings(tree: WorkingTree) -> None:
    (tree.folder / "modules" / "greeter" / ".env").touch()
    (warning,) = tree.compare({})["greeter"].warnings
    assert warning.startswith("'modules/greeter' has files that usually contain secrets: .env. ")


def test_no_image_can_be_built_from_a_pointer(tree: WorkingTree) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    (tree.folder / "modules" / "greeter" / "model.bin").write_text(pointer)
    compared = tree.compare({})["greeter"]
    assert compared.state == "invalid"
    assert "pointers of Git LFS instead of files: model.bin" in compared.reasons[0]


def test_invalid_settings_are_named(tree: WorkingTree) -> None:
    settings = tree.folder / "Pulumi.local.yaml"
    settings.write_text(settings.read_text().replace('keepImages: "10"', 'keepImages: "0"'))
    with pytest.raises(OperationError, match=r"(?s)Pulumi\.local\.yaml.*keepImages"):
        tree.compare({})


def test_settings_that_are_no_yaml_are_named(tree: WorkingTree) -> None:
    settings = tree.folder / "Pulumi.local.yaml"
    settings.write_text(f"{settings.read_text()}\nx: y: z\n")
    with pytest.raises(OperationError, match=r"Pulumi\.local\.yaml:\d+: mapping values"):
        tree.compare({})


def test_the_smoke_event_is_the_one_that_the_program_sends(tree: WorkingTree) -> None:
    assert tree.smoke_event("greeter") == b'{"name":"smoke"}'
    settings = tree.folder / "modules" / "greeter" / "module.yaml"
    settings.write_text("smoke: {event: {name: settings}}\n")
    assert tree.smoke_event("greeter") == b'{"name":"settings"}'
    stack = tree.folder / "Pulumi.local.yaml"
    override = "  lambda-images:modules: {greeter: {smoke: {event: {name: stack}}}}\n"
    stack.write_text(stack.read_text().replace("config:\n", f"config:\n{override}"))
    assert tree.smoke_event("greeter") == b'{"name":"stack"}'


def test_modules_without_a_smoke_event_are_known(tree: WorkingTree) -> None:
    shutil.copytree(tree.folder / "modules" / "greeter", tree.folder / "modules" / "silent")
    assert tree.untested() == set()
    (tree.folder / "modules" / "silent" / "module.yaml").write_text("smoke: {enabled: false}\n")
    assert tree.untested() == {"silent"}


def test_the_smoke_event_is_known_whatever_else_is_wrong_with_the_settings(tree: WorkingTree) -> None:
    (tree.folder / "modules" / "greeter" / "module.yaml").write_text("timeout: 901\n")
    assert tree.smoke_event("greeter") == b'{"name":"smoke"}'


def test_a_module_without_a_smoke_test_and_a_missing_module_have_no_smoke_event(tree: WorkingTree) -> None:
    (tree.folder / "modules" / "greeter" / "module.yaml").write_text("smoke: {enabled: false}\n")
    assert tree.smoke_event("greeter") is None
    assert tree.smoke_event("adder") is None


def test_an_invalid_smoke_event_is_named(tree: WorkingTree) -> None:
    (tree.folder / "modules" / "greeter" / "module.yaml").write_text("smoke: {evnt: {}}\n")
    with pytest.raises(OperationError, match=r"module\.yaml:1: smoke\.evnt is not a setting: did you mean event\?"):
        tree.smoke_event("greeter")


def tag(tree: WorkingTree) -> str:
    """That of a build of `greeter` as it is now."""
    spec = BuildSpec(context="modules/greeter", platform="linux/amd64", args={"BASE_IMAGE": "some:image"})
    return build_tag(Content.read(spec, tree.folder).identity, datetime.now(UTC))


def test_without_the_state_an_image_is_compared_by_the_content_in_its_tag(tree: WorkingTree) -> None:
    before = Served("", tags=["copied-0123456789ab", tag(tree)])
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    (tree.folder / "modules" / "greeter" / "app.py").write_text("# changed\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ image"])}


@pytest.mark.parametrize("tags", [None, [], ["copied-0123456789ab"]])
def test_an_image_without_the_tag_of_a_build_is_not_called_the_same(tree: WorkingTree, tags: list[str] | None) -> None:
    compared = tree.compare({"greeter": Served("", tags=tags)})["greeter"]
    assert (compared.state, "no tag of it names its content" in compared.reasons[0]) == ("unknown", True)


def test_without_the_state_settings_are_compared_unless_they_have_secrets_that_the_stack_stores(
    tree: WorkingTree,
) -> None:
    folder = tree.folder / "modules" / "greeter"
    (folder / ".dockerignore").write_text("events\nmodule.yaml\n")
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /a/token}}\n")
    described = description(tree.settings().modules["greeter"], {"TOKEN": "/a/token"})
    before = Served(described, tags=[tag(tree)])
    assert tree.compare({"greeter": before}) == {"greeter": Compared("same")}
    (folder / "module.yaml").write_text("secrets: {TOKEN: {existing: /b/token}}\n")
    assert tree.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ settings"])}
    (folder / "module.yaml").write_text("secrets: {TOKEN: {}}\n")
    settings = tree.folder / "Pulumi.local.yaml"
    value = "  lambda-images:secrets: {greeter: {TOKEN: {secure: v1:abc}}}\n"
    settings.write_text(settings.read_text().replace("config:\n", f"config:\n{value}"))
    compared = tree.compare({"greeter": before})["greeter"]
    assert (compared.state, "such as secrets" in compared.reasons[0]) == ("unknown", True)


def test_a_stack_that_takes_images_is_compared_with_what_the_stack_before_it_would_build(tree: WorkingTree) -> None:
    before = Served("", tags=[tag(tree)])
    settings = "config:\n  lambda-images:pipeline: {after: local, images: copy}\n"
    (tree.folder / "Pulumi.prod.yaml").write_text(f"{settings}  lambda-images:architecture: x86_64\n")
    prod = replace(tree, stack="prod")
    assert prod.compare({"greeter": before}) == {"greeter": Compared("same")}
    (tree.folder / "modules" / "greeter" / "app.py").write_text("# changed\n")
    assert prod.compare({"greeter": before}) == {"greeter": Compared("changed", ["~ image"])}
