"""Weighted aliases: the choice itself, and over the API every kind of caller.

There is no Docker here, so each call fails, but its version is in the response and in the name of its log stream.
"""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sandbox.emulator.ministack import routing
from sandbox.emulator.process import REGION, Emulator
from sandbox.process import wait_until
from tests.sandbox.emulator.emulators import client, push, settle

NAME, REPOSITORY = "shared", "team/weighted"
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
ARN = f"arn:aws:lambda:{REGION}:000000000000:function:{NAME}"
LIVE = f"{ARN}:live"


def record(version: str) -> dict[str, Any]:
    qualifier = "" if version == "$LATEST" else f":{version}"
    return {"config": {"FunctionName": NAME, "FunctionArn": f"{ARN}{qualifier}", "Version": version}}


def weighted(weights: dict[str, float], version: str = "1") -> dict[str, Any]:
    alias = {"AliasArn": LIVE, "FunctionVersion": version, "RoutingConfig": {"AdditionalVersionWeights": weights}}
    return {**record("$LATEST"), "versions": {"1": record("1"), "2": record("2")}, "aliases": {"live": alias}}


def referenced(function: dict[str, Any], qualifier: str) -> dict[str, Any]:
    resolve = routing._with_reference(lambda *_: (function["versions"]["1"], function["versions"]["1"]["config"]))
    found: dict[str, Any] = resolve(function, qualifier)[0]
    return found


@pytest.mark.parametrize(("number", "version"), [(0.0, "2"), (0.0999, "2"), (0.1, "1"), (0.999, "1")])
def test_the_weight_is_the_share_of_the_additional_version(
    number: float, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: number)
    chosen = routing.drawn(referenced(weighted({"2": 0.1}), "live"))
    assert chosen == {"config": {"FunctionName": NAME, "FunctionArn": LIVE, "Version": version}}
    assert routing.drawn(chosen) is chosen, "it is drawn once"


def test_a_weight_of_0_is_never_drawn_and_a_weight_of_1_always() -> None:
    assert {routing.draw(weighted({"2": 0.0})["aliases"]["live"]) for _ in range(100)} == {"1"}
    assert {routing.draw(weighted({"2": 1.0})["aliases"]["live"]) for _ in range(100)} == {"2"}
    assert routing.draw({"FunctionVersion": "$LATEST"}) == "$LATEST"


def test_a_version_that_is_named_is_the_one_that_runs() -> None:
    assert routing.drawn(referenced(weighted({"2": 1.0}), "1"))["config"] == record("1")["config"]


@pytest.fixture(scope="module")
def roles(emulator: Emulator) -> list[str]:
    iam = client(emulator, "iam")
    made = [iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)) for name in ("own", "other")]
    return [each["Role"]["Arn"] for each in made]


@pytest.fixture(scope="module")
def images(emulator: Emulator) -> list[str]:
    client(emulator, "ecr").create_repository(repositoryName=REPOSITORY)
    return [push(emulator, REPOSITORY, tag, tag.encode()) for tag in ("first", "second")]


@pytest.fixture
def api(emulator: Emulator, roles: list[str], images: list[str]) -> Iterator[Any]:
    """A function with two versions. Its alias `live` is version 1, and every call of it goes to version 2."""
    awslambda = client(emulator, "lambda")
    awslambda.create_function(FunctionName=NAME, Role=roles[0], PackageType="Image", Code={"ImageUri": images[0]})
    settle(awslambda, NAME)
    awslambda.publish_version(FunctionName=NAME)
    awslambda.update_function_code(FunctionName=NAME, ImageUri=images[1])
    settle(awslambda, NAME)
    awslambda.publish_version(FunctionName=NAME)
    awslambda.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1", RoutingConfig=weights({"2": 1.0}))
    yield awslambda
    awslambda.delete_function(FunctionName=NAME)


