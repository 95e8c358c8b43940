"""Gives each test the sandbox in the same condition, whatever the tests before it did."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end_to_end.checkout import Checkout

Ship = Callable[[Checkout], object]
"""Ships a checkout. Raises an AssertionError if that fails."""
State = Callable[[Checkout], dict[str, Any]]
"""Returns the deployment of a checkout's stack, as `pulumi stack export` has it."""


SANDBOX = ("emulator", "emulator.port", "generation", "Pulumi.local.yaml", "state")
"""What a sandbox's folder has of what is deployed."""


class Baseline:
    """A checkout that has shipped what it contains. `restore` brings it back to that."""

    def __init__(self, checkout: Checkout, ship: Ship, state: State) -> None:
        self._checkout, self._ship, self._state = checkout, ship, state
        ship(checkout)
        self._copy = checkout.root.with_name(f"{checkout.root.name}-baseline")
        self._names = {path.name for path in checkout.root.iterdir()}
        self._edited = {"modules", *(path.name for path in checkout.root.glob("Pulumi.*.yaml"))}
        for name in self._edited:
            _copy(checkout.root / name, self._copy / name)
        self._save_sandbox()

    def restore(self) -> Checkout:
        """Undo what a test has edited and shipped. A sandbox that can't be put back is made again."""
        root = self._checkout.root
        for name in self._edited | {path.name for path in root.iterdir()} - self._names:
            _remove(root / name)
        for name in self._edited:
            _copy(self._copy / name, root / name)
        if self._resources() != self._shipped and not self._put_sandbox_back():
            self._checkout.remove_sandbox()
            self._ship(self._checkout)
            self._save_sandbox()
        return self._checkout

    def _save_sandbox(self) -> None:
        self._shipped = self._resources()
        self._checkout.emulator.stop()
        for name in SANDBOX:
            _remove(self._copy / ".sandbox" / name)
            _copy(self._checkout.home / name, self._copy / ".sandbox" / name)
        self._checkout.start_emulator()

    def _put_sandbox_back(self) -> bool:
        """Return whether the emulator has its port again, which the names of images contain."""
        self._checkout.emulator.stop()
        for name in SANDBOX:
            _remove(self._checkout.home / name)
            _copy(self._copy / ".sandbox" / name, self._checkout.home / name)
        port = self._checkout.emulator.port
        self._checkout.start_emulator()
        return self._checkout.emulator.port == port and self._resources() == self._shipped

    def _resources(self) -> dict[str, Any]:
        """The state without its manifest, which every update changes."""
        return {key: value for key, value in self._state(self._checkout).items() if key != "manifest"}


@contextmanager
def shipped(checkout: Checkout, ship: Ship | None = None, state: State = Checkout.deployment) -> Iterator[Baseline]:
    """Ship a checkout, by `make up` if nothing else is given, and remove its sandbox at the end."""
    try:
        yield Baseline(checkout, ship or (lambda checkout: checkout.up().ok()), state)
    finally:
        checkout.remove_sandbox()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
