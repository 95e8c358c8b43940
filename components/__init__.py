"""Pulumi components that ship container images to AWS Lambda, and the pure functions beside them."""

from components.errors import ComponentError
from components.execution_role import ExecutionRole, ExecutionRoleArgs
from components.image_function import ImageFunction, ImageFunctionArgs
from components.image_repository import ImageRepository, ImageRepositoryArgs
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.module_image import ModuleImage, ModuleImageArgs
from components.modules import Module, find_modules
from components.pace import a_few_at_a_time
from components.registry import Registry
from components.settings import LambdaSettings, StackSettings

__all__ = [
    "ComponentError",
    "ExecutionRole",
    "ExecutionRoleArgs",
    "ImageFunction",
    "ImageFunctionArgs",
    "ImageRepository",
    "ImageRepositoryArgs",
    "LambdaModule",
    "LambdaModuleArgs",
    "LambdaSettings",
    "Module",
    "ModuleImage",
    "ModuleImageArgs",
    "Registry",
    "StackSettings",
    "a_few_at_a_time",
    "find_modules",
]
