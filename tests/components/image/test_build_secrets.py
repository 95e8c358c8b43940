import base64
import json

import pytest
from pydantic import SecretStr

from components.errors import ComponentError
from components.image.build_secrets import BuildSecrets, Values, mount_options
from components.image.content import BuildSpec
from components.settings.module import BuildSecret

URL = "https://ci:p%40ssword@pypi.example.com/simple"
FROM_ENV = BuildSecrets(module="orders", declared={"pip": BuildSecret(env="PIP_INDEX_URL")})
STORED = BuildSecrets(module="orders", declared={"npm": BuildSecret()}, stored={"npm": SecretStr("planted")})


def passed(values: Values) -> dict[str, str]:
    return values.environ({"PATH": "/bin", "BUILD_SECRETS": "{}"})


def test_values_go_from_the_environment_and_the_stack_into_variables_that_the_options_name() -> None:
    both = BuildSecrets(module="orders", declared={**FROM_ENV.declared, **STORED.declared}, stored=STORED.stored)
    assert passed(both.values({"PIP_INDEX_URL": URL})) == {
        "PATH": "/bin",
        "LAMBDA_IMAGES_BUILD_SECRET_0": "planted",
        "LAMBDA_IMAGES_BUILD_SECRET_1": URL,
    }
    spec = BuildSpec(context="a", platform="linux/amd64", secrets=["pip", "npm"], ssh=True)
    assert mount_options(spec) == [
        "--secret=id=npm,env=LAMBDA_IMAGES_BUILD_SECRET_0",
        "--secret=id=pip,env=LAMBDA_IMAGES_BUILD_SECRET_1",
        "--ssh=default",
    ]
    assert mount_options(BuildSpec(context="a", platform="linux/amd64")) == []


def test_one_variable_can_have_all_others_and_a_variable_of_its_own_comes_first() -> None:
    given = {"BUILD_SECRETS": json.dumps({"PIP_INDEX_URL": URL})}
    assert passed(FROM_ENV.values(given))["LAMBDA_IMAGES_BUILD_SECRET_0"] == URL
    assert passed(FROM_ENV.values({**given, "PIP_INDEX_URL": "own"}))["LAMBDA_IMAGES_BUILD_SECRET_0"] == "own"


@pytest.mark.parametrize("written", ["planted", '["planted"]', '{"A": 1, "B": "planted"}'])
def test_a_variable_of_another_form_is_refused_and_not_shown(written: str) -> None:
    with pytest.raises(ComponentError, match="BUILD_SECRETS should be a JSON object") as refused:
        FROM_ENV.values({"BUILD_SECRETS": written})
    assert "planted" not in str(refused.value)


def test_all_that_is_missing_is_said_at_once() -> None:
    declared = {"pip": BuildSecret(env="PIP_INDEX_URL"), "npm": BuildSecret(), "large": BuildSecret(env="LARGE")}
    with pytest.raises(ComponentError) as refused:
        BuildSecrets(module="orders", declared=declared, ssh=True).values({"LARGE": "x" * 102_401})
    assert str(refused.value).splitlines() == [
        "the image of orders has to be built, but",
        "the build secret 'pip' is the environment variable PIP_INDEX_URL, which is not set: set it",
        "the build secret 'npm' is encrypted in the stack's settings, which only an update decrypts: name an "
        "environment variable that has it, with `env`",
        "the build secret 'large' may have 102,400 bytes without NUL, and it has 102,401: shorten it",
        "buildSsh is true, and there is no SSH agent, because SSH_AUTH_SOCK is not set: start one with "
        '`eval "$(ssh-agent)"`, and add the key with `ssh-add`',
    ]


def test_values_are_masked_with_their_lines_and_with_the_passwords_of_their_urls() -> None:
    header = base64.b64encode(b"ci:p@ssword").decode()
    values = Values({"pip": URL, "conf": f"[global]\nindex-url = {URL}\n}}\n", "short": "abc"})
    for shown in (URL, "p%40ssword", "p@ssword", header, "index-url = " + URL, "abc"):
        assert values.hide(f"before {shown} after") == "before *** after"
    assert values.hide("} stays") == "} stays"


def test_no_representation_has_a_value() -> None:
    values = STORED.values({})
    assert "planted" not in f"{values!r} {vars(STORED)!r} {STORED!r}"
