import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pydantic import SecretStr

from components.encryption_key import key_of
from components.image.content import BuildSpec, Content
from components.image.registry import Registry
from components.json_text import json_text
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module
from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.settings import ModuleSettings, StackSettings
from components.settings.environment import Secret
from components.settings.module import Smoke
from components.settings.triggers import Bucket, Queue, Schedule, Topic, Triggers, Url
from tests.components.mocks import deploy


def test_a_document_has_one_form_without_blanks() -> None:
    assert json_text({"b": [1, {"d": None, "c": "x y"}], "a": 1}) == '{"a":1,"b":[1,{"c":"x y","d":null}]}'


def documents(inputs: Any) -> Iterator[str]:
    """All JSON texts in a resource's inputs."""
    match inputs:
        case str() if inputs.startswith(("{", "[")):
            yield inputs
        case list():
            yield from (text for each in inputs for text in documents(each))
        case dict():
            yield from (text for each in inputs.values() for text in documents(each))


def test_every_json_text_that_the_program_passes_on_has_this_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("thumbnail").mkdir()
    Path("thumbnail", "Dockerfile").write_text("FROM scratch\n")
    triggers = Triggers(
        url=Url(auth="public"),
        schedules={"nightly": Schedule(expression="rate(1 day)", event={"b": 1, "a": [2, 3]})},
        queues={"orders": Queue()},
        buckets={"uploads": Bucket()},
        topics={"news": Topic()},
    )
    module = Module(
        name="thumbnail",
        physical_name="dev-thumbnail",
        settings=ModuleSettings(
            triggers=triggers, secrets={"KEY": Secret()}, smoke=Smoke(event={"b": 1, "a": 2}, expect={})
        ),
        content=Content.read(BuildSpec(context="thumbnail", platform="linux/amd64")),
    )
    stack = StackSettings(encryption="customer", name_prefix="dev", secrets={"thumbnail": {"KEY": SecretStr("x")}})

    def program() -> pulumi.Output[Any]:
        monitoring = Monitoring("monitoring", MonitoringArgs(modules=[module], settings=stack))
        args = LambdaModuleArgs(
            module=module,
            registry=Registry(username="AWS", password="token"),
            settings=stack,
            kms_key_arn=key_of(stack),
            alarm_topic=monitoring.topic,
        )
        return LambdaModule("thumbnail", args).outputs

    _, recording = deploy(program)
    found = {resource.name: list(documents(resource.inputs)) for resource in recording.resources}
    assert {name for name, texts in found.items() if texts} >= {
        *("thumbnail-role", "thumbnail-rights", "thumbnail-lifecycle", "thumbnail-pull", "encryption-key"),
        *("thumbnail-nightly-role", "thumbnail-nightly-invoke", "thumbnail-nightly-schedule"),
        *("thumbnail-orders-queue", "thumbnail-orders-redrive", "monitoring-dashboard-1"),
    }
    for name, texts in found.items():
        for text in texts:
            assert text == json_text(json.loads(text)), name
