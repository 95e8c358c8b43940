import os
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.errors import ComponentError
from components.modules import Module, find_modules, module_folders, read_content
from components.naming import MODULE_TAG, OWNER_TAG
from components.settings import ModuleSettings
from components.settings.document import Document

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
STACK = {"buildArgs": {"A": "1"}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulumi, "get_project", lambda: "project")  # other tests leave theirs behind
    monkeypatch.setattr(pulumi, "get_stack", lambda: "stack")
    folder = Path("modules")
    folder.mkdir()
    return folder


def make(module: Path, smoke_event: str | None = "{}", settings: str | None = None) -> Path:
    (module / "events").mkdir(parents=True)
    (module / "Dockerfile").write_text("FROM scratch\n")
    (module / ".dockerignore").write_text("module.yaml\n")
    if settings is not None:
        (module / "module.yaml").write_text(settings)
    if smoke_event is not None:
        (module / "events" / "smoke.json").write_text(smoke_event)
    return module


def found(folder: Path, **stack: Any) -> list[Module]:
    document = Document(file="Pulumi.stack.yaml", values={**STACK, **stack}, prefix="project:")
    return find_modules(folder, document)[1]


def refusal(folder: Path, **stack: Any) -> list[str]:
    with pytest.raises(ComponentError) as refused:
        found(folder, **stack)
    return str(refused.value).splitlines()


def test_every_folder_is_a_module_in_the_order_of_their_names(folder: Path) -> None:
    for name in ("thumbnail", "ai-model"):
        make(folder / name)
    assert [module.name for module in found(folder)] == ["ai-model", "thumbnail"]


def test_a_module_is_built_from_its_folder_as_the_stack_is_set(folder: Path) -> None:
    make(folder / "thumbnail")
    (module,) = found(folder)
    spec = module.content.spec
    assert (spec.context, spec.args, spec.platform) == ("modules/thumbnail", {"A": "1"}, "linux/amd64")
    assert module.content.file_hashes.keys() == {".dockerignore", "Dockerfile", "events/smoke.json"}


def test_a_module_is_built_as_its_own_settings_say(folder: Path) -> None:
    module = make(
        folder / "thumbnail", settings="dockerfile: docker/Small\ntarget: app\narchitecture: arm64\nbuildArgs: {B: '2'}"
    )
    (module / "docker").mkdir()
    (module / "docker" / "Small").write_text("FROM scratch AS app\n")
    spec = found(folder)[0].content.spec
    assert (spec.dockerfile_path, spec.target, spec.platform) == (
        "modules/thumbnail/docker/Small",
        "app",
        "linux/arm64",
    )
    assert spec.args == {"A": "1", "B": "2"}


def test_another_setting_leaves_the_content_as_it_is(folder: Path) -> None:
    module = make(folder / "thumbnail", settings="memorySize: 512")
    before = found(folder)[0].content.identity
    (module / "module.yaml").write_text("memorySize: 1024")
    assert found(folder)[0].content.identity == before


def test_settings_that_would_be_part_of_the_image_are_refused(folder: Path) -> None:
    (make(folder / "thumbnail", settings="timeout: 5") / ".dockerignore").unlink()
    assert refusal(folder) == [
        "modules/thumbnail/module.yaml is part of the image's context, so that each change of a setting would build "
        "the image: write a line `module.yaml` into modules/thumbnail/.dockerignore"
    ]


def test_a_module_may_run_anothers_image_and_comes_after_it(folder: Path) -> None:
    make(folder / "z-builder")
    (folder / "a-user").mkdir()
    (folder / "a-user" / "module.yaml").write_text(
        "image: {module: z-builder, command: [other.handle]}\nsmoke: {event: {}}"
    )
    builder, user = found(folder)
    assert (builder.name, user.name) == ("z-builder", "a-user")
    assert user.content is builder.content


def test_a_module_that_is_not_enabled_is_none(folder: Path) -> None:
    for name in ("ai-model", "thumbnail"):
        make(folder / name)
    modules = found(folder, modules={"thumbnail": {"enabled": False}})
    assert [module.name for module in modules] == ["ai-model"]


def test_a_stack_may_have_names_of_its_own(folder: Path) -> None:
    make(folder / "thumbnail")
    assert found(folder, namePrefix="pictures")[0].physical_name == "pictures-thumbnail"


