"""Sends SNS's messages to functions with the keys that they have there. MiniStack 1.5.33 sends those of HTTP endpoints.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import sns

_KEYS = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}


def send_lambdas_keys() -> None:
    sns._deliver_to_lambda = _with_lambdas_keys(sns._deliver_to_lambda)


def _with_lambdas_keys(deliver: Callable[..., None]) -> Callable[..., None]:
    def deliver_to_lambda(endpoint: str, envelope: str, *others: Any) -> None:
        message = {_KEYS.get(key, key): value for key, value in json.loads(envelope).items()}
        deliver(endpoint, json.dumps({"Subject": None, "MessageAttributes": {}, **message}), *others)

    return deliver_to_lambda