@pytest.fixture
def logged(emulator: Emulator) -> Iterator[Any]:
    """Returns the version of each execution, by the names of the log streams."""
    logs = client(emulator, "logs")

    def versions() -> list[str]:
        try:
            streams = logs.describe_log_streams(logGroupName=f"/aws/lambda/{NAME}")["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [stream["logStreamName"].partition("[")[2].partition("]")[0] for stream in streams]

    yield versions
    logs.delete_log_group(logGroupName=f"/aws/lambda/{NAME}")


def weights(of: dict[str, float]) -> dict[str, Any]:
    return {"AdditionalVersionWeights": of}


def executed(versions: Any, count: int = 1) -> list[str]:
    wait_until(lambda: len(versions()) >= count, 20, f"{count} executions are logged")
    found: list[str] = versions()
    return found


def test_an_invocation_reports_and_logs_the_version_that_was_drawn(api: Any, logged: Any) -> None:
    answer = api.invoke(FunctionName=NAME, Qualifier="live")
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "2")
    by_arn = api.invoke(FunctionName=LIVE)
    assert by_arn["ExecutedVersion"] == "2"
    assert api.invoke(FunctionName=NAME, Qualifier="1")["ExecutedVersion"] == "1"
    assert api.invoke(FunctionName=NAME)["ExecutedVersion"] == "$LATEST"
    assert Counter(executed(logged, 4)) == {"2": 2, "1": 1, "$LATEST": 1}


def test_an_event_is_retried_with_the_version_that_was_drawn_for_it(api: Any, logged: Any) -> None:
    api.update_alias(FunctionName=NAME, Name="live", RoutingConfig=weights({"2": 0.5}))
    answer = api.invoke(FunctionName=NAME, Qualifier="live", InvocationType="Event")
    assert answer["StatusCode"] == 202
    assert executed(logged, 3) == 3 * [answer["ExecutedVersion"]], "it failed, so it is tried again twice"


def test_about_the_share_of_many_invocations_goes_to_the_additional_version(api: Any, logged: Any) -> None:
    api.update_alias(FunctionName=NAME, Name="live", RoutingConfig=weights({"2": 0.3}))
    answers = Counter(api.invoke(FunctionName=NAME, Qualifier="live")["ExecutedVersion"] for _ in range(200))
    assert answers.keys() == {"1", "2"}
    assert 20 < answers["2"] < 100, "less than one run in a million is outside"
    executed(logged)


def test_a_stream_of_the_response_comes_from_the_version_that_was_drawn(api: Any, logged: Any) -> None:
    list(api.invoke_with_response_stream(FunctionName=NAME, Qualifier="live")["EventStream"])
    assert executed(logged) == ["2"]


def test_a_function_url_goes_to_the_version_that_was_drawn(emulator: Emulator, api: Any, logged: Any) -> None:
    url = api.create_function_url_config(FunctionName=NAME, Qualifier="live", AuthType="AWS_IAM")["FunctionUrl"]
    id = url.removeprefix("https://").partition(".")[0]
    address = f"{emulator.endpoint}/_aws/lambda-url/{id}/"
    request = AWSRequest("GET", address)
    SigV4Auth(Credentials(*emulator.credentials.values()), "lambda", REGION).add_auth(request)
    with pytest.raises(urllib.error.HTTPError, match="502"):
        urllib.request.urlopen(urllib.request.Request(address, headers=dict(request.headers.items())), timeout=20)
    api.delete_function_url_config(FunctionName=NAME, Qualifier="live")
    assert executed(logged) == ["2"]