def test_its_physical_name_begins_with_project_and_stack(folder: Path) -> None:
    make(folder / "thumbnail")
    assert found(folder)[0].physical_name == "project-stack-thumbnail"


def test_files_hidden_folders_and_caches_are_no_modules(folder: Path) -> None:
    make(folder / "thumbnail")
    (folder / "README.md").write_text("")
    for name in (".idea", "__pycache__", "_shared"):
        (folder / name).mkdir()
    (folder / "_aside").write_text("")
    assert [module.name for module in found(folder)] == ["thumbnail"]


def test_folders_count_as_modules_whatever_is_wrong_with_them(folder: Path) -> None:
    for name in ("thumbnail", "Upper", "_aside"):
        (folder / name).mkdir()
    (folder / "a-file").write_text("")
    assert [module.name for module in module_folders(folder)] == ["Upper", "thumbnail"]


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.mark.parametrize("target", [None, "/proc/self", "/"])
def test_a_module_that_is_linked_from_outside_the_checkout_is_refused_and_not_read(
    folder: Path, outside: Path, target: str | None
) -> None:
    """Its settings would be refused, too."""
    make(outside, settings="timout: 5")
    make(folder / "right")
    (folder / "evil").symlink_to(target or outside)
    assert refusal(folder) == ["the link 'modules/evil' leads out of the checkout: put what it leads to in its place"]
    assert [found.name for found in module_folders(folder)] == ["right"]
    with pytest.raises(ComponentError, match="the link 'modules/evil' leads out of the checkout"):
        read_content(folder / "evil", ModuleSettings())


@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore", "module.yaml", "events/smoke.json", "events"])
def test_no_file_of_a_module_is_linked_from_outside_the_checkout(folder: Path, outside: Path, name: str) -> None:
    """The first two may be left out of the context, where a link may lead anywhere."""
    module = make(folder / "thumbnail", settings="timeout: 5")
    (module / ".dockerignore").write_text("*\n")
    (module / name).rename(outside / "moved")
    (module / name).symlink_to(outside / "moved")
    path = "path 'modules/thumbnail/events/smoke.json'" if name == "events" else f"link 'modules/thumbnail/{name}'"
    assert refusal(folder) == [f"the {path} leads out of the checkout: put what it leads to in its place"]


def test_a_dockerfile_beside_the_module_may_lie_in_the_checkout_alone(folder: Path, outside: Path) -> None:
    make(folder / "thumbnail", settings="dockerfile: ../../docker/Dockerfile")
    Path("docker").mkdir()
    Path("docker", "Dockerfile").write_text("FROM scratch\n")
    assert [module.name for module in found(folder)] == ["thumbnail"]
    Path("docker").rename(outside / "docker")
    Path("docker").symlink_to(outside / "docker")
    assert refusal(folder) == [
        "the path 'docker/Dockerfile' leads out of the checkout: put what it leads to in its place"
    ]


def test_a_smoke_event_is_a_file_of_a_size_that_lambda_takes(folder: Path) -> None:
    event = make(folder / "thumbnail") / "events" / "smoke.json"
    with event.open("w") as file:
        file.truncate(10**12)
    assert refusal(folder)[0] == (
        "modules/thumbnail/events/smoke.json has 1,000,000,000,000 bytes, and it may have 6,291,456: shorten it"
    )
    event.unlink()
    os.mkfifo(event)
    assert refusal(folder)[0] == (
        "'modules/thumbnail/events/smoke.json' is not a file: delete it, or put one in its place"
    )


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("[" * 101 + "]" * 101, "it has more than 100 levels"),
        ("[" * 100_000, "it has more than 100 levels"),
        ("9" * 401, "a number has 401 digits, and it may have 400"),
        ("NaN", "NaN is not valid JSON"),
    ],
)
def test_an_event_that_python_fails_at_is_refused(folder: Path, event: str, reason: str) -> None:
    make(folder / "thumbnail", smoke_event=event)
    assert refusal(folder) == [f"modules/thumbnail/events/smoke.json is not a JSON document: {reason}; correct it"]


