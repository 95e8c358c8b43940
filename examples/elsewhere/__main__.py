"""A program that isn't lambda-images, and has a function of its making: its own folder, its settings in Python."""

import os
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.image.registry import Registry
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module, read_content
from components.settings import ModuleSettings, StackSettings
from components.settings.module import Smoke

config = pulumi.Config()
prefix = f"{pulumi.get_project()}-{pulumi.get_stack()}"
settings = ModuleSettings(
    memory_size=256,
    smoke=Smoke(event={"name": "you"}, expect={"greeting": "Hello, you!"}),
)
greeter = LambdaModule(
    "greeter",
    LambdaModuleArgs(
        module=Module(
            name="greeter",
            physical_name=f"{prefix}-greeter",
            settings=settings,
            content=read_content(Path("greeter"), settings),
        ),
        registry=Registry.of_account(config.get("registryHost"), os.environ.get("AWS_ENDPOINT_URL")),
        settings=StackSettings(force_delete=True),
    ),
)
# What others of this program's resources do with it: here, one tells where it is.
aws.ssm.Parameter("greeter", name=f"/{prefix}/greeter", type="String", value=greeter.outputs["aliasArn"])

pulumi.export("greeter", greeter.outputs)
