"""One module, from its folder to an alias that callers use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime import is_dry_run

from components.account import account_scope
from components.arn import AwsScope
from components.former_parents import with_former_parents
from components.function.all_permissions import all_statements
from components.function.boundary import Boundary
from components.function.function import AWS_SDK, ImageFunction, ImageFunctionArgs
from components.function.permissions import function_statements
from components.function.role import ExecutionRole, ExecutionRoleArgs, existing_role
from components.function.secrets import ModuleSecrets, ModuleSecretsArgs
from components.http_api import HttpApi
from components.image.build_secrets import build_secrets_of
from components.image.handover import HandOver, built_from
from components.image.image import ModuleImage, ModuleImageArgs
from components.image.promoted import PromotedImage, PromotedImageArgs
from components.image.registry import Registry
from components.image.repository import ImageRepository, ImageRepositoryArgs
from components.modules import Module
from components.monitoring.alarms import FunctionAlarmsArgs, create_alarms
from components.naming import log_group_name
from components.policy import policy
from components.protection import stateful_options
from components.references import Values, comparable, resolved, used, with_outputs
from components.served import MODULE_TYPE, RECORD_SUFFIX
from components.settings import ModuleSettings, StackSettings
from components.settings.environment import Secret
from components.settings.physical_names import dead_letter_queues
from components.triggers.connection import connect, references
from components.triggers.target import Target


@dataclass(frozen=True, kw_only=True)
class LambdaModuleArgs:
    module: Module
    registry: Registry
    settings: StackSettings
    image: ModuleImage | PromotedImage | None = None
    """Another module's, if the module's settings say that it runs that."""
    only_repository: bool = False
    """Create nothing but the repository, so that images can be pushed to it before the rest is created."""
    handed_over: HandOver | None = None
    """What the pipeline hands over to a stack that doesn't build its images itself. None if it hands nothing over: the
    image stays as it is."""
    excluded: bool = False
    """Whether the engine leaves the module as it is."""
    last_tag: str = ""
    """The tag of its image in the outputs of the stack, which the last update that succeeded has left."""
    boundary: pulumi.Input[Boundary | None] = None
    """The permissions boundary of the stack's roles, to compare the module's permissions with."""
    promoting_prefixes: Sequence[str] = ()
    """What the names of other stacks' functions begin with that run this stack's images where they are."""
    alarm_topic: pulumi.Input[str] | None = None
    """ARN of the SNS topic that alarms go to; without one there are no alarms."""
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the KMS key that all data of the module is encrypted with; AWS's own if None."""
    references: Values = field(default_factory=dict)
    """The values of the references in the module's settings, such as `account`, by what is between their braces."""
    http_api: HttpApi | None = None
    """The stack's, if a module has routes."""


