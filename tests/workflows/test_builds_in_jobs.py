"""A deployment whose images jobs build, replayed: who gets which credentials, and what a failed build stops."""

import json
from collections.abc import Iterator
from contextlib import chdir
from typing import Any

import pytest

from components.modules import written_settings
from delivery.images import contents
from tests.workflows.replay import Replay, Replayed
from tests.workflows.test_replay import PUSH, UPDATE, replay

__all__ = ["replay"]

IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/lambda-images-dev-{}@sha256:" + 64 * "1"
LOGIN = "aws-actions/configure-aws-credentials aws-region=eu-central-1 role-to-assume=dev-build-role"


@pytest.fixture(scope="module")
def built_in_jobs(replay: Replay) -> Iterator[Replay]:
    """A checkout whose stack `dev` has its images built in jobs."""
    with (replay.checkout / "Pulumi.dev.yaml").open("a") as settings:
        settings.write("  lambda-images:pipeline: {images: jobs}\n")
    replay.commit()
    yield replay
    replay.undo_commit()


def deployed(replay: Replay, *missing: str, repositories: str = "", fail: str = "") -> Replayed:
    """A push to `main`, of which the registry lacks the images of some modules."""
    with chdir(replay.checkout):
        read = contents(written_settings("lambda-images", "dev"))
    tags = {module: f"{content.identity[:12]}-20261128T143000000Z" for module, content in read.items()}
    images = {module: {"image": IMAGE.format(module), "tag": tag} for module, tag in tags.items()}
    runners = {"ai-model": "ubuntu-24.04", "thumbnail": "ubuntu-24.04-arm"}
    build = [{"module": module, "runner": runners[module]} for module in missing]
    jobs: dict[str, Any] = {"build": build, "repositories": repositories, "images": images}
    payload = {**PUSH, "before": replay.revision("HEAD^1")}
    return replay.run("push", payload, workflow="deploy", fail=fail, jobs=json.dumps(jobs))


def roles(run: Replayed, job: str) -> set[str]:
    return {call["role"] for call in run.calls if call["job"] == job} - {""}


@pytest.fixture(scope="module")
def shipped(built_in_jobs: Replay) -> Replayed:
    """With two images to build, one of them of a new module."""
    return deployed(built_in_jobs, "ai-model", "thumbnail", repositories="thumbnail")


def test_each_missing_image_is_built_by_a_job_of_its_own_with_a_role_that_only_pushes(shipped: Replayed) -> None:
    builds = [call for call in shipped.of("build") if "delivery.build" in call]
    assert len(builds) == 2
    for module in ("ai-model", "thumbnail"):
        (build,) = (call for call in builds if call.endswith(f" -- {module}"))
        assert build.startswith("python -m delivery.build --stack dev --push --to ")
    assert shipped.of("build").count(LOGIN) == 2
    assert roles(shipped, "plan") == roles(shipped, "build") == {"dev-build-role"}


def test_repositories_of_new_modules_are_created_by_the_deploy_role_before_the_builds(shipped: Replayed) -> None:
    (update,) = (call for call in shipped.of("repositories") if " up " in call)
    assert "--target=urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule::thumbnail" in update
    assert "ai-model" not in update
    assert roles(shipped, "repositories") == {"deploy-role"}
    jobs = [call["job"] for call in shipped.calls]
    assert jobs.index("build") > len(jobs) - 1 - jobs[::-1].index("repositories")


def test_the_update_gets_every_image_and_needs_no_docker(shipped: Replayed) -> None:
    (update,) = (call for call in shipped.calls if call["call"] == UPDATE.format("", "dev"))
    images = json.loads(update["images"])
    assert images["stack"] == "dev"
    assert images["modules"].keys() == {"ai-model", "thumbnail"}
    assert [call for call in shipped.of("update") if call.startswith("docker")] == []
    assert shipped.result("Update dev") == "succeeded"


def test_images_are_collected_without_credentials(shipped: Replayed) -> None:
    assert roles(shipped, "collect") == set()
    assert "role-to-assume" not in " ".join(shipped.of("collect"))


@pytest.mark.thorough
def test_a_registry_that_has_all_images_starts_no_build(built_in_jobs: Replay) -> None:
    run = deployed(built_in_jobs)
    assert run.of("build") == run.of("repositories") == []
    (update,) = (call for call in run.calls if call["call"] == UPDATE.format("", "dev"))
    assert json.loads(update["images"])["modules"].keys() == {"ai-model", "thumbnail"}


def test_a_failed_build_stops_the_update_but_not_the_other_builds(built_in_jobs: Replay) -> None:
    run = deployed(built_in_jobs, "ai-model", "thumbnail", fail="delivery.build ai-model")
    assert len([call for call in run.of("build") if "delivery.build" in call]) == 2
    assert run.of("update") == []
    assert "no image was built of ai-model, so nothing is changed" in run.transcript
    assert run.code != 0
