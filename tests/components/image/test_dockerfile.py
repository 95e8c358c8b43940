"""Which images a build takes from registries, and how they are replaced in a Dockerfile."""

import pytest

from components.image.dockerfile import needed_images, with_images_replaced

ALIAS = "ARG BASE_IMAGE=aws\nFROM a:1@sha256:2 AS aws\nFROM ${BASE_IMAGE}\nRUN true\n"
"""What the sample modules have."""


@pytest.mark.parametrize(
    ("text", "args", "target", "needed"),
    [
        (ALIAS, {}, None, ["a:1@sha256:2"]),
        (ALIAS, {"BASE_IMAGE": "b:1"}, None, ["b:1"]),
        ("FROM a:1 AS build\nFROM scratch\nCOPY --from=build /x /\n", {}, None, ["a:1"]),
        ("FROM a:1 AS build\nFROM b:1\nCOPY --from=0 /x /\n", {}, None, ["b:1", "a:1"]),
        ("FROM a:1 AS test\nFROM b:1\n", {}, None, ["b:1"]),
        ("FROM a:1 AS test\nFROM b:1\n", {}, "TEST", ["a:1"]),
        ("FROM a:1 AS test\nFROM b:1\n", {}, "0", ["a:1"]),
        ("FROM b:1\nCOPY --from=a:1 /x /opt/extensions/\n", {}, None, ["b:1", "a:1"]),
        ("FROM a:1 AS a\nFROM a AS a\nFROM a\n", {}, None, ["a:1"]),
        ("ARG TAG\nFROM a:${TAG:-1}\n", {"TAG": "2"}, None, ["a:2"]),
        ("ARG TAG=1\nFROM a:$TAG\nARG TAG=3\nFROM b:$TAG\n", {}, None, ["b:1"]),
        ("FROM a:1\n", {}, "nowhere", []),
        ("", {}, None, []),
    ],
)
def test_a_build_needs_the_images_of_the_stages_that_its_target_leads_to(
    text: str, args: dict[str, str], target: str | None, needed: list[str]
) -> None:
    assert needed_images(text, args, target) == needed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ALIAS, "ARG BASE_IMAGE=aws\nFROM mine AS aws\nFROM ${BASE_IMAGE}\nRUN true\n"),
        ("FROM a:1@sha256:2\n", "FROM mine\n"),
        ("from --platform=$BUILDPLATFORM a:1@sha256:2 as x\n", "from --platform=$BUILDPLATFORM mine as x\n"),
        ("FROM \\\n  # why\n  a:1@sha256:2 \\\n  AS x\n", "FROM \\\n  # why\n  mine \\\n  AS x\n"),
        ("FROM a:1\nFROM b:1\n", "FROM a:1\nFROM b:1\n"),
        ("FROM b:1\nCOPY --from=a:1@sha256:2 /x /\n", "FROM b:1\nCOPY --from=mine /x /\n"),
        ("RUN --mount=type=bind,from=a:1@sha256:2,target=/a x\n", "RUN --mount=type=bind,from=mine,target=/a x\n"),
        ("ARG A=a:1@sha256:2\nFROM $A\nLABEL base=$A\n", "ARG A=a:1@sha256:2\nFROM mine\nLABEL base=$A\n"),
        ("# Made FROM a:1@sha256:2\nFROM b:1\n", "# Made FROM a:1@sha256:2\nFROM b:1\n"),
    ],
)
def test_an_image_is_replaced_wherever_it_is_named_and_lines_keep_their_numbers(before: str, after: str) -> None:
    assert with_images_replaced(before, {"a:1@sha256:2": "mine"}) == after
    assert before.count("\n") == after.count("\n")


def test_a_given_argument_decides_what_is_replaced() -> None:
    text = "ARG BASE=b:1\nFROM $BASE\n"
    assert with_images_replaced(text, {"a:1": "mine"}, {"BASE": "a:1"}) == "ARG BASE=b:1\nFROM mine\n"
    assert with_images_replaced(text, {"b:1": "mine"}, {"BASE": "a:1"}) == text


def test_a_long_line_of_options_is_read_in_no_time() -> None:
    text = "FROM " + "--" * 5000 + "\nRUN --mount=type=x," + "a," * 5000 + "\n"
    assert with_images_replaced(text, {"a:1": "mine"}) == text
