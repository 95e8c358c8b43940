"""Signs messages, with keys that it reads from where its environment says."""

import functools
import hmac
import os
from typing import Any

import boto3


@functools.cache
def parameter(name: str) -> str:
    """Read once by each instance of the function."""
    found = boto3.client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(found["Parameter"]["Value"])


@functools.cache
def secret(name: str) -> str:
    """Read once by each instance of the function."""
    return str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def handle(event: dict[str, Any], context: object) -> dict[str, str]:
    """Takes `{"message": <text>}`, answers `{"signature": <64 hexadecimal digits>}`."""
    key = parameter(os.environ["SIGNING_KEY"]) + secret(os.environ["PEPPER"]) + parameter(os.environ["SHARED_SALT"])
    return {"signature": hmac.new(key.encode(), event["message"].encode(), "sha256").hexdigest()}
