from typing import Any

import pytest

from components.naming import OWNER_TAG
from components.settings import ModuleSettings, StackSettings
from components.settings.environment import Secret
from components.settings.load import LoadedSettings
from components.settings.triggers import Bucket, Triggers
from delivery.adoption import (
    foreign,
    ids,
    importable_creates,
    imports,
    modules_of,
    new_components,
    next_creates,
    returning,
    without,
)
from delivery.aws_ids import UNKNOWN

COMPONENT = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule::thumbnail"
INNER = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule$lambda-images:index:ImageFunction::thumbnail"
FUNCTION = "urn:pulumi:dev::lambda-images::aws:lambda/function:Function::thumbnail-function"
PROVIDER = "urn:pulumi:dev::lambda-images::pulumi:providers:aws::default_7_51_1"


def resource(type: str, urn: str, **inputs: str) -> dict[str, Any]:
    return {"type": type, "urn": urn, "inputs": inputs, "parent": INNER, "provider": f"{PROVIDER}::the-id"}


FUNCTION_RESOURCE = resource("aws:lambda/function:Function", FUNCTION, name="thumbnail")


class Service:
    """A boto3 client that answers from what is given: by method, the answer or an exception of its own."""

    class exceptions:
        class ResourceNotFoundException(Exception): ...

        class QueueDoesNotExist(Exception): ...

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            answer = self._answers[name]
            if isinstance(answer, type):
                raise answer
            return answer

        return call


def found(one: dict[str, Any], service: Service | None = None) -> list[str]:
    return [id for _, id in ids([one], lambda name: service)]


@pytest.mark.parametrize(
    ("type", "inputs", "id"),
    [
        ("lambda/functionUrl:FunctionUrl", {"functionName": "thumbnail", "qualifier": "live"}, "thumbnail/live"),
        (
            "lambda/permission:Permission",
            {"function": "thumbnail", "qualifier": "live", "statementId": "by-s3"},
            "thumbnail:live/by-s3",
        ),
        ("s3/bucket:Bucket", {"bucket": "uploads"}, "uploads"),
        ("scheduler/schedule:Schedule", {"name": "nightly"}, "default/nightly"),
        ("kms/alias:Alias", {"name": "alias/dev"}, "alias/dev"),
        ("ssm/parameter:Parameter", {"name": "/lambda/f/KEY", "value": UNKNOWN}, "/lambda/f/KEY"),
    ],
)
def test_what_is_there_already_is_found_by_its_inputs(type: str, inputs: dict[str, str], id: str) -> None:
    assert found(resource(f"aws:{type}", "urn::trigger", **inputs)) == [id]


def test_an_id_with_a_part_that_is_not_known_yet_is_none() -> None:
    assert found(resource("aws:lambda/alias:Alias", "urn::live", functionName=UNKNOWN, name="live")) == []


def test_the_ids_that_aws_chooses_are_looked_up() -> None:
    secret = resource("aws:secretsmanager/secret:Secret", "urn::KEY", name="/lambda/f/KEY")
    there = Service(describe_secret={"ARN": "arn:secret-AbCdEf"})
    assert found(secret, there) == ["arn:secret-AbCdEf"]
    assert there.calls == [("describe_secret", {"SecretId": "/lambda/f/KEY"})]
    assert found(secret, Service(describe_secret=Service.exceptions.ResourceNotFoundException)) == []

    mapping = resource(
        "aws:lambda/eventSourceMapping:EventSourceMapping", "urn::m", functionName="arn:f:live", eventSourceArn="arn:q"
    )
    there = Service(list_event_source_mappings={"EventSourceMappings": [{"UUID": "u-1"}]})
    assert found(mapping, there) == ["u-1"]
    asked = {"FunctionName": "arn:f:live", "EventSourceArn": "arn:q"}
    assert there.calls == [("list_event_source_mappings", asked)]
    assert found(mapping, Service(list_event_source_mappings={"EventSourceMappings": []})) == []
    unknown = {**mapping, "inputs": {**mapping["inputs"], "eventSourceArn": UNKNOWN}}
    assert found(unknown, Service()) == []

    queue = resource("aws:sqs/queue:Queue", "urn::q", name="f-orders")
    assert found(queue, Service(get_queue_url={"QueueUrl": "https://sqs/f-orders"})) == ["https://sqs/f-orders"]
    assert found(queue, Service(get_queue_url=Service.exceptions.QueueDoesNotExist)) == []


def test_a_secret_that_waits_for_its_deletion_is_restored() -> None:
    there = Service(describe_secret={"ARN": "arn:secret", "DeletedDate": "2026-01-02"}, restore_secret={})
    assert found(resource("aws:secretsmanager/secret:Secret", "urn::KEY", name="n"), there) == ["arn:secret"]
    assert there.calls[-1] == ("restore_secret", {"SecretId": "arn:secret"})


def test_an_import_has_the_names_parents_and_providers_of_the_program() -> None:
    assert imports([(FUNCTION_RESOURCE, "thumbnail")], {}) == {
        "nameTable": {INNER: INNER, PROVIDER: PROVIDER},
        "resources": [
            {
                "type": "aws:lambda/function:Function",
                "name": FUNCTION,
                "logicalName": "thumbnail-function",
                "id": "thumbnail",
                "parent": INNER,
                "provider": PROVIDER,
            },
        ],
    }


