"""Makes sample events for a module's triggers, in the form in which AWS sends them.

A kind of trigger is a row of `KINDS`, and a function that makes its event. The formats are described in
https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit
from uuid import uuid4

from components.arn import AwsScope
from components.errors import ComponentError
from components.json_text import json_text
from components.naming import bucket_name, queue_name, trigger_name
from components.printable import printable
from components.settings.http_api import IAM, PUBLIC, Route
from components.settings.streams import Stream
from components.settings.triggers import Bucket, EventRule, Queue, Schedule, Topic, Triggers, Url

BODY = '{"hello": "world"}'
"""The message, and the body of the request."""
USER = "AIDACKCEVSQ6C2EXAMPLE"
"""The ID of an IAM user, as AWS's documentation has it."""
ADDRESS = "203.0.113.7"
"""An address for documentation: https://www.rfc-editor.org/rfc/rfc5737"""
_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")
"""In the path of a route; with a plus sign, all that follows."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The deployed function that the events are for."""

    module: str
    function: str
    """The name of its function."""
    scope: AwsScope
    url: str | None = None
    """Its function URL, if it is deployed."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def time(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def milliseconds(self) -> int:
        return int(self.now.timestamp() * 1000)


def sample(choice: str, triggers: Triggers, target: Target) -> Any:
    """Return an event of the trigger that is chosen: `queue`, or `queue:orders` if there are several queues.

    An empty text chooses the only trigger. Raises ComponentError with those that exist.
    """
    named = dict(_triggers(triggers))
    found = [name for name in named if choice in ("", name, name.partition(":")[0])]
    if len(found) == 1:
        kind, _, name = found[0].partition(":")
        return KINDS[kind].event(named[found[0]], name, target)
    module, its = f"the module `{target.module}`", ", ".join(found or named)
    if not named:
        raise ComponentError(f"{module} has no trigger in its settings, so send an event of your own: docs/triggers.md")
    if found:
        raise ComponentError(f"{module} has several triggers, so choose one of them: {its}")
    raise ComponentError(f"{module} has no trigger `{printable(choice)}`; it has: {its}")


def _triggers(triggers: Triggers) -> Iterator[tuple[str, Any]]:
    """Yield each trigger with what chooses it: `queue:orders`, or `url`, of which there is at most one."""
    for kind, each in KINDS.items():
        configured = getattr(triggers, each.setting)
        if isinstance(configured, Mapping):
            yield from ((f"{kind}:{name}", trigger) for name, trigger in configured.items())
        elif configured is not None:
            yield kind, configured


def _queue(trigger: Queue, name: str, target: Target) -> Any:
    queue = trigger.existing or target.scope.queue_arn(queue_name(target.function, name, trigger.fifo))
    record: dict[str, Any] = {
        "messageId": str(uuid4()),
        "receiptHandle": f"AQEB{hashlib.sha256(uuid4().bytes).hexdigest()}",
        "body": BODY,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(target.milliseconds),
            "SenderId": USER,
            "ApproximateFirstReceiveTimestamp": str(target.milliseconds),
        },
        "messageAttributes": {},
        "md5OfBody": _md5(BODY),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": target.scope.region,
    }
    if trigger.is_fifo:
        record["attributes"] |= {
            "SequenceNumber": "18849496460467696128",
            "MessageGroupId": "sample",
            "MessageDeduplicationId": hashlib.sha256(BODY.encode()).hexdigest(),
        }
    return {"Records": [record]}


def _stream(trigger: Stream, name: str, target: Target) -> Any:
    """Return one record. What it is made of is the table's or the sender's, and can't be known."""
    scope, seconds = AwsScope.of(trigger.arn), target.now.timestamp()
    common = {"awsRegion": scope.region, "eventSourceARN": trigger.arn}
    if trigger.arn.split(":")[2] == "kinesis":
        sequence = "49590338271490256608559692538361571095921575989136588898"
        record: dict[str, Any] = {
            "eventID": f"shardId-000000000000:{sequence}",
            "eventName": "aws:kinesis:record",
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "invokeIdentityArn": f"arn:{scope.partition}:iam::{scope.account}:role/{target.function}",
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "sample",
                "sequenceNumber": sequence,
                "data": base64.b64encode(BODY.encode()).decode(),
                "approximateArrivalTimestamp": round(seconds, 3),
            },
        }
    else:
        item = {"id": {"S": "sample"}}
        record = {
            "eventID": uuid4().hex,
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "eventVersion": "1.1",
            "dynamodb": {
                "ApproximateCreationDateTime": float(int(seconds)),
                "Keys": item,
                "NewImage": {**item, "hello": {"S": "world"}},
                "SequenceNumber": "4421584500000000017450439091",
                "SizeBytes": 26,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        }
    return {"Records": [{**record, **common}]}


def _bucket(trigger: Bucket, name: str, target: Target) -> Any:
    """An object has a version in a bucket of the program's own; whether an existing bucket has versions isn't known."""
    bucket = trigger.existing or bucket_name(target.function, name, target.scope.account)
    written = {
        "key": quote_plus(f"{trigger.prefix}sample{trigger.suffix}", safe="/"),
        "size": len(BODY),
        "eTag": _md5(BODY),
        "versionId": uuid4().hex,
        "sequencer": f"{target.milliseconds:018X}",
    }
    if trigger.existing:
        del written["versionId"]
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": target.scope.region,
        "eventTime": target.time,
        "eventName": _event_name(trigger),
        "userIdentity": {"principalId": f"AWS:{USER}"},
        "requestParameters": {"sourceIPAddress": ADDRESS},
        "responseElements": {"x-amz-request-id": uuid4().hex[:16].upper(), "x-amz-id-2": f"{uuid4().hex}EXAMPLE"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": f"tf-s3-lambda-{target.now:%Y%m%d%H%M%S}000000000001",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "A3NL1KOZZKEXAMPLE"},
                "arn": target.scope.bucket_arn(bucket),
            },
            "object": written,
        },
    }
    return {"Records": [record]}


