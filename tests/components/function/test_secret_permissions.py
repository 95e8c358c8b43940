from components.function.secret_permissions import ReadableSecret, read_secrets

KEY = "arn:aws:kms:eu-central-1:123456789012:key/k-1"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/lambda/f/API_KEY"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:s-AbCdEf"


def parameter(arn: str = PARAMETER, key: str | None = None) -> ReadableSecret:
    return ReadableSecret(store="parameterStore", arn=arn, kms_key_arn=key)


def secret(key: str | None = None) -> ReadableSecret:
    return ReadableSecret(store="secretsManager", arn=SECRET, kms_key_arn=key)


def test_a_parameter_under_aws_s_own_key_is_read_and_nothing_else_may_be() -> None:
    assert list(read_secrets([parameter()])) == [
        {
            "Sid": "ReadParameters",
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:GetParameters"],
            "Resource": [PARAMETER],
        }
    ]


def test_a_secret_of_secrets_manager_is_read_there() -> None:
    assert list(read_secrets([secret()])) == [
        {
            "Sid": "ReadSecrets",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [SECRET],
        }
    ]


def test_a_customer_s_key_decrypts_through_the_service_that_has_the_secret_alone() -> None:
    statements = {statement["Sid"]: statement for statement in read_secrets([parameter(key=KEY), secret(KEY)])}
    for sid, service in (("DecryptParameters", "ssm"), ("DecryptSecrets", "secretsmanager")):
        assert statements[sid] == {
            "Sid": sid,
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": [KEY],
            "Condition": {"StringEquals": {"kms:ViaService": [f"{service}.eu-central-1.amazonaws.com"]}},
        }


def test_the_order_of_secrets_makes_no_difference() -> None:
    one, other = parameter(), parameter(PARAMETER + "_2", KEY)
    assert list(read_secrets([one, other])) == list(read_secrets([other, one]))


def test_without_secrets_there_are_no_permissions() -> None:
    assert list(read_secrets([])) == []


def test_a_key_in_china_decrypts_through_the_services_there() -> None:
    (_, decrypt) = read_secrets([parameter(key="arn:aws-cn:kms:cn-north-1:123456789012:key/k-1")])
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": ["ssm.cn-north-1.amazonaws.com.cn"]}}
