"""AWS SAM, which logs in to the registry by its AWS name: this machine has to answer to that name for a while."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from benchmarks import checkout, tools
from benchmarks.contender import Contender
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
"""What it uses of AWS beside the sandbox's own services."""


@contextmanager
def contender(layout: Layout, session: Session, progress: Progress) -> Iterator[Contender]:
    """Raises SandboxError where the machine can't be changed as NEEDS says; changes it back at the end."""
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
    """The repository and the bucket that SAM is told of; gives the repository's URL, with its AWS name."""
    environ = session.environ
    clients = boto3.Session(
        environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], region_name=environ["AWS_REGION"]
    )
    clients.client("s3", endpoint_url=environ["AWS_ENDPOINT_URL"]).create_bucket(Bucket=FUNCTION)
    ecr = clients.client("ecr", endpoint_url=environ["AWS_ENDPOINT_URL"])
    return ecr.create_repository(repositoryName=FUNCTION)["repository"]["repositoryUri"]


@contextmanager
def _images_removed(session: Session) -> Iterator[None]:
    """The sandbox takes away what has its registry's own name; these have others."""
    try:
        yield
    finally:
        listed = session.docker.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
        built = [name for name in listed if f"/{FUNCTION}:" in name or name.startswith("module:")]
        if built:
            session.docker.run("image", "rm", "--force", *built)
