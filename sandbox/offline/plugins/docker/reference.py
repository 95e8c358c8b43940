"""Image names: `<registry host>/<repository>[:<tag>]`.

Grammar: https://pkg.go.dev/github.com/distribution/reference
"""

import re
from dataclasses import dataclass

from sandbox.offline.plugins.errors import Refused

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(
    rf"[A-Za-z0-9.-]+(?::[0-9]+)?/{_COMPONENT}(?:/{_COMPONENT})*(?::[\w][\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?",
    re.ASCII,
)
_ADVICE = """
This resource requires all image names to be fully qualified.
For example, if you are attempting to push to Dockerhub, prefix your image name with `docker.io`:

`docker.io/repository/image:tag`"""


@dataclass(frozen=True)
class Reference:
    host: str
    """The host with its port, such as `localhost:4566`."""
    repository: str
    """The name with the host, without a tag."""
    by_digest: bool

    @classmethod
    def parse(cls, name: str) -> "Reference":
        """Raises Refused with the messages of the official plugin."""
        host, _, path = name.partition("/")
        qualified = bool(path) and (host == "localhost" or not {".", ":"}.isdisjoint(host))
        remote = (path if qualified else f"library/{name}" if not path else name).partition(":")[0]
        if remote != remote.lower():
            raise _refused(name, f"invalid reference format: repository name ({remote}) must be lowercase")
        if not _NAME.fullmatch(name if qualified else f"docker.io/{name}"):
            raise _refused(name, "invalid reference format")
        if not qualified:
            raise _refused(name, "repository name must be canonical")
        repository = f"{host}/{path.partition('@')[0].partition(':')[0]}"
        return cls(host=host, repository=repository, by_digest="@" in path)


def _refused(name: str, reason: str) -> Refused:
    return Refused(f'"{name}": {reason}.{_ADVICE}')
