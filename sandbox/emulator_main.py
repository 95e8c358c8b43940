"""The emulator's process: MiniStack with its layers in files, its state saved while it runs, on the addresses given.

    python -m sandbox.emulator_main STATE_FOLDER ADDRESS...

MiniStack itself saves its state only when it is stopped. Here it is saved within a second after each change, so that
a killed emulator loses next to nothing. Whether it may have lost something is told by the file `generation`: it gets a
new value when the folder is new and when the last run did not end by itself, or could not save its state then.
"""

import asyncio
import logging
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core.persistence import save_all
from ministack.services import ecr, lambda_svc

from sandbox import retention
from sandbox.registry import Application, BlobStore, Message, Receive, Registry, Send, answer

GENERATION_PATH = "/_sandbox/generation"
SAVE_AFTER = 1.0
"""Seconds from a change to its being saved."""
GRACE = 600.0
"""Seconds that a layer is kept before a manifest refers to it."""


class Keeper:
    """Notices changes, and soon after each sweeps the registry and saves the state of all services."""

    def __init__(self, behind: Application, store: BlobStore, generation: str) -> None:
        self._behind = behind
        self._store = store
        self._generation = generation
        self._changed = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == GENERATION_PATH:
            await answer(send, 200, {"Content-Type": "text/plain"}, self._generation.encode())
            return
        await self._behind(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SAVE_AFTER)
            self._changed.clear()
            try:
                sweep_registry(self._store, GRACE)
                save_all(ministack._build_persistence_save_dict())
            except Exception:  # whatever it is, the next change is to be saved
                logging.getLogger(__name__).exception("the state was not saved")


class FailedSaves(logging.Handler):
    """Counts them: MiniStack tells of one in its log alone."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def sweep_registry(store: BlobStore, grace: float) -> None:
    """Let go of the images that lifecycle policies expire, then of manifests and layers that no image refers to.

    Layers asked for within `grace` seconds stay: the push they belong to may still be running.
    """
    wanted: set[str] = set()
    for key, images in list(ecr._images._data.items()):
        policy = ecr._lifecycle_policies._data.get(key)
        gone = retention.expired(images, policy) if policy else set()
        images[:] = [image for image in images if image["imageDigest"] not in gone]
    for key, manifests in list(ecr._manifest_blobs._data.items()):
        tagged = {image["imageDigest"] for image in ecr._images._data.get(key, [])}
        for digest in manifests.keys() - tagged:
            del manifests[digest]
        wanted |= retention.layers(manifests.values())
    store.sweep(wanted, grace)


def separate_versions() -> None:
    """Give each version of a function instances of its own, as AWS does.

    MiniStack shares them between all versions that have one image, so that a new version would go on with the
    variables of an old one (MiniStack 1.5.33, `_warm_pool_key`).
    """
    shared = lambda_svc._warm_pool_key

    def of_version(function: str, configuration: dict[str, Any]) -> str:
        return f"{shared(function, configuration)}:{configuration['Version']}"

    lambda_svc._warm_pool_key = of_version


def generation_of(folder: Path) -> str:
    """The state's generation: a new one unless the run before ended cleanly."""
    generation, running = folder / "generation", folder / "running"
    if running.exists() or not generation.exists():
        generation.write_text(str(uuid.uuid4()))
    running.touch()
    return generation.read_text()


async def main(folder: Path, addresses: list[str]) -> None:
    separate_versions()
    store = BlobStore(folder / "layers")
    registry = Registry(store, ministack.app, lambda name: any(key[2] == name for key in ecr._repositories._data))
    keeper = Keeper(registry, store, generation_of(folder))
    config = Config()
    config.bind = addresses
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    failed = FailedSaves()
    logging.getLogger("persistence").addHandler(failed)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    async def asked_to_end() -> None:
        await ended.wait()
        failed.count = 0  # MiniStack saves once more now, and that counts

    keeping = asyncio.create_task(keeper.run())
    await serve(keeper, config, shutdown_trigger=asked_to_end)  # type: ignore[arg-type]  # hypercorn's own scope types
    keeping.cancel()
    sweep_registry(store, grace=0)
    if not failed.count:
        (folder / "running").unlink()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
