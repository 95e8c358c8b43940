"""The secrets and the SSH agent that a build may use: where their values come from, and what must not be shown.

The values are read when an image is really built, and go only into the environment of that one Docker client.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from components.errors import ComponentError
from components.files.json_document import parse
from components.image.content import BuildSpec
from components.settings.module import MAX_BUILD_SECRET_BYTES, BuildSecret, ModuleSettings
from components.settings.stack import StackSettings

VARIABLE = "BUILD_SECRETS"
"""An environment variable with other variables as a JSON object: a workflow passes one secret of GitHub, whatever
variables the modules name."""
SSH_VARIABLE = "SSH_AUTH_SOCK"
MASK = "***"
MIN_MASKED_CHARACTERS = 4
"""How long a part of a value must be to be masked by itself: a line such as `}` isn't a secret."""


@dataclass(frozen=True, kw_only=True)
class BuildSecrets:
    """What the build of one module's image may use."""

    module: str
    declared: Mapping[str, BuildSecret] = field(default_factory=dict)
    """Where the values come from, by id."""
    stored: Mapping[str, SecretStr] = field(default_factory=dict)
    """The values that the stack sets, by id."""
    ssh: bool = False

    def __bool__(self) -> bool:
        """Whether the build may use anything."""
        return bool(self.declared or self.ssh)

    def values(self, environ: Mapping[str, str]) -> "Values":
        """Read all values. Raises ComponentError that names all that are missing, and shows none."""
        given, found, missing = {**_given(environ), **environ}, {}, []
        for name, secret in self.declared.items():
            value = given.get(secret.env, "") if secret.env else _stored(self.stored, name)
            size = len(value.encode("utf-8", "surrogateescape"))
            if not value:
                missing.append(self._missing(name, secret))
            elif size > MAX_BUILD_SECRET_BYTES or "\0" in value:
                missing.append(
                    f"the build secret '{name}' may have {MAX_BUILD_SECRET_BYTES:,} bytes without NUL, and it has "
                    f"{size:,}: shorten it"
                )
            found[name] = value
        if self.ssh and not environ.get(SSH_VARIABLE):
            missing.append(
                f"buildSsh is true, and there is no SSH agent, because {SSH_VARIABLE} is not set: start one with "
                '`eval "$(ssh-agent)"`, and add the key with `ssh-add`'
            )
        if missing:
            raise ComponentError(f"the image of {self.module} has to be built, but\n" + "\n".join(missing))
        return Values(found)

    def _missing(self, name: str, secret: BuildSecret) -> str:
        if secret.env:
            return f"the build secret '{name}' is the environment variable {secret.env}, which is not set: set it"
        return (
            f"the build secret '{name}' is encrypted in the stack's settings, which only an update decrypts: name an "
            "environment variable that has it, with `env`"
        )


def build_secrets_of(module: str, settings: ModuleSettings, stack: StackSettings) -> BuildSecrets | None:
    """What the build of a module's image may use. None if nothing."""
    found = BuildSecrets(
        module=module, declared=settings.build_secrets, stored=stack.build_secrets, ssh=settings.build_ssh
    )
    return found or None


class Values:
    """The values for one build. They are in no representation of the object, such as a traceback's."""

    def __init__(self, by_name: Mapping[str, str]) -> None:
        self._by_name = dict(sorted(by_name.items()))
        parts = {part for value in by_name.values() for part in _parts(value)}
        self._masked = sorted(parts, key=len, reverse=True)

    def environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment for the Docker client, with the values under the names that `mount_options` refers to."""
        kept = {name: value for name, value in environ.items() if name != VARIABLE}
        return {**kept, **{_variable(number): value for number, value in enumerate(self._by_name.values())}}

    def hide(self, text: str) -> str:
        """The text with the values and their parts masked: a Dockerfile may print a secret that it reads."""
        for part in self._masked:
            text = text.replace(part, MASK)
        return text


def mount_options(spec: BuildSpec) -> list[str]:
    """The options of `docker build` for secrets and an SSH agent. They name variables, and have no values."""
    secrets = [f"--secret=id={name},env={_variable(number)}" for number, name in enumerate(sorted(spec.secrets))]
    return [*secrets, *(["--ssh=default"] if spec.ssh else [])]


def _variable(number: int) -> str:
    return f"LAMBDA_IMAGES_BUILD_SECRET_{number}"


def _stored(stored: Mapping[str, SecretStr], name: str) -> str:
    return stored[name].get_secret_value() if name in stored else ""


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables in VARIABLE. Raises ComponentError, without any of it, if it isn't a JSON object of texts."""
    if not (written := environ.get(VARIABLE)):
        return {}
    try:
        given = parse(written)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise ComponentError(
            f"the environment variable {VARIABLE} should be a JSON object with the values of other variables, such as "
            '{"PIP_INDEX_URL": "https://..."}: correct it'
        )
    return given


def _parts(value: str) -> Iterator[str]:
    """What is masked of a value: itself, its lines, and the password in a URL, also as tools write it in headers."""
    yield value
    for line in {value, *value.splitlines()}:
        try:
            url = urlsplit(line.strip())
            user, password = unquote(url.username or ""), unquote(url.password or "")
            found = [url.password or "", password, f"{user}:{password}" if password else ""]
        except ValueError:  # of something that only looks like a URL
            found = []
        found += [
            base64.b64encode(text.encode("utf-8", "surrogateescape")).decode() for text in [*found, value] if text
        ]
        yield from (part for part in (line.strip(), *found) if len(part) >= MIN_MASKED_CHARACTERS)
