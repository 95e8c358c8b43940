import os
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import Content
from components.modules import read_content
from components.settings import ModuleSettings

SHARED = "*\n!shared/pricing\n!modules/quote/app.py\n"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules `quote` and `invoice`, which share `shared/pricing`."""
    monkeypatch.chdir(tmp_path)
    for name in ("quote", "invoice"):
        write(f"modules/{name}/Dockerfile", "FROM scratch\nCOPY shared/pricing /pricing\n")
        write(f"modules/{name}/app.py")
        write(f"modules/{name}/module.yaml", "context: ../..\n")
        write(f"modules/{name}/Dockerfile.dockerignore", SHARED.replace("quote", name))
    for path in ("shared/pricing/__init__.py", "Pulumi.yaml", "Pulumi.dev.yaml", ".git/HEAD", ".venv/bin/python"):
        write(path)


def write(path: str, text: str = "") -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def read(context: str = "../..", dockerfile: str = "Dockerfile") -> Content:
    return read_content(Path("modules/quote"), ModuleSettings(context=context, dockerfile=dockerfile))


def refusal(context: str = "../..", dockerfile: str = "Dockerfile") -> str:
    with pytest.raises(ComponentError) as refused:
        read(context, dockerfile)
    return str(refused.value)


def test_an_image_is_built_of_the_modules_own_and_the_shared_files() -> None:
    content = read()
    assert (content.spec.context, content.spec.dockerfile_path) == (".", "modules/quote/Dockerfile")
    assert content.context.keys() == {"modules/quote/app.py", "shared/pricing/__init__.py"}
    own = {"modules/quote/Dockerfile", "modules/quote/Dockerfile.dockerignore"}
    assert content.file_hashes.keys() == own | content.context.keys()


def test_a_change_of_a_shared_file_changes_the_image_and_one_of_another_module_does_not() -> None:
    before = read().identity
    for other in ("modules/invoice/app.py", "modules/quote/module.yaml", "shared/other.py", ".git/HEAD", "README.md"):
        write(other, "changed\n")
    assert read().identity == before
    write("shared/pricing/__init__.py", "changed\n")
    assert read().identity != before


def test_a_context_may_also_be_smaller_than_the_module() -> None:
    Path("modules/quote/Dockerfile.dockerignore").unlink()
    write("modules/quote/src/app.py")
    content = read("src")
    assert content.context.keys() == {"app.py"}
    assert "modules/quote/src/app.py" in content.file_hashes


@pytest.mark.parametrize("context", [".", "./", "../quote", "src/.."])
def test_a_context_that_is_the_modules_folder_is_what_the_default_is(context: str) -> None:
    write("modules/quote/Dockerfile.dockerignore", "module.yaml\n")
    default = read_content(Path("modules/quote"), ModuleSettings())
    assert (read(context).identity, read(context).record) == (default.identity, default.record)


def test_a_context_beyond_the_module_needs_an_ignore_file_beside_the_dockerfile() -> None:
    Path("modules/quote/Dockerfile.dockerignore").unlink()
    write(".dockerignore", SHARED)
    assert refusal() == (
        "'modules/quote/Dockerfile.dockerignore' is missing: with the context '.', it has to leave out everything but "
        "what the image needs, for example\n"
        "  *\n"
        "  !path/of/a/shared/folder\n"
        "  !modules/quote\n"
        "  modules/quote/module.yaml\n"
        "  modules/quote/events\n"
        "  **/__pycache__"
    )


def test_that_ignore_file_names_what_it_takes_not_what_it_leaves_out() -> None:
    write("modules/quote/Dockerfile.dockerignore", ".git\nmodules/invoice\n")
    assert refusal().startswith(
        "'modules/quote/Dockerfile.dockerignore' doesn't begin with the line `*`: with the context '.', it has to"
    )
    write("modules/quote/Dockerfile.dockerignore", "")
    assert "!modules" not in refusal("../../shared")


def test_the_lines_that_the_message_has_are_right() -> None:
    Path("modules/quote/Dockerfile.dockerignore").unlink()
    lines = "\n".join(line.strip() for line in refusal().splitlines()[1:])
    write("modules/quote/Dockerfile.dockerignore", lines.replace("path/of/a/shared/folder", "shared/pricing"))
    assert {"modules/quote/app.py", "shared/pricing/__init__.py"} < read().context.keys()


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("modules", "'modules/invoice'"),
        ("modules/invoice/app.py", "'modules/invoice'"),
        ("modules/*/app.py\n!modules/invoice", "'modules/invoice'"),
        ("libraries", "'modules/linked'"),
    ],
)
def test_files_of_another_module_are_refused(pattern: str, named: str) -> None:
    write("libraries/linked/app.py")
    Path("modules/linked").symlink_to("../libraries/linked")
    write("modules/quote/Dockerfile.dockerignore", f"{SHARED}!{pattern}\nmodules/quote/module.yaml\n")
    assert refusal() == (
        f"the context of 'modules/quote' has files of {named}, whose edits would build its image, too: leave out in "
        "modules/quote/Dockerfile.dockerignore what is other modules', and move what several use to a folder of its "
        "own, such as 'shared'"
    )


def test_a_folder_of_another_module_is_no_context() -> None:
    write("modules/quote/Dockerfile.dockerignore", "*\n!app.py\n")
    assert "has files of 'modules/invoice'" in refusal("../invoice")


def test_what_is_beside_the_modules_without_being_one_may_be_shared() -> None:
    write("modules/_library/pricing.py")
    write("modules/quote/Dockerfile.dockerignore", "*\n!modules/_library\n")
    assert read().context.keys() == {"modules/_library/pricing.py"}


@pytest.mark.parametrize("name", [".git", ".venv", "Pulumi.yaml", "Pulumi.dev.yaml"])
@pytest.mark.parametrize("through", ["../..", "../../itself"])
def test_what_differs_by_commit_machine_or_stack_is_refused(name: str, through: str) -> None:
    Path("itself").symlink_to(".")
    write("modules/quote/Dockerfile.dockerignore", f"{SHARED}!{name}\n")
    assert refusal(through) == (
        f"the context of 'modules/quote' has '{name}', which differs by commit, machine or stack: leave out in "
        "modules/quote/Dockerfile.dockerignore what the image doesn't need"
    )


def test_the_modules_own_settings_are_named_by_their_path_in_the_context() -> None:
    write("modules/quote/Dockerfile.dockerignore", "*\n!modules/quote\n")
    assert refusal() == (
        "modules/quote/module.yaml is part of the image's context, so that each change of a setting would build the "
        "image: write a line `modules/quote/module.yaml` into modules/quote/Dockerfile.dockerignore"
    )


def test_a_context_outside_the_checkout_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    Path("away").symlink_to(tmp_path_factory.mktemp("outside"))
    assert refusal("../../away") == ("the link 'away' leads out of the checkout: put what it leads to in its place")


def test_a_link_may_lead_anywhere_in_the_context() -> None:
    os.symlink("../../shared/pricing/__init__.py", "modules/quote/pricing.py")
    write("modules/quote/Dockerfile.dockerignore", "*\n!modules/quote/pricing.py\n")
    assert read().context["modules/quote/pricing.py"].mode == "link"
    write("modules/quote/.dockerignore", "module.yaml\n")
    Path("modules/quote/Dockerfile.dockerignore").unlink()
    assert "'../../shared/pricing/__init__.py' leads out of the context 'modules/quote'" in refusal(".")


def test_a_dockerfile_with_another_name_has_an_ignore_file_with_that_name() -> None:
    write("modules/quote/docker/small", "FROM scratch\n")
    assert refusal(dockerfile="docker/small").startswith("'modules/quote/docker/small.dockerignore' is missing")
    write("modules/quote/docker/small.dockerignore", SHARED)
    assert read(dockerfile="docker/small").context.keys() == read().context.keys()
