"""What stands out in a report."""

from typing import Any, cast

import pulumi
import pytest

from components.arn import AwsScope
from components.function.boundary import Boundary
from delivery.report.risks import MAX_ACTIONS, SECRET, UNKNOWN, risks
from tests.delivery.report.samples import Step, allow, diagnostic, function, module, policy, preview, resource, shared

BUCKET = "arn:aws:s3:::photos/*"
IN = "(`thumbnail` in `dev`):"


def found(*steps: Step) -> list[str]:
    return risks(preview(module("thumbnail"), *steps))


def role_policy(old: Any, new: Any, name: str = "thumbnail-rights", op: str = "update") -> Step:
    before, after = ({"policy": document} for document in (old, new))
    return resource(name, "aws:iam/rolePolicy:RolePolicy", op, old=before, new=after)


def url(old: str | None, new: str) -> Step:
    before = {"authorizationType": old} if old else None
    return resource(
        "thumbnail-url",
        "aws:lambda/functionUrl:FunctionUrl",
        "update" if old else "create",
        old=before,
        new={"authorizationType": new},
    )


@pytest.mark.parametrize("old", [None, "AWS_IAM"])
def test_a_url_that_becomes_public_stands_out(old: str | None) -> None:
    assert found(url(old, "NONE")) == [f"**Public URL** {IN} anybody may call its function URL, without authorization"]


def test_a_url_that_needs_authorization_or_was_public_before_does_not() -> None:
    assert found(url(None, "AWS_IAM"), url("NONE", "AWS_IAM"), url("NONE", "NONE")) == []


def test_a_url_that_pages_of_any_origin_may_call_stands_out() -> None:
    def cors(*origins: str) -> dict[str, Any]:
        return {"authorizationType": "AWS_IAM", "cors": {"allowOrigins": [*origins]}}

    kind, named = "aws:lambda/functionUrl:FunctionUrl", cors("https://a.example")
    opened = f"**Web pages** {IN} pages of any origin may call its function URL from a browser"
    assert found(resource("thumbnail-url", kind, "create", new=cors("*"))) == [opened]
    assert found(resource("thumbnail-url", kind, "update", old=named, new=cors("*"))) == [opened]
    assert found(resource("thumbnail-url", kind, "update", old=cors("*"), new=named)) == []


def test_a_route_that_everybody_may_call_stands_out_and_so_does_an_api_for_pages_of_any_origin() -> None:
    def route(op: str, auth: str, key: str = "GET /a", old: Any = None) -> Step:
        inputs = {"authorizationType": auth, "routeKey": key}
        return resource("GET-a-route", "aws:apigatewayv2/route:Route", op, old=old, new=inputs)

    public = {"authorizationType": "NONE", "routeKey": "GET /a"}
    opened = f"**Public route** {IN} anybody may call `GET /a`, without authorization"
    assert found(route("create", "NONE")) == [opened]
    assert found(route("update", "NONE", old={**public, "authorizationType": "JWT"})) == [opened]
    assert (
        found(route("create", "JWT"), route("update", "AWS_IAM", old=public), route("update", "NONE", old=public)) == []
    )
    moved = f"**Public route** {IN} anybody may call `$default`, without authorization"
    assert found(route("update", "NONE", "$default", old=public)) == [moved]
    pages = {"corsConfiguration": {"allowOrigins": ["*"]}}
    assert found(resource("http-api-api", "aws:apigatewayv2/api:Api", "create", new=pages)) == [
        f"**Web pages** {IN} pages of any origin may call the HTTP API from a browser"
    ]


def test_a_role_that_the_program_does_not_make_stands_out() -> None:
    own, theirs = ({"name": "dev-a", "role": f"arn:aws:iam::1:role/{name}"} for name in ("dev-a", "team/a"))
    assert found(function(own, theirs)) == [
        f"**Role** {IN} runs under `{theirs['role']}`, whose permissions this report can't show"
    ]
    assert found(function(theirs, own), function(theirs, theirs), function({}, {**own, "role": UNKNOWN})) == []


