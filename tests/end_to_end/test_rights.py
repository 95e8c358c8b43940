"""A function's own access to AWS: it reaches it, as its role, with that role's rights and no more."""

import pytest

from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox


def test_a_function_calls_aws_as_its_role_and_is_refused_what_it_has_no_right_to(tiny: Checkout) -> None:
    tiny.add("caller", TINY / "caller")
    tiny.up().ok()
    role = tiny.outputs()["caller"]["roleArn"].rpartition("/")[2]
    answer = tiny.invoke("caller")
    assert f"assumed-role/{role}/" in answer["arn"]
    assert answer["refusal"] == "AccessDenied"


GIVEN = "policies: {statements: {List: {actions: ['s3:ListAllMyBuckets'], resources: ['*']}}}\n"
WITHOUT = "description: May list no buckets\n"


def refusal(tiny: Checkout) -> str:
    """What AWS says to the version in service when it lists buckets; empty if it may."""
    return str(tiny.invoke("caller")["refusal"])


@pytest.mark.parametrize(
    ("file", "breakage"),
    [
        pytest.param("app.py", "raise RuntimeError('broken')\n", id="the new version fails"),
        pytest.param("Dockerfile", "nonsense\n", id="the image can't be built", marks=pytest.mark.thorough),
    ],
)
def test_the_version_in_service_keeps_its_permissions_until_another_one_is_served(
    tiny: Checkout, file: str, breakage: str
) -> None:
    """One commit takes a permission away and breaks the module."""
    module = tiny.add("caller", TINY / "caller")
    (module / ".dockerignore").write_text("module.yaml\n")
    (module / "module.yaml").write_text(GIVEN)
    tiny.up().ok()
    assert refusal(tiny) == ""

    (module / "module.yaml").write_text(WITHOUT)
    whole = (module / file).read_text()
    (module / file).write_text(breakage + whole)
    tiny.up().failed()
    assert refusal(tiny) == ""
    tiny.up().failed()
    assert refusal(tiny) == ""

    (module / file).write_text(whole)
    tiny.up().ok()
    assert refusal(tiny) == "AccessDenied"
    assert tiny.preview_steps() == {}


def test_a_secret_that_changes_its_store_stays_readable_until_another_version_is_served(tiny: Checkout) -> None:
    module = tiny.add("caller", TINY / "caller")
    (module / ".dockerignore").write_text("module.yaml\n")
    app = (module / "app.py").read_text()
    reading = """
def handler(event, context):
    import os
    boto3.client("ssm").get_parameter(Name=os.environ["KEY"], WithDecryption=True)
    return {"read": True}
"""
    (module / "app.py").write_text(app + reading)
    (module / "module.yaml").write_text("secrets: {KEY: {}}\n")
    tiny.pulumi("config", "set", "--secret", "--path", "secrets.caller.KEY", "planted").ok()
    tiny.up().ok()
    assert tiny.invoke("caller") == {"read": True}

    (module / "module.yaml").write_text("secrets: {KEY: {store: secretsManager}}\n")
    (module / "app.py").write_text("raise RuntimeError('broken')\n")
    tiny.up().failed()
    assert tiny.invoke("caller") == {"read": True}

    (module / "app.py").write_text(app)
    (module / "module.yaml").write_text("description: Reads no secret\n")
    tiny.pulumi("config", "rm", "--path", "secrets.caller").ok()
    tiny.up().ok()
    assert tiny.preview_steps() == {}
