"""`down`: the stack destroyed, everything that `up` started stopped, nothing left outside the sandbox's folder."""

import shutil

from sandbox import base_image, docker_engine, engine, stack
from sandbox.docker_engine import DockerEngine
from sandbox.emulator import Emulator
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.local_images import prune_local_tags
from sandbox.progress import Progress
from sandbox.session import opened


def down() -> None:
    """Destroy the stack, stop what `up` started, remove its containers and image tags; tools and logs stay."""
    layout = Layout.of()
    progress = Progress()
    with exclusive(layout):
        _destroy(layout, progress)
        with progress.step("Stop and clean up") as step:
            step.outcome = _stop(layout)


def _destroy(layout: Layout, progress: Progress) -> None:
    """Through Pulumi, as a stack in the cloud would be. If that fails, the emulator's state goes all the same."""
    if not stack.exists(layout) or engine.find(layout) is None:
        return
    try:
        with opened(layout, progress) as session, progress.step("pulumi destroy", shows_itself=True) as step:
            ran = session.pulumi("destroy", "--yes", "--skip-preview")
            step.outcome = f"exit code {ran.code}: going on without it (log: {ran.log})" if ran.code else ""
    except SandboxError as failed:
        progress.console.print(f"not destroyed by Pulumi, but dropped: {failed}", markup=False)


def _stop(layout: Layout) -> str:
    """What was done, as a phrase."""
    emulator = Emulator(layout)
    emulator.stop()
    try:
        removed = _clean_docker(docker_engine.connect(layout), emulator, layout)
    except SandboxError as absent:
        removed = f"Docker does not answer, so nothing of it was cleaned up ({absent.what})"
    for folder in (layout.backend, layout.emulator, layout.pulumi_home, layout.home / "tmp"):
        if folder.exists():
            shutil.rmtree(folder)
    (layout.home / "generation").unlink(missing_ok=True)
    return f"{removed}; {docker_engine.stop(layout)}"


def _clean_docker(docker: DockerEngine, emulator: Emulator, layout: Layout) -> str:
    """Functions' containers that a killed emulator left, and the tags of images that were pushed to this emulator."""
    listed = docker.run("ps", "--all", "--format", '{{.ID}} {{.Label "ministack.instance"}}').stdout.splitlines()
    containers = [line.split()[0] for line in listed if f" {emulator.instance}:" in line]
    if containers:
        docker.run("rm", "--force", "--volumes", *containers)
    docker.run("network", "rm", emulator.instance, check=False)  # there is none unless a function has run
    port = emulator.forget_port()
    tags = prune_local_tags(docker, f"localhost:{port}/", keep=0) if port else []
    base_image.remove(docker, layout)
    return f"{len(containers)} containers and {len(tags)} image tags removed"