def test_a_loop_that_nobody_stops_stands_out() -> None:
    kind = "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"
    allowed, stopped = {"recursiveLoop": "Allow"}, {"recursiveLoop": "Terminate"}
    line = f"**Cost** {IN} Lambda no longer stops events that go round in a loop"
    assert found(resource("thumbnail-recursion", kind, "create", new=allowed)) == [line]
    assert found(resource("thumbnail-recursion", kind, "update", old=allowed, new=stopped)) == []


def test_permissions_that_the_boundary_denies_stand_out(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, _: warnings.append(text))
    boundary, resource = Boundary("arn:aws:iam::1:policy/b", [], AwsScope("aws", "eu", "1")), object()
    boundary.warn("thumbnail", [allow(["s3:GetObject", "s3:PutObject"], BUCKET)], cast(pulumi.Resource, resource))
    (text,) = warnings
    reported = preview(module("thumbnail"), diagnostics=[diagnostic(f"{text}\n", "warning")])
    assert risks(reported) == [
        f"**Denied** {IN} the permissions boundary doesn't allow `s3:GetObject on {BUCKET}`, `s3:PutObject on {BUCKET}`"
    ]


def test_added_permissions_stand_out_once_for_both_policies_of_a_role() -> None:
    old, new = (
        policy(allow("logs:PutLogEvents")),
        policy(allow("logs:PutLogEvents"), allow(["s3:PutObject", "s3:GetObject"], BUCKET)),
    )
    assert found(role_policy(old, new), role_policy(old, new, "thumbnail-rights-served")) == [
        f"**Permissions** {IN} its role may now `s3:GetObject`, `s3:PutObject` on `{BUCKET}`"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([allow("s3:GetObject", BUCKET)], []),
        ([allow(["s3:GetObject", "s3:PutObject"], BUCKET)], [allow("s3:PutObject", [BUCKET])]),
        ([allow("s3:*")], [allow("s3:GetObject", BUCKET)]),
        ([allow("s3:Get?bject", "arn:aws:s3:::p*")], [allow("S3:GetObject", BUCKET)]),
        ([allow("s3:*")], [allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})]),
        ([], [{"Effect": "Deny", "Action": "*", "Resource": "*"}]),
        ([allow("*")], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
        ([{**allow("s3:*"), "Sid": "A"}], [{**allow("s3:*"), "Sid": "B"}]),
    ],
)
def test_permissions_that_get_no_wider_do_not_stand_out(old: list[Any], new: list[Any]) -> None:
    assert found(role_policy(policy(*old), policy(*new))) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ([allow("s3:GetObject", BUCKET)], [allow("s3:Get*", BUCKET)], f"may now `s3:Get*` on `{BUCKET}`"),
        ([allow("s3:Get?", BUCKET)], [allow("s3:Get*", BUCKET)], f"may now `s3:Get*` on `{BUCKET}`"),
        ([allow("s3:*", "arn:aws:s3:::PHOTOS/*")], [allow("s3:*", BUCKET)], f"may now `s3:*` on `{BUCKET}`"),
        (
            [allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})],
            [allow("s3:*")],
            "may now `s3:*` on `*`",
        ),
        ([], [allow("s3:*", Condition={"Bool": {"a": "b"}})], "may now `s3:*` on `*` under a condition"),
        ([{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}], [], "is no longer denied `iam:*` on `*`"),
        (
            [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}],
            [{"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}],
            "may now `all but s3:GetObject` on `*`",
        ),
    ],
)
def test_every_way_to_widen_permissions_stands_out(old: list[Any], new: list[Any], what: str) -> None:
    assert found(role_policy(policy(*old), policy(*new))) == [f"**Permissions** {IN} its role {what}"]


