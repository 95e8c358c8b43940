"""Posts what the alarms of a stack tell their topic to a channel of Slack or Microsoft Teams."""

import functools
import json
import os
import urllib.request
from typing import Any

import boto3

COLOURS = {"ALARM": "Attention", "OK": "Good"}


@functools.cache
def webhook() -> str:
    """The URL to post to. Read once by each instance of the function."""
    found = boto3.client("ssm").get_parameter(Name=os.environ["WEBHOOK"], WithDecryption=True)
    return str(found["Parameter"]["Value"])


def handle(event: dict[str, Any], context: object) -> dict[str, int]:
    """Takes an event of SNS, answers `{"posted": <messages>}`. If one can't be posted, SNS sends the event again."""
    url, format_message = webhook(), {"slack": slack, "teams": teams}[os.environ["FORMAT"]]
    for record in event["Records"]:
        body = json.dumps(format_message(json.loads(record["Sns"]["Message"]))).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass
    return {"posted": len(event["Records"])}


def slack(alarm: dict[str, Any]) -> dict[str, Any]:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""
    return {"text": "\n".join((title(alarm), *details(alarm)))}


def teams(alarm: dict[str, Any]) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using"""
    colour = COLOURS.get(alarm["NewStateValue"], "Default")
    lines = [{"type": "TextBlock", "text": text, "wrap": True} for text in details(alarm)]
    heading = {"type": "TextBlock", "text": title(alarm), "weight": "Bolder", "color": colour, "wrap": True}
    card = {"type": "AdaptiveCard", "version": "1.4", "body": [heading, *lines]}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def title(alarm: dict[str, Any]) -> str:
    return f"{alarm['NewStateValue']}: {alarm['AlarmName']}"


def details(alarm: dict[str, Any]) -> list[str]:
    return [text for text in (alarm.get("AlarmDescription"), alarm.get("NewStateReason")) if text]
