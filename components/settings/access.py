"""What a function may do with other resources, in a short form.

`components.function.access_permissions` expands it to statements of the function's policy.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from components.settings.values import BUCKET_NAME, KMS_KEY_ARN, OBJECT_KEY_PART, Name, Settings, name_or_arn

_BUCKET = name_or_arn("s3", BUCKET_NAME, BUCKET_NAME, "a bucket, such as 'acme-uploads'")
_TABLE = name_or_arn(
    "dynamodb", "[A-Za-z0-9_.-]{3,255}", "table/[A-Za-z0-9_.-]{3,255}", "a table, such as 'acme-orders'"
)
_QUEUE = name_or_arn("sqs", r"[A-Za-z0-9_-]+(\.fifo)?", r"[A-Za-z0-9_-]+(\.fifo)?", "a queue, such as 'acme-jobs'")
_TOPIC = name_or_arn("sns", r"[A-Za-z0-9_-]+(\.fifo)?", r"[A-Za-z0-9_-]+(\.fifo)?", "a topic, such as 'acme-news'")
_SECRET = name_or_arn(
    "secretsmanager", "[A-Za-z0-9/_+=.@-]+", "secret:[A-Za-z0-9/_+=.@-]+", "a secret, such as 'acme/stripe'"
)
_PARAMETER = name_or_arn(
    "ssm",
    "[A-Za-z0-9_.-]+|(/[A-Za-z0-9_.-]+)+",
    "parameter(/[A-Za-z0-9_.-]+)+",
    "a parameter, such as '/acme/stripe': a name with slashes begins with one",
)

KINDS: Mapping[str, Sequence[str]] = {
    "bucket": ("read", "write", "readWrite"),
    "table": ("read", "write", "readWrite"),
    "queue": ("send",),
    "topic": ("publish",),
    "secret": ("read",),
    "parameter": ("read",),
    "module": ("invoke",),
}
"""The keys that name a resource, each with the values of `can` that it takes."""


class Access(Settings):
    """What the function may do with one resource, which exactly one of the first keys names."""

    bucket: Annotated[str, _BUCKET] | None = None
    """Name or ARN of an S3 bucket. `read` allows getting and listing its objects, `write` putting and deleting them.
    Defaults to none."""
    table: Annotated[str, _TABLE] | None = None
    """Name or ARN of a DynamoDB table. `read` allows getting and querying its items, also through its indexes, `write`
    putting, updating and deleting them. Defaults to none."""
    queue: Annotated[str, _QUEUE] | None = None
    """Name or ARN of an SQS queue. `send` allows sending messages to it. Defaults to none."""
    topic: Annotated[str, _TOPIC] | None = None
    """Name or ARN of an SNS topic. `publish` allows publishing messages to it. Defaults to none."""
    secret: Annotated[str, _SECRET] | None = None
    """Name or ARN of a secret in Secrets Manager. `read` allows reading its value. Defaults to none."""
    parameter: Annotated[str, _PARAMETER] | None = None
    """Name or ARN of a parameter in SSM's Parameter Store. `read` allows reading its value. Defaults to none."""
    module: Name | None = None
    """Name of another module of the checkout. `invoke` allows invoking the version that its alias `live` serves.
    Defaults to none."""
    can: Literal["read", "write", "readWrite", "send", "publish", "invoke"]
    """What the function may do with it: `read`, `write` or `readWrite` a bucket or a table; `send` to a queue;
    `publish` to a topic; `read` a secret or a parameter; `invoke` a module."""
    prefix: Annotated[str, OBJECT_KEY_PART] = ""
    """What the keys of a bucket's objects must begin with. Defaults to all objects."""
    kms_key: Annotated[str, KMS_KEY_ARN.or_reference()] | None = None
    """ARN of the customer-managed KMS key that the resource is encrypted with, which the function may then use through
    the resource's service. Defaults to AWS's own key, or with `encryption: customer` to the stack's."""

    @property
    def named(self) -> Mapping[str, str]:
        """By key, the resources that it names: exactly one, if it has passed `rules.py`."""
        return {kind: value for kind in KINDS if (value := getattr(self, kind)) is not None}
