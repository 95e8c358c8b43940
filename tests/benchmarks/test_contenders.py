import subprocess
from pathlib import Path

import pytest

from benchmarks.checkout import MODULE
from benchmarks.contender import Contender
from sandbox.errors import SandboxError

SCRIPTS = sorted((MODULE.parent / "contenders").glob("*.sh"))


def contender(module: Path) -> Contender:
    return Contender(name="one", module=module, command=[], cwd=module, environ={}, log=module / "log", function="one")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_bash_understands_the_script(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


def test_an_edit_changes_the_revision_alone(tmp_path: Path) -> None:
    handler = tmp_path / "handler.py"
    original = (MODULE / "handler.py").read_text()
    handler.write_text(original)
    contender(tmp_path).edit("second")
    assert handler.read_text() == original.replace('REVISION = "first"', 'REVISION = "second"')


def test_a_module_without_a_revision_can_not_be_edited(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("answer = 42\n")
    with pytest.raises(SandboxError, match="0 lines"):
        contender(tmp_path).edit("second")
