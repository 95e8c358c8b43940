import random
import string
from collections.abc import Mapping
from typing import Any

import pytest

from components.settings.plain_secrets import FORMATS, plain_secrets, secret_in
from tests.components.settings.conftest import Checkout

ALPHANUMERIC = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(length: int, letters: str = ALPHANUMERIC) -> str:
    return "".join(random.Random(length).choices(letters, k=length))


SECRETS: Mapping[str, list[str]] = {
    "an AWS access key": ["AKIA" + drawn(16, "ABCDEFGH234567"), "ASIA" + drawn(16, "ABCDEFGH234567")],
    "an AWS secret key": [drawn(40, ALPHANUMERIC + "/+"), f"key={drawn(40)[::-1]};"],
    "a private key": [f"-----BEGIN {kind}PRIVATE KEY-----" for kind in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")],
    "a JSON web token": ["eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + drawn(43)],
    "a GitHub token": [f"gh{kind}_{drawn(36)}" for kind in "pousr"] + [f"github_pat_{drawn(22)}_{drawn(59)}"],
    "a GitLab token": [f"{kind}-{drawn(20)}" for kind in ("glpat", "gldt", "glrt", "glptt", "glcbt")],
    "a Slack token": [f"{kind}-1234567890-{drawn(24)}" for kind in ("xoxb", "xoxp", "xapp")]
    + ["https://hooks.slack.com/services/T00/B00/" + drawn(24)],
    "a Stripe key": [f"{kind}_{drawn(24)}" for kind in ("sk_live", "sk_test", "rk_live", "whsec")],
    "a Google API key": ["AIza" + drawn(35), "GOCSPX-" + drawn(28)],
    "an OpenAI key": [f"sk-{kind}{drawn(48)}" for kind in ("", "proj-", "svcacct-", "admin-")],
    "an Anthropic key": ["sk-ant-api03-" + drawn(93), "sk-ant-admin01-" + drawn(93)],
    "an npm token": ["npm_" + drawn(36)],
    "a PyPI token": ["pypi-AgEIcHlwaS5vcmc" + drawn(80)],
    "a Docker token": ["dckr_pat_" + drawn(27), "dckr_oat_" + drawn(27)],
    "a Hugging Face token": ["hf_" + drawn(34, string.ascii_letters)],
    "a Pulumi token": ["pul-" + drawn(40, HEX)],
    "a Twilio key": ["SK" + drawn(32, HEX)],
    "a SendGrid key": [f"SG.{drawn(22)}.{drawn(43)}"],
    "an Azure storage key": [f"DefaultEndpointsProtocol=https;AccountKey={drawn(86)}=="],
    "a URL with a password": ["postgres://app:hunter2@db.example/app", "see amqp://a:b@c"],
}
"""By kind, texts made up in its form."""
CASES = [(what, text) for what, texts in SECRETS.items() for text in texts]
HARMLESS = [
    *("AKIA", "sk_live", "BEGIN", "", "user@example.com", "s3://bucket/key", "https://example.com/a:b@c", "xoxo-xoxo"),
    drawn(40, HEX),
    drawn(40, HEX).upper(),
    "sha256:" + drawn(64, HEX),
    "123e4567-e89b-12d3-a456-426614174000",
    "arn:aws:lambda:eu-central-1:123456789012:function:LambdaImagesDevThumbnailOfPictures1",
    "/opt/Python3/lib/python3/site-packages/M",
    "sk-learn-classifier-with-a-long-name-2026",
    "subnet-0123456789abcdef0",
    "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q=",
    "A function that makes a picture small for the web and for Telephones2",
]


def test_every_format_has_a_case_and_a_source() -> None:
    assert SECRETS.keys() == FORMATS.keys()
    assert all(one.source.startswith("https://") for one in FORMATS.values())


@pytest.mark.parametrize(("what", "text"), CASES)
def test_a_secret_is_found_alone_and_within_a_text(what: str, text: str) -> None:
    assert secret_in(text) == what
    assert secret_in(f'{{"key": "{text}"}}') == what


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_taken(text: str) -> None:
    assert secret_in(text) is None


TOKEN = "ghp_" + drawn(36)
PLACES: Mapping[str, str] = {
    f"description: {TOKEN}": "description",
    f"buildArgs: {{TOKEN: {TOKEN}}}": "buildArgs.TOKEN",
    f"environment: {{TOKEN: {TOKEN}}}": "environment.TOKEN",
    f"image: {{command: [run, {TOKEN}]}}": "image.command.1",
    f"tags: {{owner: {TOKEN}}}": "tags.owner",
    f"policies: {{statements: {{Read: {{actions: [s3:GetObject], resources: ['arn:aws:s3:::{TOKEN}/*']}}}}}}": (
        "policies.statements.Read.resources.0"
    ),
    "policies: {statements: {Read: {actions: [s3:GetObject], resources: ['*'], condition: {StringEquals: "
    f"{{'aws:PrincipalTag/x': {TOKEN}}}}}}}}}}}": (
        "policies.statements.Read.condition.StringEquals.aws:PrincipalTag/x"
    ),
    f"triggers: {{buckets: {{in: {{prefix: {TOKEN}}}}}}}": "triggers.buckets.in.prefix",
    f"triggers: {{schedules: {{daily: {{expression: rate(1 day), event: {{a: [{TOKEN}]}}}}}}}}": (
        "triggers.schedules.daily.event.a.0"
    ),
    f"smoke: {{event: {{headers: {{Authorization: Bearer {TOKEN}}}}}}}": "smoke.event.headers.Authorization",
    f"smoke: {{event: {{}}, expect: {TOKEN}}}": "smoke.expect",
}
"""By settings, which of them has a token."""


@pytest.mark.parametrize(("settings", "where"), PLACES.items(), ids=PLACES.values())
def test_a_secret_is_refused_in_every_setting_that_has_text_and_not_repeated(
    checkout: Checkout, settings: str, where: str
) -> None:
    checkout.add("thumbnail", settings)
    error = "\n".join(checkout.refusal())
    assert f"modules/thumbnail/module.yaml:1: {where} looks like a GitHub token, in plain text: " in error
    assert TOKEN not in error


def test_a_secret_in_the_smoke_events_file_is_refused(checkout: Checkout) -> None:
    checkout.add("thumbnail", smoke_event=f'{{"key": "{TOKEN}"}}')
    (error,) = checkout.refusal()
    assert "smoke.event.key looks like a GitHub token, in plain text: leave it out" in error


def test_a_key_that_is_a_secret_is_refused_and_not_repeated(checkout: Checkout) -> None:
    checkout.add("thumbnail", f"tags:\n  {TOKEN}: x")
    (error,) = checkout.refusal()
    assert error.startswith("modules/thumbnail/module.yaml:1: tags has a key that looks like a GitHub token, in plain")
    assert TOKEN not in error


@pytest.mark.parametrize("stack", [{"tags": {"owner": TOKEN}}, {"buildArgs": {"TOKEN": TOKEN}}])
def test_a_secret_in_a_stacks_settings_is_refused(checkout: Checkout, stack: dict[str, Any]) -> None:
    checkout.add("thumbnail")
    (error,) = checkout.refusal(**stack)
    assert error.startswith("Pulumi.dev.yaml:3: lambda-images:") and "looks like a GitHub token" in error
    assert TOKEN not in error


def test_the_encrypted_value_of_a_secret_may_look_like_one(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {}}")
    assert checkout.load(secrets={"thumbnail": {"API_KEY": TOKEN}}).modules


def test_a_wrong_value_that_is_a_secret_is_not_repeated(checkout: Checkout) -> None:
    checkout.add("thumbnail", f"tags: {{owner: '{TOKEN}!'}}")
    errors = checkout.refusal()
    assert any(
        line.startswith("modules/thumbnail/module.yaml:1: tags.owner is [secret]: it should be") for line in errors
    )
    assert TOKEN not in "\n".join(errors)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["a", "-eyJ", "eyJa", "://", "a:", "sk-", "AAAA/", "-----BEGIN ", "a.", "xoxb-.", "AccountKey="]
)
def test_a_text_of_a_megabyte_is_looked_through(piece: str) -> None:
    """In seconds; by a pattern that tries each beginning with each end, it would take days."""
    assert list(plain_secrets({"text": piece * ((1 << 20) // len(piece))})) == []
