from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.engine import Engine

PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ARN = "arn:aws:iam::000000000000:oidc-provider/issuer.example"
INPUTS = {"url": "https://issuer.example", "clientIdLists": ["one", "two"], "tags": {"team": "a"}}


def test_a_provider_is_created_updated_imported_and_deleted(engine: Engine, cloud: Any) -> None:
    inputs, failures = engine.check(PROVIDER, INPUTS)
    assert failures == []
    id, state = engine.create(PROVIDER, inputs)
    assert (id, state["arn"], state["url"]) == (ARN, ARN, "issuer.example")
    assert engine.diff(PROVIDER, id, state, inputs, inputs).verdict == "none"

    wanted = {**inputs, "clientIdLists": ["three", "two"], "tags": {"team": "b"}, "thumbprintLists": ["a" * 40]}
    assert engine.diff(PROVIDER, id, state, inputs, wanted).verdict == "update"
    state = engine.update(PROVIDER, id, state, inputs, wanted)
    found = cloud("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=id)
    assert sorted(found["ClientIDList"]) == ["three", "two"]
    assert (found["ThumbprintList"], found["Tags"]) == (["a" * 40], [{"Key": "team", "Value": "b"}])

    _, imported, imported_state = engine.read(PROVIDER, id, {}, {})
    assert imported["url"] == "issuer.example"
    assert engine.diff(PROVIDER, id, imported_state, imported, wanted).verdict == "none"
    assert engine.diff(PROVIDER, id, state, wanted, {**wanted, "url": "https://other.example"}).replaces == ["url"]
    engine.delete(PROVIDER, id, wanted, state)
    assert engine.read(PROVIDER, id, wanted, state)[0] == ""
    engine.delete(PROVIDER, id, wanted, state)


def test_the_order_of_clients_is_not_a_difference(engine: Engine) -> None:
    id, state = engine.create(PROVIDER, INPUTS)
    turned = {**INPUTS, "clientIdLists": ["two", "one"]}
    assert engine.diff(PROVIDER, id, state, INPUTS, turned).verdict == "none"
    engine.delete(PROVIDER, id, INPUTS, state)


def test_a_second_provider_for_a_url_is_refused(engine: Engine) -> None:
    id, state = engine.create(PROVIDER, INPUTS)
    with pytest.raises(grpc.RpcError, match=r"creating IAM OIDC Provider .*EntityAlreadyExists"):
        engine.create(PROVIDER, INPUTS)
    engine.delete(PROVIDER, id, INPUTS, state)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "http://issuer.example"}, 'schema of: "https"'),
        ({"url": "https://issuer.example?a=b"}, "cannot contain query parameters"),
        ({"url": "issuer"}, "to have a host"),
        ({"url": ""}, "to not be empty"),
        ({"thumbprintLists": ["a"]}, "expected length"),
        ({"clientIdLists": [""]}, "expected length"),
        ({"clientIdLists": None}, "required"),
    ],
)
def test_invalid_inputs_are_refused_by_check(engine: Engine, wrong: Any, message: str) -> None:
    (failure,) = engine.check(PROVIDER, {**INPUTS, **wrong})[1]
    assert message in str(failure)
