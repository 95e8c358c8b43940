"""`make new`: a module made of the template."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.naming import check_module_name
from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout

TEMPLATE = PROJECT / "modules" / "_template"
TESTING = ("pyproject.toml", "tests/answers.py", "tests/conftest.py", "tests/modules")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """With the template, what tests need, and the module `new-orders` made of them."""
    checkout = Checkout.at(tmp_path_factory.mktemp("new") / "checkout")
    checkout.add(TEMPLATE.name, TEMPLATE)
    (checkout.root / "tests").mkdir()
    for name in TESTING:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy2
        copy(PROJECT / name, checkout.root / name)
    checkout.sandbox("new", "new-orders").ok()
    return checkout


@pytest.fixture(scope="module")
def shipped(docker: DockerEngine, checkout: Checkout) -> Iterator[Checkout]:
    try:
        checkout.up().ok()
        yield checkout
    finally:
        checkout.sandbox("down").ok()


def test_the_template_has_all_that_a_module_has() -> None:
    files = {str(file.relative_to(TEMPLATE)) for file in TEMPLATE.rglob("*") if "__pycache__" not in file.parts}
    assert files == {
        *(".dockerignore", "Dockerfile", "handler.py", "module.yaml", "requirements.in", "requirements.txt"),
        *("events", "events/smoke.json", "events/smoke.expected.json"),
    }
    assert len((TEMPLATE / "module.yaml").read_text().splitlines()) == 2


def test_the_new_module_has_what_the_template_has(checkout: Checkout) -> None:
    made = checkout.root / "modules" / "new-orders"
    assert {str(file.relative_to(made)) for file in made.rglob("*")} == {
        str(file.relative_to(checkout.root / "modules" / "_template"))
        for file in (checkout.root / "modules" / "_template").rglob("*")
    }


@pytest.mark.parametrize(
    "junk", [".DS_Store", ".env", ".idea/x.xml", ".pytest_cache/x", ".venv/lib/x.py", "__pycache__/x.pyc", "notes.md"]
)
def test_what_lies_about_in_a_new_module_does_not_build_it_again(checkout: Checkout, junk: str) -> None:
    folder = checkout.root / "modules" / "new-orders"
    spec = BuildSpec(context="modules/new-orders", platform="linux/amd64")
    before = Content.read(spec, checkout.root)
    assert before.context.keys() == {"handler.py", "requirements.txt"}
    file = folder / junk
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    assert Content.read(spec, checkout.root).identity == before.identity
    file.unlink()


def test_the_next_commands_are_said(checkout: Checkout) -> None:
    said = checkout.sandbox("new", "told").ok()
    shutil.rmtree(checkout.root / "modules" / "told")
    for command in ("make up", "make invoke MODULE=told", "make test ARGS=tests/modules/test_told.py"):
        assert command in said


@pytest.mark.parametrize("name", ["Orders", "new_orders", "-orders", "9orders", "new--orders", "../orders", ""])
def test_a_name_that_the_program_would_refuse_is_refused_in_its_words(checkout: Checkout, name: str) -> None:
    with pytest.raises(ComponentError) as refused:
        check_module_name(name)
    before = sorted(checkout.root.glob("modules/*"))
    assert str(refused.value) in checkout.sandbox("new", "--", name).failed()
    assert sorted(checkout.root.glob("modules/*")) == before


def test_a_module_that_exists_is_left_as_it_is(checkout: Checkout) -> None:
    handler = checkout.root / "modules" / "new-orders" / "handler.py"
    before = handler.read_text()
    handler.write_text(before + "\n# edited\n")
    assert "modules/new-orders exists already" in checkout.sandbox("new", "new-orders").failed()
    assert handler.read_text() == before + "\n# edited\n"
    handler.write_text(before)


def test_a_test_that_exists_is_left_as_it_is(checkout: Checkout) -> None:
    test = checkout.root / "tests" / "modules" / "test_of_another.py"
    test.write_text("")
    assert "tests/modules/test_of_another.py exists already" in checkout.sandbox("new", "of-another").failed()
    assert not (checkout.root / "modules" / "of-another").exists()
    assert test.read_text() == ""
    test.unlink()


@pytest.mark.sandbox
def test_the_new_module_is_shipped_and_answers(shipped: Checkout) -> None:
    assert shipped.outputs().keys() == {"new-orders"}
    assert shipped.invoke("new-orders") == {"greeting": "Hello, you!"}


@pytest.mark.sandbox
def test_the_new_modules_test_passes(docker: DockerEngine, checkout: Checkout) -> None:
    test = Path("tests", "modules", "test_new_orders.py")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(test)],
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout
