"""Reads the published versions of a module's function from the cloud's own records, and moves its alias `live`.

It works for any stack with the caller's AWS credentials alone: without Docker, the Pulumi engine or the stack's state.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.function.permission_marks import lacks
from components.function.release import Live, released, rolled_back, timestamp
from components.image.tags import PROMOTED_TAG_PREFIX, SERVED_TAG_PREFIX, commit_of
from components.naming import MODULE_TAG, OWNER_TAG, owner, physical_name
from components.printable import printable
from components.served import ALIAS
from delivery.clients import MAX_CONCURRENT_CALLS, Client


class ReleaseError(Exception):
    """Something can't be released or rolled back. The message says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


@dataclass(frozen=True)
class Status:
    """What Lambda reports about a version, or about what the next version is published from.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """

    state: str
    """`Active`, or `Pending`, `Failed` or `Inactive`."""
    update: str
    """The result of the last update: `Successful`, or `Failed` or `InProgress`."""
    reason: str
    """Lambda's explanation. Empty if there is none."""

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> "Status":
        """Read a configuration in an answer of GetFunction."""
        reason = configuration.get("StateReason") or configuration.get("LastUpdateStatusReason") or ""
        return cls(configuration["State"], configuration["LastUpdateStatus"], reason)


@dataclass(frozen=True)
class Version:
    number: int
    published: datetime
    image_uri: str
    """`<repository>@sha256:<digest>`."""
    tag: str | None
    """The tag of its image. None if the registry has the image no more."""
    passed: bool
    """Whether it passed its checks. Versions that the record of the alias has forgotten count as failed."""
    share: float
    """The share of traffic that `live` gives it, from 0 to 1."""
    status: Status

    @property
    def digest(self) -> str:
        return self.image_uri.partition("@")[2]

    @property
    def commit(self) -> str | None:
        """The commit that its image was built from, if the build knew it."""
        return commit_of(self.tag) if self.tag else None


@dataclass(frozen=True)
class Alias:
    """The alias `live` of a function as AWS has it."""

    live: Live
    weights: Mapping[int, float]
    """The shares of other versions than the one that `live` names."""
    revision: str
    """Changes with each update of the alias."""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Alias":
        """Read an answer of GetAlias."""
        return cls(
            live=Live.read(int(answer["FunctionVersion"]), answer.get("Description", "")),
            weights={int(version): share for version, share in _weights(answer).items()},
            revision=answer["RevisionId"],
        )

    def share(self, version: int) -> float:
        if version == self.live.version:
            return 1 - sum(self.weights.values())
        return self.weights.get(version, 0.0)


