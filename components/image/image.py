"""The image of a module, which is built when its content changes and at no other time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi.runtime import is_dry_run

from components.image.build_secrets import BuildSecrets
from components.image.client_build import ClientBuild
from components.image.content import Content
from components.image.docker_client import INLINE_CACHE
from components.image.registry import Registry
from components.image.repository import ImageRepository
from components.image.tags import build_tag
from components.served import CONTINUED


@dataclass(frozen=True, kw_only=True)
class ModuleImageArgs:
    content: Content
    repository: ImageRepository
    registry: Registry
    secrets: BuildSecrets | None = None
    """What the build may use besides files."""
    cached_tag: str | None = None
    """The tag of an image in the repository whose layers a new build may take: that of the last update that succeeded.
    The build pulls it first; if that fails, it builds everything. Empty if there is none yet, None if builds take and
    offer no layers."""
    excluded: bool = False
    """Whether the engine leaves the module as it is, so that nothing may be built."""


class ModuleImage:
    """Builds an image under a tag of its own and pushes it.

    `docker.Image` does that, unless the build may use secrets or an SSH agent, which it can't pass on.
    """

    uri: pulumi.Output[str]
    """`<repository>@sha256:<digest>`: what Lambda is pointed at."""
    digest: pulumi.Output[str]
    """`sha256:<64 hex>` of the image's manifest in the registry."""
    tag: pulumi.Output[str]
    """`<content hash>-<UTC time>`, in a pipeline with `-<commit>`: unique to a build, so that tags can be immutable."""
    repository: ImageRepository
    record: pulumi.Stash
    """The values that stay fixed for one build. Its replacement starts a new build."""

    def __init__(self, name: str, args: ModuleImageArgs, parent: pulumi.Resource | None = None) -> None:
        self._parent = parent
        self.repository = args.repository
        content_hash = args.content.identity
        # ECR issues a different password at each request. If it changed the inputs of images, the engine would
        # write the whole state once for each image.
        kept = {CONTINUED: True} if args.secrets else {"password": args.registry.password}
        cached = {} if args.cached_tag is None else {"cachedTag": args.cached_tag}
        tag = build_tag(content_hash, datetime.now(UTC), os.environ.get("GITHUB_SHA", ""))
        self.record = pulumi.Stash(
            f"{name}-build",
            input={"tag": tag, **kept, **cached},
            opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["input"], replacement_trigger=content_hash),
        )
        build = pulumi.Output.unsecret(self.record.output)  # the tag isn't a secret, but the password beside it is
        self.tag = build.apply(lambda build: str(build["tag"]))
        address = args.registry.address(args.repository)
        if args.secrets:
            self.digest = self._built_by_client(name, args, args.secrets, build, address)
        else:
            self.digest = self._built_by_plugin(name, args, build, address)
        self.uri = pulumi.Output.concat(address, "@", self.digest)

    def _built_by_plugin(
        self, name: str, args: ModuleImageArgs, build: pulumi.Output[Any], address: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        spec = args.content.spec
        password = pulumi.Output.all(build, args.registry.password).apply(lambda known: build_password(*known))
        image = docker.Image(
            f"{name}-image",
            image_name=pulumi.Output.concat(address, ":", self.tag),
            build=docker.DockerBuildArgs(
                context=spec.context,
                dockerfile=spec.dockerfile_path,
                target=spec.target,
                args={INLINE_CACHE: build.apply(offers_layers), **spec.args},
                cache_from=pulumi.Output.all(address, build).apply(lambda known: cache_of(*known)),
                platform=spec.platform,
            ),
            registry=args.registry.credentials(args.repository, pulumi.Output.secret(password)),
            opts=pulumi.ResourceOptions(parent=self._parent),
        )
        return image.repo_digest.apply(digest_of)

    def _built_by_client(
        self,
        name: str,
        args: ModuleImageArgs,
        secrets: BuildSecrets,
        build: pulumi.Output[Any],
        address: pulumi.Output[str],
    ) -> pulumi.Output[str]:
        """A record has the digest, so that previews know it without asking. They ignore their unknown one."""
        client = ClientBuild(args.content.spec, secrets, self._parent)
        digest: pulumi.Input[str] = ""
        if not args.excluded:
            digest = pulumi.Output.unsecret(
                pulumi.Output.all(
                    address=address,
                    tag=self.tag,
                    cached=build.apply(lambda build: build.get("cachedTag")),
                    username=args.registry.username,
                    password=args.registry.password,
                ).apply(client.digest)
            )
        image = pulumi.Stash(
            f"{name}-image",
            input={"imageName": pulumi.Output.concat(address, ":", self.tag), "digest": digest},
            opts=pulumi.ResourceOptions(
                parent=self._parent,
                ignore_changes=["input"] if args.excluded or is_dry_run() else None,
                replacement_trigger=self.tag,
            ),
        )
        return image.input.apply(lambda known: str(known["digest"]))


def build_password(build: Mapping[str, str], current: str) -> str:
    """The password from when the build began, or the current one if the record of an earlier release has none."""
    return build.get("password", current)


def offers_layers(build: Mapping[str, str]) -> Any:
    """The value of a build argument, which makes the image offer its layers to later builds. None for no argument.

    Whether there is one may be unknown in a preview, and the docker provider takes no unknown arguments, but values.
    """
    return "1" if "cachedTag" in build else None


def cache_of(address: str, build: Mapping[str, str]) -> docker.CacheFromArgs | None:
    """The image whose layers a build may take."""
    tag = build.get("cachedTag")
    return docker.CacheFromArgs(images=[f"{address}:{tag}"]) if tag else None


def digest_of(repo_digest: str) -> str:
    """The `sha256:...` in the docker provider's `<repository>@sha256:...`."""
    return repo_digest.rpartition("@")[2]
