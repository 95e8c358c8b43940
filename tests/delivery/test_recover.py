from typing import Any

from delivery.recover import unfinished_builds

URN = "urn:pulumi:dev::lambda-images::lambda-images:index:ModuleImage$pulumi:index:Stash::thumbnail-build"


def record(tag: str, **more: Any) -> dict[str, Any]:
    return {"type": "pulumi:index:Stash", "urn": URN, "outputs": {"output": {"tag": tag}}, **more}


def image(tag: str) -> dict[str, Any]:
    return {"type": "docker:index/image:Image", "urn": "u", "outputs": {"imageName": f"localhost:4566/a:{tag}"}}


def export(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)}}


def test_a_build_without_an_image_is_unfinished() -> None:
    assert unfinished_builds(export(record("new"))) == [URN]


def test_a_build_whose_image_is_still_the_one_before_is_unfinished() -> None:
    assert unfinished_builds(export(record("new"), image("old"))) == [URN]


def test_a_build_with_its_image_is_finished() -> None:
    assert unfinished_builds(export(record("new"), image("new"))) == []


def test_a_record_that_is_about_to_be_deleted_is_none() -> None:
    assert unfinished_builds(export(record("old", delete=True), record("new"), image("new"))) == []


def test_records_of_other_things_are_left_alone() -> None:
    served = {"type": "pulumi:index:Stash", "urn": "u", "outputs": {"output": {"files": {}}}}
    assert unfinished_builds(export(served)) == []


def test_a_stack_without_a_deployment_has_nothing_to_recover() -> None:
    assert unfinished_builds({"version": 3, "deployment": None}) == []
    assert unfinished_builds(export()) == []
