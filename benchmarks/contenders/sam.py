"""AWS SAM. It logs in to the registry by its AWS name, so that name must lead to this machine meanwhile."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import checkout, tools
from benchmarks.contender import Contender, aws_client
from benchmarks.contenders import SAM
from benchmarks.registry_name import answering_to
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session

HERE = Path(__file__).parent
NEEDS = (
    "it logs in to the registry by its AWS name, for which /etc/hosts, port 80 and Docker's insecure registries "
    "would be changed until the end of the comparison"
)
FUNCTION = "bench-sam"
"""Also the names of the stack, the repository and the bucket."""
SERVICES = "cloudformation"
"""The AWS service that SAM uses in addition to the sandbox's own services."""


@contextmanager
def contender(layout: Layout, session: Session, progress: Progress) -> Iterator[Contender]:
    """Change the machine as NEEDS says, and change it back at the end. Raises SandboxError if that is impossible."""
    executables = tools.installed("sam", layout, progress)
    folder = layout.project / "contenders" / FUNCTION
    module = Path(shutil.copytree(checkout.MODULE, folder / "module"))
    shutil.copy(HERE / "sam.yaml", folder / "template.yaml")
    repository = _make(session)
    with answering_to(repository.split("/")[0], session.emulator.port, session.docker), _images_removed(session):
        yield Contender(
            name=SAM,
            module=module,
            command=["bash", HERE / "sam.sh", FUNCTION, repository, FUNCTION],
            cwd=folder,
            environ={
                **session.environ,
                "PATH": os.pathsep.join([str(executables), session.environ["PATH"]]),
                "SAM_CLI_TELEMETRY": "0",
            },
            log=layout.logs / "contenders.log",
            function=FUNCTION,
        )


def _make(session: Session) -> str:
    """Create the repository and the bucket for SAM, and return the repository's URL with its AWS name."""
    aws_client("s3", session.environ).create_bucket(Bucket=FUNCTION)
    created = aws_client("ecr", session.environ).create_repository(repositoryName=FUNCTION)
    return str(created["repository"]["repositoryUri"])


@contextmanager
def _images_removed(session: Session) -> Iterator[None]:
    """Remove the images at the end. The sandbox removes only images with its registry's own name."""
    try:
        yield
    finally:
        listed = session.docker.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
        built = [name for name in listed if f"/{FUNCTION}:" in name or name.startswith("module:")]
        if built:
            session.docker.run("image", "rm", "--force", *built)
