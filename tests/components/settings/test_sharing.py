import pytest

from tests.components.settings.conftest import Checkout

VALUES = {"orders": {"KEY": "x", "PEPPER": "y"}}
OWNED = "secrets:\n  KEY: {}\n  PEPPER: {store: secretsManager}\n"
SHARING = "secrets:\n  KEY: {sharedWith: [thumbnail]}\n  PEPPER: {store: secretsManager, sharedWith: [thumbnail]}\n"
PARAMETER = "/lambda/lambda-images-dev-orders/KEY"
SECRET = "/lambda/lambda-images-dev-orders/PEPPER"
HERE = "eu-central-1:123456789012"
EXISTING = {
    f"existing: {PARAMETER}": "KEY",
    f"existing: '{PARAMETER}:3'": "KEY",
    f"existing: 'arn:aws:ssm:{HERE}:parameter{PARAMETER}'": "KEY",
    f"store: secretsManager, existing: {SECRET}": "PEPPER",
    f"store: secretsManager, existing: 'arn:aws:secretsmanager:{HERE}:secret:{SECRET}-AbCdEf'": "PEPPER",
    f"store: secretsManager, existing: 'arn:aws:secretsmanager:{HERE}:secret:{SECRET}'": "PEPPER",
}
"""Ways to name a secret of the module `orders`, and which one that is."""
STATEMENTS = {
    f"actions: [ssm:GetParameter], resources: ['arn:aws:ssm:{HERE}:parameter{PARAMETER}']": "KEY",
    "actions: [ssm:GetParameters], resources: ['arn:aws:ssm:*:*:parameter/lambda/*']": "KEY",
    "actions: [ssm:GetParameters], resources: ['arn:aws:ssm:*:*:parameter/lambda/lambda-images-dev-*/KEY']": "KEY",
    "actions: [ssm:GetParameters], resources: ['arn:aws:ssm:*:*:parameter*']": "KEY",
    "actions: [ssm:GetParametersByPath], resources: ['arn:aws:ssm:*:*:parameter/']": "KEY",
    "actions: [ssm:GetParametersByPath], resources: ['arn:aws:ssm:*:*:parameter/lambda/']": "KEY",
    "actions: [ssm:Get*], resources: ['arn:aws:ssm:*:*:parameter/lambda/lambda-images-dev-orders']": "KEY",
    "actions: [SSM:get*], resources: ['arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/p}/*']": "KEY",
    "actions: [ssm:PutParameter], resources: ['arn:aws:ssm:*:*:parameter/lambda/?ambda-images-dev-orders/KEY']": "KEY",
    "actions: [secretsmanager:GetSecretValue], resources: ['arn:aws:secretsmanager:*:*:secret:*']": "PEPPER",
    f"actions: [secretsmanager:Get*], resources: ['arn:aws:secretsmanager:{HERE}:secret:{SECRET}-??????']": "PEPPER",
    f"actions: [secretsmanager:Get*], resources: ['arn:aws:secretsmanager:*:*:{SECRET}-??????']": "PEPPER",
    "actions: [secretsmanager:PutSecretValue], resources: ['*']": "PEPPER",
}
"""Statements by which a module would get at a secret of the module `orders`, and which one that is."""
BOUNDARY = "arn:aws:iam::123456789012:policy/bounds"


@pytest.mark.parametrize(("existing", "variable"), EXISTING.items())
def test_a_secret_of_another_modules_is_refused_unless_that_shares_it(
    checkout: Checkout, existing: str, variable: str
) -> None:
    checkout.add("orders", OWNED)
    checkout.add("thumbnail", f"secrets: {{STOLEN: {{{existing}}}}}")
    (error,) = checkout.refusal(secrets=VALUES)
    assert error.startswith("modules/thumbnail/module.yaml:1: secrets.STOLEN.existing is ")
    assert error.endswith(
        "a secret of 'orders', which doesn't share it: leave it out, or add "
        f"`sharedWith: [thumbnail]` to secrets.{variable} in modules/orders/module.yaml"
    )
    (checkout.modules / "orders" / "module.yaml").write_text(SHARING)
    assert checkout.load(secrets=VALUES).modules


@pytest.mark.parametrize(
    ("entry", "variable"),
    {
        f"parameter: {PARAMETER}": "KEY",
        f"parameter: 'arn:aws:ssm:{HERE}:parameter{PARAMETER}'": "KEY",
        f"secret: {SECRET}": "PEPPER",
        f"secret: 'arn:aws:secretsmanager:{HERE}:secret:{SECRET}-AbCdEf'": "PEPPER",
    }.items(),
)
def test_so_is_access_to_one(checkout: Checkout, entry: str, variable: str) -> None:
    checkout.add("orders", OWNED)
    checkout.add("thumbnail", f"access: {{stolen: {{{entry}, can: read}}}}")
    (error,) = checkout.refusal(secrets=VALUES)
    assert error.startswith(f"modules/thumbnail/module.yaml:1: access.stolen.{entry.partition(':')[0]} is ")
    assert error.endswith(f"to secrets.{variable} in modules/orders/module.yaml")
    (checkout.modules / "orders" / "module.yaml").write_text(SHARING)
    assert checkout.load(secrets=VALUES).modules


