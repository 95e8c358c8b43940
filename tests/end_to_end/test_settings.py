"""What `module.yaml` and a stack's file say of a module, and what becomes of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from components.function.role import trust_policy
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

PREFIX = "lambda-images-local"
ACCESS_POINT = "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0"
TRUST = json.dumps(trust_policy())
SHOUT = """def shout(event: dict[str, Any], context: object) -> dict[str, str]:
    import logging
    import time

    logging.getLogger().debug("louder")
    time.sleep(0.5)  # the emulator takes what Docker has of the output by the time of the answer
    return louder(event, context)


def louder"""


def settle(checkout: Checkout, module: str, settings: Mapping[str, Any]) -> None:
    """Write a module's settings."""
    (checkout.root / "modules" / module / "module.yaml").write_text(yaml.safe_dump(dict(settings)))


@contextmanager
def override(checkout: Checkout, modules: Mapping[str, Any]) -> Iterator[None]:
    """What the stack says of its modules, for a while."""
    file = checkout.root / "Pulumi.local.yaml"
    before = file.read_text()
    said = yaml.safe_load(before)
    said["config"]["lambda-images:modules"] = dict(modules)
    file.write_text(yaml.safe_dump(said))
    try:
        yield
    finally:
        file.write_text(before)


def served(checkout: Checkout, module: str) -> dict[str, Any]:
    """The configuration of the version that `live` serves."""
    found: dict[str, Any] = checkout.aws("lambda").get_function_configuration(
        FunctionName=f"{PREFIX}-{module}", Qualifier="live"
    )
    return found


def which_are_tested(checkout: Checkout) -> dict[str, Any]:
    return {module: output["tested"] for module, output in checkout.outputs().items()}


GREETER = {"description": "Greets", "memorySize": 256, "environment": {"MARK": "!", "TONE": "mild"}}


def test_another_setting_makes_a_checked_version_without_a_build(tiny: Checkout) -> None:
    before = tiny.outputs()
    settle(tiny, "greeter", GREETER)

    preview = tiny.preview()
    assert "built again" not in preview
    assert "greeter-image" not in preview
    assert "adder" not in preview

    tiny.up().ok()
    after = tiny.outputs()
    assert after["adder"] == before["adder"]
    assert after["greeter"]["digest"] == before["greeter"]["digest"]
    assert int(after["greeter"]["version"]) == int(before["greeter"]["version"]) + 1
    function = served(tiny, "greeter")
    assert function["Description"].startswith("Greets (settings ")
    assert (function["MemorySize"], function["Environment"]) == (256, {"Variables": GREETER["environment"]})
    assert tiny.preview_steps() == {}


def test_settings_that_fail_the_check_are_never_served(tiny: Checkout) -> None:
    before = served(tiny, "greeter")["Version"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"image": {"command": ["app.nothing"]}}, "Handler 'nothing' missing on module 'app'"),
        (
            {"smoke": {"expect": {"greeting": "hello, fire"}}},
            "answers the smoke event with something else than expected in: greeting",
        ),
    ]
    for settings, told in wrong:
        settle(tiny, "greeter", {**GREETER, **settings})
        shown = tiny.up().failed()
        assert told in shown
        assert "hello, smoke" not in shown
        assert served(tiny, "greeter")["Version"] == before

    settle(tiny, "greeter", GREETER)
    tiny.up().ok()
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
    assert tiny.preview_steps() == {}


def test_a_stack_overrides_what_modules_say_and_leaves_one_out(tiny: Checkout) -> None:
    settle(tiny, "greeter", GREETER)
    overridden = {"memorySize": None, "environment": {"MARK": "?", "TONE": None}, "smoke": {"enabled": False}}
    warning = f"{PREFIX}-greeter goes live untested: its settings say `smoke.enabled: false`"
    assert which_are_tested(tiny) == {"adder": True, "greeter": True}
    with override(tiny, {"greeter": overridden, "adder": {"enabled": False}}):
        assert warning in tiny.pulumi("preview").ok()
        assert warning in tiny.up().ok()
        assert which_are_tested(tiny) == {"greeter": False}
        function = served(tiny, "greeter")
        functions = tiny.aws("lambda").list_functions()["Functions"]
    assert (function["MemorySize"], function["Environment"]) == (1024, {"Variables": {"MARK": "?"}})
    assert function["Description"].startswith("Greets (")
    assert {each["FunctionName"] for each in functions} == {f"{PREFIX}-greeter"}


def test_up_and_invoke_send_the_smoke_event_of_the_settings_with_the_stack_s_overrides(tiny: Checkout) -> None:
    (tiny.root / "modules/greeter/events/smoke.json").unlink()
    settle(tiny, "greeter", {**GREETER, "smoke": {"event": {"name": "settings"}}})
    assert '{"greeting": "hello, settings"}' in tiny.up().ok()
    assert tiny.invoke("greeter") == {"greeting": "hello, settings"}
    with override(tiny, {"greeter": {"smoke": {"event": {"name": "stack"}}}}):
        assert '{"greeting": "hello, stack"}' in tiny.up().ok()
        assert tiny.invoke("greeter") == {"greeting": "hello, stack"}


