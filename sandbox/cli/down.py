"""`down`: the stack destroyed, everything that `up` started stopped, nothing left outside the sandbox's folder."""

import shutil

from sandbox import docker_engine, engine, stack
from sandbox.docker_engine import DockerEngine
from sandbox.emulator import Emulator
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import exclusive, opened


def down() -> None:
    """Destroy the stack, stop what `up` started, remove its containers and image tags; tools and logs stay."""
    layout = Layout.of()
    progress = Progress()
    failures = [*_destroy(layout, progress), *_stop(layout, progress)]
    if failures:
        raise SandboxError("\n".join(failures), "mend this and run `make down` again")


def _destroy(layout: Layout, progress: Progress) -> list[str]:
    """Through Pulumi, as a stack in the cloud would be. Its state goes in any case: the emulator's goes with it."""
    if not stack.exists(layout) or engine.find(layout) is None:
        return []
    try:
        with opened(layout, progress) as session, progress.step("pulumi destroy"):
            code = session.attend(["pulumi", "destroy", "--yes", "--skip-preview"])
    except SandboxError as failed:
        progress.console.print(f"the stack could not be destroyed, its state is dropped: {failed}", markup=False)
        return []
    if code != 0:
        progress.console.print(f"`pulumi destroy` ended with exit code {code}: the stack's state is dropped")
    return []


def _stop(layout: Layout, progress: Progress) -> list[str]:
    """What could not be done, as sentences; each part is tried even if another fails."""
    with exclusive(layout), progress.step("Stop and clean up") as step:
        emulator = Emulator(layout)
        stopped = emulator.stop()
        try:
            removed = _clean_docker(docker_engine.connect(layout), emulator)
            step.note(f"emulator {'stopped' if stopped else 'was not running'}, {removed}")
        except SandboxError as absent:
            step.note(f"Docker does not answer, so nothing of it was cleaned up: {absent.what}")
        docker_engine.stop(layout)
        for folder in (layout.backend, layout.emulator, layout.pulumi_home, layout.home / "tmp"):
            shutil.rmtree(folder, ignore_errors=True)
        (layout.home / "generation").unlink(missing_ok=True)
    return []


def _clean_docker(docker: DockerEngine, emulator: Emulator) -> str:
    """Functions' containers that a killed emulator left, and the tags of images that were pushed to this emulator."""
    listed = docker.run("ps", "--all", "--format", '{{.ID}} {{.Label "ministack.instance"}}').stdout.splitlines()
    containers = [line.split()[0] for line in listed if f" {emulator.instance}:" in line]
    if containers:
        docker.run("rm", "--force", "--volumes", *containers)
    images = docker.run("image", "ls", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}").stdout
    ours = [line.split() for line in images.splitlines() if line.startswith(f"localhost:{emulator.port}/")]
    names = [f"{name}:{tag}" if tag != "<none>" else f"{name}@{digest}" for name, tag, digest in ours]
    if names:
        docker.run("image", "rm", "--force", *names)
    return f"{len(containers)} containers and {len(names)} image tags removed"
