"""Events as AWS sends them for the triggers of a module: those of `make invoke SAMPLE=...`, with what a test says."""

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

from components.arn import AwsScope
from components.settings.triggers import Triggers
from operations.samples import Target, sample
from sandbox.emulator.process import REGION

Event = dict[str, Any]
SCOPE = AwsScope("aws", REGION, "000000000000")
TARGET = Target(module="test", function="test", scope=SCOPE, url=f"https://test.lambda-url.{REGION}.on.aws/")


def queue(*messages: Any, name: str = "queue") -> Event:
    """A batch of messages of a queue. Messages other than texts are sent as JSON."""
    queues = {"queue": {"existing": SCOPE.queue_arn(name)}}
    return {"Records": [{**_record(queues=queues), "body": _text(message)} for message in messages]}


def bucket(key: str, *, name: str = "bucket", size: int = 1) -> Event:
    """The news of an object in a bucket."""
    record = _record(buckets={"bucket": {"existing": name}})
    record["s3"]["object"] |= {"key": quote_plus(key, safe="/"), "size": size}
    return {"Records": [record]}


def topic(message: Any, *, subject: str | None = None, name: str = "topic") -> Event:
    """A message of a topic."""
    record = _record(topics={"topic": {"existing": SCOPE.topic_arn(name)}})
    record["Sns"] |= {"Subject": subject, "Message": _text(message)}
    return {"Records": [record]}


def url(path: str = "/", *, method: str = "GET", query: dict[str, str] | None = None, body: Any = None) -> Event:
    """A request to a function URL. A body other than a text is sent as JSON."""
    event: Event = _sample(url={"auth": "public"})
    event |= {"rawPath": path, "rawQueryString": urlencode(query or {})}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    del event["body"], event["headers"]["content-length"], event["headers"]["content-type"]
    return (
        event
        | ({"queryStringParameters": query} if query else {})
        | ({"body": _text(body)} if body is not None else {})
    )


def _record(**triggers: Any) -> Event:
    (record,) = _sample(**triggers)["Records"]
    return dict(record)


def _sample(**triggers: Any) -> Any:
    return sample("", Triggers.model_validate(triggers), TARGET)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
