"""The settings of stacks and modules: the models, and the code that reads, merges, checks and documents them."""

from components.settings.module import Architecture, ModuleSettings
from components.settings.stack import StackSettings

__all__ = ["Architecture", "ModuleSettings", "StackSettings"]
