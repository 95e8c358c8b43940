import boto3

from components.arn import LONGEST_SCOPE, AwsScope

CHINA = AwsScope.of("arn:aws-cn:ecr:cn-north-1:123456789012:repository/dev-thumbnail")


def test_a_function_is_in_the_partition_region_and_account_of_the_scope() -> None:
    assert CHINA.function_arn("f") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"


def test_a_parameter_s_name_is_the_same_with_and_without_a_leading_slash() -> None:
    assert CHINA.parameter_arn("/team/key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/team/key"
    assert CHINA.parameter_arn("key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/key"


def test_a_secret_has_six_characters_more_than_its_name_and_no_more() -> None:
    assert CHINA.secret_arn("key") == "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:key-??????"


def test_what_a_store_has_is_named_by_its_arn_or_its_name() -> None:
    own = "arn:aws:ssm:eu-central-1:123456789012:parameter/key"
    assert CHINA.store_arn("parameterStore", own) == own
    assert CHINA.store_arn("parameterStore", "key") == CHINA.parameter_arn("key")
    assert CHINA.store_arn("secretsManager", "key") == CHINA.secret_arn("key")


def test_services_have_names_of_their_own_in_china() -> None:
    assert CHINA.service("sqs") == "sqs.cn-north-1.amazonaws.com.cn"
    assert AwsScope.of("arn:aws-us-gov:iam::123456789012:root").dns_suffix == "amazonaws.com"


def test_no_partition_and_region_that_the_sdk_knows_make_a_longer_arn() -> None:
    session = boto3.Session()
    known = [
        AwsScope(partition, region, "0" * 12).arn("service", "resource")
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("lambda", partition)
    ]
    assert max(map(len, known)) <= len(LONGEST_SCOPE.arn("service", "resource"))
