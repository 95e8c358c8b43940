import sys
from pathlib import Path

import pytest

from components.errors import ComponentError
from delivery import exclude
from delivery.exclude import Excluded


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text("config: {}\n")
    for module, own in {"orders": "", "orders-new": "", "user": "image: {module: orders-new}\n"}.items():
        Path("modules", module).mkdir(parents=True)
        Path("modules", module, "module.yaml").write_text(f"{own}smoke: {{event: {{}}}}\n")


def printed(modules: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["delivery.exclude", modules, "--stack", "dev"])
    exclude.main()
    return capsys.readouterr().out


def test_a_module_is_named_by_the_urn_of_its_component(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which is one resource exactly, whatever other modules are called."""
    orders = "urn:pulumi:dev::shop::lambda-images:index:LambdaModule::orders"
    assert printed(" orders ", monkeypatch, capsys) == f"modules=orders\nurns={orders}\n"


def test_those_that_run_the_image_of_an_excluded_module_are_excluded_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = "urn:pulumi:dev::shop::lambda-images:index:LambdaModule::orders"
    shown = printed("orders  orders-new", monkeypatch, capsys)
    user = orders.replace("::orders", "::user")
    assert shown == f"modules=orders orders-new user\nurns={orders},{orders}-new,{user}\n"


@pytest.fixture
def _chain() -> None:
    """`user` refers to `user-url`, and that to `orders`."""
    Path("modules/orders/module.yaml").write_text("triggers: {url: {}, queues: {jobs: {}}}\nsmoke: {event: {}}\n")
    for module, reference in {"user": "user-url.functionUrl", "user-url": "orders.queues.jobs.url"}.items():
        Path("modules", module).mkdir(exist_ok=True)
        settings = (
            f"triggers: {{url: {{}}}}\nenvironment: {{URL: '${{modules.{reference}}}'}}\nsmoke: {{event: {{}}}}\n"
        )
        Path("modules", module, "module.yaml").write_text(settings)


@pytest.mark.usefixtures("_chain")
def test_those_that_have_to_be_deployed_after_an_excluded_module_are_excluded_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed("orders", monkeypatch, capsys).startswith("modules=orders user user-url\n")


@pytest.mark.usefixtures("_chain")
def test_those_that_have_to_be_deployed_before_a_chosen_module_are_deployed_with_it() -> None:
    assert Excluded.all_but(["user"], "dev", []).modules == ["orders-new"]
    assert Excluded.all_but(["orders"], "dev", []).modules == ["orders-new", "user", "user-url"]


def test_nothing_is_excluded_by_default(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed("", monkeypatch, capsys) == "modules=\nurns=\n"


def test_of_modules_that_run_the_same_image_all_are_left_or_none() -> None:
    def left(*names: str) -> list[str]:
        return Excluded.all_but(names, "dev", ["orders", "gone"]).modules

    assert left("orders") == ["gone", "orders-new", "user"]
    assert left("user") == left("orders-new") == left("user", "orders-new") == ["gone", "orders"]


def test_a_name_that_no_module_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(ComponentError) as refused:
        Excluded.all_but(["order", "orders", "\x1b"], "dev", ["gone"])
    assert str(refused.value).splitlines() == [
        "there is no enabled module 'order': did you mean orders?",
        "there is no enabled module '\\u001b': choose one of orders, orders-new, user",
    ]


def test_what_is_left_is_told_to_the_engine_and_to_the_program() -> None:
    some, nothing = Excluded(["a", "b"], ["urn:a", "urn:b"]), Excluded([], [])
    assert some.options == ["--exclude", "urn:a", "--exclude", "urn:b", "--exclude-dependents"]
    assert some.variables == {"EXCLUDED_MODULES": "a b"}
    assert (nothing.options, nothing.variables) == ([], {"EXCLUDED_MODULES": ""})


@pytest.mark.parametrize("modules", ["order", "orders,orders-new", "*", "orders order"])
def test_what_is_no_module_is_refused_with_those_there_are(
    modules: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"error: can't exclude .*: .* the modules are orders, orders-new, user"):
        printed(modules, monkeypatch, capsys)


@pytest.mark.parametrize("name", ["a\nevil=1", "a evil", "Upper"])
def test_no_folder_can_add_to_what_is_printed(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("modules", name).mkdir()
    Path("modules", name, "module.yaml").write_text("image: {module: orders-new}\nsmoke: {event: {}}\n")
    with pytest.raises(SystemExit, match=r"error: .* can't be the name of a module"):
        printed("orders-new", monkeypatch, capsys)
    assert capsys.readouterr().out == ""
