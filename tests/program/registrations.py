"""What the program registers for a project that uses every feature, against mocks: the inputs and options of each
resource, by URN.

`python -m tests.program.registrations` prints it. tests/program/recordings/registrations.json is what the program of an
earlier release registered, which is what the state of a stack that it deployed has.
"""

import gc
import json
import os
import re
import runpy
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import MockResourceArgs

from components import sdk
from tests.components.mocks import Recording, deploy_async

PROGRAM = Path(__file__).parents[2] / "__main__.py"
ACCOUNT = "123456789012"
FILES = {
    "Pulumi.yaml": "name: lambda-images\nruntime: python\n",
    "modules/plain/Dockerfile": "FROM scratch\n",
    "modules/plain/events/smoke.json": '{"a": 1}',
    "modules/second/module.yaml": "image: {module: rich, command: [second.handler]}\nsmoke: {event: {}}\n",
    "modules/rich/Dockerfile": "FROM scratch AS first\nFROM scratch AS last\n",
    "modules/rich/.dockerignore": "events\nmodule.yaml\n",
    "modules/rich/handler.py": "pass\n",
    "modules/rich/module.yaml": f"""
description: Uses everything
target: last
buildArgs: {{A: "1"}}
architecture: arm64
memorySize: 2048
timeout: 60
ephemeralStorage: 1024
environment: {{LEVEL: debug}}
secrets:
  OWN: {{}}
  MANAGED: {{store: secretsManager}}
  SALT: {{existing: /shared/salt}}
reservedConcurrency: 10
provisionedConcurrency: 2
vpc: {{subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef1], securityGroups: [sg-0123456789abcdef0]}}
tracing: passThrough
logFormat: text
logRetention: 7
tags: {{team: pictures}}
policies:
  managed: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
  statements:
    ReadPictures: {{actions: ["s3:GetObject"], resources: ["arn:aws:s3:::pictures/*"]}}
onFailure: {{destination: "arn:aws:sqs:eu-central-1:{ACCOUNT}:failed", retries: 1, maximumAge: 600}}
triggers:
  url: {{auth: public}}
  schedules: {{nightly: {{expression: rate(1 day), event: {{kind: nightly}}}}}}
  queues: {{orders: {{batchSize: 5, maxConcurrency: 3}}}}
  buckets: {{uploads: {{prefix: in/}}, inbox: {{existing: inbox-of-others}}}}
  topics: {{news: {{}}, alerts: {{existing: "arn:aws:sns:eu-central-1:{ACCOUNT}:alerts"}}}}
smoke: {{event: {{kind: smoke}}, expect: {{ok: true}}}}
alarms: {{errors: 3, duration: 50}}
""",
}
STACKS: dict[str, dict[str, Any]] = {
    "dev": {},
    "prod": {
        "encryption": "customer",
        "protection": True,
        "permissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
        "tags": {"stage": "prod"},
        "keepImages": 20,
        "modules": {"plain": {"memorySize": 512}, "rich": {"secrets": {"OWN": {"store": "secretsManager"}}}},
    },
}
NO_FILES: Mapping[str, str] = {}
SECRETS = {"rich": {"OWN": "own value", "MANAGED": "managed value"}}


def registrations(
    stacks: Mapping[str, dict[str, Any]] = STACKS, more: Mapping[str, str] = NO_FILES
) -> dict[str, dict[str, Any]]:
    """With more files. By stack and URN: `inputs`, and of the options what an update depends on."""
    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        try:
            _write(Path(), {**FILES, **more})
            return {stack: _registered(settings) for stack, settings in stacks.items()}
        finally:
            os.chdir(before)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o644)


class OfEarlierRelease(Recording):
    """With records of builds that an earlier release made."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        id, made = super().new_resource(args)
        if args.name.endswith("-build"):
            del made["output"]["value"]["cachedTag"]  # of a secret, because there is a password beside it
        return id, made


def _registered(settings: dict[str, Any]) -> dict[str, Any]:
    recording = OfEarlierRelease(answer='{"ok": true}')
    configuration = {**settings, "secrets": SECRETS}
    set_all_config(
        {f"lambda-images:{key}": _configured(value) for key, value in configuration.items()}, ["lambda-images:secrets"]
    )

    async def main() -> None:
        programs: list[Callable[[], Any]] = []
        with mock.patch.object(pulumi, "run", programs.append):
            runpy.run_path(str(PROGRAM))
        gc.enable()  # which the program disables
        await programs[0]()

    with (  # what would change the SDK for other tests, too
        mock.patch.object(pulumi.runtime, "register_stack_transformation"),
        mock.patch.object(sdk, "spare_needless_work"),
    ):
        deploy_async(main, recording)
    inputs = {(resource.typ, resource.name): resource.inputs for resource in recording.resources}
    return {_urn(recording.requests[key]): _described(recording.requests[key], given) for key, given in inputs.items()}


def _configured(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _urn(request: Any) -> str:
    """Without project and stack; the stack itself is no part of it."""
    parents = request.parent.split("::")[2].removeprefix("pulumi:pulumi:Stack")
    return f"{parents}${request.type}::{request.name}".removeprefix("$")


def _without_nulls(value: Any) -> Any:
    """As plugins see it, which skip properties that are null."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _described(request: Any, inputs: Any) -> dict[str, Any]:
    ignored = list(request.ignoreChanges)
    kept = {name: _without_nulls(value) for name, value in inputs.items() if name not in ignored}
    options = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "deleteBeforeReplace": request.deleteBeforeReplace,
        "ignoreChanges": ignored,
        "replacementTrigger": request.replacement_trigger.string_value,
        "aliases": [alias.urn.split("::", 2)[2] for alias in request.aliases if alias.urn],
    }
    described = json.dumps({"inputs": kept, **{name: value for name, value in options.items() if value}}, default=str)
    untimed: dict[str, Any] = json.loads(re.sub(r"\d{8}T\d{9}Z", "<time>", described))
    return untimed


if __name__ == "__main__":
    print(json.dumps(registrations(), indent=1, sort_keys=True))
