"""Reading versions and moving the alias, against the emulator; and a stack's files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.function.release import Hold, Live
from components.naming import MODULE_TAG, OWNER_TAG
from delivery.live import Function, ReleaseError, functions
from delivery.rollback import caller, conclusion
from delivery.stack import Stack
from sandbox.emulator.process import Emulator
from tests.delivery.conftest import NAME, TRUST, live
from tests.sandbox.emulator.emulators import client, settle


def test_versions_are_listed_with_what_is_known_of_them(orders: Function) -> None:
    shown = [(each.number, each.commit, each.passed, each.share) for each in orders.versions(orders.alias())]
    assert shown == [(3, "3c0ffee", True, 1.0), (2, "2c0ffee", False, 0.0), (1, "1c0ffee", True, 0.0)]


def test_the_share_of_traffic_is_that_of_the_routing_weights(orders: Function) -> None:
    weights = {"AdditionalVersionWeights": {"1": 0.25}}
    orders.client("lambda").update_alias(FunctionName=NAME, Name="live", RoutingConfig=weights)
    assert [each.share for each in orders.versions(orders.alias())] == [0.75, 0.0, 0.25]
    orders.roll_back(1, "alice", "")
    assert [each.share for each in orders.versions(orders.alias())] == [0.0, 0.0, 1.0], "a rollback moves all traffic"


def test_a_rollback_skips_versions_that_did_not_pass(orders: Function) -> None:
    moved = orders.roll_back(None, "alice", "wrong totals")
    assert moved == live(orders)
    assert (moved.version, moved.passed) == (1, (1, 3))
    assert moved.hold and (moved.hold.instead_of, moved.hold.by, moved.hold.reason) == (3, "alice", "wrong totals")
    assert orders.release() == live(orders) == Live(3, (1, 3))


def test_the_second_of_two_rollbacks_at_once_is_refused(orders: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = orders.alias()
    orders.roll_back(1, "alice", "")
    monkeypatch.setattr(Function, "alias", lambda _: seen)
    with pytest.raises(ReleaseError, match="was moved by someone else in this moment"):
        orders.roll_back(1, "bob", "")
    monkeypatch.undo()
    held = live(orders).hold
    assert held and held.by == "alice"


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (2, "version 2 of orders is not known to have passed its checks; these versions have: 1, 3"),
        (3, "`live` of orders serves version 3 already"),
        (9, "version 9 of orders is not known to have passed its checks"),
    ],
)
def test_a_version_that_can_not_be_served_is_refused(orders: Function, to: int, refusal: str) -> None:
    with pytest.raises(ReleaseError, match=refusal):
        orders.roll_back(to, "alice", "")
    assert live(orders) == Live(3, (1, 3))


def test_a_version_whose_image_is_gone_is_refused_and_shown(orders: Function) -> None:
    digest = orders.versions(orders.alias())[-1].digest
    orders.client("ecr").batch_delete_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])
    with pytest.raises(ReleaseError, match="is gone from the registry; ship its commit again"):
        orders.roll_back(None, "alice", "")
    assert [each.tag is None for each in orders.versions(orders.alias())] == [False, False, True]
    assert live(orders) == Live(3, (1, 3))


def test_a_version_that_ran_under_another_role_is_refused(orders: Function, role: str, emulator: Emulator) -> None:
    trust = json.dumps(TRUST)
    other = client(emulator, "iam").create_role(RoleName="other", Path="/team/", AssumeRolePolicyDocument=trust)
    awslambda = orders.client("lambda")
    awslambda.update_function_configuration(FunctionName=NAME, Role=other["Role"]["Arn"])
    settle(awslambda, NAME)
    awslambda.publish_version(FunctionName=NAME)
    alias = {"FunctionVersion": "4", "Description": "passed 1 3 4"}
    awslambda.update_alias(FunctionName=NAME, Name="live", **alias)
    with pytest.raises(ReleaseError, match=f"later versions have another role than {role}, which may be gone"):
        orders.roll_back(3, "alice", "")
    assert live(orders) == Live(4, (1, 3, 4))


def test_without_an_older_version_there_is_nothing_to_roll_back_to(orders: Function) -> None:
    orders.client("lambda").update_alias(FunctionName=NAME, Name="live", FunctionVersion="1", Description="passed 1")
    with pytest.raises(ReleaseError, match="no version before 1 is known to have passed its checks"):
        orders.roll_back(None, "alice", "")


def test_without_an_alias_no_version_has_passed(orders: Function) -> None:
    orders.client("lambda").delete_alias(FunctionName=NAME, Name="live")
    assert [each.passed for each in orders.versions(orders.alias())] == [False, False, False]
    with pytest.raises(ReleaseError, match="no version of orders has passed its checks yet"):
        orders.release()


def test_the_functions_of_a_stack_are_those_that_have_its_tag(orders: Function, role: str) -> None:
    awslambda = orders.client("lambda")
    code = {"ImageUri": orders.versions(orders.alias())[0].image_uri}
    others = {"lambda-images-dev-x-bills": {OWNER_TAG: "lambda-images/dev-x", MODULE_TAG: "bills"}, "another": {}}
    for name, tags in others.items():
        awslambda.create_function(FunctionName=name, Role=role, PackageType="Image", Code=code, Tags=tags)
    assert functions(orders.client, "lambda-images", "dev", "lambda-images-dev") == [orders]
    for name in others:
        awslambda.delete_function(FunctionName=name)


def test_a_call_that_aws_refuses_is_reported(orders: Function, emulator: Emulator) -> None:
    stranger = client(emulator, "lambda", "AKIAIOSFODNN7EXAMPLE", "not-the-secret")
    with pytest.raises(ReleaseError, match=f"reading the alias `live` of {NAME}: An error occurred"):
        replace(orders, client=lambda _: stranger).alias()


@pytest.mark.usefixtures("checkout")
def test_a_stack_without_a_file_is_unknown() -> None:
    with pytest.raises(
        ReleaseError, match=r"no stack file Pulumi\.pord\.yaml; the stacks of this folder are: dev, prod"
    ):
        Stack.of("pord")


@pytest.mark.usefixtures("checkout")
def test_a_stacks_file_says_how_its_functions_are_named_and_where_they_are() -> None:
    dev, prod = Stack.of("dev", {}), Stack.of("prod", {"AWS_REGION": "eu-west-1"})
    assert (dev.prefix, dev.client("lambda").meta.region_name) == ("lambda-images-dev", "eu-central-1")
    assert (prod.prefix, prod.client("lambda").meta.region_name) == ("shop", "eu-west-1")


def test_a_stacks_file_says_how_many_versions_are_kept(checkout: Path) -> None:
    assert Stack.of("dev").keep_versions() == 10
    file = checkout / "Pulumi.dev.yaml"
    file.write_text("config:\n  lambda-images:keepVersions: '3'\n  lambda-images:logRetention: 2\n")
    assert Stack.of("dev").keep_versions() == 3, "mistakes in other settings don't matter"
    file.write_text("config:\n  lambda-images:keepVersions: '0'\n")
    stack = Stack.of("dev")
    with pytest.raises(ReleaseError, match=r"keepVersions is 0: it should be a whole number from 1 to 1000 versions"):
        stack.keep_versions()


def test_an_unknown_module_is_reported_with_the_nearest(orders: Function) -> None:
    stack = Stack("lambda-images", "dev", "lambda-images-dev", orders.client)
    assert stack.function("orders").module == "orders"
    with pytest.raises(ReleaseError, match=r"'ordres' is deployed to dev: did you mean orders\? the .+ are: orders"):
        stack.function("ordres")


def test_a_function_that_belongs_to_another_stack_is_none_of_this_one(orders: Function) -> None:
    stack = Stack("lambda-images", "prod", "lambda-images-dev", orders.client)
    with pytest.raises(
        ReleaseError, match=f"'orders' is deployed to prod: the function {NAME} belongs to something el"
    ):
        stack.function("orders")


@pytest.mark.parametrize(("actor", "name"), [("octo-cat", "octo-cat"), ("a b\n;c", "a-b-c"), ("x" * 99, "x" * 60)])
def test_who_rolls_back_is_named_without_blanks(actor: str, name: str) -> None:
    assert caller({"GITHUB_ACTOR": actor}) == name


def test_the_user_is_told_how_to_end_a_rollback() -> None:
    held = Live(1, (1, 3), Hold(1, 3, "2026-11-28T14:30:00Z", "alice", "wrong totals"))
    assert conclusion("orders", held, "make release MODULE=orders").splitlines() == [
        "orders is held at 1 instead of 3 since 2026-11-28T14:30:00Z by alice: wrong totals",
        "Updates keep this until a version newer than 3 has passed its checks.",
        "To serve version 3 again: make release MODULE=orders",
    ]
    assert conclusion("orders", Live(3, (3,)), "") == "orders serves version 3."
