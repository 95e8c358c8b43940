"""What makes a module ship, and what doesn't."""

import os
from pathlib import Path

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox


def test_a_second_up_changes_nothing_and_says_so_and_leaves_the_state_as_it_is(tiny: Checkout) -> None:
    """The engine writes the whole state once for every resource whose inputs are others than before."""
    before = tiny.properties()
    assert "nothing changed" in tiny.up().ok().lower()
    assert tiny.properties() == before


def test_the_same_tree_at_another_path_with_other_times_and_an_ignored_file_changes_nothing(
    tiny: Checkout, tmp_path: Path
) -> None:
    elsewhere = Checkout.at(tmp_path / "elsewhere", home=tiny.home)
    for module in (tiny.root / "modules").iterdir():
        elsewhere.add(module.name, module)
    (elsewhere.root / "modules/greeter/events/another.json").write_text("{}")
    for file in (elsewhere.root / "modules").rglob("*"):
        os.utime(file)
    assert elsewhere.preview_steps() == {}


def test_an_edit_and_its_reversal_each_ship_the_edited_module_alone(tiny: Checkout) -> None:
    before = tiny.outputs()
    tiny.edit("modules/greeter/words.txt", "hello", "good morning")
    secrets = tiny.root / "modules" / "greeter" / ".env"
    secrets.touch()

    preview = tiny.preview()
    warning = "warning: 'modules/greeter' has files that usually contain secrets: .env. "
    assert f"greeter is built again, because of\n  + .env\n  ~ words.txt\n{warning}" in preview
    assert "adder" not in preview
    assert warning in tiny.sandbox("status").ok()

    secrets.unlink()
    tiny.up().ok()
    after = tiny.outputs()
    assert after["adder"] == before["adder"]
    assert int(after["greeter"]["version"]) == int(before["greeter"]["version"]) + 1
    assert after["greeter"]["digest"] != before["greeter"]["digest"]
    assert tiny.invoke("greeter") == {"greeting": "good morning, smoke"}
    assert tiny.invoke("adder") == {"sum": 6}

    tags = {before["greeter"]["tag"], after["greeter"]["tag"]}
    tiny.edit("modules/greeter/words.txt", "good morning", "hello")
    tiny.up().ok()
    reverted = tiny.outputs()["greeter"]
    assert reverted["tag"] not in tags, "a tag is never pushed again"
    assert tags | {reverted["tag"]} <= tags_of(tiny, reverted["functionName"])
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
    assert tiny.preview_steps() == {}


def tags_of(checkout: Checkout, repository: str) -> set[str]:
    details = checkout.aws("ecr").describe_images(repositoryName=repository)["imageDetails"]
    return {tag for image in details for tag in image["imageTags"]}


def test_another_smoke_event_is_sent_without_a_build(tiny: Checkout) -> None:
    before = tiny.outputs()["greeter"]
    (tiny.root / "modules/greeter/events/smoke.json").write_text('{"name": "fire"}')
    assert tiny.preview_steps() == {"replace": 1}
    tiny.up().ok()
    assert tiny.outputs()["greeter"] == before
    assert tiny.invoke("greeter") == {"greeting": "hello, fire"}


def test_a_new_folder_is_a_new_module(tiny: Checkout) -> None:
    before = tiny.outputs()
    tiny.add("polite-greeter", tiny.root / "modules/greeter")
    tiny.up().ok()
    after = tiny.outputs()
    assert tiny.invoke("polite-greeter") == {"greeting": "hello, smoke"}
    assert {name: after[name] for name in before} == before
