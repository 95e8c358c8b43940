"""The environment variables of a function: plain text, and references to secrets."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.settings.values import DISTINCT, KMS_KEY_ARN, Form, Name, Settings

_RESERVED_BY_LAMBDA = re.compile(
    "AWS_(ACCESS_KEY(_ID)?|DEFAULT_REGION|EXECUTION_ENV|REGION|SECRET_ACCESS_KEY|SESSION_TOKEN)"
    "|AWS_LAMBDA_(?!EXEC_WRAPPER$|DOTNET_PREJIT$).*"
    "|LAMBDA_(RUNTIME_DIR|TASK_ROOT)"
)
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""


def _not_reserved(name: str) -> str:
    if _RESERVED_BY_LAMBDA.fullmatch(name):
        raise ValueError("Lambda sets it itself: choose another name")
    return name


MAX_SECRET_BYTES = {"parameterStore": 4096, "secretsManager": 65_536}
"""The limit of a value in each store: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
"""

_NAME = Form("[A-Za-z][A-Za-z0-9_]+", "two or more letters, digits and underscores, beginning with a letter")

VariableName = Annotated[str, _NAME, AfterValidator(_not_reserved)]

MAX_ENVIRONMENT_BYTES = 4096
"""The limit of all variables as one JSON document, which is what Lambda measures, as its error shows.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594
"""


class Secret(Settings):
    """A secret whose value the stack sets, or a secret that exists."""

    existing: Annotated[str, Form(r"[A-Za-z0-9_.+=@/:-]{1,2048}", "a name or an ARN").or_reference()] | None = None
    """Name or ARN of a secret that exists. Defaults to a secret that the program creates, with the value that the stack
    sets."""
    store: Literal["parameterStore", "secretsManager"] = "parameterStore"
    """Where the secret is: in SSM's Parameter Store, as a SecureString, or in Secrets Manager. Defaults to
    `parameterStore`."""
    kms_key: Annotated[str, KMS_KEY_ARN.or_reference()] | None = None
    """ARN of the customer-managed KMS key that an existing secret is encrypted with, which the function may then use to
    decrypt it. Defaults to a key of AWS's own."""
    shared_with: Annotated[list[Name], DISTINCT] = Field(default_factory=list)
    """Modules that may read this secret as their `existing`, if the stack sets its value. Defaults to no other
    module."""
