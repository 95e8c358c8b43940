"""What a container gets beside its image so that a debugger can attach."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from unittest.mock import Mock

from docker.errors import ImageNotFound, NotFound

from sandbox.docker.debugger import options

FOLDER = Path(options.__file__).parent


def test_the_debugger_runs_on_any_python_because_nothing_in_it_is_compiled() -> None:
    with tarfile.open(fileobj=io.BytesIO(options._archive())) as archive:
        names = archive.getnames()
    assert {"sitecustomize.py", "debugpy/__init__.py", "debugpy/_vendored/pydevd/pydevd.py"} <= {*names}
    assert {Path(name).suffix for name in names} == {".py"}


def test_an_image_that_the_engine_has_lost_is_pulled() -> None:
    client = Mock()
    client.images.get.side_effect = ImageNotFound("gone")
    client.images.pull.return_value.attrs = {"Config": {"Env": ["PATH=/usr/bin"]}}
    client.containers.create.return_value.get_archive.side_effect = NotFound("no python3")
    assert not options.has_python(client, "image")
    client.images.pull.assert_called_once_with("image")


def test_what_an_image_does_when_python_starts_is_still_done(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('of the image')\n")
    environ = {**os.environ, "PYTHONPATH": f"{FOLDER}{os.pathsep}{tmp_path}"}
    environ.pop("SANDBOX_DEBUG_PORT", None)
    done = subprocess.run([sys.executable, "-c", ""], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "of the image\n"
