import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from sandbox.cli import preview, up
from sandbox.cli.up import _addresses, _table
from sandbox.engine.waiting_host import WaitingHost
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.progress import Progress

ORDERS = {"version": "2", "digest": "sha256:0123456789abcdef", "functionName": "x-local-orders"}


def test_the_table_has_what_is_new_and_what_was_before() -> None:
    outputs = {"orders": ORDERS, "bills": {**ORDERS, "functionName": "x-local-bills"}}
    assert _table({"orders": {"version": "1"}}, outputs, {"orders": "2", "bills": "2"}) == [
        ("module", "version", "digest", "function"),
        ("bills", "2 (new)", "0123456789ab", "x-local-bills"),
        ("orders", "2 (was 1)", "0123456789ab", "x-local-orders"),
    ]


def test_the_table_has_what_is_served_where_that_is_not_what_was_deployed() -> None:
    (_, moved) = _table({"orders": ORDERS}, {"orders": ORDERS}, {"orders": "1"})
    (_, gone) = _table({"orders": ORDERS}, {"orders": ORDERS}, {"orders": None})
    assert (moved[1:3], gone[1:3]) == (("1 (deployed: 2)", "-"), ("- (deployed: 2)", "-"))


def test_addresses_are_those_that_lead_somewhere_on_this_machine() -> None:
    triggers = {
        "functionUrl": "https://abc.lambda-url.us-east-1.on.aws/",
        "routeUrls": {"GET /orders/{id}": "https://abc123.execute-api.us-east-1.amazonaws.com/orders/{id}"},
        "queueUrls": {"new": "http://127.0.0.1:4566/0/x-local-orders-new"},
        "topicArns": {"news": "arn:aws:sns:us-east-1:0:x-local-orders-news"},
    }
    assert list(_addresses({"bills": ORDERS, "orders": {**ORDERS, **triggers}}, "http://127.0.0.1:4566")) == [
        ("orders", "url", "http://127.0.0.1:4566/_aws/lambda-url/abc/"),
        ("orders", "GET /orders/{id}", "http://127.0.0.1:4566/_aws/execute-api/abc123/orders/{id}"),
        ("orders", "queue new", "http://127.0.0.1:4566/0/x-local-orders-new"),
        ("orders", "topic news", "arn:aws:sns:us-east-1:0:x-local-orders-news"),
    ]


def test_the_table_has_no_digest_for_a_module_that_is_held_because_the_newest_image_has_another() -> None:
    held = {**ORDERS, "version": "1", "held": "held at 1 instead of 2"}
    (_, row) = _table({"orders": ORDERS}, {"orders": held}, {"orders": "1"})
    assert row == ("orders", "1 (held)", "-", "x-local-orders")


@pytest.mark.parametrize("run", [lambda layout: up._ship(layout, Progress(), []), lambda _: preview.preview()])
def test_the_program_is_loaded_while_the_sandbox_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[[Layout], object]
) -> None:
    (tmp_path / "__main__.py").write_text("import pulumi\n")
    (tmp_path / "sandbox").symlink_to(PROJECT / "sandbox")
    layout = Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")
    attached: list[dict[str, str]] = []

    def opened(layout: Layout, progress: Progress, *, host: WaitingHost, **_: object) -> NoReturn:
        with host.serving(os.environ) as variables:
            attached.append(variables)
        raise SandboxError("the end of this test")

    monkeypatch.setattr(Layout, "of", lambda: layout)
    for verb in (up, preview):
        monkeypatch.setattr(verb, "opened", opened)
    with pytest.raises(SandboxError, match="the end of this test"):
        run(layout)
    assert attached[0]
