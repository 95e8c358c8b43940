import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

from components.errors import ComponentError
from components.image import client_build, image
from components.image.build_secrets import BuildSecrets
from components.image.client_build import ClientBuild
from components.image.content import BuildSpec, Content
from components.image.docker_client import Client, logged_in
from components.image.image import ModuleImage, ModuleImageArgs
from components.image.registry import Registry
from components.image.repository import ImageRepository, ImageRepositoryArgs
from components.settings.module import BuildSecret
from tests.components.image.registries import FakeRegistry, Repository, serving
from tests.components.mocks import Recording, deploy

STASH = "pulumi:index:Stash"
DOCKER = """#!/bin/sh
echo "$@" >>"{calls}"
echo "#5 0.1 read $LAMBDA_IMAGES_BUILD_SECRET_0"
[ "$1" = push ] && cat "$DOCKER_CONFIG/config.json" >"{login}" && {push}
exit {code}
"""


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with serving(FakeRegistry({"dev-orders": Repository()})) as started:
        yield started


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders").mkdir()
    Path("orders/Dockerfile").write_text("FROM scratch\n")
    monkeypatch.setenv("TOKEN", "planted")


def client(monkeypatch: pytest.MonkeyPatch, registry: FakeRegistry, code: int = 0) -> Path:
    """A `docker` that notes its calls, and pushes as if another process had: gives the file with the calls."""
    calls, pushed = Path("calls").resolve(), Path("pushed").resolve()
    Path("bin").mkdir()
    script = DOCKER.format(calls=calls, login=Path("login").resolve(), push=f"touch {pushed}", code=code)
    Path("bin/docker").write_text(script)
    Path("bin/docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path('bin').resolve()}:/usr/bin:/bin")
    run = Client.run

    def run_and_push(*arguments: Any) -> int:
        done = run(*arguments)
        if pushed.exists():
            registry.repositories["dev-orders"].push(arguments[1][-1].rpartition(":")[2], b"layer")
        return done

    monkeypatch.setattr(Client, "run", run_and_push)
    return calls


def built(
    registry: FakeRegistry, excluded: bool = False, recording: Recording | None = None, cached_tag: str | None = None
) -> tuple[Any, Recording]:
    def program() -> pulumi.Output[Any]:
        repository = ImageRepository(
            "orders",
            ImageRepositoryArgs(repository_name="dev-orders", function_names=["f"], keep_images=1, force_delete=False),
        )
        spec = BuildSpec(context="orders", platform="linux/amd64", secrets=["token"])
        args = ModuleImageArgs(
            content=Content.read(spec),
            repository=repository,
            registry=Registry(username="AWS", password=pulumi.Output.secret("secret"), host=registry.host),
            secrets=BuildSecrets(module="orders", declared={"token": BuildSecret(env="TOKEN")}),
            cached_tag=cached_tag,
            excluded=excluded,
        )
        made = ModuleImage("orders", args)
        secret: pulumi.Output[bool] = pulumi.Output.from_input(made.uri.is_secret())
        return pulumi.Output.all(uri=made.uri, digest=made.digest, tag=made.tag, secret=secret)

    return deploy(program, recording)


