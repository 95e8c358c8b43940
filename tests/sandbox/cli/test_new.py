"""`make new`: modules made of the templates."""

import shutil
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.modules import written_settings
from components.naming import check_module_name
from sandbox.cli.new import Runtime
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.new_module import RUNTIMES, TEMPLATES, with_new_modules


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    runtimes = {f"new-{runtime}": runtime for runtime in RUNTIMES}
    return with_new_modules(tmp_path_factory.mktemp("new") / "checkout", runtimes)


def test_there_is_a_template_for_each_runtime() -> None:
    assert set(RUNTIMES) == set(Runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_template_has_all_that_a_module_has(runtime: str) -> None:
    files = {str(file.relative_to(TEMPLATES / runtime)) for file in (TEMPLATES / runtime).rglob("*")}
    assert files >= {
        *(".dockerignore", "Dockerfile", "module.yaml", "events", "events/smoke.json", "events/smoke.expected.json"),
    }
    locks = {"requirements.txt", "package-lock.json", "go.sum"}
    assert len(files & locks) == 1


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_new_module_has_what_the_template_has(checkout: Checkout, runtime: str) -> None:
    made = checkout.root / "modules" / f"new-{runtime}"
    template = checkout.root / "modules" / "_templates" / runtime
    assert {str(file.relative_to(made)) for file in made.rglob("*")} == {
        str(file.relative_to(template)) for file in template.rglob("*")
    }
    test = (checkout.root / "tests" / "modules" / f"test_new_{runtime}.py").read_text()
    assert f'MODULE = "new-{runtime}"' in test
    assert "_templates" not in test


def test_python_is_the_runtime_if_none_is_given(checkout: Checkout) -> None:
    checkout.sandbox("new", "plain").ok()
    made = checkout.root / "modules" / "plain"
    assert (made / "Dockerfile").read_bytes() == (TEMPLATES / "python" / "Dockerfile").read_bytes()
    shutil.rmtree(made)


def test_a_runtime_that_there_is_no_template_for_is_refused_with_those_that_there_are(checkout: Checkout) -> None:
    ran = checkout.sandbox("new", "legacy", "--runtime", "cobol")
    assert ran.code == 2
    assert all(runtime in ran.stderr for runtime in RUNTIMES)
    assert not (checkout.root / "modules" / "legacy").exists()


def test_the_settings_of_every_new_module_are_valid(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout.root)
    loaded = written_settings("lambda-images", "local")
    assert {f"new-{runtime}" for runtime in RUNTIMES} <= loaded.modules.keys()
    assert loaded.modules["new-web"].triggers.url is not None


JUNK = (
    *(".DS_Store", ".env", ".idea/x.xml", ".pytest_cache/x", ".venv/lib/x.py", "__pycache__/x.pyc", "notes.md"),
    *("node_modules/zod/index.js", "bootstrap", "main_test.go", "Thumbs.db", "handler.py~", ".git/HEAD"),
)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_what_lies_about_in_a_new_module_does_not_build_it_again(checkout: Checkout, runtime: str) -> None:
    folder = checkout.root / "modules" / f"new-{runtime}"
    spec = BuildSpec(context=f"modules/new-{runtime}", platform="linux/amd64")
    before = Content.read(spec, checkout.root)
    assert before.context.keys() == COPIED[runtime]
    for junk in JUNK:
        (folder / junk).parent.mkdir(parents=True, exist_ok=True)
        (folder / junk).touch()
    assert Content.read(spec, checkout.root).identity == before.identity
    for junk in JUNK:
        added = folder / Path(junk).parts[0]
        shutil.rmtree(added) if added.is_dir() else added.unlink()


COPIED = {
    "python": {"handler.py", "requirements.txt"},
    "node": {"handler.mjs", "package.json", "package-lock.json"},
    "go": {"main.go", "go.mod", "go.sum"},
    "web": {"app.py", "requirements.txt"},
    "custom": {"handler.py", "requirements.txt"},
}
"""What the Dockerfiles copy, by runtime."""


def test_the_next_commands_are_printed(checkout: Checkout) -> None:
    printed = checkout.sandbox("new", "another").ok()
    shutil.rmtree(checkout.root / "modules" / "another")
    for command in ("make up", "make invoke MODULE=another", "make test ARGS=tests/modules/test_another.py"):
        assert command in printed


@pytest.mark.parametrize("name", ["Orders", "new_orders", "-orders", "9orders", "new--orders", "../orders", ""])
def test_a_name_that_the_program_would_refuse_is_refused_in_its_words(checkout: Checkout, name: str) -> None:
    with pytest.raises(ComponentError) as refused:
        check_module_name(name)
    before = sorted(checkout.root.glob("modules/*"))
    assert str(refused.value) in checkout.sandbox("new", "--", name).failed()
    assert sorted(checkout.root.glob("modules/*")) == before


def test_a_module_that_exists_is_left_as_it_is(checkout: Checkout) -> None:
    handler = checkout.root / "modules" / "new-python" / "handler.py"
    before = handler.read_text()
    handler.write_text(before + "\n# edited\n")
    assert "modules/new-python exists already" in checkout.sandbox("new", "new-python").failed()
    assert handler.read_text() == before + "\n# edited\n"
    handler.write_text(before)


def test_a_test_that_exists_is_left_as_it_is(checkout: Checkout) -> None:
    test = checkout.root / "tests" / "modules" / "test_of_another.py"
    test.write_text("")
    assert "tests/modules/test_of_another.py exists already" in checkout.sandbox("new", "of-another").failed()
    assert not (checkout.root / "modules" / "of-another").exists()
    assert test.read_text() == ""
    test.unlink()
