"""Handles the levels of a function's logs as Lambda does. MiniStack 1.5.33 only stores them.

Lambda tells a function's runtime the format and the level in two variables, and the runtime leaves messages out.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

from collections.abc import Callable

from ministack.services import lambda_svc

from sandbox.docker.configured_function import LOG_LEVEL
from sandbox.emulator.ministack.answers import Answer, Data, invalid

LEVELS = ("ApplicationLogLevel", "SystemLogLevel")


def apply_log_levels() -> None:
    lambda_svc._create_function = _created_with_levels(lambda_svc._create_function)
    lambda_svc._update_config = _updated_with_levels(lambda_svc._update_config)


def _created_with_levels(create: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def create_function(data: Data) -> Answer:
        return _refused(data) or create(_with_defaults(data))

    return create_function


def _updated_with_levels(update: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def update_configuration(name: str, data: Data) -> Answer:
        return _refused(data) or update(name, _with_defaults(data))

    return update_configuration


def _refused(data: Data) -> Answer | None:
    """Return AWS's error, as quoted in https://github.com/aws/aws-cdk/pull/28045."""
    logging = data.get("LoggingConfig") or {}
    if logging.get("LogFormat", "Text") == "JSON" or not any(logging.get(level) for level in LEVELS):
        return None
    return invalid(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the '
        'LogFormat to "Json" and try again.'
    )


def _with_defaults(data: Data) -> Data:
    logging = data.get("LoggingConfig") or {}
    if logging.get("LogFormat") != "JSON":
        return data
    return {**data, "LoggingConfig": {**dict.fromkeys(LEVELS, LOG_LEVEL), **logging}}