def test_permissions_of_a_new_role_stand_out_and_many_actions_are_counted() -> None:
    actions = [f"s3:Action{number:02}" for number in range(MAX_ACTIONS + 3)]
    (line,) = found(role_policy(None, policy(allow(actions)), op="create"))
    assert line.endswith(f"`{actions[MAX_ACTIONS - 1]}`, and 3 more on `*`")


@pytest.mark.parametrize(
    ("old", "new"), [(policy(), UNKNOWN), (SECRET, policy()), (policy(), SECRET), (SECRET, SECRET)]
)
def test_a_policy_that_can_not_be_compared_stands_out(old: str, new: str) -> None:
    step = role_policy(old, new)
    step["detailedDiff"] = {"policy": {"kind": "update"}}
    assert found(step) == [
        f"**Permissions** {IN} the `policy` of its role changes, but is secret or known only after the update"
    ]


def test_policies_of_resources_name_who_may_do_what() -> None:
    kind = "aws:sqs/queuePolicy:QueuePolicy"
    document = policy(allow("sqs:SendMessage", "arn:q", Principal={"AWS": "*"}))
    old = policy({"Effect": "Deny", "Action": "sqs:*", "Resource": "arn:q", "Principal": "*"})
    assert found(resource("thumbnail-queue", kind, "update", old={"policy": old}, new={"policy": document})) == [
        f'**Permissions** {IN} `thumbnail-queue` now allows `{{"AWS":"*"}}` to `sqs:SendMessage` on `arn:q`',
        f'**Permissions** {IN} `thumbnail-queue` no longer denies `"*"` to `sqs:*` on `arn:q`',
    ]


