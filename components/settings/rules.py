"""Rules for the settings of one module together, beyond those for each setting."""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from pydantic.alias_generators import to_camel

from components.settings.access import KINDS
from components.settings.actions import is_nearly_all
from components.settings.document import KeyPath
from components.settings.filters import wrong_with_attributes, wrong_with_size
from components.settings.module import MAX_CANARY_MINUTES, UNDECIDED, ModuleSettings
from components.settings.values import arn

_SECRET_ARNS = {
    "parameterStore": arn("ssm", "parameter/.+", "the ARN of a parameter"),
    "secretsManager": arn("secretsmanager", "secret:.+", "the ARN of a secret"),
}

_OF_OWN_QUEUES = ("fifo", "content_based_deduplication", "visibility_timeout", "retention", "max_receives")
"""Settings of a queue that the program creates."""

Broken = Iterator[tuple[KeyPath, str]]
"""Keys, each with how it breaks a rule."""


def broken_rules(settings: ModuleSettings) -> Broken:
    yield from _concurrency(settings)
    yield from _environment(settings)
    yield from _secrets(settings)
    yield from _queues(settings)
    yield from _existing_queues(settings)
    yield from _bucket_events(settings)
    yield from _topic_filters(settings)
    yield from _cors(settings)
    yield from _file_system(settings)
    yield from _log_levels(settings)
    yield from _role(settings)
    yield from _paths(settings)
    yield from _smoke(settings)
    yield from _canary(settings)
    yield from _actions(settings)
    yield from _access(settings)


def _concurrency(settings: ModuleSettings) -> Broken:
    provisioned, reserved = settings.provisioned_concurrency, settings.reserved_concurrency
    if provisioned is None or reserved is None:
        return
    if provisioned > reserved or (provisioned == reserved and settings.smoke.enabled):
        why = "because the smoke event needs an instance that isn't warm"
        limit = f"less than reservedConcurrency, {reserved}, {why}"
        if not settings.smoke.enabled:
            limit = f"reservedConcurrency, {reserved}, or less"
        yield ("provisionedConcurrency",), f"is {provisioned}: it should be {limit}"


def _environment(settings: ModuleSettings) -> Broken:
    for name in sorted(settings.environment.keys() & settings.secrets.keys()):
        yield ("environment", name), "is also in secrets: keep one of the two"


def _secrets(settings: ModuleSettings) -> Broken:
    for name, secret in settings.secrets.items():
        if secret.existing is None and secret.kms_key is not None:
            rule = "applies only to an existing secret: name it as `existing`, or leave this out"
            yield ("secrets", name, "kmsKey"), rule
        if secret.existing is not None and secret.shared_with:
            yield ("secrets", name, "sharedWith"), "applies only to a secret whose value the stack sets: leave it out"
        existing = secret.existing or ""
        if existing.startswith("arn:"):
            if not re.fullmatch(_SECRET_ARNS[secret.store].pattern, existing):
                yield ("secrets", name, "existing"), f"is not the ARN of a secret in {secret.store}: see `store`"
        elif secret.store == "parameterStore" and "/" in existing.removeprefix("/") and existing[0] != "/":
            yield ("secrets", name, "existing"), f"is {existing}: a parameter's name with slashes must begin with one"


def _queues(settings: ModuleSettings) -> Broken:
    for name, queue in settings.triggers.queues.items():
        path = "triggers", "queues", name
        hidden = queue.visibility_timeout
        if hidden is not None and hidden < settings.timeout:
            yield (*path, "visibilityTimeout"), f"is {hidden}: it should be timeout, {settings.timeout}, or more"
        if queue.is_fifo and queue.batch_window:
            yield (*path, "batchWindow"), f"is {queue.batch_window}: Lambda has none for a FIFO queue; leave it out"
        if queue.is_fifo and queue.batch_size > 10:
            yield (*path, "batchSize"), f"is {queue.batch_size}: it should be 10 or less for a FIFO queue"
        elif queue.batch_size > 10 and queue.batch_window == 0:
            yield (*path, "batchSize"), f"is {queue.batch_size}: more than 10 need a batchWindow of 1 second or more"


def _existing_queues(settings: ModuleSettings) -> Broken:
    """Lambda refuses to poll a queue twice for the same function."""
    users: dict[str, str] = {}
    for name, queue in settings.triggers.queues.items():
        path = "triggers", "queues", name
        if queue.content_based_deduplication and not queue.fifo:
            yield (*path, "contentBasedDeduplication"), "applies only to a queue with `fifo: true`: leave it out"
        if queue.existing is None:
            continue
        for key in _OF_OWN_QUEUES:
            if key in queue.model_fields_set:
                yield (*path, to_camel(key)), "has no effect beside existing, which is left as it is: leave it out"
        first = users.setdefault(queue.existing, name)
        if first != name:
            yield (*path, "existing"), f"is {queue.existing}, as in {first}: a function can have a queue only once"


