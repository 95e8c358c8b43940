import boto3

from components.arn import LONGEST, dns_suffix, function_arn, parameter_arn, region_of, secret_arn, store_arn

NEIGHBOUR = "arn:aws-cn:ecr:cn-north-1:123456789012:repository/dev-thumbnail"


def test_a_function_is_in_the_partition_region_and_account_of_its_neighbour() -> None:
    assert function_arn(NEIGHBOUR, "f") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"


def test_a_parameter_s_name_is_the_same_with_and_without_a_leading_slash() -> None:
    assert parameter_arn(NEIGHBOUR, "/team/key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/team/key"
    assert parameter_arn(NEIGHBOUR, "key") == "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/key"


def test_a_secret_has_six_characters_more_than_its_name_and_no_more() -> None:
    assert secret_arn(NEIGHBOUR, "key") == "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:key-??????"


def test_what_a_store_has_is_named_by_its_arn_or_its_name() -> None:
    own = "arn:aws:ssm:eu-central-1:123456789012:parameter/key"
    assert store_arn(NEIGHBOUR, "parameterStore", own) == own
    assert store_arn(NEIGHBOUR, "parameterStore", "key") == parameter_arn(NEIGHBOUR, "key")
    assert store_arn(NEIGHBOUR, "secretsManager", "key") == secret_arn(NEIGHBOUR, "key")


def test_services_have_names_of_their_own_in_china() -> None:
    assert dns_suffix(NEIGHBOUR) == "amazonaws.com.cn"
    assert dns_suffix("arn:aws-us-gov:iam::123456789012:root") == "amazonaws.com"


def test_no_partition_and_region_that_the_sdk_knows_make_a_longer_arn() -> None:
    session = boto3.Session()
    known = [
        f"arn:{partition}:service:{region}:{'0' * 12}:resource"
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("lambda", partition)
    ]
    assert max(map(len, known)) <= len(LONGEST)
    assert region_of(LONGEST) == "us-isof-south-1"
