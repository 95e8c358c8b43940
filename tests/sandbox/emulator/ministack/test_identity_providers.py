"""Changes of IAM's OpenID Connect providers, and the tokens that they let in."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client

URL = "https://issuer.example/path"
ARN = "arn:aws:iam::000000000000:oidc-provider/issuer.example/path"


@pytest.fixture
def iam(emulator: Emulator) -> Iterator[Any]:
    iam = client(emulator, "iam")
    iam.create_open_id_connect_provider(Url=URL, ClientIDList=["one"], Tags=[{"Key": "team", "Value": "a"}])
    yield iam
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=ARN)


def provider(iam: Any) -> Any:
    return iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)


def test_the_url_is_returned_without_its_scheme(iam: Any) -> None:
    assert provider(iam)["Url"] == "issuer.example/path"


def test_there_is_one_provider_for_a_url(iam: Any) -> None:
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_open_id_connect_provider(Url=URL, ClientIDList=["two"])


def test_clients_are_added_and_removed_and_once_is_enough(iam: Any) -> None:
    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="two")
    assert provider(iam)["ClientIDList"] == ["one", "two"]
    for _ in range(2):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="one")
    assert provider(iam)["ClientIDList"] == ["two"]


def test_thumbprints_are_replaced(iam: Any) -> None:
    for thumbprint in ("a" * 40, "b" * 40):
        iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=ARN, ThumbprintList=[thumbprint])
        assert provider(iam)["ThumbprintList"] == [thumbprint]


def test_tags_are_added_changed_and_removed(iam: Any) -> None:
    tags = [{"Key": "team", "Value": "b"}, {"Key": "more", "Value": "c"}]
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, Tags=tags)
    assert provider(iam)["Tags"] == tags
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, TagKeys=["team"])
    assert provider(iam)["Tags"] == tags[1:]


def test_a_provider_that_does_not_exist_is_not_changed(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client(emulator, "iam").add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="two")


@pytest.fixture
def role(emulator: Emulator) -> Iterator[str]:
    """A role that trusts every token of the provider."""
    statement = {"Effect": "Allow", "Principal": {"Federated": ARN}, "Action": "sts:AssumeRoleWithWebIdentity"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    roles = client(emulator, "iam")
    yield roles.create_role(RoleName="trusting", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    roles.delete_role(RoleName="trusting")


def assume(emulator: Emulator, role: str, audience: str) -> Any:
    parts: Any = ({"alg": "none"}, {"iss": URL, "aud": audience, "sub": "somebody"}, {})
    sts = client(emulator, "sts")
    sts.meta.events.register_first("choose-signer.sts.AssumeRoleWithWebIdentity", lambda **_: "v4")
    return sts.assume_role_with_web_identity(
        RoleArn=role,
        RoleSessionName="test",
        WebIdentityToken=".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts),
    )


def test_a_token_for_a_client_of_the_provider_is_accepted(emulator: Emulator, iam: Any, role: str) -> None:
    assert assume(emulator, role, "one")["Credentials"]


def test_a_token_for_another_audience_is_refused(emulator: Emulator, iam: Any, role: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidIdentityToken.*Incorrect token audience"):
        assume(emulator, role, "two")


def test_a_token_of_an_issuer_without_a_provider_is_refused(emulator: Emulator, role: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidIdentityToken.*No OpenIDConnect provider found .* for https://iss"):
        assume(emulator, role, "one")
