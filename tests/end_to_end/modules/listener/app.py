import json
import time
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Says what it was sent. Of a batch of messages, those that say "fail" are answered as failed."""
    print(json.dumps({"version": context.function_version, "event": event}))
    time.sleep(0.5)  # the emulator takes what Docker has of the output by the time of the answer
    failed = [record["messageId"] for record in event.get("Records", []) if record.get("body") == "fail"]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}
