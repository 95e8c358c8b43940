"""Archives orders: each in a bucket, with an entry in a table."""

import json
import os
from typing import Any

import boto3


def handle(event: dict[str, Any], context: object) -> dict[str, str]:
    """Takes an order with an `id`, and answers where it is. With `dryRun`, nothing is stored."""
    key = f"orders/{event['id']}.json"
    if not event.get("dryRun"):
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(event))
        boto3.client("dynamodb").put_item(
            TableName=os.environ["TABLE"], Item={"id": {"S": event["id"]}, "key": {"S": key}}
        )
    return {"place": f"s3://{os.environ['BUCKET']}/{key}"}
