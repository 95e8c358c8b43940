"""Provides the image that modules build on: AWS's own if it can be pulled, or else one made from Debian packages."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from sandbox.docker.engine import DockerEngine
from sandbox.layout import Layout
from sandbox.offline import debian_image
from sandbox.offline.debian_image import hashed
from sandbox.progress import Progress, Step

TAG = "lambda-images/base:python3"
"""The value of the build argument BASE_IMAGE in the sandbox's stack, however the image was made."""
INPUTS = "lambda-images.base-recipe"
"""A label of the image. Its value is the hash of what the image was made from."""

REGISTRY = "https://public.ecr.aws/v2/"
PULL = (Path(__file__).parent / "aws-image" / "Dockerfile").read_text()
"""In a file, where Dependabot finds it."""
AWS_IMAGE = PULL.split()[1].partition("@")[0]


def registry_answers(url: str = REGISTRY, timeout: float = 5) -> bool:
    """Return whether AWS's public registry answers within `timeout` seconds. Without credentials it answers 401."""
    try:
        urllib.request.urlopen(url, timeout=timeout).close()
    except urllib.error.HTTPError as answer:
        return answer.code == 401
    except OSError:
        return False
    return True


def ensure(
    docker: DockerEngine, layout: Layout, progress: Progress, can_pull: Callable[[], bool] = registry_answers
) -> None:
    """Ensure that the image TAG exists and was made from the current inputs."""
    with progress.step("Base image", check=True) as step:
        if _is_current(docker):
            step.outcome = TAG
            return
        _mark(layout).parent.mkdir(parents=True, exist_ok=True)
        _mark(layout).touch()
        if can_pull() and _pulled(docker, layout, step):
            step.outcome = f"{AWS_IMAGE}, pulled"
        else:
            context = debian_image.Context.read()
            label = f"{INPUTS}={context.hash}"
            debian_image.build(docker, layout, step, context, ["--tag", TAG, "--label", label])
            step.outcome = f"made of Debian packages: {AWS_IMAGE} can't be pulled"
        # Removes the image that had the tag before, and what was built on it, unless it is tagged or in use.
        docker.run("image", "prune", "--force", "--filter", f"label={INPUTS}")


def remove(docker: DockerEngine, layout: Layout) -> None:
    """Remove the image if this sandbox made or pulled it. Other sandboxes that use it will make or pull it again."""
    if _mark(layout).exists():
        docker.run("image", "rm", "--force", TAG, check=False)
        _mark(layout).unlink()


def _mark(layout: Layout) -> Path:
    return layout.home / "base-image.ours"


def _is_current(docker: DockerEngine) -> bool:
    label = f'{{{{index .Config.Labels "{INPUTS}"}}}}'
    present = docker.run("image", "inspect", "--format", label, TAG, check=False)
    inputs = present.stdout.strip()
    return present.returncode == 0 and (inputs == hashed(PULL) or inputs == debian_image.Context.read().hash)


def _pulled(docker: DockerEngine, layout: Layout, step: Step) -> bool:
    step.note(f"pulling {AWS_IMAGE}")
    label = f"{INPUTS}={hashed(PULL)}"
    log = layout.logs / "base-image.log"
    return docker.run("build", "--tag", TAG, "--label", label, "-", stdin=PULL, log=log, check=False).returncode == 0
