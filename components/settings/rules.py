"""What settings may not say together, beyond what each of them may be: the rules for one module."""

import posixpath
from collections.abc import Iterator

from components.settings.document import KeyPath
from components.settings.module import ModuleSettings

LARGEST_ENVIRONMENT = 4096
"""Bytes of names and values: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

Broken = Iterator[tuple[KeyPath, str]]
"""The key, and how it breaks a rule."""


def broken_rules(settings: ModuleSettings) -> Broken:
    yield from _concurrency(settings)
    yield from _environment(settings)
    yield from _secrets(settings)
    yield from _queues(settings)
    yield from _paths(settings)


def _concurrency(settings: ModuleSettings) -> Broken:
    provisioned, reserved = settings.provisioned_concurrency, settings.reserved_concurrency
    if provisioned is not None and reserved is not None and provisioned > reserved:
        yield ("provisionedConcurrency",), f"is {provisioned}: it should be reservedConcurrency, {reserved}, or less"


def _environment(settings: ModuleSettings) -> Broken:
    size = sum(len(name.encode()) + len(value.encode()) for name, value in settings.environment.items())
    if size > LARGEST_ENVIRONMENT:
        yield ("environment",), f"has {size:,} bytes, and Lambda takes {LARGEST_ENVIRONMENT:,}: put some into a file"
    for name in sorted(settings.environment.keys() & settings.secrets.keys()):
        yield ("environment", name), "is among the secrets too: keep one of the two"


def _secrets(settings: ModuleSettings) -> Broken:
    services = {"parameterStore": "ssm", "secretsManager": "secretsmanager"}
    for name, secret in settings.secrets.items():
        if secret.existing is None and secret.kms_key is not None:
            yield ("secrets", name, "kmsKey"), "is for a secret that exists: name that as `existing`, or leave this out"
        if (secret.existing or "").startswith("arn:") and services[secret.store] not in str(secret.existing).split(":"):
            yield ("secrets", name, "existing"), f"is no ARN of a secret in {secret.store}: see `store`"


def _queues(settings: ModuleSettings) -> Broken:
    for name, queue in settings.triggers.queues.items():
        path = "triggers", "queues", name
        hidden = queue.visibility_timeout
        if hidden is not None and hidden < settings.timeout:
            yield (*path, "visibilityTimeout"), f"is {hidden}: it should be timeout, {settings.timeout}, or more"
        if queue.batch_size > 10 and queue.batch_window == 0:
            yield (*path, "batchSize"), f"is {queue.batch_size}: more than 10 need a batchWindow of 1 second or more"


def _paths(settings: ModuleSettings) -> Broken:
    if posixpath.normpath(posixpath.join("modules", "module", settings.dockerfile)).startswith(".."):
        yield ("dockerfile",), f"is {settings.dockerfile}: it should be in the checkout"
    if settings.smoke.expect is not None and settings.smoke.event is None:
        yield ("smoke", "expect"), "expects an answer, but nothing is sent: say what as `event`"
