import sys
from pathlib import Path

import pytest

from components.content import BuildSpec
from components.errors import ComponentError
from delivery import build
from delivery.build import build_command, spec_of


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


def test_an_image_is_built_with_the_settings_of_module_and_stack() -> None:
    spec = spec_of("orders", "dev")
    assert isinstance(spec, BuildSpec)
    assert build_command(spec) == [
        *("docker", "build", "--progress=plain"),
        *("--file=modules/orders/Dockerfile", "--platform=linux/arm64", "--target=app"),
        *("--build-arg=BASE=base", "--build-arg=OWN=1", "modules/orders"),
    ]


@pytest.mark.parametrize(
    ("module", "why"), [("user", "user runs the image of orders"), ("paused", "paused is not enabled in dev")]
)
def test_a_module_without_an_image_of_its_own_has_nothing_to_build(
    module: str, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["delivery.build", module, "--stack", "dev"])
    build.main()
    assert capsys.readouterr().out == f"Nothing to build: {why}.\n"


def test_mistakes_in_any_settings_are_told() -> None:
    Path("modules/paused/module.yaml").write_text("timout: 5\n")
    with pytest.raises(ComponentError, match=r"modules/paused/module\.yaml:1: timout is no setting"):
        spec_of("orders", "dev")
