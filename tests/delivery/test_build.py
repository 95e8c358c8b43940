import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec
from components.modules import written_settings
from delivery import build
from delivery.build import BuildError, build_command, content_of, push_command
from delivery.images import Registry, Repository, settings_of
from delivery.stack import Stack
from tests.delivery.test_images import HOST, FakeEcr, described

PROJECT = Path(__file__).parents[2]
HOSTILE = r"#5 0.1 \033[2Jred\n::error::forged\n"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text(
        "config:\n  shop:buildArgs:\n    BASE: base\n  shop:modules:\n    paused:\n      enabled: false\n"
        "  shop:secrets:\n    orders:\n      KEY:\n        secure: v1:x:y\n"
    )
    for name in ("orders", "paused", "user"):
        Path("modules", name, "events").mkdir(parents=True)
        Path("modules", name, "events", "smoke.json").write_text("{}")
        Path("modules", name, "Dockerfile").write_text("FROM scratch\n")
        Path("modules", name, ".dockerignore").write_text("module.yaml\n")
    Path("modules/orders/module.yaml").write_text(
        "target: app\narchitecture: arm64\nbuildArgs: {OWN: '1'}\nsecrets: {KEY: {}}\n"
    )
    Path("modules/user/module.yaml").write_text("image: {module: orders}\n")


def spec_of(module: str, stack: str) -> BuildSpec:
    return content_of(module, stack, written_settings("shop", stack)).spec


def built(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """By a `docker` that prints what a hostile build can, and its last argument."""
    Path("bin").mkdir()
    docker = Path("bin", "docker")
    docker.write_text(f'#!/bin/sh\nprintf "%b" "{HOSTILE}" >&2\nfor last; do :; done\necho "$last"\nexit 3\n')
    docker.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "delivery.build", *arguments],
        env={**os.environ, "PATH": f"{Path.cwd()}/bin:/usr/bin:/bin", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )


def test_an_image_with_shared_files_is_built_from_its_context() -> None:
    Path("modules/paused/module.yaml").write_text("context: ../..\nenabled: true\n")
    Path("modules/paused/Dockerfile.dockerignore").write_text("*\n!modules/paused/app.py\n")
    Path("Pulumi.dev.yaml").write_text("config: {}\n")
    Path("modules/orders/module.yaml").unlink()
    assert build_command(spec_of("paused", "dev")) == [
        *("docker", "build", "--progress=plain"),
        *("--file=modules/paused/Dockerfile", "--platform=linux/amd64", "."),
    ]


def test_an_image_is_built_with_the_settings_of_module_and_stack() -> None:
    assert build_command(spec_of("orders", "dev")) == [
        *("docker", "build", "--progress=plain"),
        *("--file=modules/orders/Dockerfile", "--platform=linux/arm64", "--target=app"),
        *("--build-arg=BASE=base", "--build-arg=OWN=1", "modules/orders"),
    ]


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("user", "user runs the image of orders, so build that"),
        ("paused", "there is no module 'paused' enabled in dev"),
        ("-h", "there is no module '-h' enabled in dev"),
        ("--help", "there is no module '--help' enabled in dev"),
        ("../orders", "there is no module '../orders' enabled in dev"),
        ("a\n::error::x", r"there is no module 'a\n::error::x' enabled in dev"),
    ],
)
def test_a_build_of_nothing_fails(module: str, why: str) -> None:
    done = built("--stack", "dev", "--", module)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"error: nothing to build: {why}\n")


def test_a_build_of_what_was_not_fetched_fails() -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    Path("modules/orders/model.bin").write_text(pointer)
    failed = built("orders", "--stack=dev")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "'modules/orders' has pointers of Git LFS instead of files: model.bin. Run `git lfs pull`" in failed.stderr


def test_a_modules_name_is_not_taken_for_an_option() -> None:
    done = built("-h", "--stack", "dev")
    assert done.returncode == 2
    assert "the following arguments are required: module" in done.stderr


