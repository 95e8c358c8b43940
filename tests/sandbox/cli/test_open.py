import webbrowser
from types import SimpleNamespace

import pytest

from operations.console import Pages
from operations.errors import OperationError
from sandbox.cli import open as opening
from sandbox.cli.open import What, open_page

CONSOLE = {"console": "https://console/function", "logs": "https://console/logs"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the browser was given."""
    given: list[str] = []

    def show(address: str) -> bool:
        given.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", show)
    return given


def has(monkeypatch: pytest.MonkeyPatch, pages: Pages) -> None:
    target = SimpleNamespace(module=lambda name: None, pages=lambda module: pages)
    monkeypatch.setattr(opening, "target_of", lambda stack: target)


@pytest.mark.parametrize(
    ("url", "what", "page"),
    [
        ("https://url", None, "https://url"),
        (None, None, CONSOLE["console"]),
        ("https://url", What.LOGS, CONSOLE["logs"]),
    ],
)
def test_a_module_is_shown_by_its_url_or_else_by_its_function(
    monkeypatch: pytest.MonkeyPatch, opened: list[str], url: str | None, what: What | None, page: str
) -> None:
    has(monkeypatch, Pages(url, CONSOLE))
    open_page("orders", what)
    assert opened == [page]


def test_an_address_is_printed_if_no_browser_can_be_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    has(monkeypatch, Pages("https://url", {}))
    open_page("orders")
    assert capsys.readouterr().out == "https://url\n"


@pytest.mark.parametrize(
    ("what", "error"), [(What.LOGS, "the sandbox has no console"), (None, "`orders` has no URL"), (What.URL, "no URL")]
)
def test_what_the_sandbox_does_not_have_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, opened: list[str], what: What | None, error: str
) -> None:
    has(monkeypatch, Pages(None, {}))
    with pytest.raises(OperationError, match=error):
        open_page("orders", what)
    assert opened == []
