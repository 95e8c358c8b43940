"""Provides Python's base image under a name of its own: AWS's if it can be pulled, else its stand-in.

    python -m sandbox.docker.base_image

Benchmarks and tests that build without Pulumi use it, whatever the machine reaches.
"""

from collections.abc import Callable
from pathlib import Path

from sandbox.docker import stand_ins
from sandbox.docker.engine import DockerEngine, ensure_docker
from sandbox.docker.stand_ins import AWS_REGISTRY, INPUTS, PYTHON, registry_answers
from sandbox.layout import Layout
from sandbox.offline.debian_image import hashed
from sandbox.progress import Progress, Step

TAG = PYTHON.tag
PULL = (Path(__file__).parent / "aws-image" / "Dockerfile").read_text()
"""In a file, where Dependabot finds it."""
AWS_IMAGE = PULL.split()[1].partition("@")[0]


def ensure(
    docker: DockerEngine,
    layout: Layout,
    progress: Progress,
    can_pull: Callable[[], bool] = lambda: registry_answers(AWS_REGISTRY),
) -> None:
    """Ensure that the image TAG exists and was made from the current inputs."""
    with progress.step("Base image", check=True) as step:
        if PYTHON.is_current(docker, hashed(PULL)):
            step.outcome = TAG
        elif can_pull() and _pulled(docker, layout, step):
            PYTHON.mark(layout)
            stand_ins.prune(docker)
            step.outcome = f"{AWS_IMAGE}, pulled"
        else:
            PYTHON.make(docker, layout, step.note)
            step.outcome = f"made of Debian packages: {AWS_IMAGE} can't be pulled"


def _pulled(docker: DockerEngine, layout: Layout, step: Step) -> bool:
    step.note(f"pulling {AWS_IMAGE}")
    label = f"{INPUTS}={hashed(PULL)}"
    log = layout.logs / "base-image.log"
    return docker.run("build", "--tag", TAG, "--label", label, "-", stdin=PULL, log=log, check=False).returncode == 0


if __name__ == "__main__":
    ensure(ensure_docker(Layout.of(), Progress()), Layout.of(), Progress())