@pytest.mark.parametrize("name", ["-h", "Upper", "a\nb=1", "a b"])
def test_a_name_that_an_update_refuses_is_refused_here_too(name: str) -> None:
    shutil.copytree("modules/orders", Path("modules", name))
    with pytest.raises(ComponentError, match="can't be the name of a module"):
        spec_of("orders", "dev")


def test_a_builds_exit_code_is_the_commands_own_and_nothing_obeys_what_it_prints() -> None:
    done = built("orders", "--stack", "dev")
    assert done.returncode == 3
    assert done.stdout.splitlines() == [r"#5 0.1 \u001b[2Jred", r"\u003a:error::forged", "modules/orders"]


SECRETS = "secrets: {KEY: {}}\nbuildSecrets: {pip: {env: PIP_INDEX_URL}, npm: {env: NPM_TOKEN}}\nbuildSsh: true\n"


def test_a_build_without_secrets_says_which_image_it_does_not_build() -> None:
    Path("modules/orders/module.yaml").write_text(SECRETS)
    done = built("--stack", "dev", "--without-secrets", "--", "orders")
    assert (done.returncode, done.stdout) == (
        0,
        "orders is not built, because its build may use the secret 'npm' and the secret 'pip' and an SSH agent, which "
        "this build doesn't get.\n",
    )


def test_a_build_without_secrets_builds_what_needs_none() -> None:
    assert built("--stack", "dev", "--without-secrets", "--", "orders").returncode == 3


def test_a_build_with_secrets_masks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("modules/orders/module.yaml").write_text(SECRETS)
    for name, value in {"PIP_INDEX_URL": "::forged", "NPM_TOKEN": "red", "SSH_AUTH_SOCK": "/socket"}.items():
        monkeypatch.setenv(name, value)
    done = built("--stack", "dev", "--", "orders")
    assert done.returncode == 3
    assert done.stdout.splitlines() == [r"#5 0.1 \u001b[2J***", r"\u003a:error***", "modules/orders"]


def test_a_build_without_a_value_fails() -> None:
    Path("modules/orders/module.yaml").write_text("secrets: {KEY: {}}\nbuildSecrets: {pip: {env: UNSET}}\n")
    done = built("--stack", "dev", "--", "orders")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the build secret 'pip' is the environment variable UNSET, which is not set: set it" in done.stderr


def test_mistakes_in_any_settings_are_reported() -> None:
    Path("modules/paused/module.yaml").write_text("timout: 5\n")
    with pytest.raises(ComponentError, match=r"modules/paused/module\.yaml:1: timout is not a setting"):
        spec_of("orders", "dev")


TAG = "0123456789ab-20261128T143000000Z"
CACHED = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"


@pytest.mark.parametrize("before", [[], [described("1", f"cache-{TAG}")]], ids=["the first build", "a later build"])
def test_a_push_is_of_a_single_image_with_a_cache_under_a_tag_of_its_own(before: list[dict[str, Any]]) -> None:
    repository = Repository("registry/orders", before)
    spec = BuildSpec(context="modules/orders", platform="linux/arm64", target="app", args={"OWN": "1"})
    assert push_command(spec, repository, "new", Path("metadata.json")) == [
        *("docker", "buildx", "build", "--progress=plain"),
        *("--file=modules/orders/Dockerfile", "--platform=linux/arm64", "--target=app", "--build-arg=OWN=1"),
        *("--provenance=false", "--sbom=false"),
        *([f"--cache-from=type=registry,ref=registry/orders:cache-{TAG}"] if before else []),
        f"--cache-to=type=registry,ref=registry/orders:cache-new,{CACHED}",
        *("--tag=registry/orders:new", "--push", "--metadata-file=metadata.json", "modules/orders"),
    ]