def test_components_that_the_state_does_not_have_are_imported_before_what_is_in_them() -> None:
    module = {"type": "lambda-images:index:LambdaModule", "urn": COMPONENT, "parent": "urn:stack", "custom": False}
    inner = {"type": "lambda-images:index:ImageFunction", "urn": INNER, "parent": COMPONENT, "custom": False}
    preview = {"steps": [step("create", one) for one in (module, inner, {**FUNCTION_RESOURCE, "custom": True})]}
    listed = imports([(FUNCTION_RESOURCE, "thumbnail")], new_components(preview))
    assert [(one["name"], one["parent"], one.get("component")) for one in listed["resources"]] == [
        (COMPONENT, "urn:stack", True),
        (INNER, COMPONENT, True),
        (FUNCTION, INNER, None),
    ]
    assert listed["nameTable"] == {"urn:stack": "urn:stack", PROVIDER: PROVIDER}


def step(op: str, state: dict[str, Any], *dependencies: str) -> dict[str, Any]:
    return {"op": op, "urn": state["urn"], "newState": {**state, "dependencies": list(dependencies)}}


def test_only_what_depends_on_nothing_new_can_have_been_created_by_an_earlier_run() -> None:
    role = resource("aws:iam/role:Role", "urn:pulumi:dev::p::aws:iam/role:Role::role", name="r")
    policy = resource("aws:iam/rolePolicy:RolePolicy", "urn:pulumi:dev::p::t::policy")
    alias = resource("aws:lambda/alias:Alias", "urn:pulumi:dev::p::t::live", functionName="f", name="live")
    preview = {
        "steps": [
            step("same", FUNCTION_RESOURCE),
            step("create", role),
            step("create", policy, role["urn"]),
            step("create", alias, policy["urn"], FUNCTION),
        ]
    }
    assert [one["urn"] for one in next_creates(preview)] == [role["urn"]]
    assert [one["urn"] for one in importable_creates(preview)] == [role["urn"], alias["urn"]]


def test_resources_are_of_the_module_whose_component_is_above_them() -> None:
    module = {"type": "lambda-images:index:LambdaModule", "urn": COMPONENT, "parent": "urn:pulumi:dev::p::s::s"}
    inner = {"type": "lambda-images:index:ImageFunction", "urn": INNER, "parent": COMPONENT}
    topic = {"type": "aws:sns/topic:Topic", "urn": "urn:pulumi:dev::p::t::alarms", "parent": ""}
    preview = {"steps": [step("create", one) for one in (module, inner, FUNCTION_RESOURCE, topic)]}
    assert modules_of(preview, {}) == {COMPONENT: "thumbnail", INNER: "thumbnail", FUNCTION: "thumbnail"}
    preview, state = {"steps": preview["steps"][2:]}, {"deployment": {"resources": [module, inner]}}
    assert modules_of(preview, state) == {FUNCTION: "thumbnail"}


def imported(type: str, tags: dict[str, str] | None) -> dict[str, Any]:
    return {"deployment": {"resources": [{"type": type, "urn": FUNCTION, "outputs": {"tags": tags}}]}}


@pytest.mark.parametrize(
    ("tags", "strange"),
    [
        ({OWNER_TAG: "lambda-images/dev", "team": "a"}, []),
        ({OWNER_TAG: "lambda-images/prod"}, [FUNCTION]),
        ({"team": "a"}, [FUNCTION]),
        (None, [FUNCTION]),
    ],
)
def test_what_has_no_tag_of_the_stack_is_not_its_own(tags: dict[str, str] | None, strange: list[str]) -> None:
    assert foreign(imported("aws:lambda/function:Function", tags), [FUNCTION]) == strange
    assert foreign(imported("aws:lambda/function:Function", tags), []) == []


def test_what_can_have_no_tag_is_identified_by_its_name() -> None:
    assert foreign(imported("aws:lambda/alias:Alias", None), [FUNCTION]) == []


def test_a_state_without_some_resources_keeps_the_others() -> None:
    export = {"version": 3, "deployment": {"manifest": {}, "resources": [{"urn": "a"}, {"urn": "b"}]}}
    assert without(export, ["a"]) == {"version": 3, "deployment": {"manifest": {}, "resources": [{"urn": "b"}]}}


@pytest.mark.parametrize(
    ("stack", "module", "comes_back"),
    [
        ({}, {}, False),
        ({"protection": True}, {}, True),
        ({}, {"secrets": {"KEY": Secret(store="secretsManager")}}, True),
        ({}, {"secrets": {"KEY": Secret(store="secretsManager", existing="elsewhere")}}, False),
        ({}, {"secrets": {"KEY": Secret()}}, False),
        ({}, {"triggers": Triggers(buckets={"uploads": Bucket()})}, True),
        ({}, {"triggers": Triggers(buckets={"uploads": Bucket(existing="inbox")})}, False),
    ],
)
def test_only_a_new_module_of_which_something_may_have_been_kept_is_looked_for(
    stack: dict[str, Any], module: dict[str, Any], comes_back: bool
) -> None:
    loaded = LoadedSettings(stack=StackSettings(**stack), modules={"thumbnail": ModuleSettings(**module)})
    other = {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::lambda-images::pulumi:pulumi:Stack::s"}
    assert returning({"deployment": {"resources": [other]}}, loaded) == ({"thumbnail"} if comes_back else set())
    assert returning({"deployment": {"resources": []}}, loaded) == set()
    component = {"type": "lambda-images:index:LambdaModule", "urn": COMPONENT}
    assert returning({"deployment": {"resources": [component]}}, loaded) == set()
