from pathlib import Path
from typing import Any

import pytest

from components.naming import OWNER_TAG
from components.settings import ModuleSettings, StackSettings
from components.settings.environment import Secret
from components.settings.load import LoadedSettings
from components.settings.triggers import Bucket, Triggers
from delivery.adoption import (
    importable_creates,
    imports,
    is_own,
    modules_of,
    new_components,
    next_creates,
    returning,
)
from delivery.existing import Existing

COMPONENT = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule::thumbnail"
INNER = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule$lambda-images:index:ImageFunction::thumbnail"
FUNCTION = "urn:pulumi:dev::lambda-images::aws:lambda/function:Function::thumbnail-function"
PROVIDER = "urn:pulumi:dev::lambda-images::pulumi:providers:aws::default_7_51_1"


def resource(type: str, urn: str, **inputs: str) -> dict[str, Any]:
    return {"type": type, "urn": urn, "inputs": inputs, "parent": INNER, "provider": f"{PROVIDER}::the-id"}


FUNCTION_RESOURCE = resource("aws:lambda/function:Function", FUNCTION, name="thumbnail")


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
    stack = {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::lambda-images::pulumi:pulumi:Stack::s"}
    module = {"type": "lambda-images:index:LambdaModule", "urn": COMPONENT, "parent": stack["urn"], "custom": False}
    inner = {"type": "lambda-images:index:ImageFunction", "urn": INNER, "parent": COMPONENT, "custom": False}
    preview = {"steps": [step("create", one) for one in (stack, module, inner, {**FUNCTION_RESOURCE, "custom": True})]}
    listed = imports([(FUNCTION_RESOURCE, "thumbnail")], new_components(preview))
    assert [(one["name"], one.get("parent"), one.get("component")) for one in listed["resources"]] == [
        (COMPONENT, None, True),
        (INNER, COMPONENT, True),
        (FUNCTION, INNER, None),
    ]
    assert listed["nameTable"] == {PROVIDER: PROVIDER}


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


@pytest.mark.parametrize(
    ("tags", "own"),
    [
        ({OWNER_TAG: "lambda-images/dev", "team": "a"}, True),
        ({OWNER_TAG: "lambda-images/prod"}, False),
        ({"team": "a"}, False),
        ({}, False),
        (None, True),
    ],
)
def test_what_exists_is_the_stack_s_by_its_tag_or_where_there_can_be_none_by_its_name(
    tags: dict[str, str] | None, own: bool
) -> None:
    assert is_own(FUNCTION_RESOURCE, Existing("thumbnail", tags)) is own


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
    state = {"deployment": {"resources": [other]}}
    assert returning(state, [Path("modules/thumbnail")], lambda: loaded) == ({"thumbnail"} if comes_back else set())


@pytest.mark.parametrize(
    "resources", [[], [{"type": "lambda-images:index:LambdaModule", "urn": COMPONENT}]], ids=["nothing", "the module"]
)
def test_settings_are_not_loaded_for_a_stack_without_resources_or_with_all_modules(
    resources: list[dict[str, Any]],
) -> None:
    def load() -> LoadedSettings:
        raise AssertionError("loaded")

    assert returning({"deployment": {"resources": resources}}, [Path("modules/thumbnail")], load) == set()
