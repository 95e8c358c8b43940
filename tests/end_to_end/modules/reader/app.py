import base64
import json
import time
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Says which records it was sent. It answers that "fail" has failed, and fails itself at "crash"."""
    texts = {number(record): text(record) for record in event["Records"]}
    print(json.dumps({"read": list(texts.values())}))
    time.sleep(0.5)  # the emulator takes what Docker has of the output by the time of the answer
    if "crash" in texts.values():
        raise ValueError("crash")
    return {"batchItemFailures": [{"itemIdentifier": number} for number, text in texts.items() if text == "fail"]}


def number(record: dict[str, Any]) -> str:
    return str(record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["dynamodb"]["SequenceNumber"])


def text(record: dict[str, Any]) -> str:
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return str(record["dynamodb"]["NewImage"]["id"]["S"])