DOCKER = """#!/bin/sh
echo "$1 $2" >>calls
[ "$1" = login ] && cat >login && exit ${LOGIN:-0}
for each; do case "$each" in
    --metadata-file=*) echo '{"containerimage.digest": "sha256:DIGEST"}' >"${each#*=}" ;;
    --tag=*) echo "${each#*:}" >tag ;;
esac; done
exit ${BUILD:-0}
""".replace("DIGEST", 64 * "5")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> FakeEcr:
    """The registry of a stack whose images jobs build, and a `docker` that notes its calls."""
    with Path("Pulumi.dev.yaml").open("a") as settings:
        settings.write("  shop:pipeline: {images: jobs}\n")
    Path("bin").mkdir()
    Path("bin", "docker").write_text(DOCKER)
    Path("bin", "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path.cwd()}/bin:/usr/bin:/bin")
    ecr = FakeEcr({"shop-dev-orders": []})
    monkeypatch.setattr(Registry, "of", lambda *_: Registry(HOST, "AWS", "secret", ecr))
    return ecr


def test_an_image_is_pushed_under_the_tag_of_its_content_and_commit(registry: FakeEcr) -> None:
    image = build.push("orders", "dev", {"GITHUB_SHA": "c0ffee" * 7})
    identity = build.content_of("orders", "dev", settings_of(Stack.of("dev", {}))).identity
    assert image == {"image": f"{HOST}/shop-dev-orders@sha256:{64 * '5'}", "tag": Path("tag").read_text().strip()}
    assert re.fullmatch(rf"{identity[:12]}-[0-9]{{8}}T[0-9]{{9}}Z-c0ffeec0ffee", image["tag"])
    assert Path("calls").read_text().splitlines() == ["login --username=AWS", "buildx build"]
    assert Path("login").read_text() == "secret"


def test_a_push_passes_secrets_on(registry: FakeEcr, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("modules/orders/module.yaml").write_text("secrets: {KEY: {}}\nbuildSecrets: {pip: {env: PIP_INDEX_URL}}\n")
    script = Path("bin/docker").read_text().replace("done\n", 'done\necho "$* $LAMBDA_IMAGES_BUILD_SECRET_0" >>full\n')
    Path("bin/docker").write_text(script)
    build.push("orders", "dev", {"BUILD_SECRETS": '{"PIP_INDEX_URL": "planted"}'})
    (command,) = Path("full").read_text().splitlines()
    assert " --secret=id=pip,env=LAMBDA_IMAGES_BUILD_SECRET_0 " in command
    assert command.endswith(" planted")


def test_an_image_that_the_repository_has_is_not_built(registry: FakeEcr, capsys: pytest.CaptureFixture[str]) -> None:
    image = build.push("orders", "dev", {})
    registry.repositories["shop-dev-orders"].append(described("5", image["tag"]))
    Path("calls").unlink()
    assert build.push("orders", "dev", {}) == image
    assert not Path("calls").exists()
    assert f"orders is not built, because {HOST}/shop-dev-orders:{image['tag']} has the same" in capsys.readouterr().out


@pytest.mark.parametrize(("variable", "calls"), [("LOGIN", 1), ("BUILD", 2)])
def test_a_failed_command_ends_the_build(
    registry: FakeEcr, monkeypatch: pytest.MonkeyPatch, variable: str, calls: int
) -> None:
    monkeypatch.setenv(variable, "3")
    with pytest.raises(BuildError) as failed:
        build.push("orders", "dev", {})
    assert failed.value.code == 3
    assert len(Path("calls").read_text().splitlines()) == calls


def test_a_module_without_a_repository_is_refused_with_what_to_do(registry: FakeEcr) -> None:
    del registry.repositories["shop-dev-orders"]
    with pytest.raises(ComponentError, match="orders has no repository yet: create it with `python -m"):
        build.push("orders", "dev", {})


def test_a_stack_that_builds_in_the_update_is_refused() -> None:
    with pytest.raises(ComponentError, match=r"pipeline\.images: build, and this is for a stack with `jobs`"):
        build.push("orders", "dev", {})


def test_a_push_needs_a_file_for_the_image() -> None:
    done = built("orders", "--stack", "dev", "--push")
    assert done.returncode == 2
    assert "--push and --to need each other" in done.stderr
