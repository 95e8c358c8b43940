"""The settings of stacks and modules: models, and all that reads, merges, checks and describes them."""

from components.settings.module import Architecture, ModuleSettings
from components.settings.stack import StackSettings

__all__ = ["Architecture", "ModuleSettings", "StackSettings"]
