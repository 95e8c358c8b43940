import pytest

from components.endpoint import loopback_endpoint


@pytest.mark.parametrize("url", ["http://localhost:4566", "http://127.0.0.1", "http://127.9.9.9:1", "http://[::1]:80"])
def test_a_loopback_host_is_recognized(url: str) -> None:
    assert loopback_endpoint(url) is not None


@pytest.mark.parametrize(
    "url", [None, "", "localhost", "http://localhost.example.com", "http://128.0.0.1", "http://0.0.0.0", "http://[::]"]
)
def test_any_other_host_is_not(url: str | None) -> None:
    assert loopback_endpoint(url) is None
