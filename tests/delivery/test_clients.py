from delivery.clients import aws_clients

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_a_client_is_created_once() -> None:
    client = aws_clients(lambda: "eu-central-1", KEYS)
    assert client("ecr") is client("ecr")
    assert client("ecr").meta.region_name == "eu-central-1"


def test_the_model_of_a_service_is_read_once_for_all_sessions() -> None:
    first, second = (aws_clients(lambda: "eu-central-1", KEYS)("ecr").meta.service_model for _ in range(2))
    assert first is not second
    assert first.metadata is second.metadata
