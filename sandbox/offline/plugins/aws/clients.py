"""The types of boto3's clients. They come from packages for type checkers only, so each is `Any` at run time."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient as CloudWatchClient
    from mypy_boto3_ecr import ECRClient as ECRClient
    from mypy_boto3_iam import IAMClient as IAMClient
    from mypy_boto3_kms import KMSClient as KMSClient
    from mypy_boto3_lambda import LambdaClient as LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient as CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client as S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient as EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient as SecretsManagerClient
    from mypy_boto3_sns import SNSClient as SNSClient
    from mypy_boto3_sqs import SQSClient as SQSClient
    from mypy_boto3_ssm import SSMClient as SSMClient
    from mypy_boto3_sts import STSClient as STSClient

    EventBridgeClient = Any
    """The package with its type is not among the requirements."""
else:

    def __getattr__(name: str) -> Any:
        return Any
