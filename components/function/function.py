"""A Lambda function that runs an image, and the alias that callers use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import pulumi
import pulumi_aws as aws

from components.errors import ComponentError
from components.function.configuration import configuration, description, log_format, log_levels
from components.function.image_hooks import before_change, image_in, retention, verification
from components.function.live_alias import canary_check, read_live, read_version, unmoved
from components.function.release import Live, Plan, next_live, timestamp
from components.function.version_checks import check_answer, check_version, missing_version
from components.image.registry import Registry
from components.policy import Statement
from components.printable import printable
from components.references import Values, resolved, with_outputs
from components.served import ALIAS
from components.settings import ModuleSettings

AWS_SDK = metadata.version("pulumi_aws")
"""The provider's version, so that functions are read by the provider that creates them."""
FIRST_VERSION = 1
"""The number of a new function's first version."""


@dataclass(frozen=True, kw_only=True)
class ImageFunctionArgs:
    function_name: str
    image_uri: pulumi.Input[str]
    """`<repository>@sha256:<digest>`, never a tag."""
    role_arn: pulumi.Input[str]
    log_group: pulumi.Input[str]
    settings: ModuleSettings
    permissions: pulumi.Input[Sequence[Statement]] = ()
    """The statements of the role's own policy."""
    references: Values = field(default_factory=dict)
    """The values of the references in the settings."""
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Variables that refer to the function's secrets."""
    secret_revisions: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """By variable, a text that differs for each value, so that a new value makes a new version."""
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key that variables are encrypted with. Defaults to a key of AWS's own."""
    registry: Registry
    """The registry that has the image."""


