"""Runs the emulator: MiniStack with the changes of `ministack/`, with image layers in files, on the given addresses.

    python -m sandbox.emulator.main STATE_FOLDER LOG ROOT_KEYS ADDRESS...

The file `generation` shows whether the emulator may have lost something. It gets a new value when the folder is new and
when the last run was killed, or could not save its state at the end.
"""

import asyncio
import logging
import os
import signal
import sys
import uuid
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.services import ecr

from sandbox.emulator import retention, root_keys
from sandbox.emulator.gate import GENERATION, Gate
from sandbox.emulator.layers import Application, BlobStore, Message, Receive, Registry, Send, answer
from sandbox.emulator.ministack import change_ministack, connections, logs, registry_rights, telemetry
from sandbox.emulator.ministack.saving import StateSaver
from sandbox.emulator.registry_access import RegistryAccess, Tokens

LAYER_GRACE_SECONDS = 600.0
"""How long a layer is kept before a manifest refers to it."""


class GenerationEndpoint:
    """Answers requests for the generation, and passes all others on to `behind`."""

    def __init__(self, behind: Application, generation: str) -> None:
        self._behind = behind
        self._generation = generation

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == GENERATION:
            await answer(send, 200, {"Content-Type": "text/plain"}, self._generation.encode())
        else:
            await self._behind(scope, receive, send)


class FailedSaves(logging.Handler):
    """Counts failed saves, which MiniStack reports only in its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


async def sweep_registry(store: BlobStore, grace: float) -> None:
    """Delete the images that lifecycle policies expire, then the manifests and layers that no image refers to.

    Layers requested within `grace` seconds stay, because the push that they belong to may still be running.
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
    await asyncio.to_thread(store.sweep, wanted, grace)


def generation_of(folder: Path) -> str:
    """Return the state's generation. It is new unless the last run ended cleanly."""
    generation, running = folder / "generation", folder / "running"
    if running.exists() or not generation.exists():
        generation.write_text(str(uuid.uuid4()))
    running.touch()
    return generation.read_text()


async def main(folder: Path, log: Path, keys: Path, addresses: list[str]) -> None:
    logs.write_to(log)
    os.environ.update(root_keys.ensure(keys))  # MiniStack reads its root user's keys from there
    change_ministack()
    registry_rights.issue_registry_tokens(tokens := Tokens())
    connections.close_connections_with_clients()
    store = BlobStore(folder / "layers")
    registry = Registry(store, ministack.app, lambda name: any(key[2] == name for key in ecr._repositories._data))
    states = ministack._build_persistence_save_dict
    saver = StateSaver(registry, lambda: sweep_registry(store, LAYER_GRACE_SECONDS), states)
    config = Config()
    config.bind = addresses
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.errorlog = logging.getLogger("hypercorn")
    failed = FailedSaves()
    logging.getLogger("persistence").addHandler(failed)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    async def wait_for_signal() -> None:
        await ended.wait()
        await saver.close()
        failed.count = 0  # MiniStack saves once more now, and that counts

    keeping = asyncio.create_task(saver.run())
    endpoint = GenerationEndpoint(RegistryAccess(tokens, registry_rights.is_allowed, saver), generation_of(folder))
    gate = Gate(endpoint, [address.rpartition(":")[0] for address in addresses])
    await serve(gate, config, shutdown_trigger=wait_for_signal)  # type: ignore[arg-type]  # hypercorn's own scope types
    keeping.cancel()
    telemetry.save()
    await sweep_registry(store, grace=0)
    if not failed.count:
        (folder / "running").unlink()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