def _bucket_events(settings: ModuleSettings) -> Broken:
    for name, bucket in settings.triggers.buckets.items():
        for index, event in enumerate(bucket.events):
            group = f"{event.rpartition(':')[0]}:*"
            if event != group and group in bucket.events:
                yield ("triggers", "buckets", name, "events", index), f"is {event}: {group} includes it; leave it out"


def _topic_filters(settings: ModuleSettings) -> Broken:
    for name, topic in settings.triggers.topics.items():
        path = "triggers", "topics", name
        if "filter_scope" in topic.model_fields_set and not topic.filter:
            yield (*path, "filterScope"), "has no effect without filter: leave it out"
        nested = topic.filter_scope == "messageAttributes" and wrong_with_attributes(topic.filter)
        if wrong := nested or wrong_with_size(topic.filter):
            yield (*path, "filter"), wrong


def _cors(settings: ModuleSettings) -> Broken:
    """Lambda answers a page with its own origin where all are allowed, so browsers would send every page's cookies."""
    cors = settings.triggers.url.cors if settings.triggers.url else None
    if cors and cors.allow_credentials and "*" in cors.allow_origins:
        rule = "is true, so any web page could call the URL as its visitor: name the origins in allowOrigins"
        yield ("triggers", "url", "cors", "allowCredentials"), rule


def _file_system(settings: ModuleSettings) -> Broken:
    if settings.file_system and not settings.vpc:
        yield ("fileSystem",), "needs vpc: Lambda mounts a file system in the VPC that has its mount targets"


def _log_levels(settings: ModuleSettings) -> Broken:
    levels = {"applicationLogLevel": settings.application_log_level, "systemLogLevel": settings.system_log_level}
    for key, level in levels.items():
        if level and settings.log_format == "text":
            yield (key,), f"is {level}: Lambda has levels only with logFormat: json; leave out one of the two"


def _role(settings: ModuleSettings) -> Broken:
    policies = {"statements": settings.policies.statements, "managed": settings.policies.managed}
    for key, given in policies.items():
        if settings.role and given:
            yield (
                ("policies", key),
                "has no effect beside role, which the program doesn't change: leave out one of both",
            )


def _paths(settings: ModuleSettings) -> Broken:
    for name, path in {"dockerfile": settings.dockerfile, "context": settings.context}.items():
        if posixpath.normpath(posixpath.join("modules", "module", path)).startswith(".."):
            yield (name,), f"is {path}: it should be in the checkout"


def _smoke(settings: ModuleSettings) -> Broken:
    if settings.smoke.enabled and settings.smoke.event is None:
        yield ("smoke", "event"), UNDECIDED


def _canary(settings: ModuleSettings) -> Broken:
    canary = settings.release.canary
    if canary is None:
        return
    minutes = canary.minutes * (1 + len(canary.then))
    if minutes > MAX_CANARY_MINUTES:
        rule = f"all shares together should take {MAX_CANARY_MINUTES} minutes or less, and take {minutes}"
        yield ("release", "canary", "minutes"), f"is {canary.minutes}: {rule}"
    for index, (before, percent) in enumerate(pairwise([canary.percent, *canary.then])):
        if percent <= before:
            rule = f"it should be more than the share before it, {before}"
            yield ("release", "canary", "then", index), f"is {percent}: {rule}"


def _actions(settings: ModuleSettings) -> Broken:
    """https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21"""
    for name, statement in settings.policies.statements.items():
        for index, action in enumerate(statement.actions):
            if statement.effect == "Allow" and is_nearly_all(action):
                service, _, its = action.partition(":")
                service = service.replace("*", "s3")
                how = "nearly all" if its.strip("*?") else "all"
                yield (
                    ("policies", "statements", name, "actions", index),
                    f"is {action}: it would allow {how} that a service can do, such as deleting what it holds. Name "
                    f"the actions that the function needs, or those of a kind, such as '{service}:Get*'",
                )


def _access(settings: ModuleSettings) -> Broken:
    for name, one in settings.access.items():
        path = "access", name
        if len(one.named) != 1:
            what = f"names {' and '.join(f'a {kind}' for kind in one.named)}" if one.named else "names no resource"
            yield path, f"{what}: it should have one of {', '.join(KINDS)}"
            continue
        (kind,) = one.named
        if one.can not in KINDS[kind]:
            *others, last = KINDS[kind]
            known = f"{', '.join(others)} or {last}" if others else last
            yield (*path, "can"), f"is {one.can}: for a {kind} it should be {known}"
        if one.prefix and kind != "bucket":
            yield (*path, "prefix"), "applies only to a bucket: leave it out"
        if one.kms_key and kind == "module":
            yield (*path, "kmsKey"), "doesn't apply to a module: leave it out"
