"""Events as AWS sends them for the triggers of a module: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html"""

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

from sandbox.emulator.process import REGION

Event = dict[str, Any]
ACCOUNT = "000000000000"


def queue(*messages: Any, name: str = "queue") -> Event:
    """A batch of messages of a queue. Messages other than texts are sent as JSON."""
    return {
        "Records": [
            {
                "messageId": f"00000000-0000-0000-0000-{number:012}",
                "receiptHandle": f"receipt-{number}",
                "body": _text(message),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1700000000000",
                    "SenderId": ACCOUNT,
                    "ApproximateFirstReceiveTimestamp": "1700000000001",
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
                "awsRegion": REGION,
            }
            for number, message in enumerate(messages)
        ]
    }


def bucket(key: str, *, name: str = "bucket", size: int = 1) -> Event:
    """The news of an object in a bucket."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": REGION,
                "eventTime": "2023-11-14T22:13:20.000Z",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {"name": name, "arn": f"arn:aws:s3:::{name}"},
                    "object": {"key": quote_plus(key, safe="/"), "size": size},
                },
            }
        ]
    }


def topic(message: Any, *, subject: str | None = None, name: str = "topic") -> Event:
    """A message of a topic."""
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{arn}:00000000-0000-0000-0000-000000000000",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": "00000000-0000-0000-0000-000000000000",
                    "TopicArn": arn,
                    "Subject": subject,
                    "Message": _text(message),
                    "Timestamp": "2023-11-14T22:13:20.000Z",
                    "MessageAttributes": {},
                },
            }
        ]
    }


def url(path: str = "/", *, method: str = "GET", query: dict[str, str] | None = None, body: Any = None) -> Event:
    """A request to a function URL. A body other than a text is sent as JSON."""
    host = f"test.lambda-url.{REGION}.on.aws"
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"host": host},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "test",
            "domainName": host,
            "domainPrefix": "test",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "00000000-0000-0000-0000-000000000000",
            "routeKey": "$default",
            "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000",
            "timeEpoch": 1700000000000,
        },
        "isBase64Encoded": False,
    }
    return {
        **event,
        **({"queryStringParameters": query} if query else {}),
        **({"body": _text(body)} if body is not None else {}),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
