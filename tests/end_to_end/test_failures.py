"""A run that fails leaves in service what was served before, and the next one recovers."""

import json
import re
import shutil
from typing import Any

import pytest

from delivery.changes import served_records
from delivery.live import authorization
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import client, registry

pytestmark = pytest.mark.sandbox

BREAKAGE = "raise RuntimeError('out of words')\n"


def break_at_import(checkout: Checkout, module: str) -> None:
    app = checkout.root / "modules" / module / "app.py"
    app.write_text(BREAKAGE + app.read_text())


def fix(checkout: Checkout, module: str) -> None:
    app = checkout.root / "modules" / module / "app.py"
    app.write_text(app.read_text().removeprefix(BREAKAGE))


def test_a_module_that_raises_at_import_is_never_served(tiny: Checkout) -> None:
    before = tiny.outputs()["greeter"]
    break_at_import(tiny, "greeter")

    assert "out of words" in tiny.up().failed()
    alias = tiny.aws("lambda").get_alias(FunctionName=before["functionName"], Name="live")
    assert alias["FunctionVersion"] == before["version"]
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
    assert tiny.preview().endswith("greeter is built again, because of\n  ~ app.py\n")

    fix(tiny, "greeter")
    tiny.edit("modules/greeter/words.txt", "hello", "welcome back")
    tiny.up().ok()
    assert tiny.invoke("greeter") == {"greeting": "welcome back, smoke"}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_first_deployment_that_raises_at_import_recovers(tiny: Checkout) -> None:
    tiny.add("newcomer", TINY / "greeter")
    break_at_import(tiny, "newcomer")

    assert "out of words" in tiny.up().failed()
    client = tiny.aws("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_alias(FunctionName="lambda-images-local-newcomer", Name="live")
    assert tiny.invoke("adder") == {"sum": 6}
    refusal = tiny.sandbox("invoke", "newcomer").failed()
    assert "no version of `newcomer` has passed yet" in refusal
    assert "make logs MODULE=newcomer" in refusal
    assert "out of words" in tiny.sandbox("logs", "newcomer").ok()
    assert "- (newest: 1)" in tiny.sandbox("status").ok()

    fix(tiny, "newcomer")
    tiny.up().ok()
    assert tiny.invoke("newcomer") == {"greeting": "hello, smoke"}
    assert tiny.preview_steps() == {}


def test_modules_that_fail_stop_no_others_and_what_that_run_shipped_is_known(tiny: Checkout) -> None:
    """One can't be built, one has no handler, one answers something else than expected; good ones are between them."""
    for name in ("a-first", "alright", "wrong", "z-last"):
        tiny.add(name, TINY / "adder")
    (tiny.root / "modules" / "a-first" / "Dockerfile").write_text("nonsense\n")
    tiny.edit("modules/wrong/Dockerfile", "app.handler", "app.nope")
    (tiny.root / "modules" / "z-last" / "module.yaml").write_text("smoke: {event: {numbers: [1]}, expect: {sum: 7}}\n")
    (tiny.root / "modules" / "z-last" / ".dockerignore").write_text("module.yaml\n")
    alright = tiny.root / "modules" / "alright" / "Dockerfile"
    alright.write_text(alright.read_text() + "RUN sleep 4\n")
    tiny.edit("modules/greeter/words.txt", "hello", "hello again")

    before = served_records(tiny.state())["greeter"]
    failure = tiny.up().failed()
    assert re.search(r"3 of \d modules failed: a-first, wrong, z-last", failure)
    assert "unknown instruction: NONSENSE" in failure
    assert "answers the smoke event with something else than expected in: sum" in failure
    assert tiny.invoke("greeter") == {"greeting": "hello again, smoke"}
    assert served_records(tiny.state())["greeter"] != before

    assert tiny.invoke("alright") == {"sum": 6}
    assert "RequestId" in tiny.sandbox("logs", "--all", "alright").ok()
    assert "no version of `wrong` has passed yet" in tiny.sandbox("invoke", "wrong").failed()
    assert "nope" in tiny.sandbox("logs", "wrong").ok()
    status = json.loads(tiny.sandbox("status", "--json").ok())
    assert {name: (status[name]["version"], status[name]["newestVersion"]) for name in ("alright", "wrong")} == {
        "alright": ("1", "1"),
        "wrong": (None, "1"),
    }
    assert status["alright"]["checkout"] == "same"

    for name in ("a-first", "wrong", "z-last"):
        shutil.rmtree(tiny.root / "modules" / name)
    tiny.up().ok()
    assert tiny.preview_steps() == {}


def test_code_that_was_updated_without_a_version_is_noticed_and_published_by_the_next_run(tiny: Checkout) -> None:
    """As a run leaves it that is killed between the two, and whose state is refreshed then."""
    before = tiny.outputs()["adder"]
    tiny.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    targets = [urn for urn in urns(tiny) if urn.endswith(("::adder-build", "::adder-image"))]
    tiny.pulumi("up", "--yes", "--skip-preview", *(f"--target={urn}" for urn in targets))
    image = image_uri(tiny, "adder")
    assert image != before["imageUri"]
    client = tiny.aws("lambda")
    name = before["functionName"]
    client.update_function_code(FunctionName=name, ImageUri=image)
    tiny.pulumi("refresh", "--yes").ok()

    refused = tiny.pulumi("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert f"the function '{name}' has no version with the wanted image and settings" in refused.stdout + refused.stderr
    assert tiny.invoke("adder") == {"sum": 6}

    assert "adder-function: the next update will publish a new version" in tiny.recover().ok()
    tiny.pulumi("up", "--yes", "--skip-preview").ok()
    assert tiny.invoke("adder") == {"total": 6}
    assert tiny.preview_steps() == {}


def test_a_recorded_tag_that_another_image_has_taken_is_left_to_it(tiny: Checkout) -> None:
    """As a run leaves it that is killed between the push and the writing of its state."""
    tiny.edit("modules/greeter/words.txt", "hello", "long time no see")
    (record,) = (urn for urn in urns(tiny) if urn.endswith("::greeter-build"))
    tiny.pulumi("up", "--yes", "--skip-preview", f"--target={record}").ok()
    tag = recorded_tag(tiny, "greeter")
    repository = f"{registry(tiny)}/{tiny.outputs()['greeter']['functionName']}"
    client().images.get(image_name(tiny, "adder")).tag(repository, tag)
    user, password, _ = authorization(tiny.aws("ecr"))
    pushed = client().images.push(repository, tag, auth_config={"username": user, "password": password})
    assert "digest: sha256" in pushed

    tiny.up().ok()
    assert recorded_tag(tiny, "greeter") != tag
    assert tiny.invoke("greeter") == {"greeting": "long time no see, smoke"}


def test_destroy_right_after_a_failure_leaves_nothing_in_the_emulator(tiny: Checkout) -> None:
    break_at_import(tiny, "adder")
    tiny.up().failed()

    tiny.pulumi("destroy", "--yes").ok()
    assert tiny.aws("lambda").list_functions()["Functions"] == []
    assert tiny.aws("ecr").describe_repositories()["repositories"] == []
    assert tiny.aws("logs").describe_log_groups()["logGroups"] == []
    assert [role for role in tiny.aws("iam").list_roles()["Roles"] if "lambda-images" in role["RoleName"]] == []

    fix(tiny, "adder")
    tiny.up().ok()
    assert tiny.invoke("adder") == {"sum": 6}


def urns(checkout: Checkout) -> list[str]:
    return [resource["urn"] for resource in checkout.state()]


def recorded_tag(checkout: Checkout, module: str) -> str:
    return str(named(checkout, f"{module}-build")["outputs"]["output"]["tag"])


def image_uri(checkout: Checkout, module: str) -> str:
    return str(named(checkout, f"{module}-image")["outputs"]["repoDigest"])


def image_name(checkout: Checkout, module: str) -> str:
    return str(named(checkout, f"{module}-image")["outputs"]["imageName"])


def named(checkout: Checkout, name: str) -> dict[str, Any]:
    """The one resource of this name in the state, but for those that wait for their deletion."""
    (resource,) = (
        resource
        for resource in checkout.state()
        if resource["urn"].endswith(f"::{name}") and not resource.get("delete")
    )
    return resource
