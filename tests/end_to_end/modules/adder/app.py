from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    return {"sum": sum(event["numbers"])}
