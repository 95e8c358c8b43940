from typing import Any

from delivery.unfinished import Unfinished, publish_again

COMPONENT = "urn:pulumi:dev::lambda-images::lambda-images:index:ModuleImage::thumbnail"
BUILD = "urn:pulumi:dev::lambda-images::lambda-images:index:ModuleImage$pulumi:index:Stash::thumbnail-build"
FUNCTION = "urn:pulumi:dev::lambda-images::aws:lambda/function:Function::thumbnail-function"
STACK = {"type": "pulumi:pulumi:Stack", "urn": "urn:stack"}
PROVIDER = "urn:pulumi:dev::lambda-images::pulumi:providers:aws::default_7_51_1"


def record(tag: str, **more: Any) -> dict[str, Any]:
    return {"type": "pulumi:index:Stash", "urn": BUILD, "outputs": {"output": {"tag": tag}}, **more}


def image(tag: str) -> dict[str, Any]:
    return {"type": "docker:index/image:Image", "urn": "u", "outputs": {"imageName": f"localhost:4566/a:{tag}"}}


def resource(type: str, urn: str, **inputs: str) -> dict[str, Any]:
    return {"type": type, "urn": urn, "inputs": inputs, "parent": COMPONENT, "provider": f"{PROVIDER}::the-id"}


FUNCTION_RESOURCE = resource("aws:lambda/function:Function", FUNCTION, name="thumbnail")


def operation(kind: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "resource": of}


def of(*resources: dict[str, Any], operations: Any = ()) -> Unfinished:
    return Unfinished.of({"deployment": {"resources": list(resources), "pending_operations": list(operations)}})


def test_a_build_without_an_image_is_unfinished() -> None:
    assert of(record("new")).builds == [BUILD]


def test_a_build_whose_image_is_still_the_one_before_is_unfinished() -> None:
    assert of(record("new"), image("old")).builds == [BUILD]


def test_a_build_with_its_image_is_finished() -> None:
    assert of(record("new"), image("new")) == Unfinished()


def test_a_build_that_each_update_continues_is_not_begun_again() -> None:
    continued = record("new")
    continued["outputs"]["output"]["continued"] = True
    assert of(continued) == Unfinished()


def test_a_record_that_is_about_to_be_deleted_is_none() -> None:
    assert of(record("old", delete=True), record("new"), image("new")) == Unfinished()


def test_a_build_that_is_going_to_be_renewed_is_not_named_again() -> None:
    assert of(record("new", taint=True)) == Unfinished()


def test_records_of_other_things_are_left_alone() -> None:
    assert of({"type": "pulumi:index:Stash", "urn": "u", "outputs": {"output": {"files": {}}}}) == Unfinished()


def test_a_stack_without_a_deployment_has_nothing_unfinished() -> None:
    assert Unfinished.of({"version": 3, "deployment": None}) == Unfinished()
    assert Unfinished.of({"version": 3, "deployment": {}}) == Unfinished()


def test_a_resource_whose_last_update_failed_has_a_state_that_cannot_be_believed() -> None:
    failed = {**FUNCTION_RESOURCE, "initErrors": ["operation UpdateFunctionConfiguration: refused"]}
    assert of(STACK, failed) == Unfinished(failed=[failed])
    assert of(STACK, {**FUNCTION_RESOURCE, "initErrors": []}) == Unfinished()
    assert of(STACK, {**failed, "delete": True}) == Unfinished()


def test_what_a_killed_run_was_creating_may_be_there() -> None:
    found = of(STACK, operations=[operation("creating", FUNCTION_RESOURCE)])
    assert found.pending_creates == [FUNCTION_RESOURCE]
    assert found.to_refresh == ["urn:stack"]


def test_what_is_known_by_now_is_not_imported_again() -> None:
    assert of(STACK, FUNCTION_RESOURCE, operations=[operation("creating", FUNCTION_RESOURCE)]).pending_creates == []


def test_what_a_killed_run_was_deleting_is_refreshed() -> None:
    found = of(STACK, FUNCTION_RESOURCE, operations=[operation("deleting", FUNCTION_RESOURCE)])
    assert found.to_refresh == ["urn:stack", FUNCTION]


def test_a_function_that_a_killed_run_was_updating_is_never_refreshed() -> None:
    found = of(STACK, FUNCTION_RESOURCE, operations=[operation("updating", FUNCTION_RESOURCE)])
    assert found == Unfinished(to_refresh=["urn:stack"])


def test_a_function_is_published_again_because_the_next_update_changes_its_description() -> None:
    described = {"description": "settings abc", "memorySize": 512}
    export = {"deployment": {"resources": [{**FUNCTION_RESOURCE, "outputs": dict(described)}, {"urn": "other"}]}}
    publish_again(export, [FUNCTION])
    assert export["deployment"]["resources"][0]["outputs"] == {**described, "description": ""}
    publish_again(export, ["urn:unknown"])
