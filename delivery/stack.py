"""A stack as its files describe it, for commands that need no Pulumi engine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.errors import ComponentError
from components.naming import OWNER_TAG, default_prefix, owner
from components.settings.configuration import project_name, stack_names, written_document, written_region
from delivery.clients import Client, aws_clients
from delivery.live import Function, ReleaseError, function_of, functions

if TYPE_CHECKING:
    from components.settings.stack import StackSettings


@dataclass(frozen=True)
class Stack:
    project: str
    name: str
    prefix: str
    """What the names of its functions begin with."""
    client: Client
    region: str = ""
    """Empty if neither its file nor the environment names it. The caller's profile may."""

    @classmethod
    def of(
        cls, name: str, environ: Mapping[str, str] = os.environ, options: Mapping[str, Any] | None = None
    ) -> "Stack":
        """Read a stack's files in the current folder, but not the settings of its modules, which may have mistakes.

        `options` are those of `botocore.config.Config`. Raises ReleaseError if there is no such stack.
        """
        file = _file(name)
        if not file.is_file():
            known = ", ".join(stack_names()) or "none"
            raise ReleaseError(f"there is no stack file {file.name}; the stacks of this folder are: {known}")
        try:
            project = project_name()
            prefix = written_document(file, project).values.get("namePrefix") or default_prefix(project, name)
            region = written_region(file) or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        except ComponentError as error:
            raise ReleaseError(str(error)) from error
        return cls(project, name, str(prefix), aws_clients(lambda: region, environ, options), region)

    def keep_versions(self) -> int:
        """Return the setting `keepVersions` from the stack's file in the current folder.

        Raises ReleaseError if its value has a mistake.
        """
        return self._settings("keepVersions").keep_versions

    def tags_images(self) -> bool:
        """Return whether the stack keeps images in another stack's repositories, by tags of its own.

        Raises ReleaseError if the setting `pipeline` has a mistake.
        """
        return self._settings("pipeline").pipeline.images == "tag"

    def _settings(self, name: str) -> "StackSettings":
        """Return the stack's settings, of which only one is read."""
        from components.settings.stack import StackSettings  # here, because most commands don't need it: it takes 0.2 s
        from components.settings.validation import validated

        try:
            document = written_document(_file(self.name), self.project)
            own = {key: value for key, value in document.values.items() if key == name}
            return validated(StackSettings, own, [document])
        except ComponentError as error:
            raise ReleaseError(str(error)) from error

    def chosen(self, module: str | None) -> list[Function]:
        """Return the function of a module, or without one, those of all modules. Raises ReleaseError."""
        return [self.function(module)] if module else self.functions()

    def functions(self) -> list[Function]:
        """Return the functions of all modules, sorted by module. Raises ReleaseError if AWS refuses."""
        return functions(self.client, self.project, self.name, self.prefix)

    def module(self, name: str) -> Function:
        """Return the function that a module has if it is deployed."""
        return function_of(name, self.client, self.prefix)

    def function(self, module: str) -> Function:
        """Return the function of a module. Raises ReleaseError with the names of all modules if it isn't deployed.

        A function of that name without the stack's tag belongs to someone else.
        """
        function = self.module(module)
        tags = function.tags()
        if tags is None or tags.get(OWNER_TAG) != owner(self.project, self.name):
            names = [known.module for known in self.functions()]
            nearest = "".join(f"did you mean {name}? " for name in get_close_matches(module, names, n=1))
            known = f"the deployed modules are: {', '.join(names) or 'none'}"
            foreign = "" if tags is None else f"the function {function.name} belongs to something else; "
            raise ReleaseError(f"no module '{module}' is deployed to {self.name}: {foreign}{nearest}{known}")
        return function


def _file(stack: str) -> Path:
    return Path(f"Pulumi.{stack}.yaml")
