"""Alarms in the query protocol, which the official AWS provider speaks and boto3 no longer does."""

import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from sandbox.emulator.process import REGION, Emulator
from tests.sandbox.emulator.emulators import client

TOPIC = f"arn:aws:sns:{REGION}:000000000000:alarms"
ALARM = {
    "AlarmName": "slow & <late>",
    "AlarmDescription": "Calls take long",
    "Namespace": "AWS/Lambda",
    "MetricName": "Duration",
    "Dimensions": [{"Name": "FunctionName", "Value": "f"}, {"Name": "Resource", "Value": "f:live"}],
    "ExtendedStatistic": "p95",
    "Period": 300,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 1500.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "OKActions": [TOPIC],
}
PLAIN = {"AlarmName": "plain", **{name: ALARM[name] for name in ("Namespace", "MetricName", "Period", "Threshold")}}
PLAIN |= {"Statistic": "Sum", "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Unit": "Seconds"}


def ask(emulator: Emulator, operation: str, **arguments: Any) -> Any:
    model = botocore.session.get_session().get_service_model("cloudwatch").operation_model(operation)
    sent = create_serializer("query").serialize_to_request(arguments, model)
    request = AWSRequest("POST", emulator.endpoint, data=urllib.parse.urlencode(sent["body"]), headers=sent["headers"])
    SigV4Auth(Credentials(*emulator.credentials.values()), "monitoring", REGION).add_auth(request)
    body = request.body.encode() if isinstance(request.body, str) else request.body
    posted = urllib.request.Request(emulator.endpoint, body, dict(request.headers.items()))
    with urllib.request.urlopen(posted, timeout=10) as answer:
        response = {"status_code": answer.status, "headers": {}, "body": answer.read()}
    assert model.output_shape or operation == "PutMetricAlarm"
    return create_parser("query").parse(response, model.output_shape)  # type: ignore[arg-type]  # None for no answer


def described(emulator: Emulator, **arguments: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(emulator, "DescribeAlarms", **arguments)["MetricAlarms"]
    return found


def test_what_an_alarm_was_given_is_what_is_described(emulator: Emulator) -> None:
    for alarm in (ALARM, PLAIN):
        ask(emulator, "PutMetricAlarm", **alarm)
        (found,) = described(emulator, AlarmNames=[alarm["AlarmName"]])
        assert {name: found.get(name) for name in alarm} == alarm
        assert ("Statistic" in found) == ("Statistic" in alarm)
        assert found["StateValue"] in ("INSUFFICIENT_DATA", "OK")
        assert found["AlarmConfigurationUpdatedTimestamp"].tzinfo


def test_alarms_are_found_by_prefix_and_by_page(emulator: Emulator) -> None:
    for name in ("page-1", "page-2", "page-3"):
        ask(emulator, "PutMetricAlarm", **{**PLAIN, "AlarmName": name})
    assert [alarm["AlarmName"] for alarm in described(emulator, AlarmNamePrefix="page-2")] == ["page-2"]
    first = ask(emulator, "DescribeAlarms", AlarmNamePrefix="page-", MaxRecords=2)
    rest = ask(emulator, "DescribeAlarms", AlarmNamePrefix="page-", NextToken=first["NextToken"])
    names = [alarm["AlarmName"] for page in (first, rest) for alarm in page["MetricAlarms"]]
    assert names == ["page-1", "page-2", "page-3"]


def test_the_state_of_an_alarm_has_a_reason_and_the_time_since_when_it_has_it(emulator: Emulator) -> None:
    cloud = client(emulator, "cloudwatch")
    quiet = {**PLAIN, "AlarmName": "state", "Namespace": "Silent"}
    cloud.put_metric_alarm(**quiet)
    (new,) = cloud.describe_alarms(AlarmNamePrefix="state")["MetricAlarms"]
    assert (new["StateValue"], new["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    assert new["StateTransitionedTimestamp"] == new["StateUpdatedTimestamp"]
    before = datetime.now(UTC).replace(microsecond=0)
    cloud.set_alarm_state(AlarmName="state", StateValue="ALARM", StateReason="tried")
    cloud.put_metric_alarm(**{**quiet, "Threshold": 2.0})
    for alarm in (
        *cloud.describe_alarms(AlarmNamePrefix="state")["MetricAlarms"],
        *described(emulator, AlarmNamePrefix="state"),
    ):
        assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "tried")
        assert alarm["StateTransitionedTimestamp"] >= before
        assert alarm["StateUpdatedTimestamp"] >= before