def test_an_event_may_have_any_text_that_json_can_say(folder: Path) -> None:
    make(folder / "thumbnail", smoke_event=r'{"a": "\u0000\ud800"}')
    assert found(folder)[0].settings.smoke.message == r'{"a":"\u0000\ud800"}'


def test_a_folder_elsewhere_may_be_linked_as_a_module(folder: Path) -> None:
    make(Path("shared"), smoke_event="{}")
    (folder / "linked").symlink_to("../shared")
    (module,) = found(folder)
    assert (module.content.spec.context, module.settings.smoke.message) == ("modules/linked", "{}")


def test_a_smoke_event_is_read_in_one_form_whatever_its_formatting(folder: Path) -> None:
    for name, text in (("one", '{"b": 1,\n "a": [1, 2]}'), ("two", '{"a":[1,2],"b":1}')):
        make(folder / name, smoke_event=text)
    one, two = found(folder)
    assert one.settings.smoke.message == two.settings.smoke.message == '{"a":[1,2],"b":1}'


def test_everything_that_is_wrong_with_any_module_is_reported_at_once(folder: Path) -> None:
    make(folder / "My_Module")
    make(folder / "no-json", smoke_event='{"a": }')
    (make(folder / "no-text") / "events" / "smoke.json").write_bytes(b'"\xff"')
    (make(folder / "no-file", smoke_event=None) / "events" / "smoke.json").mkdir()
    (folder / "empty").mkdir()
    (make(folder / "library") / "Dockerfile").unlink()
    (make(folder / "misnamed") / "Module.yml").write_text("memorySize: 3008")
    (folder / "module.yaml").write_text("memorySize: 3008")
    (make(folder / "nothing") / "events" / "smoke.json").write_text("null")
    make(folder / ("m" * 60))
    os.mkfifo(make(folder / "pipe") / "pipe")
    (folder / "to-nowhere").symlink_to("nowhere")
    (folder / "a-file").write_text("")
    make(folder / "right")

    messages = refusal(folder)
    assert [line for line in messages if "right" in line] == []
    for line, beginning in zip(
        messages,
        [
            "'My_Module' can't be the name of a module: use lower-case letters",
            "'modules/a-file' is a file, and a module is a folder: delete it, or put a `_` before its name",
            "'modules/module.yaml' isn't read as settings: it should be in a module's folder",
            "the link 'modules/to-nowhere' is broken: fix or delete it",
            "modules/empty/module.yaml: smoke.event is missing: a new version must answer it before it is served.",
            "'modules/misnamed/Module.yml' isn't read as settings: rename it to 'module.yaml', or delete it",
            "'modules/no-file/events/smoke.json' is not a file: delete it, or put one in its place",
            "modules/no-json/events/smoke.json is not a JSON document: Expecting value: line 1 column 7",
            "modules/no-text/events/smoke.json is not a JSON document: ",
            "modules/nothing/events/smoke.json is null, which means no event: write one, such as {}, or delete",
            "the name 'project-stack-mmmm",
            "there is no Dockerfile 'modules/library/Dockerfile': write it, name another as `dockerfile`, or rename "
            "'modules/library' to '_library' if it is not a module",
            "'modules/pipe/pipe' is a socket, pipe or device",
        ],
        strict=True,
    ):
        assert line.startswith(beginning)


@pytest.mark.parametrize(
    "name",
    ["module.yml", "Module.yaml", "MODULE.YAML", ".module.yaml", "module.yaml.txt", "module.yaml.yml"],
)
def test_a_file_named_almost_as_settings_are_is_refused_beside_them_too(folder: Path, name: str) -> None:
    (make(folder / "thumbnail", settings="timeout: 5") / name).write_text("timeout: 6")
    assert refusal(folder) == [
        f"'modules/thumbnail/{name}' isn't read as settings: rename it to 'module.yaml', or delete it"
    ]


def test_an_empty_folder_may_be_a_submodule_that_was_not_checked_out(folder: Path) -> None:
    make(folder / "thumbnail")
    (folder / "submodule").mkdir()
    messages = refusal(folder, modules={"submodule": {"smoke": {"enabled": False}}})
    assert messages == [
        "there is no Dockerfile 'modules/submodule/Dockerfile': the folder is empty: if it is a Git submodule, "
        "run `git submodule update --init`; else delete it"
    ]