@dataclass(frozen=True)
class Function:
    """The function of one module."""

    module: str
    name: str
    client: Client

    def tags(self) -> Mapping[str, str] | None:
        """Return the function's tags. None if it doesn't exist. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"reading {self.name}"):
            try:
                found = self._lambda.get_function(FunctionName=self.name)
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        if refused := found.get("TagsError"):
            raise ReleaseError(f"reading the tags of {self.name}: {refused['ErrorCode']}: {refused['Message']}")
        tags: Mapping[str, str] = found.get("Tags") or {}
        return tags

    def alias(self) -> Alias | None:
        """Return the alias. None if no version has passed its checks yet. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"reading the alias `{ALIAS}` of {self.name}"):
            try:
                return Alias.of(self._lambda.get_alias(FunctionName=self.name, Name=ALIAS))
            except self._lambda.exceptions.ResourceNotFoundException:
                return None

    def versions(self, alias: Alias | None) -> list[Version]:
        """Return the published versions, the newest first. `alias` is that of the function.

        Raises ReleaseError if AWS refuses.
        """
        numbers = sorted(self.numbers(), reverse=True)
        with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
            return list(threads.map(lambda number: self.version(number, alias), numbers))

    def numbers(self) -> set[int]:
        """Return the numbers of the published versions. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"listing the versions of {self.name}"):
            pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=self.name)
            names = [each["Version"] for page in pages for each in page["Versions"]]
        return {int(name) for name in names if name.isdecimal()}

    def version(self, number: int, alias: Alias | None) -> Version:
        """Return the version with this number. `alias` is that of the function. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"reading version {number} of {self.name}"):
            found = self._lambda.get_function(FunctionName=self.name, Qualifier=str(number))
            tag = self._tag(found["Code"]["ImageUri"])
        return Version(
            number=number,
            published=datetime.fromisoformat(found["Configuration"]["LastModified"]),
            image_uri=found["Code"]["ImageUri"],
            tag=tag,
            passed=alias is not None and number in alias.live.passed,
            share=alias.share(number) if alias else 0.0,
            status=Status.of(found["Configuration"]),
        )

    def images(self) -> set[str]:
        """Return the images of the published versions, and of what the next version is published from.

        Raises ReleaseError if AWS refuses.
        """

        def image(qualifier: str) -> str:
            return str(self._lambda.get_function(FunctionName=self.name, Qualifier=qualifier)["Code"]["ImageUri"])

        qualifiers = ["$LATEST", *map(str, self.numbers())]
        with aws_errors(f"reading the images of {self.name}"), ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
            return set(threads.map(image, qualifiers))

    def status(self) -> Status:
        """Return the status of what the next version is published from. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"reading {self.name}"):
            return Status.of(self._lambda.get_function(FunctionName=self.name)["Configuration"])

    def referenced(self) -> set[int]:
        """Return the versions that any alias of the function points to or gives a share of traffic.

        Raises ReleaseError if AWS refuses.
        """
        with aws_errors(f"listing the aliases of {self.name}"):
            pages = self._lambda.get_paginator("list_aliases").paginate(FunctionName=self.name)
            aliases = [alias for page in pages for alias in page["Aliases"]]
        names = {name for alias in aliases for name in (alias["FunctionVersion"], *_weights(alias))}
        return {int(name) for name in names if name.isdecimal()}  # an alias may also point to $LATEST

    def delete(self, version: int) -> bool:
        """Delete a version. Return False if Lambda refuses because an alias refers to it.

        Raises ReleaseError if AWS refuses for another reason.
        """
        with aws_errors(f"deleting version {version} of {self.name}"):
            try:
                self._lambda.delete_function(FunctionName=self.name, Qualifier=str(version))
            except self._lambda.exceptions.ResourceNotFoundException:
                pass  # someone else was faster
            except self._lambda.exceptions.ResourceConflictException:
                return False
        return True

    def roll_back(self, to: int | None, by: str, reason: str) -> Live:
        """Serve an older version, until a version newer than the present one has passed its checks.

        Without a version, it is the newest one that passed before the present one. Raises ReleaseError, and changes
        nothing, if there is no such version, or if it can't be served.
        """
        alias = self.served()
        version = to if to is not None else self._previous(alias.live)
        self._check_can_be_served(version, alias.live)
        return self.move(alias, rolled_back(alias.live, version, timestamp(), by, reason))

    def release(self) -> Live:
        """End a hold or a canary: serve the version that was rolled back from, or the canary's, to all callers.

        Raises ReleaseError if there is neither.
        """
        alias = self.served()
        end = released(alias.live)
        if end == alias.live:
            raise ReleaseError(f"{self.module} is not held, and no canary runs: `{ALIAS}` serves version {end.version}")
        self._check_image(end.version)
        return self.move(alias, end)

    def move(self, alias: Alias, to: Live) -> Live:
        """Make the one call that changes what is served. `alias` is how it was read before.

        Raises ReleaseError if someone else was faster, which AWS notices by the revision.
        """
        with aws_errors(f"moving the alias `{ALIAS}` of {self.name}"):
            try:
                self._lambda.update_alias(
                    FunctionName=self.name,
                    Name=ALIAS,
                    FunctionVersion=str(to.version),
                    Description=to.description,
                    RoutingConfig={"AdditionalVersionWeights": {str(key): share for key, share in to.weights.items()}},
                    RevisionId=alias.revision,
                )
            except self._lambda.exceptions.PreconditionFailedException:
                raise ReleaseError(
                    f"the alias `{ALIAS}` of {self.name} was moved by someone else in this moment: "
                    f"see what it serves, and run the command again"
                ) from None
        return to

    @property
    def _lambda(self) -> Any:
        return self.client("lambda")

    def served(self) -> Alias:
        """Return the alias. Raises ReleaseError if there is none."""
        alias = self.alias()
        if alias is None:
            raise ReleaseError(
                f"{self.name} has no alias `{ALIAS}`: either no version of {self.module} has passed its checks yet, or "
                f"someone deleted the alias. `pulumi up` says what to do"
            )
        return alias

    def _previous(self, live: Live) -> int:
        if live.canary:
            return live.version
        older = [version for version in live.passed if version < live.version]
        if not older:
            raise ReleaseError(
                f"{self.module} can't be rolled back: no version before {live.version} is known to have passed its "
                f"checks"
            )
        return max(older)

    def _check_can_be_served(self, version: int, live: Live) -> None:
        if version == live.version:
            if live.canary:
                return  # it is served already, and only the canary ends
            raise ReleaseError(f"`{ALIAS}` of {self.module} serves version {version} already")
        if version not in live.passed:
            known = ", ".join(map(str, live.passed))
            raise ReleaseError(
                f"version {version} of {self.module} is not known to have passed its checks; these versions have: "
                f"{known}"
            )
        needed = self._check_image(version)
        given = {live.version, *([live.hold.instead_of] if live.hold else []), *live.weights}
        others = [found["Configuration"] for each in given if (found := self._find(each))]
        if others and needed["Role"] not in {other["Role"] for other in others}:
            raise ReleaseError(
                f"version {version} of {self.module} can't be served, because later versions have another role than "
                f"{needed['Role']}, which may be gone: revert the commit that changed the role, and deploy instead"
            )
        if lacks(needed["Description"], *(other["Description"] for other in others)):
            raise ReleaseError(
                f"version {version} of {self.module} can't be served, because a later version has taken permissions "
                f"from the role that it needs: revert the commit that did so, and deploy instead"
            )

    def _check_image(self, version: int) -> Mapping[str, Any]:
        """Return the configuration of a version. Raises ReleaseError if the version or its image is gone."""
        found = self._find(version)
        if found is None:
            raise ReleaseError(f"{self.name} has no version {version} any more")
        uri = found["Code"]["ImageUri"]
        if self._tag(uri) is None:
            raise ReleaseError(
                f"version {version} of {self.module} can't be served: its image {uri} is gone from the registry; "
                f"ship its commit again"
            )
        configuration: Mapping[str, Any] = found["Configuration"]
        return configuration

    def _find(self, version: int) -> Any | None:
        """Return GetFunction's answer about a version. None if there is no such version any more."""
        with aws_errors(f"reading version {version} of {self.name}"):
            try:
                return self._lambda.get_function(FunctionName=self.name, Qualifier=str(version))
            except self._lambda.exceptions.ResourceNotFoundException:
                return None

    def _tag(self, uri: str) -> str | None:
        """Return the tag of an image, or its digest if it has none. None if the registry doesn't have the image."""
        tags = self.image_tags(uri)
        return None if tags is None else next(iter(tags), uri.partition("@")[2])

    def image_tags(self, uri: str) -> list[str] | None:
        """Return an image's tags, except those that only keep it. None if the registry doesn't have the image.

        Raises ReleaseError if AWS refuses.
        """
        image = re.fullmatch(r"(?P<host>[^/]+)/(?P<repository>[^@]+)@(?P<digest>sha256:[0-9a-f]{64})", uri)
        if image is None:
            return None
        ecr = self.client("ecr")
        registry = re.match(r"(?P<account>\d{12})\.dkr\.ecr\.", image["host"])
        with aws_errors(f"reading the image {uri}"):
            try:
                (found,) = ecr.describe_images(
                    repositoryName=image["repository"],
                    imageIds=[{"imageDigest": image["digest"]}],
                    **({"registryId": registry["account"]} if registry else {}),
                )["imageDetails"]
            except (ecr.exceptions.ImageNotFoundException, ecr.exceptions.RepositoryNotFoundException):
                return None
        return [
            str(tag)
            for tag in found.get("imageTags", [])
            if not tag.startswith((SERVED_TAG_PREFIX, PROMOTED_TAG_PREFIX))
        ]


