"""Amazon Resource Names that follow from others: each is in the account and Region of a neighbour, given by its ARN."""

LONGEST = "arn:aws-iso-f:service:us-isof-south-1:000000000000:resource"
"""No ARN is longer before its resource."""


def function_arn(neighbour: str, function_name: str) -> str:
    return _beside(neighbour, "lambda", f"function:{function_name}")


def parameter_arn(neighbour: str, name: str) -> str:
    """Of SSM's parameter store, whose ARNs have one slash before a name with and without one alike."""
    return _beside(neighbour, "ssm", f"parameter/{name.removeprefix('/')}")


def secret_arn(neighbour: str, name: str) -> str:
    """For a policy: Secrets Manager adds a hyphen and six characters to the name, which nobody knows beforehand.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    """
    return _beside(neighbour, "secretsmanager", f"secret:{name}-??????")


def store_arn(neighbour: str, store: str, name: str) -> str:
    """Of what `store`, `parameterStore` or `secretsManager`, has under a name, which may be an ARN itself."""
    if name.startswith("arn:"):
        return name
    return parameter_arn(neighbour, name) if store == "parameterStore" else secret_arn(neighbour, name)


def key_arn(neighbour: str, key_id: str) -> str:
    return _beside(neighbour, "kms", f"key/{key_id}")


def log_group_arn(neighbour: str, name: str) -> str:
    return _beside(neighbour, "logs", f"log-group:{name}")


def queue_arn(neighbour: str, name: str) -> str:
    return _beside(neighbour, "sqs", name)


def schedule_group_arn(neighbour: str) -> str:
    """Of the group that schedules are in if none is given."""
    return _beside(neighbour, "scheduler", "schedule-group/default")


def bucket_arn(neighbour: str, name: str) -> str:
    """It names neither Region nor account: no other bucket in the partition has this name."""
    return f"arn:{neighbour.split(':')[1]}:s3:::{name}"


def dns_suffix(arn: str) -> str:
    """What the names of services end with in an ARN's partition, in policies, too."""
    return "amazonaws.com.cn" if arn.split(":")[1] == "aws-cn" else "amazonaws.com"


def account_of(arn: str) -> str:
    return arn.split(":")[4]


def region_of(arn: str) -> str:
    return arn.split(":")[3]


def _beside(neighbour: str, service: str, resource: str) -> str:
    _, partition, _, region, account, _ = neighbour.split(":", 5)
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"
