"""What the official provider does beyond the table of a function's properties."""

from sandbox.offline.plugins.aws.lambda_.function import _keep_log_levels
from sandbox.offline.plugins.values import Values

LEVELS = {"applicationLogLevel": "DEBUG", "systemLogLevel": "WARN"}
STATE: Values = {"loggingConfig": {"logFormat": "JSON", "logGroup": "g", **LEVELS}}


def planned(**logging: str) -> Values:
    plan: Values = {"loggingConfig": {"logGroup": "g", **logging}}
    _keep_log_levels(STATE, plan)
    return plan


def test_a_level_that_is_not_given_stays_as_it_is_unless_the_format_changes() -> None:
    assert planned(logFormat="JSON") == STATE
    other = {"applicationLogLevel": "INFO", "logFormat": "JSON", "logGroup": "g", "systemLogLevel": "WARN"}
    assert planned(logFormat="JSON", applicationLogLevel="INFO")["loggingConfig"] == other
    assert planned(logFormat="Text")["loggingConfig"] == {"logFormat": "Text", "logGroup": "g"}