class LambdaModule(pulumi.ComponentResource):
    """Builds a module's image and pushes it, or takes the one that is handed over, and serves it once it has proved to
    start."""

    image: ModuleImage | PromotedImage
    """What the function runs: for other modules that run the same."""
    outputs: pulumi.Output[dict[str, Any]]
    """functionName, functionArn, aliasArn, version, held, canary, tested, imageUri, digest, tag, repositoryUrl,
    roleArn, logGroup; rolePolicy, what an existing role has to allow; promotedFrom, if the image is another stack's; of
    its triggers, if there are any, functionUrl, by name queueUrls, bucketNames and topicArns, and routeUrls by
    method and path."""
    references: Values
    """What other modules can refer to once it is created: functionUrl, and such as `queues.jobs.url`."""

    def __init__(self, name: str, args: LambdaModuleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        known_before = pulumi.ResourceOptions(transformations=[with_former_parents])
        super().__init__(MODULE_TYPE, name, None, pulumi.ResourceOptions.merge(opts, known_before))
        module, physical = args.module, args.module.physical_name
        if args.only_repository:
            self.outputs, self.references = pulumi.Output.all(repositoryUrl=self._repository(name, args).url), {}
            return
        wired = with_outputs(module.settings, args.references)
        # What the environment refers to changes no permissions, and may be unknown in a preview.
        granting = resolved(module.settings.model_copy(update={"environment": {}}), args.references)

        self.image = self._image(name, args)
        repository = self.image.repository
        kms_key_arn = repository.kms_key_arn if repository else args.kms_key_arn
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=log_group_name(physical),
            kms_key_id=kms_key_arn,
            retention_in_days=module.settings.log_retention,
            tags=module.settings.tags,
            opts=stateful_options(self, args.settings.protection),
        )
        scope = log_group.arn.apply(AwsScope.of)
        secrets = self._secrets(name, args, wired.secrets, scope, kms_key_arn) if wired.secrets else None
        permissions = pulumi.Output.all(scope, kms_key_arn, secrets.permissions if secrets else [], granting).apply(
            lambda known: [
                *function_statements(known[3], known[0], physical, known[1], prefix=module.prefix),
                *known[2],
            ]
        )
        role = None
        if module.settings.role is None:
            role = ExecutionRole(
                name,
                ExecutionRoleArgs(
                    role_name=physical,
                    permissions=permissions,
                    managed_policies=_attachments(module.settings.policies.managed, wired.policies.managed),
                    permissions_boundary=args.settings.permissions_boundary or None,
                    tags=module.settings.tags,
                ),
                self,
            )
        role_arn, existing = (role.arn, {}) if role else self._existing_role(args, module.settings.role or "")
        function = ImageFunction(
            name,
            ImageFunctionArgs(
                function_name=physical,
                image_uri=self.image.uri,
                role_arn=role_arn,
                log_group=log_group.name,
                settings=module.settings,
                references=args.references,
                permissions=permissions if role else (),
                secrets=secrets.references if secrets else {},
                secret_revisions=secrets.revisions if secrets else {},
                kms_key_arn=kms_key_arn,
                registry=args.registry,
            ),
            self,
        )
        if role:
            role.keep_until_served(function.alias)
            self._compare(args)
        if args.alarm_topic is not None:
            alarms = FunctionAlarmsArgs(
                function_name=physical,
                alias=function.alias,
                dead_letter_queues=dead_letter_queues(physical, module.settings),
                settings=module.settings,
                topic=args.alarm_topic,
            )
            create_alarms(name, alarms, parent=self)
        target = Target(
            module=replace(module, settings=wired),
            alias=function.alias,
            settings=args.settings,
            kms_key_arn=kms_key_arn,
            alarm_topic=args.alarm_topic,
            has_kms_key=args.kms_key_arn is not None,
            http_api=args.http_api,
        )
        connected = connect(target, pulumi.ResourceOptions(parent=self))
        self.references = dict(references(connected))
        pipeline = args.settings.pipeline
        if pipeline.are_built:
            # Without images, an update ships none, although a preview shows what the pipeline will build.
            stays = pipeline.images == "jobs" and args.handed_over is None and not is_dry_run()
            # Registered last: what `live` serves, so that a preview names the files that differ from it.
            pulumi.Stash(
                f"{name}{RECORD_SUFFIX}",
                input=module.content.record,
                opts=pulumi.ResourceOptions(
                    parent=self, depends_on=[function.alias], ignore_changes=["input"] if stays else None
                ),
            )

        promoted = {}
        if isinstance(self.image, PromotedImage) and not pipeline.are_built:
            promoted["promotedFrom"] = self.image.promoted_from
        self.outputs = pulumi.Output.all(
            functionName=function.name,
            functionArn=function.arn,
            aliasArn=function.alias.arn,
            version=function.version,
            held=function.held,
            canary=function.canary,
            tested=module.settings.smoke.enabled,
            imageUri=self.image.uri,
            digest=self.image.digest,
            tag=self.image.tag,
            repositoryUrl=repository.url if repository else self.image.uri.apply(lambda uri: uri.partition("@")[0]),
            roleArn=role_arn,
            logGroup=log_group.name,
            **existing,
            **promoted,
            **connected,
        )
        # For `make status`, which compares the settings of the version with those of the checkout.
        referred = {"references": known} if (known := used(module.settings, args.references)) else {}
        self.register_outputs({"outputs": self.outputs, **referred})

    def _image(self, name: str, args: LambdaModuleArgs) -> ModuleImage | PromotedImage:
        pipeline, content = args.settings.pipeline, args.module.content
        if pipeline.are_built and args.image:
            return args.image
        repository = None
        if pipeline.images != "tag":
            repository = args.image.repository if args.image else self._repository(name, args)
        if pipeline.images == "build" and repository:
            return ModuleImage(
                name,
                ModuleImageArgs(
                    content=content,
                    repository=repository,
                    registry=args.registry,
                    secrets=build_secrets_of(name, args.module.settings, args.settings),
                    cached_tag=args.last_tag if args.settings.build_cache else None,
                    excluded=args.excluded,
                ),
                self,
            )
        record = args.handed_over.record_of(name) if args.handed_over else None
        return PromotedImage(
            name,
            PromotedImageArgs(
                handed_over=built_from(content.identity, record) if record and pipeline.are_built else record,
                after="" if pipeline.are_built else pipeline.after,
                repository=repository,
                registry=args.registry,
            ),
            self,
        )

    def _repository(self, name: str, args: LambdaModuleArgs) -> ImageRepository:
        module = args.module
        return ImageRepository(
            name,
            ImageRepositoryArgs(
                repository_name=module.physical_name,
                function_names=[
                    _pullers(module, args.settings.name_prefix),
                    *(f"{prefix}-*" for prefix in args.promoting_prefixes),
                ],
                # Versions may share an image, so those that are kept need at most as many images.
                keep_images=max(args.settings.keep_images, args.settings.keep_versions),
                force_delete=args.settings.force_delete or not args.settings.protection,
                kms_key_arn=args.kms_key_arn,
                has_build_caches=args.settings.pipeline.images == "jobs",
                protection=args.settings.protection,
                promoted=bool(args.promoting_prefixes),
                tags=module.settings.tags,
            ),
            self,
        )

    def _compare(self, args: LambdaModuleArgs) -> None:
        """Warn of permissions that the boundary denies, also in previews that don't know all ARNs yet."""
        physical, prefix = args.module.physical_name, args.module.prefix

        def compare(known: list[Any]) -> None:
            boundary: Boundary | None = known[0]
            settings: ModuleSettings = known[1]
            if boundary is not None:
                key = boundary.scope.key_arn("*") if args.kms_key_arn is not None else None
                needed = all_statements(settings, boundary.scope, physical, key, prefix=prefix)
                boundary.warn(args.module.name, needed, self)

        settings = args.module.settings.model_copy(update={"environment": {}})
        pulumi.Output.all(args.boundary, comparable(settings, args.references)).apply(compare)

    def _existing_role(
        self, args: LambdaModuleArgs, arn: str
    ) -> tuple[pulumi.Output[str], dict[str, pulumi.Output[Any]]]:
        """Return the ARN, and what the role has to allow as the output `rolePolicy`. A first preview shows both."""
        settings, physical = resolved(args.module.settings, args.references), args.module.physical_name
        options = pulumi.InvokeOptions(parent=self, version=AWS_SDK)
        scope: pulumi.Output[AwsScope] = pulumi.Output.from_input(account_scope(options))
        needed = pulumi.Output.all(scope, args.kms_key_arn, settings).apply(
            lambda known: policy(all_statements(known[2], known[0], physical, known[1], prefix=args.module.prefix))
        )
        return scope.apply(lambda scope: existing_role(arn, scope)), {"rolePolicy": needed}

    def _secrets(
        self,
        name: str,
        args: LambdaModuleArgs,
        secrets: Mapping[str, Secret],
        scope: pulumi.Input[AwsScope],
        kms_key_arn: pulumi.Input[str | None],
    ) -> ModuleSecrets:
        return ModuleSecrets(
            name,
            ModuleSecretsArgs(
                function_name=args.module.physical_name,
                secrets=secrets,
                values=args.settings.secrets.get(args.module.name, {}),
                scope=scope,
                kms_key_arn=kms_key_arn,
                force_delete=args.settings.force_delete,
                protection=args.settings.protection,
                tags=args.module.settings.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )


def _pullers(module: Module, prefix: str) -> str:
    """All functions of the stack, if the names of its functions have a prefix.

    With a list of those that run the image at present, a function that leaves it would lose the permission to pull the
    image of the version that it still serves, before it serves another one.
    """
    return f"{prefix}-*" if prefix else module.physical_name


def _attachments(written: Sequence[str], arns: Sequence[pulumi.Input[str]]) -> Mapping[str, pulumi.Input[str]]:
    """The ARNs of managed policies by the names of their attachments, which follow from what is written."""
    names = (re.sub(r"[${}]", "", arn.partition("::")[2] or arn) for arn in written)
    return dict(zip(names, arns, strict=True))