def test_a_route_of_an_http_api_goes_to_the_version_that_was_drawn_if_the_alias_lets_it(
    emulator: Emulator, api: Any, logged: Any
) -> None:
    gateway = client(emulator, "apigatewayv2")
    id = gateway.create_api(Name="weighted", ProtocolType="HTTP")["ApiId"]
    gateway.create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    integration = gateway.create_integration(
        ApiId=id, IntegrationType="AWS_PROXY", IntegrationUri=LIVE, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=id, RouteKey="GET /a/{b}", Target=f"integrations/{integration}")
    address = f"{emulator.endpoint}/_aws/execute-api/{id}/a/1"
    statement = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "Qualifier": "live"}
    for route in (None, "GET/a", "POST/a/{b}"):
        if route:
            source = f"arn:aws:execute-api:{REGION}:000000000000:{id}/*/{route}"
            sid = route.replace("/", "-").strip("{}-b")
            api.add_permission(FunctionName=NAME, StatementId=sid, SourceArn=source, **statement)
        with pytest.raises(urllib.error.HTTPError, match="500"):
            urllib.request.urlopen(address, timeout=20)
    assert logged() == []
    source = f"arn:aws:execute-api:{REGION}:000000000000:{id}/*/GET/a/{{b}}"
    api.add_permission(FunctionName=NAME, StatementId="route", SourceArn=source, **statement)
    with pytest.raises(urllib.error.HTTPError, match=r"50[02]"):  # without Docker, it fails
        urllib.request.urlopen(address, timeout=20)
    assert executed(logged) == ["2"]
    gateway.delete_api(ApiId=id)


def test_messages_of_a_queue_go_to_the_version_that_was_drawn(emulator: Emulator, api: Any, logged: Any) -> None:
    sqs = client(emulator, "sqs")
    queue = sqs.create_queue(QueueName="weighted")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    mapping = api.create_event_source_mapping(FunctionName=f"{NAME}:live", EventSourceArn=arn)["UUID"]
    sqs.send_message(QueueUrl=queue, MessageBody="{}")
    found = executed(logged)
    api.delete_event_source_mapping(UUID=mapping)
    sqs.delete_queue(QueueUrl=queue)
    assert set(found) == {"2"}


def test_messages_of_a_topic_go_to_the_version_that_was_drawn(emulator: Emulator, api: Any, logged: Any) -> None:
    sns = client(emulator, "sns")
    topic = sns.create_topic(Name="weighted")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=LIVE)
    sns.publish(TopicArn=topic, Message="{}")
    assert set(executed(logged)) == {"2"}
    sns.delete_topic(TopicArn=topic)


def test_notifications_of_a_bucket_go_to_the_version_that_was_drawn(emulator: Emulator, api: Any, logged: Any) -> None:
    s3 = client(emulator, "s3")
    s3.create_bucket(Bucket="weighted")
    api.add_permission(
        FunctionName=NAME,
        Qualifier="live",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::weighted",
    )
    notified = {"LambdaFunctionArn": LIVE, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="weighted", NotificationConfiguration={"LambdaFunctionConfigurations": [notified]}
    )
    s3.put_object(Bucket="weighted", Key="a", Body=b"a")
    assert set(executed(logged)) == {"2"}


