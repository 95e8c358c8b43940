"""What AWS bounds of a function, measured before anything is made."""

import json

import pytest

from components.function.permissions import MAX_POLICY_CHARACTERS
from components.settings.environment import MAX_ENVIRONMENT_BYTES
from tests.components.settings.conftest import Checkout

VALUES = {"thumbnail": {"KEY": "x", "TOKEN": "y"}}
SECRETS = "secrets:\n  KEY: {}\n  TOKEN: {store: secretsManager}\n"
LONGEST_REFERENCES = {
    "KEY": "/lambda/lambda-images-dev-thumbnail/KEY",
    "TOKEN": "arn:aws-iso-f:secretsmanager:us-isof-south-1:000000000000:secret:"
    "/lambda/lambda-images-dev-thumbnail/TOKEN-??????",
}


def test_the_references_of_secrets_are_part_of_the_environment(checkout: Checkout) -> None:
    room = MAX_ENVIRONMENT_BYTES - len(json.dumps({"BIG": "", **LONGEST_REFERENCES}, separators=(",", ":")))
    checkout.add("thumbnail", f"environment: {{BIG: {'x' * room}}}\n{SECRETS}")
    assert checkout.load(secrets=VALUES).modules
    (checkout.modules / "thumbnail" / "module.yaml").write_text(f"environment: {{BIG: {'x' * (room + 1)}}}\n{SECRETS}")
    assert checkout.refusal(secrets=VALUES) == [
        "modules/thumbnail/module.yaml:1: environment has 4,097 bytes as JSON with the references of its secrets, and "
        "Lambda takes 4,096: put some into a file, or several secrets into one"
    ]


def test_a_variable_is_measured_as_lambda_measures_it_in_bytes_of_json(checkout: Checkout) -> None:
    checkout.add("thumbnail", "environment: {BIG: '" + '"' * 2043 + "'}")
    assert checkout.load().modules
    checkout.add("ai-model", "environment: {BIG: '" + "\u00e4" * 2043 + "'}")
    assert len(checkout.load().modules) == 2
    (checkout.modules / "ai-model" / "module.yaml").write_text("environment: {BIG: '" + "\u00e4" * 2044 + "'}")
    assert "environment has 4,098 bytes as JSON, and Lambda takes 4,096" in checkout.refusal()[0]


def test_secrets_alone_can_be_too_many(checkout: Checkout) -> None:
    names = [f"SECRET_{number}" for number in range(60)]
    lines = "".join(f"  {name}: {{existing: /shared/{'x' * 60}}}\n" for name in names)
    checkout.add("thumbnail", f"description: x\nsecrets:\n{lines}")
    messages = checkout.refusal()
    assert messages[0].startswith("modules/thumbnail/module.yaml:2: secrets has 4,971 bytes as JSON, and")


def statements(count: int, resource: str = "arn:aws:s3:::bucket/key") -> str:
    lines = "".join(
        f"    Read{number}: {{actions: ['s3:GetObject'], resources: ['{resource}']}}\n" for number in range(count)
    )
    return f"policies:\n  statements:\n{lines}"


def test_a_policy_that_does_not_fit_twice_is_refused(checkout: Checkout) -> None:
    checkout.add("thumbnail", statements(40))
    assert checkout.load().modules
    checkout.add("ai-model", statements(60))
    (message,) = checkout.refusal()
    assert message.startswith("modules/ai-model/module.yaml:1: policies is too large: with what the program adds, the")
    assert f"function's policy has 6,290 characters, and it may have {MAX_POLICY_CHARACTERS:,}: join" in message


def test_what_triggers_and_secrets_need_is_part_of_the_policy(checkout: Checkout) -> None:
    buckets = "".join(f"    b{number}: {{existing: {'b' * 58}-{number}, prefix: {'p' * 40}}}\n" for number in range(40))
    checkout.add("thumbnail", f"triggers:\n  buckets:\n{buckets}")
    (message,) = checkout.refusal()
    assert message.startswith("modules/thumbnail/module.yaml: policies is too large: with what the program adds, the")


def test_so_is_what_access_expands_to(checkout: Checkout) -> None:
    tables = "".join(f"  t{n}: {{table: {'t' * 200}{n}, can: readWrite}}\n" for n in range(10))
    checkout.add("thumbnail", f"description: x\naccess:\n{tables}")
    (message,) = checkout.refusal()
    assert message.startswith("modules/thumbnail/module.yaml:2: access is too large: with what the program adds, the")


@pytest.mark.parametrize(
    ("name", "settings", "secrets"),
    [
        ("WriteTraces", "", {}),
        ("ReadMessages", "triggers: {queues: {orders: {}}}", {}),
        ("AccessPublish", "access: {news: {topic: acme-news, can: publish}}", {}),
        ("ReadParameters", "secrets: {KEY: {}}", {"thumbnail": {"KEY": "x"}}),
    ],
)
def test_a_statement_can_not_have_the_name_of_one_of_the_programs_own(
    checkout: Checkout, name: str, settings: str, secrets: dict[str, dict[str, str]]
) -> None:
    own = f"policies: {{statements: {{{name}: {{actions: ['s3:GetObject'], resources: ['*']}}}}}}"
    checkout.add("thumbnail", f"{own}\n{settings}\n")
    assert checkout.refusal(secrets=secrets) == [
        f"modules/thumbnail/module.yaml:1: policies.statements.{name} has the name of a statement that the program "
        "makes itself: choose another"
    ]


def test_a_key_of_the_stacks_own_has_its_place_in_the_policy(checkout: Checkout) -> None:
    own = "policies: {statements: {DecryptParameters: {actions: ['s3:GetObject'], resources: ['*']}}}"
    checkout.add("thumbnail", f"{own}\nsecrets: {{KEY: {{}}}}\n")
    secrets = {"thumbnail": {"KEY": "x"}}
    assert checkout.load(secrets=secrets).modules
    assert (
        "DecryptParameters has the name of a statement" in checkout.refusal(secrets=secrets, encryption="customer")[0]
    )