def functions(client: Client, project: str, stack: str, prefix: str) -> list[Function]:
    """Return the functions of a stack, sorted by module. Raises ReleaseError if AWS refuses.

    `prefix` is what the names of the stack's functions begin with.
    """
    start = physical_name(prefix, "")
    with aws_errors(f"listing the functions of {stack}"):
        pages = client("lambda").get_paginator("list_functions").paginate()
        named = [each for page in pages for each in page["Functions"] if each["FunctionName"].startswith(start)]
        with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
            tags = threads.map(lambda each: client("lambda").list_tags(Resource=each["FunctionArn"])["Tags"], named)
            found = [
                Function(tag[MODULE_TAG], each["FunctionName"], client)
                for each, tag in zip(named, tags, strict=True)
                if tag.get(OWNER_TAG) == owner(project, stack)
            ]
    return sorted(found, key=lambda function: function.module)


def function_of(module: str, client: Client, prefix: str) -> Function:
    """Return the function of a module. It may not exist."""
    return Function(module, physical_name(prefix, module), client)


def _weights(alias: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the shares of traffic of other versions than the one that an alias points to, as AWS has them."""
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Raise ReleaseError instead of a client's own errors."""
    from botocore.exceptions import BotoCoreError, ClientError  # here, because it takes 0.3 s to load

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ReleaseError(f"{doing}: {error}") from error


def authorization(ecr: Any) -> tuple[str, str, str]:
    """Return user, password and host of the registry of an ECR client's account and Region. Raises ReleaseError."""
    with aws_errors("logging in to the registry"):
        (given,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    return user, password, str(given["proxyEndpoint"]).removeprefix("https://")
