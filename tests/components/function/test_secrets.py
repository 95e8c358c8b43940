from typing import Any

import pulumi
from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret
from pydantic import SecretStr

from components.arn import AwsScope
from components.function.secrets import ModuleSecrets, ModuleSecretsArgs
from components.settings.environment import Secret
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy

PARAMETER = "aws:ssm/parameter:Parameter"
SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
VALUE = "planted-value"
MANAGED = Secret(store="secretsManager")


def secrets(secret: Secret, value: str | None = VALUE, **changes: Any) -> tuple[Any, Recording]:
    """What a function with one secret gets: references, revisions, permissions."""
    args = ModuleSecretsArgs(
        function_name="dev-thumbnail",
        secrets={"API_KEY": secret},
        values={"API_KEY": SecretStr(value)} if value else {},
        scope=AwsScope("aws", REGION, ACCOUNT),
        **changes,
    )

    def program() -> pulumi.Output[Any]:
        made = ModuleSecrets("thumbnail", args)
        return pulumi.Output.all(references=made.references, revisions=made.revisions, permissions=made.permissions)

    return deploy(program)


def test_a_value_is_stored_as_a_secure_string_and_stays_a_secret_on_its_way() -> None:
    _, recording = secrets(Secret())
    inputs = recording.one(PARAMETER).inputs
    assert inputs["type"] == "SecureString"
    assert is_rpc_secret(inputs["value"]) and unwrap_rpc_secret(inputs["value"]) == VALUE


def test_a_value_goes_to_secrets_manager_where_settings_say_so() -> None:
    _, recording = secrets(MANAGED)
    assert recording.types == [SECRET, VERSION]
    value = recording.one(VERSION).inputs["secretString"]
    assert is_rpc_secret(value) and unwrap_rpc_secret(value) == VALUE


def test_the_function_gets_the_name_of_a_parameter_and_the_right_to_read_it() -> None:
    made, _ = secrets(Secret())
    assert made["references"] == {"API_KEY": "/lambda/dev-thumbnail/API_KEY"}
    (read,) = made["permissions"]
    assert read["Resource"] == [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/lambda/dev-thumbnail/API_KEY"]


def test_the_function_gets_the_arn_of_a_secret_and_the_right_to_read_it() -> None:
    made, _ = secrets(MANAGED)
    (read,) = made["permissions"]
    assert read["Resource"] == [
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:/lambda/dev-thumbnail/API_KEY-AbCdEf"
    ]
    assert read["Sid"] == "ReadSecrets"


def test_a_function_waits_until_there_is_a_value_to_read() -> None:
    def program() -> pulumi.Output[Any]:
        args = ModuleSecretsArgs(
            function_name="f",
            secrets={"KEY": MANAGED},
            values={"KEY": SecretStr(VALUE)},
            scope=AwsScope("aws", REGION, ACCOUNT),
        )
        return pulumi.Stash("function", input=ModuleSecrets("thumbnail", args).references).output

    _, recording = deploy(program)
    assert any(VERSION in urn for urn in recording.request("pulumi:index:Stash").dependencies)


def test_what_exists_is_referenced_as_it_is_given_and_nothing_is_made() -> None:
    made, recording = secrets(Secret(existing="/team/key"), value=None)
    assert recording.types == []
    assert made["references"] == {"API_KEY": "/team/key"}
    (read,) = made["permissions"]
    assert read["Resource"] == [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/team/key"]


def test_an_existing_secret_is_found_by_its_name_or_by_its_arn() -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:210987654321:secret:team-key-AbCdEf"
    for reference, resource in (
        (arn, arn),
        ("team-key", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:team-key-??????"),
    ):
        made, _ = secrets(Secret(existing=reference, store="secretsManager"), value=None)
        (read,) = made["permissions"]
        assert read["Resource"] == [resource]


def test_an_existing_secret_s_own_key_may_be_used_and_not_the_stack_s() -> None:
    theirs = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/theirs"
    made, _ = secrets(Secret(existing="/team/key", kms_key=theirs), value=None, kms_key_arn=KEY)
    _, decrypt = made["permissions"]
    assert decrypt["Resource"] == [theirs]


def test_the_stack_s_key_encrypts_what_the_stack_stores() -> None:
    made, recording = secrets(Secret(), kms_key_arn=KEY)
    assert recording.one(PARAMETER).inputs["keyId"] == KEY
    assert made["permissions"][1]["Resource"] == [KEY]
    _, recording = secrets(MANAGED, kms_key_arn=KEY)
    assert recording.one(SECRET).inputs["kmsKeyId"] == KEY


def test_every_value_that_is_stored_has_a_revision_of_its_own_which_does_not_tell_it() -> None:
    made, _ = secrets(Secret())
    assert made["revisions"] == {"API_KEY": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/lambda/dev-thumbnail/API_KEY:3"}
    made, _ = secrets(MANAGED)
    assert made["revisions"] == {"API_KEY": "thumbnail-API_KEY-value-id"}


def test_a_deleted_secret_can_be_had_back_for_thirty_days_unless_the_stack_can_be_lost() -> None:
    assert secrets(MANAGED)[1].one(SECRET).inputs["recoveryWindowInDays"] == 30
    assert secrets(MANAGED, force_delete=True)[1].one(SECRET).inputs["recoveryWindowInDays"] == 0


def test_values_are_tagged_and_kept_where_the_stack_says_so() -> None:
    for secret, typ in ((Secret(), PARAMETER), (MANAGED, SECRET)):
        _, recording = secrets(secret, protection=True, tags={"team": "a"})
        assert recording.one(typ).inputs["tags"] == {"team": "a"}
        assert recording.request(typ).retainOnDelete
