"""One module, from its folder to an alias that callers use."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.execution_role import ExecutionRole, ExecutionRoleArgs
from components.image_function import ImageFunction, ImageFunctionArgs
from components.image_repository import ImageRepository, ImageRepositoryArgs
from components.module_image import ModuleImage, ModuleImageArgs
from components.modules import Module
from components.naming import log_group_name
from components.registry import Registry
from components.settings import ModuleSettings, StackSettings


@dataclass(frozen=True, kw_only=True)
class LambdaModuleArgs:
    module: Module
    registry: Registry
    settings: StackSettings


class LambdaModule(pulumi.ComponentResource):
    """Builds a module's image, pushes it, and serves it once it has proved to start."""

    outputs: pulumi.Output[dict[str, str]]
    """functionName, functionArn, aliasArn, version, imageUri, digest, tag, repositoryUrl, roleArn, logGroup."""

    def __init__(self, name: str, args: LambdaModuleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:LambdaModule", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings, content, physical = args.settings, args.module.content, args.module.physical_name

        repository = ImageRepository(
            name,
            ImageRepositoryArgs(
                repository_name=physical,
                function_name=physical,
                keep_images=settings.keep_images,
                force_delete=settings.force_delete,
            ),
            child,
        )
        image = ModuleImage(
            name, ModuleImageArgs(content=content, repository=repository, registry=args.registry), child
        )
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=log_group_name(physical),
            retention_in_days=settings.log_retention,
            opts=child,
        )
        role = ExecutionRole(
            name,
            ExecutionRoleArgs(
                role_name=physical,
                log_group_arn=log_group.arn,
                permissions_boundary=settings.permissions_boundary or None,
            ),
            child,
        )
        function = ImageFunction(
            name,
            ImageFunctionArgs(
                function_name=physical,
                image_uri=image.uri,
                tag=image.tag,
                build_record=image.record.urn,
                role_arn=role.arn,
                log_group=log_group.name,
                settings=ModuleSettings(
                    architecture=settings.architecture, memory_size=settings.memory_size, timeout=settings.timeout
                ),
                smoke_event=args.module.smoke_event,
            ),
            child,
        )
        # Registered last: what `live` serves, so that a preview names the files that differ from it.
        pulumi.Stash(
            f"{name}-served",
            input=content.record,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[function.alias]),
        )

        self.outputs = pulumi.Output.all(
            functionName=function.name,
            functionArn=function.arn,
            aliasArn=function.alias.arn,
            version=function.version,
            imageUri=image.uri,
            digest=image.digest,
            tag=image.tag,
            repositoryUrl=repository.url,
            roleArn=role.arn,
            logGroup=log_group.name,
        )
        self.register_outputs({"outputs": self.outputs})
