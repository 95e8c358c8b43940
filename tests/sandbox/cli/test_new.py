"""`make new`: a module made of the template."""

import shutil
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.naming import check_module_name
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.new_module import TEMPLATE, with_new_module


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return with_new_module(tmp_path_factory.mktemp("new") / "checkout", "new-orders")


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
    added = folder / Path(junk).parts[0]
    shutil.rmtree(added) if added.is_dir() else added.unlink()


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
