import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.arn import AwsScope
from components.errors import ComponentError
from components.function.all_permissions import all_statements
from components.image.content import BuildSpec, Content
from components.image.registry import Registry
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module
from components.references import comparable, with_outputs
from components.settings import ModuleSettings, StackSettings
from components.wiring import Wiring
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy, unknown

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:own"


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    context = tmp_path / "modules" / "orders"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM scratch\n")


def module(name: str, settings: dict[str, Any]) -> Module:
    content = Content.read(BuildSpec(context="modules/orders", platform="linux/amd64"))
    model = ModuleSettings.model_validate({"smoke": {"event": {}}, **settings})
    return Module(name=name, physical_name=f"shop-dev-{name}", settings=model, content=content)


def ship(settings: dict[str, Any], other: dict[str, Any] | None = None, name: str = "own") -> tuple[Any, Recording]:
    """Deploy the module `orders` after `billing`, beside a queue, and a parameter whose value is a secret."""
    registry = Registry(username="AWS", password="token")
    modules = [module("billing", other or {}), module("orders", settings)]

    def program() -> pulumi.Output[Any]:
        queue = aws.sqs.Queue("own", name=name, tags={"team": "orders"})
        parameter = aws.ssm.Parameter("key", name="key", type="SecureString", value=pulumi.Output.secret("hunter2"))
        wiring, shipped = Wiring({"queue": queue, "parameter": parameter}, modules), dict[str, LambdaModule]()
        for each in modules:
            args = LambdaModuleArgs(
                module=each,
                registry=registry,
                settings=StackSettings(),
                references=wiring.values(each, shipped),
            )
            shipped[each.name] = LambdaModule(each.name, args)
        return pulumi.Output.all(*(each.outputs for each in shipped.values()))

    return deploy(program)


def inputs(recording: Recording, name: str = "orders-function") -> dict[str, Any]:
    (found,) = (each.inputs for each in recording.resources if each.name == name)
    return found


def test_an_environment_has_the_values_of_the_account_of_own_resources_and_of_modules() -> None:
    environment = {
        "PLACE": "${account} ${region} ${partition}",
        "ARN": "${resources.queue.arn}",
        "NAME": "${resources.queue.name}",
        "OTHER": "${modules.billing.queues.jobs.url}?x=$${y}",
        "URL": "${modules.billing.functionUrl}",
    }
    _, recording = ship({"environment": environment}, {"triggers": {"url": {}, "queues": {"jobs": {}}}})
    assert inputs(recording)["environment"]["variables"] == {
        "PLACE": f"{ACCOUNT} {REGION} aws",
        "ARN": QUEUE,
        "NAME": "own",
        "OTHER": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/shop-dev-billing-jobs?x=${{y}}",
        "URL": f"https://shop-dev-billing.lambda-url.{REGION}.on.aws/",
    }


def test_policies_triggers_and_destinations_have_them_too() -> None:
    _, recording = ship(
        {
            "policies": {
                "managed": ["arn:aws:iam::${account}:policy/team"],
                "statements": {"Send": {"actions": ["sqs:SendMessage"], "resources": ["${resources.queue.arn}"]}},
            },
            "onFailure": {"destination": "${resources.queue.arn}"},
            "triggers": {"topics": {"news": {"existing": "arn:aws:sns:${region}:${account}:news"}}},
            "secrets": {"KEY": {"existing": "${resources.parameter.name}"}},
        }
    )
    statements = json.loads(inputs(recording, "orders-rights")["policy"])["Statement"]
    resources = {statement["Sid"]: statement["Resource"] for statement in statements}
    assert (resources["Send"], resources["SendFailedEvents"]) == ([QUEUE], QUEUE)
    assert resources["ReadParameters"] == [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/key"]
    attachment = inputs(recording, "orders-account:policy/team")
    assert attachment["policyArn"] == f"arn:aws:iam::{ACCOUNT}:policy/team"
    assert inputs(recording, "orders-on-failure")["destinationConfig"]["onFailure"]["destination"] == QUEUE
    assert inputs(recording, "orders-news-subscription")["topic"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:news"


def test_another_value_makes_another_version() -> None:
    settings = {"environment": {"ARN": "${resources.queue.arn}"}}
    first, same, other = (inputs(ship(settings, name=name)[1])["description"] for name in ("own", "own", "new"))
    assert first == same != other
    written = {"environment": {"ARN": QUEUE}}
    assert inputs(ship(written)[1])["description"] == first


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"environment": {"KEY": "${resources.parameter.value}"}},
            r"refers to \$\{resources.parameter.value\}, which is a secret, and would be in plain text",
        ),
        (
            {"environment": {"KEY": "${resources.queue.tags}"}},
            "which is a list or a mapping, not text: refer to another",
        ),
        (
            {"onFailure": {"destination": "${resources.queue.name}"}},
            r"is own, from \$\{resources.queue.name\}: it should",
        ),
        (
            {"secrets": {"KEY": {"existing": "${resources.queue.arn}"}}},
            "secrets.KEY.existing is not the ARN of a secret in parameterStore",
        ),
    ],
)
def test_a_value_that_the_setting_can_not_have_fails(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ComponentError, match=message):
        ship(settings)


def test_a_module_that_refers_to_a_resource_that_failed_says_so() -> None:
    settings = module("orders", {"environment": {"URL": "${resources.queue.url}"}}).settings

    def program() -> pulumi.Output[Any]:
        wired = with_outputs(settings, {"resources.queue.url": unknown()})
        return pulumi.Output.from_input(wired.environment["URL"])

    with pytest.raises(
        ComponentError, match=r"refers to \$\{resources.queue.url\}, which was not made: the engine has"
    ):
        deploy(program)


def test_all_unknown_resources_and_properties_are_reported_before_modules_are_created() -> None:
    text = "${resources.queu.arn} ${resources.queue.ar} ${resources.queue.kms_master_key_id} ${account}"
    with pytest.raises(ComponentError) as refused:
        ship({"environment": {"VALUE": text}})
    assert str(refused.value).splitlines() == [
        " has ${resources.queu.arn}, but there is no own resource 'queu': did you mean queue?",
        " has ${resources.queue.ar}, but Queue has no property 'ar': did you mean arn?",
    ]


def test_a_boundary_is_compared_with_what_a_preview_knows() -> None:
    statement = {"actions": ["sqs:SendMessage"], "resources": ["${resources.queue.arn}", "arn:aws:sqs:*:${account}:x"]}
    settings = module(
        "orders",
        {
            "policies": {"statements": {"Send": statement}},
            "onFailure": {"destination": "${resources.queue.arn}"},
            "secrets": {"KEY": {"existing": "/key", "kmsKey": "${resources.queue.arn}"}},
        },
    ).settings

    def program() -> pulumi.Output[Any]:
        return comparable(settings, {"resources.queue.arn": unknown(), "account": ACCOUNT})

    compared, _ = deploy(program)
    assert compared.policies.statements["Send"].resources == ["*", f"arn:aws:sqs:*:{ACCOUNT}:x"]
    scope = AwsScope("aws", REGION, ACCOUNT)
    sids = {each["Sid"] for each in all_statements(compared, scope, "shop-dev-orders", None, prefix="shop-dev")}
    assert sids == {"WriteOwnLogs", "WriteTraces", "Send", "ReadParameters"}
