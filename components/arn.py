"""Amazon Resource Names that follow from one another."""


def function_arn(neighbour: str, function_name: str) -> str:
    """The ARN of a function in the account and Region of another resource, given by its ARN."""
    _, partition, _, region, account, _ = neighbour.split(":", 5)
    return f"arn:{partition}:lambda:{region}:{account}:function:{function_name}"
