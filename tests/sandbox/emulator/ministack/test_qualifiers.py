"""On which resource a permission to invoke a function is evaluated."""

import pytest

from sandbox.emulator.ministack.qualifiers import with_qualifier

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


@pytest.mark.parametrize(
    ("service", "path", "found", "expected"),
    [
        ("lambda", "/2015-03-31/functions/f/invocations", FUNCTION, f"{FUNCTION}:live"),
        ("lambda", "/2015-03-31/functions/f:live/invocations", f"{FUNCTION}:live", f"{FUNCTION}:live"),
        ("lambda", "/2015-03-31/functions/f/configuration", FUNCTION, FUNCTION),
        ("sqs", "/2015-03-31/functions/f/invocations", "*", "*"),
    ],
)
def test_it_is_the_version_or_alias_that_is_invoked(service: str, path: str, found: str, expected: str) -> None:
    extract = with_qualifier(lambda *_: found)
    assert extract(service, "POST", path, {}, b"", {"Qualifier": ["live"]}, "us-east-1", "0") == expected
    assert extract(service, "POST", path, {}, b"", {}, "us-east-1", "0") == found