def test_what_lambda_itself_needs_of_every_module_does_not_stand_out() -> None:
    principal = {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    pull = {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Principal": principal}
    some = {"StringLike": {"aws:sourceArn": "arn:aws:lambda:eu-central-1:123456789012:function:shop-*"}}
    kind = "aws:ecr/repositoryPolicy:RepositoryPolicy"
    role = resource("thumbnail-role", "aws:iam/role:Role", "create", new={"assumeRolePolicy": policy(trust)})
    assert (
        found(role, resource("thumbnail-pull", kind, "create", new={"policy": policy({**pull, "Condition": some})}))
        == []
    )
    assert len(found(resource("thumbnail-pull", kind, "update", new={"policy": policy(pull)}))) == 1
    more = {**trust, "Principal": {"Service": "ec2.amazonaws.com"}}
    role = resource("thumbnail-role", "aws:iam/role:Role", "create", new={"assumeRolePolicy": policy(trust, more)})
    assert found(role) == [
        f'**Permissions** {IN} `thumbnail-role` now allows `{{"Service":"ec2.amazonaws.com"}}` to `sts:AssumeRole`'
    ]


def test_a_caller_that_stays_the_same_does_not_stand_out() -> None:
    caller = {"principal": "events.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": "arn:rule"}
    old, new = {**caller, "qualifier": "live"}, {**caller, "qualifier": "next"}
    replaced = resource("p", "aws:lambda/permission:Permission", "replace", old=old, new=new)
    assert [line for line in found(replaced) if "Permissions" in line] == []
    wider = resource("p", "aws:lambda/permission:Permission", "replace", old={**old, "sourceAccount": "1"}, new=new)
    assert len([line for line in found(wider) if "Permissions" in line]) == 1


def test_a_deleted_policy_stands_out_only_if_it_denied_something() -> None:
    kind = "aws:sqs/queuePolicy:QueuePolicy"
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "arn:q"}
    denied = resource("thumbnail-queue", kind, "delete", old={"policy": policy(deny, allow("sqs:*"))})
    assert [line for line in found(denied) if "Permissions" in line] == [
        f"**Permissions** {IN} `thumbnail-queue` is no longer denied `sqs:*` on `arn:q`"
    ]


def test_managed_policies_boundaries_and_callers_stand_out() -> None:
    attached = {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    caller = {"principal": "events.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": "arn:rule"}
    assert found(
        resource("a", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "create", new=attached),
        resource("thumbnail-role", "aws:iam/role:Role", "update", old={"permissionsBoundary": "arn:b"}, new={}),
        resource("p", "aws:lambda/permission:Permission", "create", new=caller),
        resource("q", "aws:lambda/permission:Permission", "replace", new={**caller, "sourceArn": UNKNOWN}),
    )[:4] == [
        f"**Permissions** {IN} the permissions boundary of `thumbnail-role` changes",
        f"**Permissions** {IN} its role gets the managed policy `arn:aws:iam::aws:policy/ReadOnlyAccess`",
        f"**Permissions** {IN} `events.amazonaws.com` may now `lambda:InvokeFunction` for `arn:rule`",
        f"**Permissions** {IN} `events.amazonaws.com` may now `lambda:InvokeFunction` for what is not yet known",
    ]


def test_replacements_and_deletions_stand_out_except_for_what_every_new_image_replaces() -> None:
    assert found(
        resource("thumbnail-repository", "aws:ecr/repository:Repository", "replace"),
        resource("thumbnail-image", "docker:index/image:Image", "replace"),
        resource("thumbnail-build", "pulumi:index:Stash", "replace"),
        resource("thumbnail-smoke", "aws:lambda/invocation:Invocation", "replace"),
        resource("thumbnail-smoke", "aws:lambda/invocation:Invocation", "delete"),
        resource("thumbnail-queue", "aws:sqs/queue:Queue", "delete"),
        resource("thumbnail-logs", "aws:cloudwatch/logGroup:LogGroup", "delete", retainOnDelete=True),
        shared("monitoring-topic", "aws:sns/topic:Topic", "delete"),
    ) == [
        f"**Replacement** {IN} `thumbnail-repository` (`aws:ecr/repository:Repository`) is deleted and created again",
        f"**Deletion** {IN} `thumbnail-queue` (`aws:sqs/queue:Queue`)",
        "**Deletion** (what all modules share in `dev`): `monitoring-topic` (`aws:sns/topic:Topic`)",
    ]


def test_a_deleted_module_stands_out_once() -> None:
    kind, deny = "aws:sqs/queuePolicy:QueuePolicy", {"Effect": "Deny", "Action": "*", "Resource": "*"}
    steps = [
        module("thumbnail", "delete"),
        resource("thumbnail-function", "aws:lambda/function:Function", "delete"),
        resource("thumbnail-queue", kind, "delete", old={"policy": policy(deny)}),
    ]
    assert risks(preview(*steps)) == [f"**Deletion** {IN} the whole module, except for what the table says is kept"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (None, 5, "provisioned concurrency `0` -> `5`"),
        (5, 50, "provisioned concurrency `5` -> `50`"),
        (5, UNKNOWN, "provisioned concurrency `5` -> an unknown number"),
        (50, 5, None),
        (5, 5, None),
    ],
)
def test_more_provisioned_concurrency_stands_out(old: int | None, new: Any, what: str | None) -> None:
    kind, key = (
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
        "provisionedConcurrentExecutions",
    )
    step = resource("p", kind, "update" if old else "create", old={key: old} if old else None, new={key: new})
    assert found(step) == ([f"**Cost** {IN} {what}"] if what else [])


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (30, 365, "`30` days -> `365` days"),
        (30, 0, "`30` days -> forever"),
        (30, None, "`30` days -> forever"),
        (365, 30, None),
        (0, 30, None),
    ],
)
def test_a_longer_retention_stands_out(old: int, new: int | None, what: str | None) -> None:
    before, after = {"retentionInDays": old}, {} if new is None else {"retentionInDays": new}
    step = resource("thumbnail-logs", "aws:cloudwatch/logGroup:LogGroup", "update", old=before, new=after)
    assert found(step) == ([f"**Cost** {IN} logs are kept longer: {what}"] if what else [])
    assert found(resource("l", "aws:cloudwatch/logGroup:LogGroup", "create", new=before)) == []
