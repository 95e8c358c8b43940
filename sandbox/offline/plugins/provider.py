"""A provider: the resource types and functions of a package, and its configuration."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Generic, TypeVar

from sandbox.offline.plugins.errors import CheckResult, Refused
from sandbox.offline.plugins.resource import Function, Resource, S
from sandbox.offline.plugins.values import Values

H = TypeVar("H")

Environ = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Provider(Generic[S]):
    name: str
    """The package's name, such as `aws`, with which its tokens begin."""
    resources: Mapping[str, Resource[S]]
    """The resource types by token."""
    functions: Mapping[str, Function[S]]
    check_config: Callable[[Values, Environ], CheckResult]
    configure: Callable[[Values, Environ], S]
    """Returns the session that is passed to all later calls. Raises Refused."""
    warm_up: Callable[[], object] = lambda: None
    """Loads what the first calls need. It is called while the engine and the program are still starting."""

    @property
    def version(self) -> str:
        """The version of the installed SDK, and of the official plugin that the local one replaces."""
        return metadata.version(f"pulumi_{self.name}")

    def resource(self, token: str) -> Resource[S]:
        return _found(self.resources, token, f"the local {self.name} plugin has no resource type")

    def function(self, token: str) -> Function[S]:
        return _found(self.functions, token, f"the local {self.name} plugin has no function")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Returns ` (did you mean "..."?)`, or an empty string if no word is similar."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


def _found(handlers: Mapping[str, H], token: str, what: str) -> H:
    if token not in handlers:
        raise Refused(
            f'{what} "{token}"{did_you_mean(token, handlers)}: use the official plugin, with SANDBOX_PLUGINS=official '
            f"in the environment, which needs the network once; the local one has: "
            f"{', '.join(sorted(handlers)) or 'none'}"
        )
    return handlers[token]
