"""The local `aws` plugin: the resource types that the program uses, implemented with the API of an AWS emulator."""

from typing import Any

from sandbox.offline.plugins.aws.cloudwatch.dashboard import Dashboard
from sandbox.offline.plugins.aws.cloudwatch.metric_alarm import MetricAlarm
from sandbox.offline.plugins.aws.dynamodb.get_table import GetTable
from sandbox.offline.plugins.aws.dynamodb.table import Table
from sandbox.offline.plugins.aws.ecr.get_authorization_token import GetAuthorizationToken
from sandbox.offline.plugins.aws.ecr.lifecycle_policy import LifecyclePolicy
from sandbox.offline.plugins.aws.ecr.repository import Repository
from sandbox.offline.plugins.aws.ecr.repository_policy import RepositoryPolicy
from sandbox.offline.plugins.aws.events.event_rule import EventRule
from sandbox.offline.plugins.aws.events.event_target import EventTarget
from sandbox.offline.plugins.aws.get_account import GetCallerIdentity, GetPartition, GetRegion
from sandbox.offline.plugins.aws.iam.get_policy import GetPolicy
from sandbox.offline.plugins.aws.iam.get_policy_document import GetPolicyDocument
from sandbox.offline.plugins.aws.iam.open_id_connect_provider import OpenIdConnectProvider
from sandbox.offline.plugins.aws.iam.policy import Policy
from sandbox.offline.plugins.aws.iam.role import Role
from sandbox.offline.plugins.aws.iam.role_policy import RolePolicy
from sandbox.offline.plugins.aws.iam.role_policy_attachment import RolePolicyAttachment
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.kms.alias import Alias as KeyAlias
from sandbox.offline.plugins.aws.kms.key import Key
from sandbox.offline.plugins.aws.lambda_.alias import Alias
from sandbox.offline.plugins.aws.lambda_.event_invoke_config import FunctionEventInvokeConfig
from sandbox.offline.plugins.aws.lambda_.event_source_mapping import EventSourceMapping
from sandbox.offline.plugins.aws.lambda_.function import Function
from sandbox.offline.plugins.aws.lambda_.function_url import FunctionUrl
from sandbox.offline.plugins.aws.lambda_.get_alias import GetAlias
from sandbox.offline.plugins.aws.lambda_.get_function import GetFunction
from sandbox.offline.plugins.aws.lambda_.invocation import Invocation
from sandbox.offline.plugins.aws.lambda_.permission import Permission
from sandbox.offline.plugins.aws.lambda_.provisioned_concurrency import ProvisionedConcurrencyConfig
from sandbox.offline.plugins.aws.lambda_.recursion_config import FunctionRecursionConfig
from sandbox.offline.plugins.aws.logs.log_group import LogGroup
from sandbox.offline.plugins.aws.resource import AwsResource
from sandbox.offline.plugins.aws.s3.bucket import Bucket
from sandbox.offline.plugins.aws.s3.bucket_lifecycle import BucketLifecycleConfiguration
from sandbox.offline.plugins.aws.s3.bucket_notification import BucketNotification
from sandbox.offline.plugins.aws.s3.bucket_policy import BucketPolicy
from sandbox.offline.plugins.aws.s3.bucket_settings import (
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
)
from sandbox.offline.plugins.aws.scheduler.schedule import Schedule
from sandbox.offline.plugins.aws.secretsmanager.secret import Secret
from sandbox.offline.plugins.aws.secretsmanager.secret_version import SecretVersion
from sandbox.offline.plugins.aws.session import Aws, check_config, configure
from sandbox.offline.plugins.aws.sns.topic import Topic
from sandbox.offline.plugins.aws.sns.topic_subscription import TopicSubscription
from sandbox.offline.plugins.aws.sqs.queue import Queue
from sandbox.offline.plugins.aws.sqs.queue_attributes import QueuePolicy, RedriveAllowPolicy, RedrivePolicy
from sandbox.offline.plugins.aws.ssm.parameter import Parameter
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.shapes import Shapes

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
    EventRule,
    EventSourceMapping,
    EventTarget,
    Function,
    FunctionEventInvokeConfig,
    FunctionRecursionConfig,
    FunctionUrl,
    Invocation,
    Key,
    KeyAlias,
    LifecyclePolicy,
    LogGroup,
    MetricAlarm,
    OpenIdConnectProvider,
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
    Table,
    Topic,
    TopicSubscription,
)
FUNCTIONS: tuple[type[AwsFunction], ...] = (
    GetAuthorizationToken,
    GetCallerIdentity,
    GetAlias,
    GetFunction,
    GetPartition,
    GetPolicy,
    GetPolicyDocument,
    GetRegion,
    GetTable,
)


def provider(shapes: Shapes | None = None) -> Provider[Aws]:
    shapes = shapes or Shapes()
    return Provider(
        name="aws",
        resources={cls.token: cls(shapes) for cls in RESOURCES},
        functions={cls.token: cls(shapes) for cls in FUNCTIONS},
        check_config=check_config,
        configure=configure,
        warm_up=_load,
    )


def _load() -> None:
    """Loads the client library, which takes about 0.3 s."""
    import botocore.session  # noqa: F401  # loaded here, so that importing this package is fast
