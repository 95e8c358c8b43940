"""What a permissions boundary denies of what a function's policy allows."""

import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.policies import filled_in
from components.arn import AwsScope
from components.function.all_permissions import all_statements
from components.function.boundary import DENIED, Boundary
from components.settings import ModuleSettings
from components.settings.access import Access
from components.settings.actions import matches
from components.settings.environment import Secret
from components.settings.module import OnFailure, Policies, Statement, Vpc
from components.settings.triggers import Bucket, Queue, Topic, Triggers
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy_async

SCOPE = AwsScope("aws", REGION, ACCOUNT)
ARN = f"arn:aws:iam::{ACCOUNT}:policy/lambda-images-dev-boundary"
PREFIX = "lambda-images-dev"
FUNCTION = f"{PREFIX}-thumbnail"


def boundary(*statements: dict[str, Any]) -> Boundary:
    return Boundary(ARN, statements, SCOPE)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def own() -> Boundary:
    """The boundary of delivery/policies, as bootstrap/ creates it."""
    values = {"ACCOUNT": ACCOUNT, "DNS_SUFFIX": "amazonaws.com", "PARTITION": "aws", "REGION": REGION, "STACK": "dev"}
    return boundary(*json.loads(filled_in("boundary", values))["Statement"])


def denied_of(settings: ModuleSettings, key: str | None = None) -> list[tuple[str, str]]:
    return list(own().denied(all_statements(settings, SCOPE, FUNCTION, key, prefix=PREFIX)))


def test_what_the_program_gives_a_function_by_itself_is_allowed() -> None:
    triggers = Triggers(
        queues={"orders": Queue()}, buckets={"uploads": Bucket()}, topics={"news": Topic()}, schedules={}
    )
    secrets = {"SALT": Secret(), "PEPPER": Secret(store="secretsManager")}
    vpc = Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"])
    settings = ModuleSettings(triggers=triggers, secrets=secrets, vpc=vpc)
    assert denied_of(settings) == []
    assert denied_of(settings, SCOPE.key_arn("*")) == []


def test_what_a_module_uses_of_others_is_denied_until_it_is_added() -> None:
    queue, secret = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shared/salt"
    statements = {"Store": Statement(actions=["s3:PutObject", "s3:GetObject"], resources=["arn:aws:s3:::photos/*"])}
    settings = ModuleSettings(
        policies=Policies(statements=statements),
        on_failure=OnFailure(destination=queue),
        secrets={"SALT": Secret(existing="/shared/salt")},
        access={"news": Access(topic="news", can="publish"), "resize": Access(module="thumbnail", can="invoke")},
        triggers=Triggers(buckets={"inbox": Bucket(existing="inbox-of-others")}),
    )
    expected = {
        ("sqs:SendMessage", queue),
        ("s3:PutObject", "arn:aws:s3:::photos/*"),
        ("s3:GetObject", "arn:aws:s3:::photos/*"),
        ("s3:GetObject", "arn:aws:s3:::inbox-of-others/*"),
        ("s3:GetObjectVersion", "arn:aws:s3:::inbox-of-others/*"),
        ("ssm:GetParameter", secret),
        ("ssm:GetParameters", secret),
        ("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:news"),
    }
    assert set(denied_of(settings)) == expected


OBJECTS = "arn:aws:s3:::photos/*"


