"""What keeps a stack from running images that are handed over to it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from delivery import preflight
from delivery.stack import Stack
from tests.components.image.registries import FakeRegistry, Repository, serving


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    monkeypatch.setattr(preflight, "registry_login", lambda stack, environ: lambda host: ("AWS", "secret"))
    with serving(FakeRegistry({"dev-orders": Repository(), "dev-mail": Repository()})) as started:
        yield started


@pytest.fixture
def prod(checkout: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the modules `orders` and `mail`, whose stack `prod` takes their images from `dev`."""
    for module in ("orders", "mail"):
        (checkout / "modules" / module).mkdir(parents=True)
        (checkout / "modules" / module / "Dockerfile").write_text("FROM scratch\n")
        (checkout / "modules" / module / "module.yaml").write_text("smoke: {event: {}}\n")
    write_stack(checkout, "copy")
    monkeypatch.delenv("IMAGES_FILE", raising=False)
    monkeypatch.delenv("EXCLUDED_MODULES", raising=False)
    return checkout


def write_stack(checkout: Path, images: str) -> None:
    pipeline = f"{{after: dev, images: {images}}}"
    (checkout / "Pulumi.prod.yaml").write_text(f"config:\n  lambda-images:pipeline: {pipeline}\n")


def hand_over(checkout: Path, registry: FakeRegistry, **digests: str) -> Path:
    modules = {name: {"image": f"{registry.host}/dev-{name}@{digest}"} for name, digest in digests.items()}
    (checkout / "images.json").write_text(json.dumps({"stack": "dev", "modules": modules}))
    return checkout / "images.json"


def pushed(registry: FakeRegistry, name: str, architecture: str = "amd64") -> str:
    return registry.repositories[f"dev-{name}"].push("build", b"layer", architecture=architecture)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    """Returns the exit code or the error."""
    monkeypatch.setattr(sys, "argv", ["delivery.preflight", "--stack", "prod", *arguments])
    try:
        preflight.main()
    except SystemExit as ended:
        return ended.code
    return 0


def test_images_that_can_run_pass(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = hand_over(prod, registry, orders=pushed(registry, "orders"), mail=pushed(registry, "mail"))
    monkeypatch.setenv("IMAGES_FILE", str(file))
    assert run(monkeypatch) == 0
    assert capsys.readouterr().out == "prod: 2 images can be read, and fit their functions.\n"
    assert {request.partition(" ")[0] for request in registry.requests} == {"GET"}


def test_each_problem_is_a_line(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = f"sha256:{64 * '0'}"
    file = hand_over(prod, registry, orders=pushed(registry, "orders", "arm64"), mail=gone)
    assert run(monkeypatch, "--images", str(file)) == 1
    mail, orders = capsys.readouterr().out.splitlines()
    assert mail.startswith(f"mail: its image {registry.host}/dev-mail@{gone} is gone from the registry")
    assert mail.endswith("Deploy dev again, and hand over the images that it serves then")
    assert "is built for arm64, and the function runs on x86_64" in orders


def test_a_module_that_is_not_handed_over_is_a_problem_unless_it_is_excluded(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = hand_over(prod, registry, orders=pushed(registry, "orders"))
    assert run(monkeypatch, "--images", str(file)) == 1
    assert capsys.readouterr().out.startswith("mail: dev handed over no image of mail: ")
    monkeypatch.setenv("EXCLUDED_MODULES", "mail other")
    assert run(monkeypatch, "--images", str(file)) == 0


def test_a_registry_that_refuses_is_a_problem(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = hand_over(prod, registry, orders=pushed(registry, "orders"), mail=pushed(registry, "mail"))
    registry.refuses = "GET"
    assert run(monkeypatch, "--images", str(file)) == 1
    assert capsys.readouterr().out.count("can't be read from the registry: OSError: it answered 403 Forbidden") == 2


def test_a_stack_that_promotes_has_to_be_handed_images_of_the_stack_before_it(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "prod takes its images from dev, and none are handed over" in run(monkeypatch)
    (prod / "images.json").write_text('{"stack": "staging"}')
    assert "has the images of staging" in run(monkeypatch, "--images", str(prod / "images.json"))


def test_a_stack_that_builds_has_nothing_to_check(
    prod: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack(prod, "build")
    assert run(monkeypatch) == 0
    assert capsys.readouterr().out == "prod: the stack builds its images.\n"


def test_a_login_is_issued_once_for_each_region(monkeypatch: pytest.MonkeyPatch) -> None:
    regions: list[str] = []

    class Ecr:
        def get_authorization_token(self) -> Any:
            endpoint = "https://111111111111.dkr.ecr.eu-west-1.amazonaws.com"
            return {"authorizationData": [{"authorizationToken": "QVdTOnNlY3JldA==", "proxyEndpoint": endpoint}]}

    def clients(region: Any, environ: Any) -> Any:
        regions.append(region())
        return lambda service: Ecr()

    monkeypatch.setattr(preflight, "aws_clients", clients)
    login = preflight.registry_login(Stack("p", "prod", "p-prod", lambda service: Ecr()), {})
    for account in ("111111111111", "222222222222"):
        assert login(f"{account}.dkr.ecr.eu-west-1.amazonaws.com") == ("AWS", "secret")
    assert login("localhost:4566") == ("AWS", "secret")
    assert regions == ["eu-west-1"]


def test_an_image_that_stays_where_it_is_has_to_be_in_the_region_of_the_function(
    prod: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack(prod, "tag")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    file = hand_over(prod, registry, orders=pushed(registry, "orders"), mail=pushed(registry, "mail"))
    assert run(monkeypatch, "--images", str(file)) == 0
    capsys.readouterr()
    elsewhere = "123456789012.dkr.ecr.us-east-1.amazonaws.com/dev-mail"
    file.write_text(file.read_text().replace(f"{registry.host}/dev-mail", elsewhere))
    assert run(monkeypatch, "--images", str(file)) == 1
    assert capsys.readouterr().out.startswith(f"mail: its image {elsewhere}@")
