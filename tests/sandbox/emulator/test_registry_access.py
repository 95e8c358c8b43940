"""Tokens for the registry, and what they are good for."""

import time

import pytest

from sandbox.emulator.registry_access import TOKEN_LIFETIME_SECONDS, Tokens, _is_registrys


def test_a_token_names_the_key_that_it_was_issued_to() -> None:
    tokens = Tokens()
    assert tokens.caller(tokens.issue("AKIA1")) == "AKIA1"


def test_a_token_is_good_for_its_lifetime_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, now = Tokens(), time.time()
    password = tokens.issue("AKIA1")
    monkeypatch.setattr(time, "time", lambda: now + TOKEN_LIFETIME_SECONDS - 2)
    assert tokens.caller(password) == "AKIA1"
    monkeypatch.setattr(time, "time", lambda: now + TOKEN_LIFETIME_SECONDS)
    assert tokens.caller(password) is None


@pytest.mark.parametrize("password", ["", ".", "..", "a.b.c", "AKIA1.9999999999.0", "AKIA1.9999999999.é"])
def test_what_was_not_issued_is_nobodys(password: str) -> None:
    assert Tokens().caller(password) is None


def test_a_token_of_another_process_is_nobodys_and_a_changed_one_too() -> None:
    tokens = Tokens()
    assert tokens.caller(Tokens().issue("AKIA1")) is None
    assert tokens.caller(tokens.issue("AKIA1").replace("AKIA1", "AKIA2")) is None


@pytest.mark.parametrize("path", ["/v2/apis", "/v2/apis/abc/routes/r", "/v2/tags/arn:aws:apigateway:r::/apis/a"])
def test_paths_of_api_gateway_are_not_the_registrys(path: str) -> None:
    assert not _is_registrys(path)


@pytest.mark.parametrize(
    "path", ["/v2", "/v2/", "/v2/apis/manifests/t", "/v2/apis/x/blobs/uploads/", "/v2/tags/tags/list", "/v2/app/x"]
)
def test_all_that_ministack_takes_for_the_registrys_is_and_so_is_what_it_does_not_know(path: str) -> None:
    assert _is_registrys(path)
