"""What a module's settings make of its function, as far as a test of its container needs it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from components.function.configuration import log_format, log_levels
from components.naming import secret_name
from components.settings import ModuleSettings, StackSettings
from components.settings.configuration import project_name, written_document
from components.settings.declaration import read_declaration
from components.settings.environment import Secret
from components.settings.validation import validated
from components.settings.wiring import sampled
from sandbox.deployed.lambda_client import single_attempt
from sandbox.emulator.process import REGION, Emulator

PLACEHOLDER = "a placeholder"
"""The value of a secret for which the test has none. No real value is ever read."""


def settings_of(folder: Path, stack_file: Path) -> ModuleSettings:
    """The settings of a module, as a stack's file completes and overrides them, with samples for references."""
    document = written_document(stack_file, project_name())
    stack = validated(StackSettings, document.values, [document])
    return sampled(read_declaration(folder, document, stack).settings)


def configured(name: str, settings: ModuleSettings, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The function's configuration, as Lambda's API would return it. `secrets` are the variables that refer to them."""
    image = {
        "Command": settings.image.command,
        "EntryPoint": settings.image.entry_point,
        "WorkingDirectory": settings.image.working_directory,
    }
    levels = {
        "".join(part.title() for part in level.split("_")): value for level, value in log_levels(settings).items()
    }
    return {
        "FunctionName": name,
        "Version": "$LATEST",
        "MemorySize": settings.memory_size,
        "Timeout": settings.timeout,
        "EphemeralStorage": {"Size": settings.ephemeral_storage},
        "Environment": {"Variables": {**settings.environment, **secrets}},
        "ImageConfigResponse": {"ImageConfig": {key: value for key, value in image.items() if value}},
        "LoggingConfig": {"LogFormat": log_format(settings), **levels},
    }


def store_secrets(emulator: Emulator, name: str, settings: ModuleSettings, values: Mapping[str, str]) -> dict[str, str]:
    """Store a value for each of a module's secrets. Returns the variables that refer to them, as in a deployment."""
    if unknown := values.keys() - settings.secrets.keys():
        raise ValueError(f"the module has no secret {min(unknown)}: correct SECRETS in the test file")
    return {
        variable: _stored(emulator, secret, secret_name(name, variable), values.get(variable, PLACEHOLDER))
        for variable, secret in settings.secrets.items()
    }


def _stored(emulator: Emulator, secret: Secret, own: str, value: str) -> str:
    existing = secret.existing or own
    name = own if existing.startswith("arn:") else existing
    if secret.store == "parameterStore":
        client_of(emulator, "ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        return name
    manager = client_of(emulator, "secretsmanager")
    try:
        arn: str = manager.create_secret(Name=name, SecretString=value)["ARN"]
    except manager.exceptions.ResourceExistsException:
        arn = manager.put_secret_value(SecretId=name, SecretString=value)["ARN"]
    return arn if name == own else name


def client_of(emulator: Emulator, service: str) -> Any:
    keys = emulator.credentials
    session: Any = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    return session.client(service, endpoint_url=emulator.endpoint, config=Config(**single_attempt()))
