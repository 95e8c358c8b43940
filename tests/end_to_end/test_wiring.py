"""A module that refers to another module's queue, and to resources of the team's own."""

from typing import Any, cast

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

RESOURCES = """
import pulumi_aws as aws


def create(stack):
    outbox = aws.sqs.Queue("outbox", name=f"{stack.prefix}-outbox", tags=stack.tags)
    return {"outbox": outbox, "archive": aws.s3.Bucket("archive", bucket=f"{stack.prefix}-archive", tags=stack.tags)}
"""
ADDER = """
triggers: {queues: {jobs: {}}}
"""
GREETER = """
environment:
  JOBS: ${modules.adder.queues.jobs.url}
  OUTBOX: ${resources.outbox.url}
  ARCHIVE: ${resources.archive.bucket}
policies:
  statements:
    Send: {actions: ["sqs:SendMessage"], resources: ["${modules.adder.queues.jobs.arn}", "${resources.outbox.arn}"]}
    Keep: {actions: ["s3:PutObject"], resources: ["arn:aws:s3:::${resources.archive.bucket}/${aws:PrincipalAccount}/*"]}
"""
PREFIX = "lambda-images-local"


def function(checkout: Checkout) -> dict[str, Any]:
    """What `live` of the function serves."""
    found = checkout.aws("lambda").get_function_configuration(FunctionName=f"{PREFIX}-greeter", Qualifier="live")
    return {"version": found["Version"], **found["Environment"]["Variables"]}


def test_values_are_those_of_the_resources_and_a_change_of_one_publishes_a_version(tiny: Checkout) -> None:
    for module, settings in {"adder": ADDER, "greeter": GREETER}.items():
        (tiny.root / "modules" / module / "module.yaml").write_text(settings)
    assert "there is no resources.py that declares the resource" in tiny.sandbox("up").failed()
    (tiny.root / "resources.py").write_text(RESOURCES)
    tiny.preview()
    tiny.up().ok()
    jobs = cast(dict[str, Any], tiny.outputs()["adder"]["queueUrls"])["jobs"]
    first = function(tiny)
    assert first["JOBS"] == jobs
    assert first["OUTBOX"].endswith(f"/{PREFIX}-outbox")
    assert first["ARCHIVE"] == f"{PREFIX}-archive"
    role = tiny.aws("iam").get_role_policy(RoleName=f"{PREFIX}-greeter", PolicyName="rights")
    policy = cast(dict[str, Any], role["PolicyDocument"])
    resources = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    arn = "arn:aws:sqs:us-east-1:000000000000:"
    assert resources["Send"] == [f"{arn}{PREFIX}-adder-jobs", f"{arn}{PREFIX}-outbox"]
    assert resources["Keep"] == [f"arn:aws:s3:::{PREFIX}-archive/${{aws:PrincipalAccount}}/*"]
    assert "differs" not in tiny.sandbox("status").ok()

    tiny.edit("resources.py", "-outbox", "-sent")
    tiny.up().ok()
    second = function(tiny)
    assert second["OUTBOX"].endswith(f"/{PREFIX}-sent")
    assert int(second["version"]) == int(first["version"]) + 1
    assert "differs" not in tiny.sandbox("status").ok()
    assert "Nothing changed." in tiny.up().ok()

    tiny.edit("modules/adder/app.py", "def handler", "raise SystemError\ndef handler")
    tiny.edit("resources.py", "-sent", "-outbox")
    said = tiny.up().failed()
    assert "2 of 2 modules failed: adder, greeter" in said
    because = "because modules/greeter/module.yaml:3: environment.JOBS refers to 'adder', which failed"
    assert f"greeter: it was not deployed, {because}" in said
    assert function(tiny) == second
