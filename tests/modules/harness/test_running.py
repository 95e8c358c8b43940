"""What a test of a module's container gets: the module's settings, secrets of its own, and events of triggers."""

import hmac
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import Emulator
from sandbox.layout import PROJECT
from tests.modules import events
from tests.modules.configured import PLACEHOLDER, configured, settings_of
from tests.modules.running import Running, serving

STACK_FILE = PROJECT / "sandbox" / "Pulumi.local.yaml"


@pytest.fixture(scope="module")
def signer(docker: DockerEngine, emulator: Emulator) -> Iterator[Running]:
    """An example with three secrets, of which this test gives a value to one."""
    folder = PROJECT / "examples" / "signer"
    with serving(docker, folder, STACK_FILE, lambda: emulator, secrets={"PEPPER": "of the test"}, aws=False) as running:
        yield running


@pytest.mark.sandbox
def test_the_function_reads_the_secrets_of_the_test_and_placeholders_instead_of_others(signer: Running) -> None:
    key = f"{PLACEHOLDER}of the test{PLACEHOLDER}"
    expected = hmac.new(key.encode(), b"hello", "sha256").hexdigest()
    assert signer.invoke({"message": "hello"}) == {"signature": expected}
    assert signer.aws("ssm").get_parameter(Name="/shared/salt")["Parameter"]["Type"] == "SecureString"


@pytest.mark.sandbox
def test_a_secret_that_the_module_does_not_have_is_a_mistake_of_the_test(
    docker: DockerEngine, emulator: Emulator
) -> None:
    folder = PROJECT / "examples" / "signer"
    with pytest.raises(ValueError, match="no secret PEPER"), serving(
        docker, folder, STACK_FILE, lambda: emulator, secrets={"PEPER": "x"}, aws=False
    ):  # fmt: skip
        pass


def test_the_settings_are_those_of_the_module_as_the_stacks_file_overrides_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "examples" / "signer", tmp_path / "signer")
    shutil.copy(PROJECT / "Pulumi.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  lambda-images:memorySize: 512\n  lambda-images:modules:\n    signer:\n      timeout: 7\n"
        "      environment: {LEVEL: high}\n      image: {command: [handler.other]}\n"
    )
    settings = settings_of(Path("signer"), Path("Pulumi.dev.yaml"))
    found = configured("signer", settings, {"PEPPER": "arn:..."})
    assert (found["MemorySize"], found["Timeout"]) == (512, 7)
    assert found["Environment"] == {"Variables": {"LEVEL": "high", "PEPPER": "arn:..."}}
    assert found["ImageConfigResponse"] == {"ImageConfig": {"Command": ["handler.other"]}}
    assert found["LoggingConfig"] == {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


def test_events_are_those_of_the_triggers() -> None:
    assert [record["body"] for record in events.queue("text", {"id": 1})["Records"]] == ["text", '{"id": 1}']
    (record,) = events.bucket("in/a b.txt", name="uploads")["Records"]
    assert (record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]) == ("uploads", "in/a+b.txt")
    (record,) = events.topic({"id": 1}, subject="news")["Records"]
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == ('{"id": 1}', "news")
    request = events.url("/orders", method="POST", query={"page": "2"}, body={"id": 1})
    assert (request["rawPath"], request["rawQueryString"], request["body"]) == ("/orders", "page=2", '{"id": 1}')