def _event_name(trigger: Bucket) -> str:
    """Return the first event that the trigger is for."""
    name = trigger.events[0].removeprefix("s3:")
    return name.replace("*", _FIRST_OF.get(name.partition(":")[0], ""))


def _event(trigger: EventRule, name: str, target: Target) -> Any:
    """Return an event that matches the pattern where that says what a field is, and otherwise an empty one."""
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Sample",
        "source": "sample",
        "account": target.scope.account,
        "time": target.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": target.scope.region,
        "resources": [],
        "detail": {},
    }
    return {**event, **_matching(trigger.pattern)}


def _matching(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a pattern, each with the first value that the pattern names."""
    found: dict[str, Any] = {}
    for key, wanted in pattern.items():
        if isinstance(wanted, Mapping):
            found[key] = _matching(wanted)
        elif isinstance(wanted, list) and (named := [each for each in wanted if not isinstance(each, Mapping)]):
            found[key] = [named[0]] if key == "resources" else named[0]
    return found


def _topic(trigger: Topic, name: str, target: Target) -> Any:
    stack = target.function.removesuffix(f"-{target.module}")
    own = f"{stack}-alarms" if trigger.alarms else trigger_name(target.function, name)
    topic = trigger.existing or target.scope.topic_arn(own)
    scope = AwsScope.of(topic)
    subscription, host = f"{topic}:{uuid4()}", f"https://{scope.service('sns')}"
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": {
            "Type": "Notification",
            "MessageId": str(uuid4()),
            "TopicArn": topic,
            "Subject": "sample",
            "Message": json_text(_alarm(target)) if trigger.alarms else BODY,
            "Timestamp": target.time,
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": f"{host}/SimpleNotificationService-EXAMPLE.pem",
            "UnsubscribeUrl": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription}",
            "MessageAttributes": {},
        },
    }
    return {"Records": [record]}


def _alarm(target: Target) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"""
    name = f"{target.function}-errors"
    return {
        "AlarmName": name,
        "AlarmDescription": "a sample",
        "AWSAccountId": target.scope.account,
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint was greater than or equal to the threshold (1.0).",
        "StateChangeTime": f"{target.time[:-1]}+0000",
        "Region": target.scope.region,
        "AlarmArn": target.scope.arn("cloudwatch", f"alarm:{name}"),
        "OldStateValue": "OK",
        "Trigger": {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Threshold": 1.0},
    }


def _schedule(trigger: Schedule, name: str, target: Target) -> Any:
    return trigger.event


def _url(trigger: Url, name: str, target: Target) -> Any:
    if target.url is None:
        raise ComponentError(f"the URL of the module `{target.module}` isn't deployed yet: deploy the module first")
    return _request(target, urlsplit(target.url).netloc, "POST", "/", "$default", is_signed=trigger.auth != PUBLIC)


def _route(trigger: Route, name: str, target: Target) -> Any:
    """Return a request at an invented address, because an API's own address isn't known from the settings."""
    method, _, path = name.partition(" ")
    parts = {part: f"sample/{part}" if rest else f"sample-{part}" for part, rest in _VARIABLE.findall(path)}
    requested = _VARIABLE.sub(lambda found: parts[found[1]], path) or "/"
    host = f"sample.{target.scope.service('execute-api')}"
    event = _request(
        target, host, "POST" if method in ("ANY", "$default") else method, requested, name, trigger.auth == IAM
    )
    if trigger.auth not in (IAM, PUBLIC):
        claims = {"sub": USER, "scope": " ".join(trigger.scopes)}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": trigger.scopes or None}}
    return {**event, "pathParameters": parts} if parts else event


def _request(target: Target, host: str, method: str, path: str, route: str, is_signed: bool) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    account, id, agent = target.scope.account, host.partition(".")[0], "curl/8.14.1"
    context: dict[str, Any] = {
        "accountId": account if is_signed else "anonymous",
        "apiId": id,
        "domainName": host,
        "domainPrefix": id,
        "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": ADDRESS, "userAgent": agent},
        "requestId": str(uuid4()),
        "routeKey": route,
        "stage": "$default",
        "time": f"{target.now.astimezone(UTC):%d/%b/%Y:%H:%M:%S +0000}",
        "timeEpoch": target.milliseconds,
    }
    if is_signed:
        caller = {
            "accessKey": "AKIAIOSFODNN7EXAMPLE",
            "accountId": account,
            "callerId": USER,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": f"arn:{target.scope.partition}:iam::{account}:user/sample",
            "userId": USER,
        }
        context["authorizer"] = {"iam": caller}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-length": str(len(BODY)),
            "content-type": "application/json",
            "host": host,
            "user-agent": agent,
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-trace-id": f"Root=1-{int(target.now.timestamp()):08x}-{uuid4().hex[:24]}",
            "x-forwarded-for": ADDRESS,
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": context,
        "body": BODY,
        "isBase64Encoded": False,
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Kind:
    setting: str
    """The field of `Triggers`: one trigger, or several by name."""
    event: Callable[[Any, str, Target], Any]
    """Makes the event of a trigger with a name."""


_FIRST_OF = {
    "ObjectCreated": "Put",
    "ObjectRemoved": "Delete",
    "ObjectRestore": "Completed",
    "ObjectTagging": "Put",
    "LifecycleExpiration": "Delete",
    "Replication": "OperationFailedReplication",
}
"""What takes the place of the wildcard in the names of S3's events."""

KINDS: Mapping[str, Kind] = {
    "url": Kind("url", _url),
    "route": Kind("routes", _route),
    "schedule": Kind("schedules", _schedule),
    "event": Kind("events", _event),
    "queue": Kind("queues", _queue),
    "stream": Kind("streams", _stream),
    "bucket": Kind("buckets", _bucket),
    "topic": Kind("topics", _topic),
}
"""By what `--sample` calls it."""
