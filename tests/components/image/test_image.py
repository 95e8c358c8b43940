from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.image.content import BuildSpec, Content
from components.image.image import ModuleImage, ModuleImageArgs, build_password, cache_of, digest_of, offers_layers
from components.image.registry import Registry
from components.image.repository import ImageRepository, ImageRepositoryArgs
from components.image.tags import build_tag, commit_of
from tests.components.mocks import ACCOUNT, DIGEST, REGION, Recording, deploy

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    context = tmp_path / "modules" / "thumbnail"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM scratch\nCOPY app.py /\n")
    (context / "app.py").write_text("answer = 42\n")


def content() -> Content:
    return Content.read(BuildSpec(context="modules/thumbnail", args={"BASE_IMAGE": "base"}, platform="linux/arm64"))


def image(registry: Registry | None = None, cached_tag: str | None = None) -> tuple[Any, Recording]:
    registry = registry or Registry(username="AWS", password="token")

    def program() -> pulumi.Output[Any]:
        repository = ImageRepository(
            "thumbnail",
            ImageRepositoryArgs(
                repository_name="dev-thumbnail", function_names=["dev-thumbnail"], keep_images=1, force_delete=False
            ),
        )
        args = ModuleImageArgs(content=content(), repository=repository, registry=registry, cached_tag=cached_tag)
        made = ModuleImage("thumbnail", args)
        return pulumi.Output.all(uri=made.uri, digest=made.digest, tag=made.tag)

    return deploy(program)


def test_the_uri_is_the_repository_and_the_digest_and_has_no_tag() -> None:
    made, _ = image()
    assert made["uri"] == f"{HOST}/dev-thumbnail@{DIGEST}"
    assert made["digest"] == DIGEST


def test_the_image_is_pushed_under_the_tag_of_its_build_record() -> None:
    made, recording = image()
    assert recording.one("docker:index/image:Image").inputs["imageName"] == f"{HOST}/dev-thumbnail:{made['tag']}"
    assert recording.one("pulumi:index:Stash").inputs["input"]["tag"] == made["tag"]


def test_an_image_keeps_the_password_of_its_build_record_so_that_its_inputs_stay_the_same() -> None:
    _, recording = image()
    assert recording.one("docker:index/image:Image").inputs["registry"]["value"]["password"] == "token"
    assert recording.one("pulumi:index:Stash").inputs["input"]["password"] == "token"
    assert build_password({"tag": "t", "password": "first"}, current="second") == "first"
    assert build_password({"tag": "t"}, current="second") == "second"


def test_a_build_offers_its_layers_and_takes_those_of_the_last_image() -> None:
    _, recording = image(cached_tag="last")
    build = recording.one("docker:index/image:Image").inputs["build"]
    assert build["args"] == {"BASE_IMAGE": "base", "BUILDKIT_INLINE_CACHE": "1"}
    assert build["cacheFrom"] == {"images": [f"{HOST}/dev-thumbnail:last"]}
    assert recording.one("pulumi:index:Stash").inputs["input"]["cachedTag"] == "last"


def test_the_first_build_only_offers_its_layers() -> None:
    _, recording = image(cached_tag="")
    build = recording.one("docker:index/image:Image").inputs["build"]
    assert build["args"] == {"BASE_IMAGE": "base", "BUILDKIT_INLINE_CACHE": "1"}
    assert build.get("cacheFrom") is None


def test_without_a_cache_and_in_records_of_earlier_releases_a_build_is_as_it_was() -> None:
    _, recording = image()
    build = recording.one("docker:index/image:Image").inputs["build"]
    assert build["args"] == {"BASE_IMAGE": "base"}
    assert build.get("cacheFrom") is None
    assert "cachedTag" not in recording.one("pulumi:index:Stash").inputs["input"]
    assert offers_layers({"tag": "t"}) is None
    assert cache_of("host/name", {"tag": "t"}) is None


def _is_secret(output: pulumi.Output[Any]) -> pulumi.Output[bool]:
    return pulumi.Output.from_input(output.is_secret())


def test_the_password_is_a_secret_and_the_tag_is_none() -> None:
    def program() -> pulumi.Output[Any]:
        repository = ImageRepository(
            "a", ImageRepositoryArgs(repository_name="a", function_names=["a"], keep_images=1, force_delete=False)
        )
        registry = Registry(username="AWS", password=pulumi.Output.secret("token"))
        made = ModuleImage("a", ModuleImageArgs(content=content(), repository=repository, registry=registry))
        outputs = {"tag": made.tag, "uri": made.uri, "record": made.record.output}
        return pulumi.Output.all(**{name: _is_secret(output) for name, output in outputs.items()})

    secret, _ = deploy(program)
    assert secret == {"tag": False, "uri": False, "record": True}


def test_the_build_record_is_renewed_by_the_content_and_by_nothing_else() -> None:
    _, recording = image()
    request = recording.request("pulumi:index:Stash")
    assert list(request.ignoreChanges) == ["input"]
    assert request.replacement_trigger.string_value == content().identity


def test_the_build_is_given_relative_paths_and_its_platform() -> None:
    _, recording = image()
    build = recording.one("docker:index/image:Image").inputs["build"]
    assert build == {
        "context": "modules/thumbnail",
        "dockerfile": "modules/thumbnail/Dockerfile",
        "args": {"BASE_IMAGE": "base"},
        "platform": "linux/arm64",
    }


def test_an_emulators_registry_takes_the_place_of_the_host_in_the_url() -> None:
    made, recording = image(Registry(username="AWS", password="token", host="localhost:4566"))
    assert made["uri"] == f"localhost:4566/dev-thumbnail@{DIGEST}"
    assert recording.one("docker:index/image:Image").inputs["registry"]["value"]["server"] == "localhost:4566"


def test_the_tag_names_the_content_and_the_time_in_utc() -> None:
    now = datetime(2026, 11, 22, 18, 5, 9, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert build_tag("0123456789abcdef", now.astimezone(UTC)) == "0123456789ab-20261122T170509123Z"


def test_a_tag_ends_with_the_commit_if_it_is_known() -> None:
    now = datetime(2026, 11, 22, 17, 5, 9, 123_456, UTC)
    tag = build_tag("0123456789abcdef", now, "c0ffee" * 6)
    assert tag == "0123456789ab-20261122T170509123Z-c0ffeec0ffee"
    assert (commit_of(tag), commit_of(build_tag("0123456789abcdef", now))) == ("c0ffeec0ffee", None)
    assert commit_of("latest") is None


def test_the_digest_is_split_off_the_repository() -> None:
    assert digest_of(f"localhost:4566/a@{DIGEST}") == DIGEST
