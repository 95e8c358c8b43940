"""The local stand-in for the `aws` plugin: the resource types that the program uses, over an emulator's API."""

from sandbox.plugins import shapes
from sandbox.plugins.aws.ecr_lifecycle_policy import LifecyclePolicy
from sandbox.plugins.aws.ecr_repository import Repository
from sandbox.plugins.aws.ecr_repository_policy import RepositoryPolicy
from sandbox.plugins.aws.get_account import GetCallerIdentity, GetPartition, GetRegion
from sandbox.plugins.aws.get_authorization_token import GetAuthorizationToken
from sandbox.plugins.aws.get_function import GetFunction
from sandbox.plugins.aws.iam_role import Role
from sandbox.plugins.aws.iam_role_policy import RolePolicy
from sandbox.plugins.aws.invoke import AwsFunction
from sandbox.plugins.aws.lambda_alias import Alias
from sandbox.plugins.aws.lambda_function import Function
from sandbox.plugins.aws.lambda_invocation import Invocation
from sandbox.plugins.aws.log_group import LogGroup
from sandbox.plugins.aws.resource import AwsResource
from sandbox.plugins.aws.session import Aws, check_config, configure
from sandbox.plugins.provider import Provider

RESOURCES: tuple[type[AwsResource], ...] = (
    Alias,
    Function,
    Invocation,
    LifecyclePolicy,
    LogGroup,
    Repository,
    RepositoryPolicy,
    Role,
    RolePolicy,
)
FUNCTIONS: tuple[type[AwsFunction], ...] = (
    GetAuthorizationToken,
    GetCallerIdentity,
    GetFunction,
    GetPartition,
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
    """The client library and the SDK's modules: some 0.3 s of work."""
    import botocore.session  # noqa: F401  # not at the top: see above

    for cls in RESOURCES:
        shapes.inputs_of(cls.token)
        shapes.outputs_of(cls.token)
