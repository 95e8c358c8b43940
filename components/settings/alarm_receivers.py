"""Rules for who is sent a stack's alarms."""

import re
from collections.abc import Iterator

from components.settings.configuration import MASKED
from components.settings.document import Document
from components.settings.stack import StackSettings

_URL = re.compile(r"https://[^\s/?#]+\S*|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?")
"""Without TLS only on one machine, where an emulator of AWS sends alarms."""


def misplaced_receivers(stack_document: Document, stack: StackSettings) -> Iterator[str]:
    """Yield messages about e-mail addresses and endpoints that SNS could not send the stack's alarms to."""
    for key, receivers in (("alarmEmails", stack.alarm_emails), ("alarmEndpoints", stack.alarm_endpoints)):
        if receivers and stack.alarm_topic:
            yield (
                f"{stack_document.place((key,))} applies only to a topic that the stack creates: leave it out, and "
                f"subscribe to the topic that alarmTopic names where that is made"
            )
    for name, endpoint in stack.alarm_endpoints.items():
        url = endpoint.get_secret_value()
        if url != MASKED and not _URL.fullmatch(url):
            yield (
                f"{stack_document.place(('alarmEndpoints', name))} is not an HTTPS URL: set it with\n"
                f"  pulumi config set --secret --path 'alarmEndpoints.{name}'"
            )
