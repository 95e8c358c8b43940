from components.arn import function_arn, parameter_arn, secret_arn

NEIGHBOUR = "arn:aws-cn:ecr:cn-north-1:123456789012:repository/dev-thumbnail"


def test_a_function_is_in_the_partition_region_and_account_of_its_neighbour() -> None:
    assert function_arn(NEIGHBOUR, "f") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"


def test_a_parameter_s_name_is_the_same_with_and_without_a_leading_slash() -> None:
    assert parameter_arn(NEIGHBOUR, "/team/key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/team/key"
    assert parameter_arn(NEIGHBOUR, "key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/key"


def test_a_secret_has_six_characters_more_than_its_name_and_no_more() -> None:
    assert secret_arn(NEIGHBOUR, "key") == "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:key-??????"