@pytest.mark.parametrize(
    ("statements", "is_denied"),
    [
        ([], True),
        ([allow("s3:PutObject", OBJECTS)], False),
        ([allow("S3:put*", "*")], False),
        ([allow("s3:PutObject", "arn:aws:s3:::photos/in/*")], False),  # some of it
        ([allow("s3:PutObject", "arn:aws:s3:::Photos/*")], True),
        ([allow("s3:GetObject", OBJECTS)], True),
        ([allow("s3:PutObject", OBJECTS, Condition={"Bool": {"aws:SecureTransport": "true"}})], False),
        ([allow("*"), deny("s3:Put*", "arn:aws:s3:::*")], True),
        ([allow("*"), deny("s3:Put*", "arn:aws:s3:::photos/in/*")], False),
        ([allow("*"), deny("s3:*", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})], False),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], False),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::photos/*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::photos/in/*"}], False),
        ([allow("*"), {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"}], True),
        ([allow("*"), {"Effect": "Deny", "NotAction": "s3:Put*", "Resource": "*"}], False),
        ([allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::other/*"}], True),
    ],
)
def test_only_what_is_certainly_denied_is_found(statements: list[dict[str, Any]], is_denied: bool) -> None:
    found = list(boundary(*statements).denied([allow(["s3:PutObject"], [OBJECTS])]))
    assert found == ([("s3:PutObject", OBJECTS)] if is_denied else [])


def test_what_a_function_is_denied_anyway_is_left_out() -> None:
    assert list(boundary().denied([deny("s3:*")])) == []


TEXTS = ["", "a", "b", "aa", "ab", "ba", "bb"]
PATTERNS = st.lists(st.text("ab*?", max_size=2), min_size=1, max_size=2)
ELEMENT = st.tuples(st.sampled_from(["", "Not"]), PATTERNS)
STATEMENTS = st.builds(
    lambda effect, action, resource: {
        "Effect": effect,
        f"{action[0]}Action": action[1],
        f"{resource[0]}Resource": resource[1],
    },
    st.sampled_from(["Allow", "Deny"]),
    ELEMENT,
    ELEMENT,
)


def concerns(statement: dict[str, Any], action: str, resource: str) -> bool:
    """Whether a statement is about one request, as IAM evaluates it."""
    for key, text in (("Action", action), ("Resource", resource)):
        if key in statement and not any(matches(each, text) for each in statement[key]):
            return False
        if f"Not{key}" in statement and any(matches(each, text) for each in statement[f"Not{key}"]):
            return False
    return True


@given(st.lists(STATEMENTS, max_size=3), st.text("ab*?", max_size=2), st.text("ab*?", max_size=2))
def test_no_request_that_is_found_to_be_denied_is_allowed(
    statements: list[dict[str, Any]], action: str, resource: str
) -> None:
    requests = [(a, r) for a in TEXTS for r in TEXTS if matches(action, a) and matches(resource, r)]
    effects = [{each["Effect"] for each in statements if concerns(each, *request)} for request in requests]
    if list(boundary(*statements).denied([allow(action, resource)])):
        assert {"Allow"} not in effects


def run(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> tuple[Boundary | None, list[str]]:
    warnings: list[str] = []
    read: list[Boundary | None] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, resource=None: warnings.append(text))

    async def main() -> None:
        read.append(await Boundary.read(ARN))

    deploy_async(main, recording)
    return read[0], warnings


def test_the_boundary_is_that_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(boundary=json.dumps({"Version": "2012-10-17", "Statement": allow("s3:Get*")}))
    assert run(recording, monkeypatch) == (Boundary(ARN, [allow("s3:Get*")], SCOPE), [])
    (call,) = (call for call in recording.calls if call.token == "aws:iam/getPolicy:getPolicy")
    assert call.args == {"arn": ARN}


def test_a_boundary_that_cannot_be_read_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    read, (warning,) = run(Recording(boundary=""), monkeypatch)
    assert read is None
    assert warning.startswith("the permissions boundary can't be compared with policies: ")
    assert "AccessDenied" in warning


def test_there_is_one_warning_for_all_that_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[tuple[str, Any]] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda *given: warnings.append(given))
    resource: Any = object()
    boundary(allow("logs:*")).warn("thumbnail", [allow(["s3:PutObject", "s3:GetObject"], [OBJECTS])], resource)
    boundary(allow("s3:*")).warn("thumbnail", [allow("s3:PutObject", OBJECTS)], resource)
    ((text, about),) = warnings
    assert about is resource
    assert text == (
        f"thumbnail: {DENIED}: s3:PutObject on {OBJECTS}; s3:GetObject on {OBJECTS}. Allow it in {ARN}, too. "
        "If bootstrap/ created that, add it to delivery/policies/boundary.json, and run `pulumi up` in bootstrap/."
    )
