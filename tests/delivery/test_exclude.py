import inspect
import sys
from pathlib import Path

import pytest

from components.lambda_module import LambdaModule
from delivery import exclude
from delivery.adoption import MODULE_TYPE


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    for module in ("orders", "orders-new"):
        Path("modules", module).mkdir(parents=True)


def printed(modules: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["delivery.exclude", modules, "--stack", "dev"])
    exclude.main()
    return capsys.readouterr().out


def test_a_module_is_named_by_the_urn_of_its_component(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which is one resource exactly, whatever other modules are called."""
    orders = "urn:pulumi:dev::shop::lambda-images:index:LambdaModule::orders"
    assert printed("orders", monkeypatch, capsys) == f"urns={orders}\n"
    assert printed(" orders  orders-new ", monkeypatch, capsys) == f"urns={orders},{orders}-new\n"


def test_nothing_is_excluded_unasked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed("", monkeypatch, capsys) == "urns=\n"


@pytest.mark.parametrize("modules", ["order", "orders,orders-new", "*", "orders order"])
def test_what_is_no_module_is_refused_with_those_there_are(
    modules: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"error: can't exclude .*: .* the modules are orders, orders-new"):
        printed(modules, monkeypatch, capsys)


def test_the_type_is_the_programs() -> None:
    assert f'"{MODULE_TYPE}"' in inspect.getsource(LambdaModule)
