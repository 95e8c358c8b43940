"""What a report says, and that nothing in a preview can break out of it."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from delivery.report.markdown import MAX_TEXT_LENGTH, code, fitting, size
from delivery.report.reading import Preview, read_preview
from delivery.report.render import MAX_SIZE, render
from tests.delivery.report.samples import (
    allow,
    diagnostic,
    function,
    module,
    policy,
    preview,
    promoted,
    resource,
    root,
    served,
    shared,
)

PROJECT = Path(__file__).parents[3]
MARKED = "zqx"
"""A part of every hostile text: where it is found, the text is."""
CHARACTERS = "`|\\<>&@#*_[]()!~:./$\n\r\t \x1b\x85\u202e\u2028\u2066\ud800é😀\xa0"
PHRASES = [
    *(
        "\n```\n",
        "\n</details>\n\n",
        "`@octo/team`",
        "<!-- ",
        "-->",
        "\n\n# ",
        "|\n|---|\n|",
        "~~~",
        "&#64;team",
        "\\|",
    ),
    *("](https://example.com)", "<img src=x onerror=alert(1)>", "https://example.com/", "\\"),
]
HOSTILE = st.tuples(
    st.text(st.sampled_from(CHARACTERS) | st.characters(), max_size=20) | st.sampled_from(PHRASES),
    st.just(MARKED),
    st.text(st.sampled_from(CHARACTERS), max_size=10) | st.sampled_from(PHRASES),
).map("".join)
HTML = re.compile(r"<br>|</?details>|</?summary>|</?code>|\n")


def rows(text: str) -> dict[str, list[str]]:
    """The table of a report: cells by the name of the row."""
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0].strip("`"): row[1:] for row in cells}


def tokens(text: str) -> list[Token]:
    """The report as Markdown with tables, with the tokens within lines behind the one of the line."""
    found = MarkdownIt("commonmark").enable("table").parse(text)
    return [each for token in found for each in (token, *(token.children or ()))]


def changes(text: str) -> list[str]:
    """The lines of the lists of all changes."""
    return [line for token in tokens(text) if token.info == "diff" for line in token.content.splitlines()]


def test_each_module_has_a_row_and_each_stack_a_column() -> None:
    dev = preview(
        module("greeter", "create"),
        module("orders"),
        module("thumbnail"),
        module("unused", "delete"),
        served({"app.py": "0644 2", "new.py": "0644 1"}, {"app.py": "0644 1"}),
        function({"imageUri": "1", "timeout": 3}, {"imageUri": "2", "timeout": 5}),
        resource("unused-logs", "aws:cloudwatch/logGroup:LogGroup", "delete", of="unused", retainOnDelete=True),
    )
    prod = preview(
        module("orders"), module("thumbnail"), function({"memorySize": 128}, {"memorySize": 256}), stack="prod"
    )
    text = render([dev, prod])
    assert rows(text) == {
        "module": ["`dev`", "`prod`"],
        "greeter": ["**new**", "not in this stack"],
        "thumbnail": [
            "rebuilt because of `~ app.py`, `+ new.py`<br>changes `~ function: timeout`",
            "changes `~ function: memorySize`",
        ],
        "unused": ["**deleted**; kept in AWS: `logs`", "not in this stack"],
    }
    assert "\n1 other module is unchanged.\n" in text
    assert text.startswith("### Preview of `dev`, `prod`\n")


def test_what_all_modules_share_has_a_row_of_its_own() -> None:
    previews = [
        preview(module("orders"), shared("monitoring-dashboard", "aws:cloudwatch/dashboard:Dashboard", "update")),
        preview(module("orders"), stack="prod"),
    ]
    assert rows(render(previews))["what all modules share"] == ["`~ monitoring-dashboard`", "unchanged"]


def test_a_stack_that_takes_images_shows_what_it_gets_after_the_merge() -> None:
    previewed = preview(
        module("fresh", "create"),
        module("orders"),
        module("thumbnail"),
        served({"app.py": "0644 2"}, {"app.py": "0644 1"}),
        function({"memorySize": 128}, {"memorySize": 256}, of="orders"),
        shared("monitoring-dashboard", "aws:cloudwatch/dashboard:Dashboard", "update"),
    )
    assert rows(render([previewed], promoted_to={"dev": ["staging"]})) == {
        "module": ["`dev`", "`staging`"],
        "fresh": ["**new**", "promoted after the merge"],
        "orders": ["changes `~ function: memorySize`", "previewed after the merge"],
        "thumbnail": ["rebuilt because of `~ app.py`", "promoted after the merge"],
        "what all modules share": ["`~ monitoring-dashboard`", "previewed after the merge"],
    }
    both = render([previewed, preview(module("orders"), stack="staging")], promoted_to={"dev": ["staging"]})
    assert rows(both)["orders"] == ["changes `~ function: memorySize`", "unchanged"]


def test_a_module_that_fails_is_not_promoted() -> None:
    steps = module("thumbnail"), served({"app.py": "0644 2"}, {"app.py": "0644 1"})
    previewed = preview(*steps, diagnostics=[diagnostic("no image", of="thumbnail")])
    found = rows(render([previewed], promoted_to={"dev": ["prod"]}))
    assert found["thumbnail"] == ["**failed**<br>rebuilt because of `~ app.py`", "previewed after the merge"]


def test_an_image_that_is_promoted_is_shown_by_its_digests() -> None:
    old, new = (f"registry/repository@sha256:{digit * 64}" for digit in "ab")
    steps = [
        module("fresh"),
        module("thumbnail"),
        promoted(None, new, of="fresh"),
        promoted(old, new),
        function({"imageUri": old, "timeout": 3}, {"imageUri": new, "timeout": 5}),
    ]
    assert rows(render([preview(*steps)])) == {
        "module": ["`dev`"],
        "fresh": ["promoted `bbbbbbbbbbbb`"],
        "thumbnail": ["promoted `aaaaaaaaaaaa` -> `bbbbbbbbbbbb`<br>changes `~ function: timeout`"],
    }


def test_no_change_is_said_and_needs_no_table() -> None:
    text = render([preview(module("orders"), module("thumbnail"))])
    assert text == "### Preview of `dev`\n\nNothing would change.\n"


def test_holds_and_canaries_are_shown_also_of_modules_that_do_not_change() -> None:
    hold = "held at 3 instead of 4 since 2026-11-28T14:30:00Z by anna: wrong colours"
    canary = "canary of 8 at 10% since 2026-11-28T14:30:00Z for 10 minutes"
    warnings = [
        diagnostic(f"lambda-images-dev-orders is {hold}", "warning", of="orders"),
        diagnostic(f"lambda-images-dev-thumbnail has a {canary}", "warning", of="thumbnail"),
        diagnostic("lambda-images-dev-other goes live untested", "warning", of="other"),
    ]
    steps = [module("orders"), module("thumbnail"), module("other")]
    functions = [function({}, {}, of=name) | {"op": "same"} for name in ("orders", "thumbnail", "other")]
    found = rows(render([preview(*steps, *functions, diagnostics=warnings)]))
    assert found == {"module": ["`dev`"], "orders": [f"`{hold}`"], "thumbnail": [f"`{canary}`"]}


def test_a_module_that_changes_is_shown_as_held_if_it_was_after_the_last_update() -> None:
    held = {"held": "held at 3 instead of 4 since 2026-11-28T14:30:00Z by anna", "canary": ""}
    canary = {"held": "", "canary": "canary of 8 at 10% since 2026-11-28T14:30:00Z for 10 minutes"}
    outputs = {"greeter": held, "orders": held, "secret": "[secret]", "thumbnail": canary}
    changes = [function({"timeout": 3}, {"timeout": 5}, of=name) for name in ("greeter", "secret", "thumbnail")]
    modules = [module(name) for name in outputs]
    assert rows(render([preview(root(**outputs), *modules, *changes)])) == {
        "module": ["`dev`"],
        "greeter": [f"changes `~ function: timeout`<br>`{held['held']}`"],
        "secret": ["changes `~ function: timeout`"],
        "thumbnail": [f"changes `~ function: timeout`<br>`{canary['canary']}`"],
    }


def test_warnings_that_are_about_no_resource_are_quoted_once_and_the_others_are_not() -> None:
    text = "warning: 'modules/x' has `files` @octocat\n"
    root = "urn:pulumi:dev::lambda-images::pulumi:pulumi:Stack::lambda-images-dev"
    said = [
        {"message": text, "severity": "warning"},
        {"message": text, "severity": "warning", "urn": root},
        {"message": "an invented note", "severity": "info"},
        diagnostic("lambda-images-dev-x goes live untested", "warning", of="x"),
        {"message": text.replace("octocat", "mona"), "severity": "warning"},
    ]
    rendered = render([preview(module("x"), diagnostics=said), preview(module("x"), stack="prod")])
    quoted = "  | 'modules/x' has `files` @octocat\n  | 'modules/x' has `files` @mona"
    assert f"\n\nWarnings in `dev`:\n\n```text\n{quoted}\n```\n" in rendered
    assert [rendered.count(word) for word in ("octocat", "untested", "invented")] == [1, 0, 0]


def test_a_failed_preview_has_its_errors_and_what_was_found_before() -> None:
    failed = preview(
        module("greeter"),
        module("orders"),
        module("thumbnail"),
        function({"timeout": 3}, {"timeout": 5}, of="orders"),
        diagnostics=[diagnostic("it has no image\nbuild it", of="thumbnail"), diagnostic("it has no image\nbuild it")],
        code=255,
    )
    text = render([failed, preview(module("greeter"), module("orders"), module("thumbnail"), stack="prod")])
    assert "**The preview of `dev` failed.**" in text
    assert "Errors in `dev`:\n\n```text\n  | it has no image\n  | build it\n```\n" in text
    assert rows(text) == {
        "module": ["`dev`", "`prod`"],
        "orders": ["changes `~ function: timeout`", "unchanged"],
        "thumbnail": ["**failed**", "unchanged"],
    }
    assert "1 other module is not known to change." in text


@pytest.mark.parametrize(
    ("output", "errors", "code", "shown"),
    [
        ("", "error: no stack named 'dev' found\n", 255, "error: no stack named 'dev' found"),
        ("panic", "", 2, "panic"),
        ("", "", 0, "The preview has no output."),
        ("[]", "", 0, "[]"),
        ("{}", "it ended\n", 137, "it ended"),
        ("{}", "", 137, "`pulumi preview` failed with exit code 137."),
    ],
)
def test_a_preview_without_a_result_has_failed(output: str, errors: str, code: int, shown: str) -> None:
    text = render([read_preview("dev", output, errors, code)])
    assert f"```text\n  | {shown}\n```" in text
    assert "Nothing would change" not in text


def test_all_changes_are_folded_with_the_values_of_numbers_alone() -> None:
    old = {"memorySize": 128, "description": "old", "publish": False, "environment": {"variables": {"A": "x"}}}
    new = {
        "memorySize": 256,
        "description": "new",
        "publish": True,
        "environment": {"variables": {"A": "y"}},
        "timeout": 3,
    }
    step = function(old, new)
    step["detailedDiff"] |= {"environment.variables.A": {"kind": "update"}}
    smoke = resource("thumbnail-smoke", "aws:lambda/invocation:Invocation", "replace")
    text = render([preview(module("thumbnail"), step, smoke)])
    assert "<details><summary>All changes in <code>dev</code></summary>\n\n```diff\n" in text
    assert changes(text) == [
        "! thumbnail-function (aws:lambda/function:Function)",
        "!     description",
        "!     environment",
        "!     environment.variables.A",
        "!     memorySize: 128 -> 256",
        "!     publish: false -> true",
        "!     timeout: unset -> 3",
        "! thumbnail-smoke (aws:lambda/invocation:Invocation), replaced",
    ]


@pytest.mark.parametrize("secret", ["[secret]", {"a": "[secret]"}, ["[secret]"]])
def test_a_property_is_named_without_values_if_it_is_or_was_secret_or_text(secret: Any) -> None:
    for old, new in ((1234567, secret), (secret, 1234567), ("hunter2", 1234567), (secret, "hunter2")):
        text = render([preview(module("thumbnail"), function({"port": old}, {"port": new}))])
        assert "!     port\n" in text
        assert not re.search("1234567|hunter2|secret", text)


def test_a_property_without_a_detailed_difference_is_named() -> None:
    step = function({"timeout": 3}, {"timeout": 5}) | {"detailedDiff": None, "diffReasons": ["timeout"]}
    assert rows(render([preview(module("thumbnail"), step)]))["thumbnail"] == ["changes `~ function: timeout`"]


def hostile_preview(text: str) -> Preview:
    """A preview that has a text wherever texts are shown."""
    statement = allow([text], text, Principal={"AWS": text}, Condition={"StringEquals": {text: text}})
    steps = [
        module(text),
        module(f"new {text}", "create"),
        module(f"gone {text}", "delete"),
        served({text: "0644 2", f"2{text}": "0755 1"}, {text: "0644 1"}, of=text),
        function({text: "0"}, {text: "1"}, of=text),
        function({"a": 1}, {text: 2, "a": 2}, of=text),
        resource(text, text, "replace", of=text),
        resource(text, text, "delete", of=text),
        resource(f"{text}-logs", text, "delete", of=f"gone {text}", retainOnDelete=True),
        resource(text, "aws:iam/rolePolicy:RolePolicy", "create", of=text, new={"policy": policy(statement)}),
        resource(text, "aws:sqs/queuePolicy:QueuePolicy", "update", of=text, new={"policy": policy(statement)}),
        resource(text, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "create", of=text, new={"policyArn": text}),
        resource(text, "aws:iam/role:Role", "update", of=text, new={"permissionsBoundary": text}),
        resource(
            text,
            "aws:lambda/permission:Permission",
            "create",
            of=text,
            new={"principal": text, "action": text, "sourceArn": text},
        ),
        resource(text, "aws:lambda/functionUrl:FunctionUrl", "create", of=text, new={"authorizationType": "NONE"}),
        shared(text, text, "update"),
    ]
    diagnostics = [diagnostic(text, of=text), diagnostic(text), diagnostic(f"x is held at {text}", "warning", of=text)]
    return preview(*steps, stack=text, diagnostics=diagnostics)


@given(HOSTILE)
@example("\n```\n</details>\n\n@octo/team zqx")
@example("| a |\n|---|\n`zqx`")
@example("`\\`|\\|zqx\\")
def test_no_text_breaks_out(text: str) -> None:
    report = render([hostile_preview(text), read_preview(text, text, text)])
    found = tokens(report)
    for token in found:
        if token.type in ("text", "html_inline", "html_block") and not token.content.startswith("<details><summary>"):
            assert MARKED not in token.content
            assert "@" not in token.content
        if token.type == "html_inline":
            assert HTML.fullmatch(token.content)
        if token.type == "html_block":
            assert set(re.findall(r"<[^>]*>", token.content)) <= {
                *("<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>")
            }
    assert {token.type for token in found} <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "fence"),
        *("strong_open", "strong_close", "code_inline", "html_inline", "html_block", "blockquote_open"),
        *("blockquote_close", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close"),
        *("th_open", "th_close", "td_open", "td_close"),
    }
    assert sum(token.type == "heading_open" for token in found) == 1
    assert sum(token.type == "table_open" for token in found) == 1
    cells = [sum(each.type in ("th_open", "td_open") for each in found), sum(each.type == "tr_open" for each in found)]
    assert cells[0] == 3 * cells[1]
    assert not any(unicodedata.category(char) in ("Cs", "Zl", "Zp") for char in report)
    assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in report)
    assert not any(
        unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI") for char in report
    )


def crowded(stack: str, length: int) -> Preview:
    """A preview in which every part of the report is too long."""
    names = [f"{number:03}{'😀' * length}" for number in range(200)]
    steps = [
        step
        for name in names
        for step in (
            module(name),
            served({f"{name}{number}": "0644 2" for number in range(10)}, {}, of=name),
            function({f"{name}{number}": 1 for number in range(10)}, {}, of=name),
            resource(name, "aws:lambda/functionUrl:FunctionUrl", "create", of=name, new={"authorizationType": "NONE"}),
        )
    ]
    return preview(*steps, stack=stack, diagnostics=[diagnostic(name * 50, of=name) for name in names])


@pytest.mark.parametrize(("stacks", "length"), [(1, 0), (2, 5), (3, 60)])
def test_a_long_report_is_cut_and_everything_in_it_is_closed(stacks: int, length: int) -> None:
    report = render([crowded(str(number) + "\u202e" * length, length) for number in range(stacks)])
    assert MAX_SIZE // 2 < len(report.encode()) <= MAX_SIZE
    assert report.count("<details>") == report.count("</details>") == stacks
    assert len(re.findall("^```", report, re.MULTILINE)) == 2 * sum(token.type == "fence" for token in tokens(report))
    assert all(token.content.endswith("\n") for token in tokens(report) if token.type == "fence")
    assert all(re.match(r"# \.\.\. and \d+ more lines$", part[-1]) for part in [changes(report)])
    assert re.search(r"^\| and \d+ more rows", report, re.MULTILINE)
    assert re.search(r"^> - and \d+ more", report, re.MULTILINE)
    assert report.endswith("</details>\n")


@given(st.lists(st.text(max_size=20)), st.integers(10, 200))
def test_what_fits_fits_and_the_others_are_counted(lines: list[str], room: int) -> None:
    kept = fitting(lines, room, "+{}")
    assert size(kept) <= room
    assert kept == lines or len(kept) - 1 + int(kept[-1].removeprefix("+")) == len(lines)


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert code("\u202e" * 1000) == "`" + "\\u202e" * MAX_TEXT_LENGTH + "...`"
    assert code("") == "` `"


def test_a_report_is_the_same_each_time() -> None:
    one = preview(module("orders", "create"), module("thumbnail", "create"))
    other = preview(module("thumbnail", "create"), module("orders", "create"))
    assert render([one]) == render([one])
    assert rows(render([one])) == rows(render([other]))


def test_text_that_is_no_json_object_is_never_more_than_an_error() -> None:
    for output in ("1", '"a"', "null", "[[]]", "{", json.dumps("```")):
        assert render([read_preview("dev", output)]).startswith(
            "### Preview of `dev`\n\n**The preview of `dev` failed.**"
        )


def recorded(name: str) -> str:
    """What `pulumi preview --json --show-sames` really printed, with what isn't read removed, and the stack renamed."""
    return Path(__file__).with_name(name).read_text()


def test_the_documented_report_is_that_of_a_recorded_preview() -> None:
    report = render([read_preview("dev", recorded("preview.json"))], promoted_to={"dev": ["prod"]})
    assert report in (PROJECT / "docs" / "github-actions.md").read_text()


@pytest.mark.parametrize("code", [0, 1])
def test_errors_that_the_program_prints_are_those_of_the_preview(code: int) -> None:
    report = render([read_preview("dev", recorded("failed_preview.json"), code=code)])
    assert "  | modules/greeter/module.yaml:1: memorySize is 1: it should be a whole number from 128" in report
    assert "Nothing would change" not in report


def test_other_output_of_the_program_is_an_error_only_if_the_preview_failed() -> None:
    printed = {"message": "Traceback", "severity": "info#err"}
    assert "Errors" not in render([preview(module("orders"), diagnostics=[printed])])
    assert "  | Traceback" in render([preview(module("orders"), diagnostics=[printed], code=1)])
