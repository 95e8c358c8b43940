"""The local stand-in for the `aws` plugin: the resource types that the program uses, over an emulator's API."""

from typing import Any

from sandbox.offline.plugins.aws.cloudwatch_dashboard import Dashboard
from sandbox.offline.plugins.aws.cloudwatch_metric_alarm import MetricAlarm
from sandbox.offline.plugins.aws.ecr_lifecycle_policy import LifecyclePolicy
from sandbox.offline.plugins.aws.ecr_repository import Repository
from sandbox.offline.plugins.aws.ecr_repository_policy import RepositoryPolicy
from sandbox.offline.plugins.aws.get_account import GetCallerIdentity, GetPartition, GetRegion
from sandbox.offline.plugins.aws.get_authorization_token import GetAuthorizationToken
from sandbox.offline.plugins.aws.get_function import GetFunction
from sandbox.offline.plugins.aws.get_policy_document import GetPolicyDocument
from sandbox.offline.plugins.aws.iam_policy import Policy
from sandbox.offline.plugins.aws.iam_role import Role
from sandbox.offline.plugins.aws.iam_role_policy import RolePolicy
from sandbox.offline.plugins.aws.iam_role_policy_attachment import RolePolicyAttachment
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.kms_alias import Alias as KeyAlias
from sandbox.offline.plugins.aws.kms_key import Key
from sandbox.offline.plugins.aws.lambda_alias import Alias
from sandbox.offline.plugins.aws.lambda_event_invoke_config import FunctionEventInvokeConfig
from sandbox.offline.plugins.aws.lambda_event_source_mapping import EventSourceMapping
from sandbox.offline.plugins.aws.lambda_function import Function
from sandbox.offline.plugins.aws.lambda_function_url import FunctionUrl
from sandbox.offline.plugins.aws.lambda_invocation import Invocation
from sandbox.offline.plugins.aws.lambda_permission import Permission
from sandbox.offline.plugins.aws.lambda_provisioned_concurrency import ProvisionedConcurrencyConfig
from sandbox.offline.plugins.aws.log_group import LogGroup
from sandbox.offline.plugins.aws.resource import AwsResource
from sandbox.offline.plugins.aws.s3_bucket import Bucket
from sandbox.offline.plugins.aws.s3_bucket_lifecycle import BucketLifecycleConfiguration
from sandbox.offline.plugins.aws.s3_bucket_notification import BucketNotification
from sandbox.offline.plugins.aws.s3_bucket_policy import BucketPolicy
from sandbox.offline.plugins.aws.s3_bucket_settings import (
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
)
from sandbox.offline.plugins.aws.scheduler_schedule import Schedule
from sandbox.offline.plugins.aws.secretsmanager_secret import Secret
from sandbox.offline.plugins.aws.secretsmanager_secret_version import SecretVersion
from sandbox.offline.plugins.aws.session import Aws, check_config, configure
from sandbox.offline.plugins.aws.sns_topic import Topic
from sandbox.offline.plugins.aws.sns_topic_subscription import TopicSubscription
from sandbox.offline.plugins.aws.sqs_queue import Queue
from sandbox.offline.plugins.aws.sqs_queue_attributes import QueuePolicy, RedriveAllowPolicy, RedrivePolicy
from sandbox.offline.plugins.aws.ssm_parameter import Parameter
from sandbox.offline.plugins.provider import Provider

RESOURCES: tuple[type[AwsResource[Any]], ...] = (
    Alias,
    Bucket,
    BucketLifecycleConfiguration,
    BucketNotification,
    BucketPolicy,
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
    Dashboard,
    EventSourceMapping,
    Function,
    FunctionEventInvokeConfig,
    FunctionUrl,
    Invocation,
    Key,
    KeyAlias,
    LifecyclePolicy,
    LogGroup,
    MetricAlarm,
    Parameter,
    Permission,
    Policy,
    ProvisionedConcurrencyConfig,
    Queue,
    QueuePolicy,
    RedriveAllowPolicy,
    RedrivePolicy,
    Repository,
    RepositoryPolicy,
    Role,
    RolePolicy,
    RolePolicyAttachment,
    Schedule,
    Secret,
    SecretVersion,
    Topic,
    TopicSubscription,
)
FUNCTIONS: tuple[type[AwsFunction], ...] = (
    GetAuthorizationToken,
    GetCallerIdentity,
    GetFunction,
    GetPartition,
    GetPolicyDocument,
    GetRegion,
)


def provider() -> Provider[Aws]:
    return Provider(
        name="aws",
        resources={cls.token: cls() for cls in RESOURCES},
        functions={cls.token: cls() for cls in FUNCTIONS},
        check_config=check_config,
        configure=configure,
        warm_up=_load,
    )


def _load() -> None:
    """The client library: some 0.3 s of work."""
    import botocore.session  # noqa: F401  # not at the top: see above
