"""Secrets: stored by an update, read from inside of the function, and nowhere to be found in plain text."""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.docker import client

pytestmark = pytest.mark.sandbox

PLANTED = {"SIGNING_KEY": "planted-7d1f6c0e-signing", "PEPPER": "0123456789-planted-pepper"}
SALT = "salt-that-others-planted"
CHANGED = "planted-again-b52e9a47-signing"
THIEF = """
image: {module: signer}
environment: {SIGNING_KEY: /lambda/lambda-images-local-signer/SIGNING_KEY}
smoke: {enabled: false}
"""
VALUES = (*PLANTED.values(), SALT, CHANGED)


def plant(checkout: Checkout, variable: str, value: str) -> None:
    """As a user does: the value comes from the standard input, not from the command line."""
    path = f"secrets.signer.{variable}"
    checkout.pulumi("config", "set", "--secret", "--path", path, stdin=value).ok()


@dataclass
class Shipped:
    checkout: Checkout
    shown: list[str] = field(default_factory=list)
    """Everything that the commands have printed."""
    versions: list[str] = field(default_factory=list)
    """The version of `signer` that was served after each update."""
    signatures: list[str] = field(default_factory=list)
    """What `signer` has answered after each update."""

    def update(self) -> None:
        preview, up = self.checkout.pulumi("preview", "--diff").ok(), self.checkout.up()
        self.shown += [preview, up.ok(), up.stderr]
        self.versions.append(self.checkout.outputs()["signer"]["version"])
        event = self.checkout.root / "hello.json"
        event.write_text('{"message": "hello"}')
        self.signatures.append(str(self.checkout.invoke("signer", event)["signature"]))


@pytest.fixture(scope="module")
def shipped(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shipped]:
    """The example `signer`, shipped twice with different secrets, and a `thief` that knows the name of its key."""
    checkout = Checkout.at(tmp_path_factory.mktemp("secrets") / "checkout")
    checkout.add("signer", PROJECT / "examples" / "signer")
    (checkout.root / "modules" / "thief").mkdir()
    (checkout.root / "modules" / "thief" / "module.yaml").write_text(THIEF)
    try:
        for variable, value in PLANTED.items():
            plant(checkout, variable, value)
        checkout.aws("ssm").put_parameter(Name="/shared/salt", Value=SALT, Type="SecureString")
        shipped = Shipped(checkout)
        shipped.update()
        plant(checkout, "SIGNING_KEY", CHANGED)
        shipped.update()
        yield shipped
    finally:
        checkout.remove_sandbox()


def signature(*secrets: str) -> str:
    return hmac.new("".join(secrets).encode(), b"hello", "sha256").hexdigest()


def told(content: bytes) -> list[str]:
    """The secrets that are in it, as they are or in Base64."""
    return [value for value in VALUES if value.encode() in content or base64.b64encode(value.encode())[:-4] in content]


def files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def test_a_function_reads_its_secrets_from_where_its_environment_says(shipped: Shipped) -> None:
    keys = (PLANTED["SIGNING_KEY"], CHANGED)
    assert shipped.signatures == [signature(key, PLANTED["PEPPER"], SALT) for key in keys]


def test_a_function_reads_no_secret_of_another(shipped: Shipped) -> None:
    checkout = shipped.checkout
    refused = checkout.sandbox("invoke", "thief", "--event", str(checkout.root / "hello.json"))
    assert refused.code == 1
    assert "lambda-images-local-thief" in refused.stderr
    assert "not authorized to perform: ssm:GetParameter" in refused.stderr


def test_the_checkout_is_compared_without_a_secret_being_decrypted(shipped: Shipped) -> None:
    checkout = shipped.checkout
    status = json.loads(checkout.sandbox("status", "--json").ok())
    assert {name: module["checkout"] for name, module in status.items()} == {"signer": "same", "thief": "same"}


def test_another_value_is_served_by_a_new_version_and_never_shown(shipped: Shipped) -> None:
    _, _, _, preview, *_ = shipped.shown
    assert "signer-SIGNING_KEY" in preview and "signer-function" in preview
    first, second = shipped.versions
    assert first != second
    assert shipped.checkout.preview_steps() == {}


def test_nothing_that_a_user_sees_shows_a_secret(shipped: Shipped) -> None:
    checkout, shown = shipped.checkout, [*shipped.shown]
    shown += [checkout.pulumi("stack", "export").ok(), checkout.pulumi("stack", "output", "--json").ok()]
    shown += [checkout.sandbox("logs", "signer").ok()]
    assert told("\n".join(shown).encode()) == []


def test_no_file_of_the_sandbox_has_a_secret_but_the_cloud_s_own(shipped: Shipped) -> None:
    """State with its history and backups, logs, event logs, transcripts, the stack's settings, the checkout."""
    checkout = shipped.checkout
    emulator = checkout.home / "emulator"
    searched = [file for file in files(checkout.root) if not file.is_relative_to(emulator)]
    assert any(file.is_relative_to(checkout.home / "state") for file in searched)
    assert any(file.is_relative_to(checkout.home / "logs") for file in searched)
    assert {str(file): found for file in searched if (found := told(file.read_bytes()))} == {}


def test_the_function_s_configuration_has_references_only(shipped: Shipped) -> None:
    checkout = shipped.checkout
    name = checkout.outputs()["signer"]["functionName"]
    configuration = checkout.aws("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    variables = configuration["Environment"]["Variables"]
    assert variables["SIGNING_KEY"] == f"/lambda/{name}/SIGNING_KEY"
    assert f":secret:/lambda/{name}/PEPPER-" in variables["PEPPER"]
    assert variables["SHARED_SALT"] == "/shared/salt"
    assert told(json.dumps(configuration, default=str).encode()) == []


def test_neither_the_image_s_layers_nor_its_configuration_have_a_secret(shipped: Shipped) -> None:
    checkout = shipped.checkout
    outputs = checkout.outputs()["signer"]
    image = client().images.get(f"{outputs['imageUri'].partition('@')[0]}:{outputs['tag']}")
    assert told(b"".join(image.save())) == []


def test_a_secret_in_the_wrong_place_is_refused_and_not_shown(shipped: Shipped) -> None:
    checkout = shipped.checkout
    path = "modules.signer.environment.KEY"
    checkout.pulumi("config", "set", "--secret", "--path", path, stdin=CHANGED).ok()
    refused = checkout.up()
    checkout.pulumi("config", "rm", "modules").ok()
    assert "holds an encrypted value" in refused.failed()
    assert told(refused.failed().encode()) == []
