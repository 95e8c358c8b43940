"""The local stand-in for the `aws` plugin: the resource types that the program uses, over an emulator's API."""

from sandbox.plugins.aws.log_group import LogGroup
from sandbox.plugins.aws.resource import AwsResource
from sandbox.plugins.aws.session import Aws, check_config, configure
from sandbox.plugins.provider import Provider
from sandbox.plugins.resource import Function

RESOURCES: tuple[type[AwsResource], ...] = (LogGroup,)
FUNCTIONS: tuple[type[Function[Aws]], ...] = ()


def provider() -> Provider[Aws]:
    return Provider(
        name="aws",
        resources={cls.token: cls() for cls in RESOURCES},
        functions={cls.token: cls() for cls in FUNCTIONS},
        check_config=check_config,
        configure=configure,
    )
