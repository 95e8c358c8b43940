"""Physical names: the same for the same stack and module, so that a killed run can find what it made."""

import re
from collections.abc import Iterator

from components.errors import ComponentError
from components.printable import printable
from components.settings import ModuleSettings

_MODULE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[a-z][a-z0-9]*([_-]+[a-z0-9]+)*")

OWNER_TAG = "lambda-images:stack"
"""The tag of everything that a stack makes, with `<project>/<stack>` as its value."""
MODULE_TAG = "lambda-images:module"
"""The tag of everything that a module has, with the module's name as its value."""

LONGEST = {
    "function": 64,
    "role": 64,
    "repository": 256,
    "log group": 512,
    "secret": 512,
    "schedule": 64,
    "queue": 80,
    "bucket": 63,
    "topic": 256,
}
"""Characters of a name, by kind of resource.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
"""


def check_module_name(name: str) -> None:
    """Raises ComponentError if it can't be part of all physical names."""
    if not is_module_name(name):
        raise ComponentError(
            f"'{printable(name)}' can't be the name of a module: use lower-case letters, digits and single hyphens, "
            f"beginning with a letter, such as 'ai-model'"
        )


def is_prefix(text: str) -> bool:
    """Whether physical names can begin with it."""
    return _PREFIX.fullmatch(text) is not None


def is_module_name(name: str) -> bool:
    """Whether it is one that Lambda, IAM, ECR and CloudWatch Logs all accept."""
    return _MODULE_NAME.fullmatch(name) is not None


def default_prefix(project: str, stack: str) -> str:
    """What physical names begin with, unless the stack says otherwise."""
    return f"{project}-{stack}".lower()


def owner(project: str, stack: str) -> str:
    """What tells a stack's own resources from others that have the same names: the value of OWNER_TAG."""
    return f"{project}/{stack}"


def physical_name(prefix: str, module: str) -> str:
    """The name of the module's function, role and repository."""
    return f"{prefix}-{module}"


def log_group_name(function_name: str) -> str:
    """Lambda's own default, so that consoles and tools find the group where they look for it."""
    return f"/aws/lambda/{function_name}"


def secret_name(function_name: str, variable: str) -> str:
    """Of a parameter or secret. SSM refuses names that begin with `aws` or `ssm`, as a function's may."""
    return f"/lambda/{function_name}/{variable}"


def trigger_name(physical: str, trigger: str) -> str:
    """Of a schedule and its role, a queue or a topic."""
    return f"{physical}-{trigger}"


def dead_letter_name(queue: str) -> str:
    return f"{queue}-dead"


def dead_letter_names(physical: str, settings: ModuleSettings) -> list[str]:
    return [dead_letter_name(trigger_name(physical, queue)) for queue in settings.triggers.queues]


def bucket_name(physical: str, trigger: str, account: str) -> str:
    """With the account, for it has no others beside it in the world."""
    return f"{trigger_name(physical, trigger)}-{account}"


def names_of(physical: str, settings: ModuleSettings) -> Iterator[tuple[str, str]]:
    """The names of all that a module has, each with its kind of resource; see LONGEST."""
    yield from ((kind, physical) for kind in ("function", "role", "repository"))
    yield "log group", log_group_name(physical)
    yield from (("secret", secret_name(physical, name)) for name, one in settings.secrets.items() if not one.existing)
    triggers = settings.triggers
    yield from ((kind, trigger_name(physical, name)) for name in triggers.schedules for kind in ("schedule", "role"))
    yield from (("queue", trigger_name(physical, name)) for name in triggers.queues)
    yield from (("queue", name) for name in dead_letter_names(physical, settings))
    yield from (
        ("topic", trigger_name(physical, name)) for name, topic in triggers.topics.items() if not topic.existing
    )
    yield from (
        ("bucket", bucket_name(physical, name, "0" * 12)) for name, one in triggers.buckets.items() if not one.existing
    )
