"""The local stand-in for the `docker` plugin: `docker.Image` over the Docker client, for registries on this machine.

It does what the real plugin does by Docker's API: BuildKit builds, the result is pushed, the push tells the digest.
"""

from pathlib import Path

from sandbox.offline.plugins.docker.image import Image
from sandbox.offline.plugins.docker.session import Docker, check_config, configure
from sandbox.offline.plugins.provider import Provider


def provider(project: Path, logs: Path, client: Path | None = None) -> Provider[Docker]:
    """`project` is the folder of the Pulumi program, which paths in it are relative to; `logs` is for builds' output.

    `client` is a Docker client that builds with BuildKit; by default the first one to be found.
    """
    return Provider(
        name="docker",
        resources={Image.token: Image()},
        functions={},
        check_config=check_config,
        configure=lambda config, environ: configure(config, environ, project, logs, client),
    )
