"""The local stand-in for the `aws` plugin: the resource types that the program uses, over an emulator's API."""

from sandbox.plugins.aws.cloudwatch_dashboard import Dashboard
from sandbox.plugins.aws.cloudwatch_metric_alarm import MetricAlarm
from sandbox.plugins.aws.ecr_lifecycle_policy import LifecyclePolicy
from sandbox.plugins.aws.ecr_repository import Repository
from sandbox.plugins.aws.ecr_repository_policy import RepositoryPolicy
from sandbox.plugins.aws.get_account import GetCallerIdentity, GetPartition, GetRegion
from sandbox.plugins.aws.get_authorization_token import GetAuthorizationToken
from sandbox.plugins.aws.get_function import GetFunction
from sandbox.plugins.aws.get_policy_document import GetPolicyDocument
from sandbox.plugins.aws.iam_policy import Policy
from sandbox.plugins.aws.iam_role import Role
from sandbox.plugins.aws.iam_role_policy import RolePolicy
from sandbox.plugins.aws.iam_role_policy_attachment import RolePolicyAttachment
from sandbox.plugins.aws.invoke import AwsFunction
from sandbox.plugins.aws.kms_alias import Alias as KeyAlias
from sandbox.plugins.aws.kms_key import Key
from sandbox.plugins.aws.lambda_alias import Alias
from sandbox.plugins.aws.lambda_event_invoke_config import FunctionEventInvokeConfig
from sandbox.plugins.aws.lambda_event_source_mapping import EventSourceMapping
from sandbox.plugins.aws.lambda_function import Function
from sandbox.plugins.aws.lambda_function_url import FunctionUrl
from sandbox.plugins.aws.lambda_invocation import Invocation
from sandbox.plugins.aws.lambda_permission import Permission
from sandbox.plugins.aws.lambda_provisioned_concurrency import ProvisionedConcurrencyConfig
from sandbox.plugins.aws.log_group import LogGroup
from sandbox.plugins.aws.resource import AwsResource
from sandbox.plugins.aws.s3_bucket import Bucket
from sandbox.plugins.aws.s3_bucket_lifecycle import BucketLifecycleConfiguration
from sandbox.plugins.aws.s3_bucket_notification import BucketNotification
from sandbox.plugins.aws.s3_bucket_policy import BucketPolicy
from sandbox.plugins.aws.s3_bucket_settings import (
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
)
from sandbox.plugins.aws.scheduler_schedule import Schedule
from sandbox.plugins.aws.secretsmanager_secret import Secret
from sandbox.plugins.aws.secretsmanager_secret_version import SecretVersion
from sandbox.plugins.aws.session import Aws, check_config, configure
from sandbox.plugins.aws.sns_topic import Topic
from sandbox.plugins.aws.sns_topic_subscription import TopicSubscription
from sandbox.plugins.aws.sqs_queue import Queue
from sandbox.plugins.aws.sqs_queue_attributes import QueuePolicy, RedriveAllowPolicy, RedrivePolicy
from sandbox.plugins.aws.ssm_parameter import Parameter
from sandbox.plugins.provider import Provider

RESOURCES: tuple[type[AwsResource], ...] = (
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
