"""Builds a module's image and sends it an event in a container of its own, before it is deployed."""

import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from docker.errors import DockerException

from components.image.content import BuildSpec
from components.image.docker_client import build_environ, build_options
from components.image.dockerfile import needed_images
from operations.errors import OperationError
from operations.functions import Functions
from sandbox import official_plugins
from sandbox.deployed.own_container import Answered, own_container
from sandbox.docker.function_container import NotStarted
from sandbox.docker.stand_ins import Replacements, write_replaced
from sandbox.offline.plugins.docker.session import Replace, nothing_replaced
from sandbox.session import Session
from sandbox.target import SandboxTarget

TAG = "trial"
LATE_SECONDS = 10
"""How long after the timeout the runtime interface emulator may take to say so."""


class NotTried(Exception):
    """The image can't be built or started. The update says why."""


class Trials:
    def __init__(self, session: Session, target: SandboxTarget) -> None:
        self._session, self._target, self._functions = session, target, Functions(target)
        self._replace: Replace = Replacements(session.docker, session.layout).of
        if official_plugins.are_chosen():  # their builds take no stand-ins
            self._replace = nothing_replaced

    @contextmanager
    def answered(self, function: str, spec: BuildSpec, event: bytes) -> Iterator[tuple[str, Answered]]:
        """Build an image, and send it an event as the version that `live` serves would get it.

        Yields the image's id, and the answer, before it removes the container. Raises NotTried.
        """
        docker, emulator = self._session.docker, self._session.emulator
        tag = f"localhost:{emulator.port}/{function}:{TAG}"
        with ExitStack() as at_the_end:
            at_the_end.callback(docker.run, "image", "rm", tag, check=False)
            try:
                with ThreadPoolExecutor(1) as meanwhile:
                    reading = meanwhile.submit(self._functions.configuration, function)
                    image = self._build(spec, tag)
                    configuration = {**reading.result(), "ImageUri": tag}
                starting = own_container(docker, emulator, self._target, configuration)
                container = at_the_end.enter_context(starting)
            except (OperationError, NotStarted, DockerException) as failed:
                raise NotTried from failed
            yield image, container.answer(event, configuration["Timeout"] + LATE_SECONDS)

    def _build(self, spec: BuildSpec, tag: str) -> str:
        """Build an image as the docker plugin does. Returns its id."""
        docker, project = self._session.docker, self._session.layout.project
        file = project / spec.dockerfile_path
        text = file.read_text(errors="surrogateescape")
        with tempfile.TemporaryDirectory() as folder:
            replaced = self._replace(needed_images(text, spec.args, spec.target), lambda _: None)
            written = write_replaced(file, text, replaced, spec.args, Path(folder)) if replaced else file
            id_file = Path(folder, "id")
            options = [*build_options(spec), "--file", str(written), "--tag", tag, "--iidfile", str(id_file)]
            environ = build_environ({**self._session.environ, **docker.environment()})
            built = subprocess.run(
                [docker.client, "build", *options, spec.context],
                env=environ,
                cwd=project,
                stdin=subprocess.DEVNULL,
                capture_output=True,
            )
            if built.returncode != 0:
                raise NotTried
            return id_file.read_text().strip()
