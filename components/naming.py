"""Physical names. They follow from stack and module alone, so a run can find what an earlier one created."""

import re

from components.errors import ComponentError
from components.printable import printable

_MODULE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PREFIX = re.compile(r"[a-z][a-z0-9]*([_-]+[a-z0-9]+)*")

OWNER_TAG = "lambda-images:stack"
"""A tag of everything that a stack creates. Its value is `<project>/<stack>`."""
MODULE_TAG = "lambda-images:module"
"""A tag of everything that is created for a module. Its value is the module's name."""

FIFO_SUFFIX = ".fifo"
"""What the names of FIFO queues end with."""

MAX_NAME_CHARACTERS = {
    "function": 64,
    "role": 64,
    "repository": 256,
    "log group": 512,
    "secret": 512,
    "schedule": 64,
    "event rule": 64,
    "queue": 80,
    "bucket": 63,
    "topic": 256,
}
"""By kind of resource.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
"""


def check_module_name(name: str) -> None:
    """Raises ComponentError if the name can't be part of all physical names."""
    if not is_module_name(name):
        raise ComponentError(
            f"'{printable(name)}' can't be the name of a module: use lower-case letters, digits and single hyphens, "
            f"beginning with a letter, such as 'ai-model'"
        )


def is_prefix(text: str) -> bool:
    """Whether physical names can begin with it."""
    return _PREFIX.fullmatch(text) is not None


def is_module_name(name: str) -> bool:
    """Whether Lambda, IAM, ECR and CloudWatch Logs all accept the name."""
    return _MODULE_NAME.fullmatch(name) is not None


def default_prefix(project: str, stack: str) -> str:
    """What physical names begin with if the stack sets no `namePrefix`."""
    return f"{project}-{stack}".lower()


def owner(project: str, stack: str) -> str:
    """The value of OWNER_TAG, by which a stack recognises its own resources."""
    return f"{project}/{stack}"


def physical_name(prefix: str, module: str) -> str:
    """The name of the module's function, role and repository."""
    return f"{prefix}-{module}"


def log_group_name(function_name: str) -> str:
    """Lambda's default, where consoles and tools look for the group."""
    return f"/aws/lambda/{function_name}"


def secret_name(function_name: str, variable: str) -> str:
    """The name of a parameter or secret. SSM refuses names that begin with `aws` or `ssm`, as a function's may."""
    return f"/lambda/{function_name}/{variable}"


def trigger_name(physical: str, trigger: str) -> str:
    """The name of a schedule and its role, an event rule, a queue that isn't FIFO, or a topic."""
    return f"{physical}-{trigger}"


def queue_name(physical: str, trigger: str, fifo: bool) -> str:
    return trigger_name(physical, trigger) + (FIFO_SUFFIX if fifo else "")


def dead_letter_name(queue: str) -> str:
    """The name of the dead letter queue of a queue; both are FIFO, or neither is."""
    fifo = queue.endswith(FIFO_SUFFIX)
    return f"{queue.removesuffix(FIFO_SUFFIX)}-dead{FIFO_SUFFIX if fifo else ''}"


def bucket_name(physical: str, trigger: str, account: str) -> str:
    """It contains the account, because the names of buckets are unique among all accounts."""
    return f"{trigger_name(physical, trigger)}-{account}"
