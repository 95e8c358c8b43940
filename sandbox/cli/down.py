"""`down`: destroys the stack and stops what `up` started. Nothing remains outside the sandbox's folder."""

import shutil

from sandbox.docker import debugger, stand_ins
from sandbox.docker.engine import DockerEngine, connect_docker, stop_docker
from sandbox.docker.local_images import prune_local_tags
from sandbox.emulator.process import Emulator
from sandbox.engine import stack
from sandbox.engine.binary import find_engine
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import opened

UNPROTECT = (
    "to have it back, run `make up`; to destroy it with its data, run "
    "`bin/sandbox exec -- pulumi config set protection false`, then `make up` and `make down`"
)


def down() -> None:
    """Destroy the stack, stop what `up` started, remove its containers and image tags; tools and logs stay.

    A protected stack is only stopped: it and its data are there again at the next `up`.
    """
    layout = Layout.of()
    progress = Progress()
    with exclusive(layout):
        if stack.exists(layout) and stack.is_protected(layout):
            with progress.step("Stop") as step:
                step.outcome = _stop(layout, forget=False)
            raise SandboxError("the stack is protected, so it was stopped, and nothing of it was destroyed", UNPROTECT)
        _destroy(layout, progress)
        with progress.step("Stop and clean up") as step:
            step.outcome = _stop(layout, forget=True)


def _destroy(layout: Layout, progress: Progress) -> None:
    """Destroy the stack through Pulumi, as in the cloud. If that fails, the emulator's state is deleted anyway."""
    if not stack.exists(layout) or find_engine(layout) is None:
        return
    try:
        with opened(layout, progress) as session, progress.step("pulumi destroy", shows_itself=True) as step:
            ran = session.pulumi("destroy", "--yes", "--skip-preview")
            step.outcome = f"exit code {ran.code}: going on without it (log: {ran.log})" if ran.code else ""
    except SandboxError as failed:
        progress.console.print(
            f"Pulumi could not destroy the stack, so its state is deleted instead: {failed}", markup=False
        )


def _stop(layout: Layout, *, forget: bool) -> str:
    """Stop everything and return a phrase that says what was done.

    With `forget`, what was deployed and pushed is deleted. Otherwise it is kept for the next `up`.
    """
    emulator = Emulator(layout)
    emulator.stop()
    try:
        docker = connect_docker()
        removed = remove_containers(docker, emulator)
        removed += _remove_images(docker, emulator, layout) if forget else " removed"
    except SandboxError as absent:
        removed = f"Docker does not answer, so nothing of it was cleaned up ({absent.what})"
    if forget:
        for folder in (layout.backend, layout.emulator, layout.pulumi_home, layout.home / "tmp"):
            if folder.exists():
                shutil.rmtree(folder)
        (layout.home / "generation").unlink(missing_ok=True)
    return f"{removed}; {stop_docker(layout)}"


def remove_containers(docker: DockerEngine, emulator: Emulator) -> str:
    """Remove the functions' containers that a killed emulator left, with their network and volumes."""
    if containers := emulator.containers(docker):
        docker.run("rm", "--force", "--volumes", *containers)
    for kind, name in (
        ("network", emulator.instance),
        ("volume", emulator.instance),
        ("volume", f"{emulator.instance}-{debugger.VOLUME}"),
    ):  # there is none unless a function has run
        docker.run(kind, "rm", name, check=False)
    return f"{len(containers)} containers"


def _remove_images(docker: DockerEngine, emulator: Emulator, layout: Layout) -> str:
    """Remove the tags of images that were pushed to this emulator, and the stand-ins of base images."""
    port = emulator.forget_port()
    tags = prune_local_tags(docker, f"localhost:{port}/", keep=0) if port else []
    stand_ins.remove(docker, layout)
    return f" and {len(tags)} image tags removed"
