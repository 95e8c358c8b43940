"""The local `docker` plugin: `docker.Image`, implemented with the Docker client, for registries on this machine.

The official plugin uses Docker's API for the same steps: BuildKit builds the image, and the push reports its digest.
"""

from pathlib import Path

from sandbox.offline.plugins.docker.image import Image
from sandbox.offline.plugins.docker.session import Docker, Replace, check_config, configure, nothing_replaced
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.shapes import Shapes


def provider(
    project: Path,
    logs: Path,
    client: Path | None = None,
    shapes: Shapes | None = None,
    replace: Replace = nothing_replaced,
) -> Provider[Docker]:
    """Paths in the Pulumi program are relative to the folder `project`. The output of builds is written below `logs`.

    `client` is a Docker client that builds with BuildKit, by default the first one that is found.
    `replace` finds the images that builds have to take others for.
    """
    return Provider(
        name="docker",
        resources={Image.token: Image(shapes or Shapes())},
        functions={},
        check_config=check_config,
        configure=lambda config, environ: configure(config, environ, project, logs, client, replace),
    )