class ImageFunction:
    """Publishes a version for each image and each change of settings, and serves it as `live` only after it has passed
    its check and smoke test.

    When a check fails, `pulumi up` fails and the alias goes on serving the version that it served before.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    version: pulumi.Output[str]
    """The version that `live` serves."""
    held: pulumi.Output[str]
    """Who rolled the function back, when and why. Empty if it isn't held."""
    canary: pulumi.Output[str]
    """Which version is a canary, its share of the calls, and since when. Empty if there is none."""
    alias: aws.lambda_.Alias

    def __init__(self, name: str, args: ImageFunctionArgs, parent: pulumi.Resource | None = None) -> None:
        self._parent = parent
        settings, plan = with_outputs(args.settings, args.references), _plan(args.settings)
        self._options = pulumi.InvokeOptions(parent=parent, version=AWS_SDK)
        image = image_in(args.registry, args.image_uri)
        described = resolved(args.settings, args.references)
        wanted_description = pulumi.Output.all(described, args.secret_revisions, args.permissions).apply(
            lambda known: description(*known)
        )
        role = pulumi.Output.from_input(args.role_arn)
        wanted = pulumi.Output.all(image=args.image_uri, description=wanted_description)
        function = aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=wanted_description,
            package_type="Image",
            image_uri=args.image_uri,
            # Without variables AWS drops the key, and each update would set it again.
            kms_key_arn=args.kms_key_arn if settings.environment or args.secrets else None,
            role=role,
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format=log_format(settings), log_group=args.log_group, **log_levels(settings)
            ),
            reserved_concurrent_executions=settings.reserved_concurrency,
            tags=settings.tags,
            publish=True,
            opts=pulumi.ResourceOptions(
                parent=parent,
                hooks=before_change(
                    verification(name, image, settings),
                    *([canary_check(name, args.function_name, wanted, role, self._options)] if plan else []),
                ),
            ),
            **configuration(settings, args.secrets),
        )
        version = self._checked_version(function, wanted)
        smoke_tests: list[pulumi.Resource] = []
        if settings.smoke.message is not None:
            smoke = aws.lambda_.Invocation(
                f"{name}-smoke",
                function_name=function.name,
                qualifier=version,
                input=pulumi.Output.secret(settings.smoke.message),
                # A function that is created again begins with version 1.
                triggers={"lastModified": function.last_modified},
                opts=pulumi.ResourceOptions(parent=parent, additional_secret_outputs=["result"]),
            )
            smoke_tests.append(smoke)
            version = _answered_version(version, smoke, settings)
        else:
            pulumi.log.warn(f"{args.function_name} goes live untested: its settings say `smoke.enabled: false`", parent)
        live = self._next_live(function, version, plan)
        self.alias = aws.lambda_.Alias(
            f"{name}-{ALIAS}",
            name=ALIAS,
            description=live.apply(lambda live: live.description),
            function_name=function.name,
            function_version=live.apply(lambda live: str(live.version)),
            # Without a plan it is known in a preview that there is none.
            routing_config=live.apply(_routing) if plan else None,
            opts=pulumi.ResourceOptions(
                parent=parent,
                depends_on=smoke_tests,
                hooks=before_change(
                    retention(name, image, live),
                    unmoved(name, args.function_name, live, plan is not None, self._options),
                ),
            ),
        )
        self._configure_alias(name, settings)
        if settings.recursive_loop == "allow":
            aws.lambda_.FunctionRecursionConfig(
                f"{name}-recursion",
                function_name=function.name,
                recursive_loop="Allow",
                opts=pulumi.ResourceOptions(parent=parent),
            )

        self.name = function.name
        self.arn = function.arn
        self.version = self.alias.function_version
        self.held = live.apply(lambda live: str(live.hold or ""))
        self.canary = live.apply(lambda live: str(live.canary or ""))

    def _checked_version(
        self, function: aws.lambda_.Function, wanted: pulumi.Output[dict[str, Any]]
    ) -> pulumi.Output[str]:
        """The function's newest version. Fails with ComponentError unless it has the wanted image and description.

        The provider publishes a version only if it sees a difference in that run. After a failed update, its state may
        have what AWS doesn't. After an update that ended before the publication, and a refresh, the function has new
        code or settings, but no version with them.
        """

        async def check(known: dict[str, Any]) -> str:
            try:
                found = await read_version(known["function"], known["version"], self._options)
            except Exception as failed:  # the SDK has no narrower one
                raise ComponentError(missing_version(known, str(failed))) from None
            return check_version({**known, "published": found})

        return pulumi.Output.all(
            function=function.name,
            version=function.version,
            wanted=wanted,
            stack=pulumi.get_stack(),
        ).apply(check)

    def _next_live(
        self, function: aws.lambda_.Function, newest: pulumi.Output[str], plan: Plan | None
    ) -> pulumi.Output[Live]:
        """What the alias should serve. A rollback that it records is kept, and shown as a warning; so is a canary."""

        async def decide(known: dict[str, str]) -> Live:
            newest = int(known["newest"])
            # Beside a first version there is nothing to roll back to.
            current = await read_live(known["function"], self._options) if newest != FIRST_VERSION else None
            live = next_live(current, newest, plan, timestamp())
            if live.predicate:
                pulumi.log.warn(f"{known['function']} {printable(live.predicate)}", self._parent)
            return live

        return pulumi.Output.all(function=function.name, newest=newest).apply(decide)

    def _configure_alias(self, name: str, settings: ModuleSettings) -> None:
        child = pulumi.ResourceOptions(parent=self._parent)
        if settings.provisioned_concurrency is not None:
            aws.lambda_.ProvisionedConcurrencyConfig(
                f"{name}-provisioned",
                function_name=self.alias.function_name,
                qualifier=self.alias.name,
                provisioned_concurrent_executions=settings.provisioned_concurrency,
                opts=child,
            )
        if settings.on_failure is not None:
            aws.lambda_.FunctionEventInvokeConfig(
                f"{name}-on-failure",
                function_name=self.alias.function_name,
                qualifier=self.alias.name,
                destination_config={"on_failure": {"destination": settings.on_failure.destination}},
                maximum_event_age_in_seconds=settings.on_failure.maximum_age,
                maximum_retry_attempts=settings.on_failure.retries,
                opts=child,
            )


def _plan(settings: ModuleSettings) -> Plan | None:
    canary = settings.release.canary
    return Plan((canary.percent, *canary.then), canary.minutes) if canary else None


def _routing(live: Live) -> aws.lambda_.AliasRoutingConfigArgs | None:
    weights = {str(version): share for version, share in live.weights.items()}
    return aws.lambda_.AliasRoutingConfigArgs(additional_version_weights=weights) if weights else None


def _answered_version(
    version: pulumi.Output[str], smoke: aws.lambda_.Invocation, settings: ModuleSettings
) -> pulumi.Output[str]:
    """The version, once its answer is known to contain what is expected."""
    if settings.smoke.expect is None:
        return version
    answered = pulumi.Output.all(
        function=smoke.function_name, version=version, expected=settings.smoke.expect, answer=smoke.result
    )
    return pulumi.Output.unsecret(answered.apply(check_answer))
