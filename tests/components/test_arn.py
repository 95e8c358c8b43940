from components.arn import function_arn


def test_a_function_is_in_the_partition_region_and_account_of_its_repository() -> None:
    repository = "arn:aws-cn:ecr:cn-north-1:123456789012:repository/dev-thumbnail"
    assert function_arn(repository, "f") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"
