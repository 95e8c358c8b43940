from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.emulator.ministack.requests import is_change


def request(method: str, path: str, **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": named}


def query(action: str) -> tuple[dict[str, Any], bytes]:
    form = request("POST", "/", content_type="application/x-www-form-urlencoded; charset=utf-8")
    return form, urlencode({"Action": action, "Version": "2010-05-08"}).encode()


@pytest.mark.parametrize(
    "scope",
    [
        request("GET", "/2015-03-31/functions/f"),
        request("HEAD", "/v2/app/manifests/t"),
        request("POST", "/2015-03-31/functions/f:live/invocations"),
        request("POST", "/2021-11-15/functions/f/response-streaming-invocations"),
        request("POST", "/_aws/lambda-url/abc/path"),
        request("POST", "/", x_amz_target="Logs_20140328.PutLogEvents"),
        request("POST", "/", x_amz_target="Logs_20140328.FilterLogEvents"),
        request("POST", "/", x_amz_target="TrentService.Decrypt"),
        request("POST", "/", x_amz_target="DynamoDB_20120810.Query"),
        request("POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"),
        request("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData"),
    ],
)
def test_invocations_reads_logs_and_metrics_change_nothing(scope: dict[str, Any]) -> None:
    assert not is_change(scope, b"")


@pytest.mark.parametrize(
    "scope",
    [
        request("POST", "/2015-03-31/functions"),
        request("POST", "/2015-03-31/functions/f/versions"),
        request("PUT", "/v2/app/manifests/t"),
        request("PUT", "/bucket/2015-03-31/functions/f/invocations"),
        request("DELETE", "/bucket/key"),
        request("POST", "/", x_amz_target="AmazonSQS.SendMessage"),
        request("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm"),
    ],
)
def test_all_else_is_a_change(scope: dict[str, Any]) -> None:
    assert is_change(scope, b"")


def test_the_query_protocol_names_its_operation_in_the_body() -> None:
    assert is_change(*query("CreateRole"))
    assert not is_change(*query("GetRolePolicy"))
