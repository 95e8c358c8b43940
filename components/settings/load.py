"""All settings of a stack and its modules, checked together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.errors import Problems
from components.settings import cross_module_rules, limits, sharing
from components.settings.configuration import ENCRYPTED
from components.settings.declaration import ModuleDeclaration, read_declaration
from components.settings.document import Document
from components.settings.module import ModuleSettings
from components.settings.pipeline import misplaced_images
from components.settings.stack import StackSettings
from components.settings.validation import in_plain_text, validated
from components.settings.wiring import Wiring, sampled


@dataclass(frozen=True, kw_only=True)
class LoadedSettings:
    stack: StackSettings
    """`name_prefix` is always set, if necessary to the default."""
    modules: Mapping[str, ModuleSettings]
    """The settings of enabled modules without mistakes, by name. Their texts may still have references, but none to
    what follows from the stack's settings."""
    after: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By module, those that have to be deployed before it, each with the place of a setting that refers to it."""
    named: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By module, all modules that its settings refer to."""


def load_settings(
    stack_document: Document, folders: Sequence[Path], stack_name: str, prefix: str, problems: Problems
) -> LoadedSettings:
    """Read the settings of a stack and of the modules in the folders, and add all mistakes to the problems.

    `prefix` is the default of `namePrefix`.
    """
    stack, valid = StackSettings(), False
    with problems.collecting():
        stack, valid = validated(StackSettings, stack_document.values, [stack_document]), True
    own = {key: value for key, value in stack_document.values.items() if key not in (*ENCRYPTED, "modules")}
    problems.add(in_plain_text(own, [stack_document]))
    declared: dict[str, ModuleDeclaration] = {}
    for folder in folders:
        with problems.collecting():
            declared[folder.name] = read_declaration(folder, stack_document, stack)
    stack = stack.model_copy(update={"name_prefix": stack.name_prefix or prefix})
    names = [folder.name for folder in folders]
    enabled = {name: module for name, module in declared.items() if module.settings.enabled}
    wiring = Wiring.of(enabled, names, stack.name_prefix, stack_name)
    problems.add(wiring.mistakes)
    enabled = dict(wiring.modules)
    checked = {name: replace(module, settings=sampled(module.settings)) for name, module in enabled.items()}
    problems.add(cross_module_rules.shared_images(declared, names))
    problems.add(cross_module_rules.physical_names(stack.name_prefix, enabled))
    problems.add(cross_module_rules.own_roles(stack.name_prefix, enabled))
    problems.add(cross_module_rules.shared_buckets(stack.name_prefix, checked))
    problems.add(cross_module_rules.unknown_callees(declared, names))
    problems.add(sharing.unknown_readers(declared, names))
    if declared.keys() == {*names}:  # a module that can't be read may share its secrets
        problems.add(sharing.unshared_secrets(stack.name_prefix, {**declared, **checked}, enabled))
    problems.add(limits.large_environments(stack.name_prefix, checked))
    problems.add(limits.impossible_policies(stack, checked))
    if valid:
        problems.add(misplaced_images(stack_document, stack.pipeline))
        problems.add(cross_module_rules.unknown_modules(stack_document, stack, names))
        problems.add(cross_module_rules.secret_values(stack_document, stack, enabled))
        problems.add(cross_module_rules.unbounded_rights(stack, checked))
        problems.add(cross_module_rules.missing_build_secrets(stack, enabled))
    if valid and declared.keys() == {*names}:
        problems.add(cross_module_rules.unused_build_secrets(stack_document, stack, declared))
    modules = {name: _with_image_architecture(module, enabled) for name, module in enabled.items()}
    return LoadedSettings(stack=stack, modules=modules, after=wiring.after, named=wiring.named)


def _with_image_architecture(module: ModuleDeclaration, modules: Mapping[str, ModuleDeclaration]) -> ModuleSettings:
    """The settings of a module with the architecture of the image that it runs."""
    builder = modules.get(module.settings.image.module or module.name, module)
    return module.settings.model_copy(update={"architecture": builder.settings.architecture})
