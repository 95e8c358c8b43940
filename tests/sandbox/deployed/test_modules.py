from typing import Any

import pytest

from delivery.stack import Stack
from operations.errors import OperationError
from operations.modules import Deployed, check_served, of_module
from sandbox.deployed.modules import check_unmoved, modules_of
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.target import SandboxTarget

STACK = "urn:pulumi:local::lambda-images::"
MODULE = "lambda-images:index:LambdaModule"
FUNCTION = f"{MODULE}$lambda-images:index:ImageFunction"
ORDERS = Deployed("orders", "lambda-images-local-orders", "/aws/lambda/lambda-images-local-orders", "3", "urn-of-live")

CLIENTS: dict[str, object] = {}
SANDBOX = SandboxTarget(
    Stack("lambda-images", "local", "lambda-images-local", CLIENTS.__getitem__),
    PROJECT,
    CLIENTS.__getitem__,
    Layout.of(),
    "http://127.0.0.1:1",
)


def group(module: str) -> dict[str, Any]:
    kind = "aws:cloudwatch/logGroup:LogGroup"
    return {
        "urn": f"{STACK}{MODULE}${kind}::{module}-logs",
        "type": kind,
        "parent": f"{STACK}{MODULE}::{module}",
        "inputs": {"name": f"/aws/lambda/lambda-images-local-{module}"},
    }


def live(module: str, version: str) -> dict[str, Any]:
    kind = "aws:lambda/alias:Alias"
    return {
        "urn": "urn-of-live",
        "type": kind,
        "parent": f"{STACK}{FUNCTION}::{module}",
        "inputs": {},
        "outputs": {"functionVersion": version},
    }


def test_a_module_is_known_by_what_was_made_of_it_and_not_by_outputs() -> None:
    assert modules_of([group("orders"), live("orders", "3"), group("bills")]) == {
        "bills": Deployed("bills", "lambda-images-local-bills", "/aws/lambda/lambda-images-local-bills"),
        "orders": ORDERS,
    }


def test_what_a_killed_run_was_creating_may_be_there() -> None:
    assert modules_of([], pending=[group("orders")]).keys() == {"orders"}


def test_what_waits_for_its_deletion_and_what_belongs_to_no_module_is_left_out() -> None:
    others = {**group("others"), "parent": f"{STACK}pulumi:pulumi:Stack::lambda-images-local"}
    assert modules_of([{**group("orders"), "delete": True}, others]) == {}


def test_an_unknown_module_is_answered_with_the_known_ones() -> None:
    modules = modules_of([group("thumbnail"), group("ai-model")])
    assert of_module(modules, "thumbnail", SANDBOX).module == "thumbnail"
    with pytest.raises(OperationError, match=r"`thumbnials`.*\n.*did you mean `thumbnail`\? .*: ai-model, thumbnail;"):
        of_module(modules, "thumbnials", SANDBOX)


def test_an_alias_that_serves_what_was_deployed_is_fine() -> None:
    check_served(ORDERS, "3", SANDBOX)
    check_unmoved(ORDERS, "3")


def test_a_module_of_which_no_version_has_passed_is_distinguished_from_one_whose_alias_was_deleted() -> None:
    with pytest.raises(OperationError, match="no version of `bills` has passed yet") as refused:
        check_served(modules_of([group("bills")])["bills"], None, SANDBOX)
    assert "make logs MODULE=bills" in refused.value.remedy
    with pytest.raises(OperationError, match="the alias `live` of lambda-images-local-orders is gone") as refused:
        check_served(ORDERS, None, SANDBOX)
    assert "pulumi refresh" in refused.value.remedy


def test_an_alias_that_was_moved_is_named_with_both_versions_and_the_command_that_puts_it_right() -> None:
    with pytest.raises(SandboxError, match="serves version 1, not version 3") as refused:
        check_unmoved(ORDERS, "1")
    assert "bin/sandbox exec -- pulumi refresh --yes --target 'urn-of-live'`, then `make up`" in refused.value.remedy
