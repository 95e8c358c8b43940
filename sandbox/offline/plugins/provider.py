"""A provider: a package's resource types and functions, and how it is configured."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Generic, TypeVar

from sandbox.offline.plugins.errors import Checked, Refused
from sandbox.offline.plugins.resource import Function, Resource, S
from sandbox.offline.plugins.values import Values

H = TypeVar("H")

Environ = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Provider(Generic[S]):
    name: str
    """The package's name, such as `aws`: the first part of its tokens."""
    resources: Mapping[str, Resource[S]]
    """By type token."""
    functions: Mapping[str, Function[S]]
    check_config: Callable[[Values, Environ], Checked]
    configure: Callable[[Values, Environ], S]
    """Returns the session that is passed to every later call; raises Refused."""
    warm_up: Callable[[], object] = lambda: None
    """Loads what the first calls need, while the engine and the program are still starting."""

    @property
    def version(self) -> str:
        """That of the installed SDK: the local plugin stands in for that version of the real one."""
        return metadata.version(f"pulumi_{self.name}")

    def resource(self, token: str) -> Resource[S]:
        return _found(self.resources, token, f"the local {self.name} plugin has no resource type")

    def function(self, token: str) -> Function[S]:
        return _found(self.functions, token, f"the local {self.name} plugin has no function")


def nearest(word: str, words: Iterable[str]) -> str:
    """` (did you mean "..."?)`, or nothing."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


def _found(handlers: Mapping[str, H], token: str, what: str) -> H:
    if token not in handlers:
        raise Refused(f'{what} "{token}"{nearest(token, handlers)}; it has: {", ".join(sorted(handlers)) or "none"}')
    return handlers[token]