def test_the_ignore_file_that_docker_reads_is_the_one_to_write_into(folder: Path) -> None:
    module = make(folder / "thumbnail", settings="timeout: 5")
    (module / "Dockerfile.dockerignore").write_text("*.md\n")
    os.mkfifo(module / "pipe")
    assert refusal(folder) == [
        "'modules/thumbnail/pipe' is a socket, pipe or device: remove it, or name it in "
        "modules/thumbnail/Dockerfile.dockerignore"
    ]
    (module / "pipe").unlink()
    assert refusal(folder) == [
        "modules/thumbnail/module.yaml is part of the image's context, so that each change of a setting would build "
        "the image: write a line `module.yaml` into modules/thumbnail/Dockerfile.dockerignore"
    ]


def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", messages.append)
    return messages


def test_what_is_probably_a_mistake_is_named_before_anything_is_built(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = warned(monkeypatch)
    (make(folder / "thumbnail") / "start.sh").write_bytes(b"#!/bin/sh\r\n")
    found(folder)
    assert [message.partition(":")[0] for message in messages] == [
        "the first line of 'modules/thumbnail/start.sh' ends with CRLF, as on Windows"
    ]
    found(folder, pipeline={"images": "copy", "after": "dev"})
    assert len(messages) == 1, "this stack builds none of it"


def test_content_that_was_not_fetched_is_refused_where_it_would_be_built(folder: Path) -> None:
    (make(folder / "thumbnail") / "model.bin").write_text(POINTER)
    assert refusal(folder)[0].startswith(
        "'modules/thumbnail' has pointers of Git LFS instead of files: model.bin. Run `git lfs pull`"
    )
    assert found(folder, pipeline={"images": "jobs"}), "the build is refused, but the content is known"
    assert found(folder, pipeline={"images": "copy", "after": "dev"}), "this stack builds none of it"


def test_a_module_that_is_a_submodule_without_its_files_is_named_as_such(folder: Path) -> None:
    make(folder / "thumbnail")
    (folder / "vendored").mkdir()
    Path(".gitmodules").write_text('[submodule "vendored"]\n\tpath = modules/vendored\n\turl = ../vendored\n')
    assert refusal(folder) == [
        "'modules/vendored' is a Git submodule whose files are not in the checkout: run `git submodule update --init "
        "--recursive`, or in a pipeline check out with `submodules: recursive`"
    ]


def test_two_problems_of_one_module_are_both_reported(folder: Path) -> None:
    (folder / "Upper").mkdir()
    assert len(refusal(folder)) == 2


def test_a_folder_without_modules_would_delete_every_function_and_is_refused(folder: Path) -> None:
    (folder / "README.md").write_text("")
    assert refusal(folder) == [
        "there is no enabled module in 'modules', and an update would delete every function: "
        "make a folder with a Dockerfile in it, or delete them with `pulumi destroy`"
    ]


def test_a_missing_folder_is_named() -> None:
    assert refusal(Path("elsewhere"))[0].startswith("there is no folder 'elsewhere'")


def test_everything_of_a_module_is_tagged_with_project_stack_and_module_and_what_settings_say(folder: Path) -> None:
    make(folder / "thumbnail", settings="tags: {team: pictures}\n")
    document = Document(file="Pulumi.stack.yaml", values={**STACK, "tags": {"cost": "7"}}, prefix="project:")
    stack, (module,) = find_modules(folder, document)
    own = {"lambda-images:stack": "project/stack"}
    assert stack.tags == {"cost": "7", **own}
    assert module.settings.tags == {"cost": "7", "team": "pictures", "lambda-images:module": "thumbnail", **own}
    assert module.settings.tags.keys() == {"cost", "team", OWNER_TAG, MODULE_TAG}


def test_a_module_has_no_more_tags_than_aws_takes(folder: Path) -> None:
    tags = ", ".join(f"t{number}: x" for number in range(48))
    make(folder / "thumbnail", settings=f"tags: {{{tags}}}\n")
    (module,) = found(folder)
    assert len(module.settings.tags) == 50
    (folder / "thumbnail" / "module.yaml").write_text(f"tags: {{{tags}, one: more}}\n")
    (message,) = refusal(folder)
    assert "tags is {" in message and "at most 48 items" in message