def test_an_image_that_two_modules_run_is_built_once_and_one_runs_under_a_role_of_others(tiny: Checkout) -> None:
    tiny.add("shouter", TINY / "shouter")
    iam = tiny.aws("iam")
    role = iam.create_role(RoleName="shouter", Path="/team/", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    shouter = tiny.root / "modules" / "shouter" / "module.yaml"
    shouter.write_text(f"{shouter.read_text()}role: {role}\napplicationLogLevel: debug\n")
    tiny.edit("modules/greeter/app.py", "def shout", SHOUT)
    tiny.edit("modules/greeter/words.txt", "hello", "good evening")
    tiny.up().ok()
    outputs = tiny.outputs()
    assert (outputs["shouter"]["roleArn"], served(tiny, "shouter")["Role"]) == (role, role)
    needed: Any = outputs["shouter"]["rolePolicy"]
    assert {statement["Sid"] for statement in needed["Statement"]} == {"WriteOwnLogs", "WriteTraces"}
    names = {each["RoleName"] for each in iam.list_roles()["Roles"]}
    assert {name for name in names if name.startswith(PREFIX)} == {f"{PREFIX}-adder", f"{PREFIX}-greeter"}
    assert outputs["shouter"]["imageUri"] == outputs["greeter"]["imageUri"]
    assert tiny.invoke("greeter") == {"greeting": "good evening, smoke"}
    assert tiny.invoke("shouter") == {"greeting": "GOOD EVENING, CROWD"}
    events = tiny.aws("logs").filter_log_events(logGroupName=outputs["shouter"]["logGroup"])["events"]
    logged = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
    assert ("DEBUG", "louder") in {(line["level"], line["message"]) for line in logged}
    repositories = tiny.aws("ecr").describe_repositories()["repositories"]
    assert {repository["repositoryName"] for repository in repositories} == {f"{PREFIX}-adder", f"{PREFIX}-greeter"}
    assert tiny.preview_steps() == {}


def test_settings_reach_the_function_its_alias_and_its_logs(tiny: Checkout) -> None:
    settings: dict[str, Any] = {
        "ephemeralStorage": 1024,
        "fileSystem": {"accessPoint": ACCESS_POINT, "path": "/mnt/sums"},
        "logFormat": "text",
        "logRetention": 7,
        "onFailure": {"destination": "arn:aws:sqs:us-east-1:000000000000:failed", "retries": 0, "maximumAge": 60},
        "policies": {"managed": ["arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"]},
        "provisionedConcurrency": 1,
        "recursiveLoop": "allow",
        "reservedConcurrency": 5,
        "tags": {"team": "sums"},
        "timeout": 7,
        "tracing": "passThrough",
        "vpc": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "ipv6": True},
    }
    settle(tiny, "adder", settings)
    tiny.up().ok()

    aws, live = tiny.aws("lambda"), {"FunctionName": f"{PREFIX}-adder", "Qualifier": "live"}
    function = served(tiny, "adder")
    assert function["EphemeralStorage"] == {"Size": 1024}
    assert function["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{PREFIX}-adder"}
    assert function["FileSystemConfigs"] == [{"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/sums"}]
    assert function["VpcConfig"]["Ipv6AllowedForDualStack"] is True
    assert aws.get_function_recursion_config(FunctionName=live["FunctionName"])["RecursiveLoop"] == "Allow"
    assert function["Timeout"] == 7
    assert function["TracingConfig"] == {"Mode": "PassThrough"}
    assert aws.get_function(FunctionName=live["FunctionName"])["Tags"]["team"] == "sums"
    reserved = aws.get_function_concurrency(FunctionName=live["FunctionName"])
    assert reserved["ReservedConcurrentExecutions"] == 5
    assert aws.get_provisioned_concurrency_config(**live)["RequestedProvisionedConcurrentExecutions"] == 1
    asynchronous = aws.get_function_event_invoke_config(**live)
    assert (asynchronous["MaximumRetryAttempts"], asynchronous["MaximumEventAgeInSeconds"]) == (0, 60)
    assert asynchronous["DestinationConfig"]["OnFailure"] == {"Destination": settings["onFailure"]["destination"]}
    (logs,) = tiny.aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{PREFIX}-adder")["logGroups"]
    assert logs["retentionInDays"] == 7
    attached = tiny.aws("iam").list_attached_role_policies(RoleName=f"{PREFIX}-adder")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == settings["policies"]["managed"]

    assert tiny.preview_steps() == {}

    settle(tiny, "adder", {})
    tiny.up().ok()
    function = served(tiny, "adder")
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    assert levels.items() <= function["LoggingConfig"].items()
    assert (function.get("FileSystemConfigs", []), function["VpcConfig"]["SubnetIds"]) == ([], [])
    assert aws.get_function_recursion_config(FunctionName=live["FunctionName"])["RecursiveLoop"] == "Terminate"
    assert tiny.preview_steps() == {}


def test_mistakes_in_all_files_are_told_at_once_and_change_nothing(tiny: Checkout) -> None:
    before = tiny.outputs()
    (tiny.root / "modules" / "adder" / "module.yaml").write_text("timeout: 901\ntimout: 5\n")
    settle(tiny, "greeter", {"memorySize": "2 GB"})
    tiny.edit("modules/greeter/words.txt", "hello", "good night")
    with override(tiny, {"addder": {}}):
        shown = tiny.up().failed()
    for told in (
        "modules/adder/module.yaml:1: timeout is 901: it should be a whole number from 1 to 900 seconds",
        "modules/adder/module.yaml:2: timout is not a setting: did you mean timeout?",
        'modules/greeter/module.yaml:1: memorySize is "2 GB": it should be a whole number from 128 to 10240 MiB',
        "lambda-images:modules.addder is for a module that does not exist: did you mean adder?",
    ):
        assert told in shown
    assert tiny.outputs() == before
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
