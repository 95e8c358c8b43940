"""Physical names: the same for the same stack and module, so that a killed run can find what it made."""

import re

from components.errors import ComponentError

_MODULE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

LONGEST_NAME = 64
"""Lambda functions and IAM roles allow 64 characters; ECR repositories and log groups more.
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""


def physical_name(project: str, stack: str, module: str) -> str:
    """`<project>-<stack>-<module>`: the name of the module's function, role and repository.

    Raises ComponentError if the module's name can't be part of all of them, or the whole is too long.
    """
    if not is_module_name(module):
        raise ComponentError(
            f"'{module}' can't be the name of a module: use lower-case letters, digits and single hyphens, "
            f"beginning with a letter, such as 'ai-model'"
        )
    name = f"{project}-{stack}-{module}".lower()
    if len(name) > LONGEST_NAME:
        raise ComponentError(
            f"the name '{name}' has {len(name)} characters; a Lambda function and its role may have {LONGEST_NAME}: "
            f"shorten the name of the module '{module}' or of the stack '{stack}'"
        )
    return name


def is_module_name(name: str) -> bool:
    """Whether it is one that Lambda, IAM, ECR and CloudWatch Logs all accept."""
    return _MODULE_NAME.fullmatch(name) is not None


def log_group_name(function_name: str) -> str:
    """Lambda's own default, so that consoles and tools find the group where they look for it."""
    return f"/aws/lambda/{function_name}"
