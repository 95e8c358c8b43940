"""Deploys a stack in the steps of the GitHub workflow, for other CI systems and for deployments by hand.

    python -m delivery.deploy --stack dev --shipped images.json
    IMAGES_FILE=images.json python -m delivery.deploy --stack prod

`--shipped` names the file that gets the images which the stack serves then, for a stack that takes its images from this
one. It needs the Pulumi engine and the deploy role's credentials, and Docker if the stack builds its images.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from components.errors import ComponentError
from components.printable import printable
from components.settings.configuration import stack_names
from delivery.engine import MISSING
from delivery.exclude import Excluded

Run = Callable[[Sequence[str], Mapping[str, str], Path | None], int]
"""Runs a command with variables added to its environment, and returns its exit code. The file gets its output."""


class Deployment:
    """The steps of one deployment. A step that may fail leaves what was deployed as it is."""

    def __init__(self, stack: str, run: Run) -> None:
        self._stack, self._run = stack, run

    def deploy(self, exclude: Sequence[str], adopt: str, shipped: Path | None, images: bool) -> int:
        """Return the exit code of the first step that failed, or 0. Raises ComponentError for an unknown module."""
        if self._stack not in stack_names():
            known = ", ".join(stack_names()) or "none"
            raise ComponentError(f"there is no stack file Pulumi.{self._stack}.yaml; the stacks here are: {known}")
        excluded = Excluded.of(exclude, self._stack)
        prepared = (self._delivery("preflight") if images else 0) or self._delivery("recover", "--adopt", adopt)
        if prepared:
            return prepared
        self._delivery("promote", "--wait")  # it may fail: a canary that is given up has its module held
        updated = self._up(excluded)
        promoted, ended = self._promote()
        updated_again = self._up(excluded) if ended else 0
        if failed := updated or promoted or updated_again:
            return failed
        self._delivery("prune")  # it may fail: the next deployment tries again
        return self._delivery("health") or (self._list_shipped(shipped) if shipped else 0)

    def _delivery(self, command: str, *options: str, output: Path | None = None, **variables: str) -> int:
        words = [sys.executable, "-m", f"delivery.{command}", "--stack", self._stack, *options]
        return self._run(words, variables, output)

    def _up(self, excluded: Excluded) -> int:
        return self._run(
            [
                *("pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--continue-on-error"),
                *("--stack", self._stack, *excluded.options),
            ],
            excluded.variables,
            None,
        )

    def _promote(self) -> tuple[int, str]:
        """Watch canaries. Return the exit code, and the modules of which a canary ended."""
        with tempfile.TemporaryDirectory() as folder:
            outputs = Path(folder, "outputs")
            outputs.touch()
            code = self._delivery("promote", "--wait", GITHUB_OUTPUT=str(outputs))
            return code, outputs.read_text().removeprefix("ended=").strip()

    def _list_shipped(self, file: Path) -> int:
        """Write the file only if the command succeeds, so that no other step reads half of a list."""
        with tempfile.TemporaryDirectory() as folder:
            listed = Path(folder, "images.json")
            code = self._delivery("shipped", output=listed)
            if code == 0:
                file.write_bytes(listed.read_bytes())
            return code


def run(command: Sequence[str], variables: Mapping[str, str], output: Path | None) -> int:
    shown = ["python" if word == sys.executable else word for word in command]
    print(f"$ {printable(' '.join(word for word in shown if word))}", flush=True)
    with ExitStack() as until_end:
        stdout = until_end.enter_context(output.open("w")) if output else None
        environ = {**os.environ, **variables}
        try:
            return subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=stdout).returncode
        except FileNotFoundError:  # the only command that can be missing
            sys.exit(MISSING)


def main() -> None:
    parser = argparse.ArgumentParser(description="Deploy a stack in the steps of the GitHub workflow.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument(
        "--exclude", type=str.split, default=[], metavar="MODULES", help="modules to leave as they are, by blanks"
    )
    parser.add_argument("--adopt", default="", metavar="MODULES", help="see `delivery.recover`")
    parser.add_argument("--shipped", type=Path, metavar="FILE", help="write the images that the stack serves to it")
    options = parser.parse_args()
    deployment = Deployment(options.stack, run)
    try:
        code = deployment.deploy(options.exclude, options.adopt, options.shipped, bool(os.environ.get("IMAGES_FILE")))
    except (ComponentError, OSError) as wrong:
        sys.exit(f"error: {printable(wrong) if isinstance(wrong, OSError) else wrong}")
    sys.exit(code)


if __name__ == "__main__":
    main()
