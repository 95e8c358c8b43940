import pytest

from sandbox.offline.plugins.rules import exactly_one_of
from sandbox.offline.plugins.values import UNKNOWN, Values

RULE = exactly_one_of("code", "imageUri", "s3Bucket")


@pytest.mark.parametrize(
    "values",
    [
        {"imageUri": "i"},
        {"imageUri": UNKNOWN},
        {"imageUri": UNKNOWN, "s3Bucket": UNKNOWN},
        {"imageUri": "i", "s3Bucket": UNKNOWN},
        {"imageUri": "i", "code": {"path": UNKNOWN}},
    ],
)
def test_one_known_value_or_only_unknown_ones_satisfy_exactly_one_of(values: Values) -> None:
    assert list(RULE(values)) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "one of `code,imageUri,s3Bucket` must be specified"),
        (
            {"code": UNKNOWN, "imageUri": "i", "s3Bucket": "b"},
            "only one of `code,imageUri,s3Bucket` can be specified, but `imageUri,s3Bucket` were specified",
        ),
    ],
)
def test_no_value_or_two_known_values_break_exactly_one_of(values: Values, reason: str) -> None:
    assert list(RULE(values)) == [
        (name, f'Invalid combination of arguments. "{name}": {reason}') for name in ("code", "imageUri", "s3Bucket")
    ]