def test_events_of_a_rule_go_to_the_version_that_was_drawn(emulator: Emulator, logged: Any) -> None:
    events = client(emulator, "events")
    events.put_rule(Name="weighted", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="weighted", Targets=[{"Id": "live", "Arn": LIVE}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    assert set(executed(logged)) == {"2"}
    events.remove_targets(Rule="weighted", Ids=["live"])
    events.delete_rule(Name="weighted")


def test_schedules_go_to_the_version_that_was_drawn(
    emulator: Emulator, api: Any, logged: Any, roles: list[str]
) -> None:
    scheduler = client(emulator, "scheduler")
    scheduler.create_schedule(
        Name="weighted",
        ScheduleExpression=f"at({time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": LIVE, "RoleArn": roles[0]},
    )
    assert set(executed(logged)) == {"2"}
    scheduler.delete_schedule(Name="weighted")


def test_the_alias_itself_keeps_its_own_version(api: Any) -> None:
    assert api.get_alias(FunctionName=NAME, Name="live")["FunctionVersion"] == "1"
    assert api.get_function(FunctionName=NAME, Qualifier="live")["Configuration"]["Version"] == "1"
    assert api.get_function_configuration(FunctionName=NAME, Qualifier="live")["Version"] == "1"


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(FunctionName=NAME, **arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("version", "given", "code", "message"),
    [
        ("1", {"2": 0.1, "3": 0.1}, "InvalidParameterValueException", "cannot be greater than 1"),
        ("1", {"1": 0.1}, "InvalidParameterValueException", "Function version 1 is already included"),
        ("1", {"$LATEST": 0.1}, "ValidationException", "{$LATEST=0.1}"),
        ("$LATEST", {"1": 0.1}, "InvalidParameterValueException", "$LATEST is not supported for an alias pointing"),
        ("1", {"2": 1.1}, "ValidationException", "{2=1.1}"),
        ("1", {"9": 0.1}, "ResourceNotFoundException", f"Function not found: {ARN}:9"),
    ],
)
def test_invalid_weights_are_refused(api: Any, version: str, given: Any, code: str, message: str) -> None:
    for call, name in ((api.create_alias, "new"), (api.update_alias, "live")):
        refused, why = refusal(call, Name=name, FunctionVersion=version, RoutingConfig=weights(given))
        assert refused == code
        assert message in why
    assert api.get_alias(FunctionName=NAME, Name="live")["RoutingConfig"] == weights({"2": 1.0})


def test_versions_with_different_roles_are_refused(api: Any, roles: list[str]) -> None:
    api.update_function_configuration(FunctionName=NAME, Role=roles[1])
    settle(api, NAME)
    api.publish_version(FunctionName=NAME)
    assert refusal(api.update_alias, Name="live", RoutingConfig=weights({"3": 0.1})) == (
        "InvalidParameterValueException",
        "Specified versions must be associated with the same execution role",
    )


@pytest.mark.parametrize("emptied", [{}, {"AdditionalVersionWeights": {}}])
def test_an_update_keeps_the_weights_until_it_removes_them(api: Any, emptied: Any) -> None:
    kept = api.update_alias(FunctionName=NAME, Name="live", Description="changed")
    assert kept["RoutingConfig"] == weights({"2": 1.0})
    assert "RoutingConfig" not in api.update_alias(FunctionName=NAME, Name="live", RoutingConfig=emptied)
    assert api.invoke(FunctionName=NAME, Qualifier="live")["ExecutedVersion"] == "1"


def test_an_update_of_another_revision_is_refused(api: Any) -> None:
    first = api.get_alias(FunctionName=NAME, Name="live")["RevisionId"]
    changed = api.update_alias(FunctionName=NAME, Name="live", Description="one", RevisionId=first)
    assert changed["RevisionId"] != first
    invalid = weights({"9": 0.1})
    code, _ = refusal(api.update_alias, Name="live", RoutingConfig=invalid, RevisionId=first)
    assert code == "PreconditionFailedException"


def test_provisioned_concurrency_is_not_set_while_an_alias_has_weights(api: Any) -> None:
    provisioned = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 1}
    assert refusal(api.put_provisioned_concurrency_config, **provisioned) == (
        "InvalidParameterValueException",
        "Alias with weights can not be used with Provisioned Concurrency",
    )
    api.update_alias(FunctionName=NAME, Name="live", RoutingConfig={})
    api.put_provisioned_concurrency_config(FunctionName=NAME, **provisioned)
    api.update_alias(FunctionName=NAME, Name="live", RoutingConfig=weights({"2": 0.1}))
    api.delete_provisioned_concurrency_config(FunctionName=NAME, Qualifier="live")


def test_an_alias_that_does_not_exist_has_no_weights_to_check(api: Any) -> None:
    code, message = refusal(api.update_alias, Name="none", RoutingConfig=weights({"2": 0.1}))
    assert code == "ResourceNotFoundException"
    assert message == f"Alias not found: {ARN}:none"