def test_the_client_builds_and_pushes_with_a_login_of_its_own(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = client(monkeypatch, registry)
    made, recording = built(registry)
    name = f"{registry.host}/dev-orders:{made['tag']}"
    digest = registry.repositories["dev-orders"].tags[made["tag"]]
    assert made == {
        "uri": f"{registry.host}/dev-orders@{digest}",
        "digest": digest,
        "tag": made["tag"],
        "secret": False,
    }
    assert calls.read_text().splitlines() == [
        "build --progress=plain --file=orders/Dockerfile --platform=linux/amd64 "
        f"--secret=id=token,env=LAMBDA_IMAGES_BUILD_SECRET_0 --tag={name} orders",
        f"push {name}",
    ]
    login = base64.b64encode(b"AWS:secret").decode()
    assert json.loads(Path("login").read_text()) == {"auths": {registry.host: {"auth": login}}}
    assert recording.requests[STASH, "orders-image"].replacement_trigger.string_value == made["tag"]
    recorded = {one.name: one.inputs["input"] for one in recording.of(STASH)}
    assert recorded == {
        "orders-build": {"tag": made["tag"], "continued": True},
        "orders-image": {"imageName": name, "digest": digest},
    }


@pytest.mark.parametrize("pull", ["touch pulled-as; cp $DOCKER_CONFIG/config.json pulled-as", "exit 1"])
def test_the_last_image_is_pulled_with_the_login_and_a_build_goes_on_without_it(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, pull: str
) -> None:
    calls = client(monkeypatch, registry)
    script = Path("bin/docker").read_text()
    Path("bin/docker").write_text(script.replace("exit 0", f'[ "$1" = pull ] && {{ {pull}; }}\nexit 0'))
    made, recording = built(registry, cached_tag="last")
    last, name = (f"{registry.host}/dev-orders:{tag}" for tag in ("last", made["tag"]))
    assert calls.read_text().splitlines() == [
        f"pull --platform=linux/amd64 {last}",
        "build --progress=plain --file=orders/Dockerfile --platform=linux/amd64 "
        "--secret=id=token,env=LAMBDA_IMAGES_BUILD_SECRET_0 "
        f"--build-arg=BUILDKIT_INLINE_CACHE=1 --cache-from={last} --tag={name} orders",
        f"push {name}",
    ]
    if "cp" in pull:
        assert json.loads(Path("pulled-as").read_text()) == json.loads(Path("login").read_text())
    recorded = {one.name: one.inputs["input"] for one in recording.of(STASH)}
    assert recorded["orders-build"] == {"tag": made["tag"], "continued": True, "cachedTag": "last"}


def test_an_image_that_the_registry_has_is_not_built_and_needs_no_secret(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a run that was killed between the push and its record."""
    calls = client(monkeypatch, registry)
    monkeypatch.delenv("TOKEN")
    monkeypatch.setattr(image, "build_tag", lambda *_: "tag")
    digest = registry.repositories["dev-orders"].push("tag", b"layer")
    made, _ = built(registry)
    assert made["digest"] == digest
    assert not calls.exists()


def test_a_missing_value_fails_the_build_alone(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = client(monkeypatch, registry)
    monkeypatch.delenv("TOKEN")
    with pytest.raises(ComponentError, match="'token' is the environment variable TOKEN, which is not set"):
        built(registry)
    assert not calls.exists()


def test_a_build_that_fails_pushes_nothing_and_its_error_masks_the_secret(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = client(monkeypatch, registry, code=3)
    with pytest.raises(ComponentError, match="`docker build` ended with exit code 3") as failed:
        built(registry)
    assert str(failed.value).endswith("The end of its output:\n  | #5 0.1 read ***")
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["build"]
    assert registry.repositories["dev-orders"].tags == {}


def test_a_missing_client_is_reported(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ComponentError, match="`docker` can't be run: No such file or directory"):
        built(registry)


def test_an_excluded_module_keeps_what_is_recorded_and_asks_nothing(registry: FakeRegistry) -> None:
    _, recording = built(registry, excluded=True)
    assert list(recording.requests[STASH, "orders-image"].ignoreChanges) == ["input"]
    assert registry.requests == []


def test_a_preview_keeps_what_is_recorded_and_asks_nothing(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "build_tag", lambda *_: "tag")
    registry.repositories["dev-orders"].push("tag", b"layer")
    _, recording = built(registry)
    assert list(recording.requests[STASH, "orders-image"].ignoreChanges) == []
    monkeypatch.setattr(image, "is_dry_run", lambda: True)
    _, recording = built(registry)
    assert list(recording.requests[STASH, "orders-image"].ignoreChanges) == ["input"]
    monkeypatch.setattr(client_build, "is_dry_run", lambda: True)
    build = ClientBuild(BuildSpec(context="orders", platform="linux/amd64"), BuildSecrets(module="orders"), None)
    assert asyncio.run(build.digest({})) is UNKNOWN


def test_a_login_keeps_the_users_engine_and_not_their_logins(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "contexts").mkdir(parents=True)
    written = {"auths": {"example.com": {"auth": "eA=="}}, "credsStore": "x", "currentContext": "remote"}
    (own / "config.json").write_text(json.dumps(written))
    with logged_in("host", "AWS", "secret", {"DOCKER_CONFIG": str(own)}) as environ:
        folder = Path(environ["DOCKER_CONFIG"])
        config = json.loads((folder / "config.json").read_text())
        assert (config.keys(), config["currentContext"]) == ({"auths", "currentContext"}, "remote")
        assert config["auths"].keys() == {"host"}
        assert (folder / "contexts").resolve() == own / "contexts"
        assert folder.stat().st_mode & 0o77 == 0
    assert not folder.exists()
    assert json.loads((own / "config.json").read_text()) == written
