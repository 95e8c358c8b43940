"""The registry that images are pushed to: the account's ECR, or an emulator's stand-in for it."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker

from components.endpoint import loopback_endpoint
from components.errors import ComponentError
from components.image.repository import ImageRepository


@dataclass(frozen=True, kw_only=True)
class Registry:
    username: pulumi.Input[str]
    password: pulumi.Input[str]
    """A secret that is valid for twelve hours."""
    host: str | None = None
    """The host at which Docker and Lambda reach the registry. Defaults to the host in the repository's URL."""

    @classmethod
    def of_account(cls, host: str | None, endpoint_url: str | None) -> "Registry":
        """The registry of the account that the AWS provider is configured for.

        `host` is for an emulator, whose repository URLs name a host that isn't its own. It is refused unless AWS itself
        (`endpoint_url`) is at a loopback address. Its port defaults to that of the endpoint.
        """
        token = aws.ecr.get_authorization_token_output()
        return cls(
            username=token.user_name,
            password=pulumi.Output.secret(token.password),
            host=emulated_host(host, endpoint_url) if host else None,
        )

    def address(self, repository: ImageRepository) -> pulumi.Output[str]:
        """`<host>/<repository>`, without a tag."""
        if self.host is None:
            return repository.url
        return repository.url.apply(lambda url: f"{self.host}/{url.split('/', 1)[1]}")

    def credentials(self, repository: ImageRepository, password: pulumi.Input[str]) -> docker.RegistryArgs:
        return docker.RegistryArgs(
            server=self.address(repository).apply(lambda address: address.split("/", 1)[0]),
            username=self.username,
            password=password,
        )


def emulated_host(host: str, endpoint_url: str | None) -> str:
    """The registry host with its port. Raises ComponentError unless the AWS endpoint is a loopback address."""
    endpoint = loopback_endpoint(endpoint_url)
    if endpoint is None:
        raise ComponentError(
            f"lambda-images:registryHost is '{host}', but AWS_ENDPOINT_URL is {endpoint_url or 'not set'}: "
            f"the setting is for an emulator at a loopback address only; remove it from this stack's settings"
        )
    return host if ":" in host else f"{host}:{endpoint.port or 80}"
