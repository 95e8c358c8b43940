import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from operations.log_text import View

AT = int(datetime(2026, 11, 29, 7, 20, 31, 123000, UTC).timestamp() * 1000)
REQUEST = "79b4f56e-95b1-4643-9700-2807f4e68189"
RECORD = {"timestamp": "2026-11-29T07:28:51Z", "level": "INFO", "message": "Working", "requestId": REQUEST}
REPORT = f"REPORT RequestId: {REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"


def shown(message: str | dict[str, Any], view: View | None = None) -> list[str]:
    text = message if isinstance(message, str) else json.dumps(message)
    return (view or View()).lines(f"{text}\n", AT)


@pytest.mark.parametrize(
    "line",
    [
        "INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0a",
        f"START RequestId: {REQUEST} Version: 7",
        f"END RequestId: {REQUEST}",
        REPORT,
        f"{REPORT}\nXRAY TraceId: 1-5f-0\tSegmentId: 2f\tSampled: true",
        "EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        '{"time": "2026-11-29T07:28:51Z", "type": "platform.report", "record": {"status": "success"}}',
        '{"time": "2026-11-29T07:28:51Z", "type": "platform.initStart", "record": {}}',
    ],
)
def test_lambdas_own_lines_are_shown_on_request(line: str) -> None:
    assert shown(line) == []
    assert shown(line, View(everything=True)) != []
    assert shown(line, View(everything=True, raw=True)) == line.rstrip().split("\n")


@pytest.mark.parametrize(
    "line",
    [
        f"{REPORT}Status: timeout",
        f"{REPORT}Status: error\tError Type: Runtime.OutOfMemory",
        "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout",
        "EXTENSION\tName: agent\tState: ExitError\tEvents: []\tError Type: Extension.Crash",
        f"RequestId: {REQUEST} Error: Runtime exited with error: signal: killed",
        f"2026-11-29T07:28:58.045Z {REQUEST} Task timed out after 3.00 seconds",
    ],
)
def test_what_lambda_says_about_an_error_is_always_shown(line: str) -> None:
    assert shown(line) == [line]


def test_an_error_that_lambda_reports_as_json_is_shown_with_its_numbers() -> None:
    record = {"requestId": REQUEST, "metrics": {"durationMs": 3000.0}, "status": "timeout"}
    event = {"time": "2026-11-29T07:28:51.5Z", "type": "platform.report", "record": record}
    assert shown(event) == ["2026-11-29T07:28:51.500Z       79b4f56e platform.report status=timeout durationMs=3000.0"]


@pytest.mark.parametrize(
    "line", ["START of the job", "ENDING", "  indented: {}", '{"a": 1}', '{"message": "x"}', "{no"]
)
def test_what_a_function_prints_itself_stays_as_it_is(line: str) -> None:
    assert shown(line) == [line]


def test_a_document_becomes_time_level_request_message_and_other_values() -> None:
    assert shown({**RECORD, "logger": "root", "item": "a b", "left": 3}) == [
        '2026-11-29T07:28:51.000Z INFO  79b4f56e Working item="a b" left=3'
    ]


def test_a_logger_with_a_name_stands_where_the_request_would() -> None:
    assert shown({**RECORD, "level": "WARN", "logger": "orders"}) == [
        "2026-11-29T07:28:51.000Z WARN  orders Working requestId=79b4f56e"
    ]


def test_a_stack_trace_of_python_has_lines_of_its_own_and_the_error_below() -> None:
    trace = ['  File "/var/task/app.py", line 3, in handler\n    {}["k"]\n', "  [more]\n"]
    error = {"errorType": "KeyError", "errorMessage": "'k'", "stackTrace": trace, "location": "app.py:handler:5"}
    assert shown({**RECORD, "level": "ERROR", "message": "no such order", **error}) == [
        "2026-11-29T07:28:51.000Z ERROR 79b4f56e no such order location=app.py:handler:5",
        '    File "/var/task/app.py", line 3, in handler',
        '      {}["k"]',
        "    [more]",
        "  KeyError: 'k'",
    ]


@pytest.mark.parametrize("nested", [True, False])
def test_a_stack_trace_of_node_has_its_error_once(nested: bool) -> None:
    error = {
        "errorType": "TypeError",
        "errorMessage": "no",
        "stackTrace": ["TypeError: no", "    at f (/var/task/i.js)"],
    }
    document = {"timestamp": RECORD["timestamp"], "level": "ERROR", "requestId": REQUEST}
    assert shown({**document, "message": error} if nested else {**document, **error}) == [
        "2026-11-29T07:28:51.000Z ERROR 79b4f56e TypeError: no",
        "  TypeError: no",
        "      at f (/var/task/i.js)",
    ]


@pytest.mark.parametrize(
    ("key", "value", "time"),
    [
        ("timestamp", "2026-11-29 08:28:51,250+0100", "07:28:51.250Z"),
        ("time", 1795937331, "07:28:51.000Z"),
        ("ts", 1795937331250, "07:28:51.250Z"),
        ("time", "yesterday", "07:20:31.123Z"),
        ("time", 10**300, "07:20:31.123Z"),
        ("time", None, "07:20:31.123Z"),
    ],
)
def test_the_time_is_the_documents_own_or_the_events(key: str, value: Any, time: str) -> None:
    assert shown({key: value, "level": "INFO", "msg": "x"}) == [f"2026-11-29T{time} INFO  x"]


@pytest.mark.parametrize("document", [False, True])
def test_control_characters_of_a_function_do_nothing_to_a_terminal(document: bool) -> None:
    text = "\x1b[2J\x9b1m\u202e\r"
    (line,) = shown({**RECORD, "message": text, text: text} if document else f"a{text}")
    assert line.isprintable()
    assert "\\u001b[2J" in line


def test_every_line_of_an_event_is_shown_if_one_of_its_lines_matches() -> None:
    document = {**RECORD, "exception": "Traceback:\n  File app.py\nKeyError: 'k'"}
    matching, other = View(pattern=re.compile("keyerror", re.IGNORECASE)), View(pattern=re.compile("timestamp"))
    assert len(shown(document, matching)) == 4
    assert shown(document, other) == [], "the key isn't shown"
    assert shown(document, View(raw=True, pattern=other.pattern)) == [json.dumps(document)]
