from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Who the function is to AWS, and what AWS says when it asks for something it has no right to."""
    try:
        boto3.client("s3").list_buckets()
        refusal = ""
    except ClientError as refused:
        refusal = refused.response["Error"]["Code"]
    return {"arn": boto3.client("sts").get_caller_identity()["Arn"], "refusal": refusal}
