import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoRegionError

from operations.access import is_denied, remedy


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "x"}}, "GetFunction")


@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken", "InvalidClientTokenId"])
def test_keys_in_the_environment_that_aws_refuses_are_to_be_replaced_there(code: str) -> None:
    assert remedy(refused(code), "dev", {"AWS_ACCESS_KEY_ID": "x"}) == (
        "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to valid ones for dev"
    )


def test_a_missing_permission_is_not_a_reason_to_log_in_again() -> None:
    assert remedy(refused("AccessDeniedException"), "dev", {}).startswith("ask for the permission")
    assert is_denied(refused("AccessDeniedException"))
    assert not is_denied(refused("ThrottlingException"))
    assert remedy(refused("ThrottlingException"), "dev", {}) == ""


def test_a_region_that_nobody_names_and_an_endpoint_that_does_not_answer_are_explained() -> None:
    assert remedy(NoRegionError(), "dev", {}) == "write `aws:region` into Pulumi.dev.yaml, or set AWS_REGION"
    assert "Pulumi.dev.yaml has the right Region" in remedy(EndpointConnectionError(endpoint_url="x"), "dev", {})