@pytest.mark.parametrize(("statement", "variable"), STATEMENTS.items())
def test_so_is_a_statement_that_reaches_one(checkout: Checkout, statement: str, variable: str) -> None:
    checkout.add("orders", OWNED)
    checkout.add("thumbnail", f"policies:\n  statements:\n    Steal: {{{statement}}}")
    (error,) = checkout.refusal(secrets=VALUES, permissionsBoundary=BOUNDARY)
    assert error.startswith("modules/thumbnail/module.yaml:3: policies.statements.Steal.resources.0 is ")
    assert f", which includes /lambda/lambda-images-dev-orders/{variable}, a secret of 'orders', which doesn't" in error
    (checkout.modules / "orders" / "module.yaml").write_text(SHARING)
    assert checkout.load(secrets=VALUES, permissionsBoundary=BOUNDARY).modules


@pytest.mark.parametrize(
    "statement",
    [
        "actions: [ssm:GetParameter], resources: ['arn:aws:ssm:*:*:parameter/shared/*']",
        "actions: [ssm:GetParameter], resources: ['arn:aws:ssm:*:*:parameter/lambda/lambda-images-dev-thumbnail/*']",
        "actions: [ssm:DescribeParameters, secretsmanager:GetRandomPassword, 's3:GetObject'], resources: ['*']",
        "actions: [secretsmanager:GetSecretValue], resources: ['arn:aws:secretsmanager:*:*:secret:shared/*']",
        "effect: Deny, actions: ['ssm:*'], resources: ['*']",
    ],
)
def test_what_reaches_none_of_anothers_is_taken(checkout: Checkout, statement: str) -> None:
    checkout.add("orders", OWNED)
    checkout.add("thumbnail", f"policies:\n  statements:\n    Read: {{{statement}}}")
    assert checkout.load(secrets=VALUES).modules


def test_a_module_may_name_its_own_and_what_is_nobodys(checkout: Checkout) -> None:
    own = "OWN: {existing: /lambda/lambda-images-dev-thumbnail/OLD}, SHARED: {existing: /shared/salt}"
    checkout.add("thumbnail", f"secrets: {{{own}}}")
    assert checkout.load().modules


@pytest.mark.parametrize(
    "settings",
    [
        "secrets: {STOLEN: {existing: /lambda/lambda-images-dev-removed/KEY}}",
        "policies: {statements: {Steal: {actions: [ssm:GetParameter], resources: "
        "['arn:aws:ssm:*:*:parameter/lambda/lambda-images-dev-removed/KEY']}}}",
    ],
)
def test_what_a_module_left_behind_is_still_its_own(checkout: Checkout, settings: str) -> None:
    checkout.add("thumbnail", settings)
    (error,) = checkout.refusal()
    assert "a secret of 'removed', which doesn't share it" in error


def test_the_names_are_those_of_the_stacks_own_prefix(checkout: Checkout) -> None:
    checkout.add("orders", OWNED)
    checkout.add("thumbnail", "secrets: {STOLEN: {existing: /lambda/acme-orders/KEY}}")
    assert checkout.load(secrets=VALUES).modules
    assert (
        "secrets.STOLEN.existing is /lambda/acme-orders/KEY" in checkout.refusal(secrets=VALUES, namePrefix="acme")[0]
    )


def test_a_module_that_can_not_be_read_is_not_reported_to_share_nothing(checkout: Checkout) -> None:
    checkout.add("orders", f"timeout: 0\n{SHARING}")
    checkout.add("thumbnail", f"secrets: {{SHARED: {{existing: {PARAMETER}}}}}")
    (error,) = checkout.refusal(secrets=VALUES)
    assert "timeout is 0" in error


def test_a_secret_is_shared_with_modules_that_there_are(checkout: Checkout) -> None:
    checkout.add("orders", "secrets:\n  KEY: {sharedWith: [thumbnial]}\n")
    checkout.add("thumbnail")
    assert checkout.refusal(secrets={"orders": {"KEY": "x"}}) == [
        "modules/orders/module.yaml:2: secrets.KEY.sharedWith.0 is thumbnial, which is not a module: did you mean "
        "thumbnail?"
    ]


def test_what_exists_elsewhere_is_not_the_modules_to_share(checkout: Checkout) -> None:
    checkout.add("orders", "secrets: {KEY: {existing: /key, sharedWith: [orders]}}")
    (error,) = checkout.refusal()
    assert error.endswith("secrets.KEY.sharedWith applies only to a secret whose value the stack sets: leave it out")
