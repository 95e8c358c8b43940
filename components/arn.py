"""Amazon Resource Names that follow from one another."""


def function_arn(repository_arn: str, function_name: str) -> str:
    """The ARN of a function in the account and Region of an ECR repository."""
    _, partition, _, region, account, _ = repository_arn.split(":", 5)
    return f"arn:{partition}:lambda:{region}:{account}:function:{function_name}"
