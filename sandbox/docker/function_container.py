"""Runs a function's image in a container that allows what Lambda allows, and no more.

Lambda's runtime interface emulator runs in front of the image's own entry point, whatever that is. It is in a volume,
because the image may have neither a shell nor a writable folder, and the engine may be on another machine.
"""

import io
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container
from docker.types import Ulimit

from sandbox.docker.limits import Limits

APART = {"com.docker.network.bridge.enable_icc": "false"}
"""https://docs.docker.com/engine/network/drivers/bridge/#options"""
NO_RANGE_REMEDY = (
    "; remove networks that nothing uses with `docker network prune`, or give Docker more ranges of addresses with "
    "`default-address-pools` in its daemon.json"
)
HOST = "host.docker.internal"
"""This machine's name in containers."""
EMULATOR_FOLDER = "/.lambda-emulator"
"""Where the volume with the emulator is in each container."""
PORT = 28080
"""Where the emulator accepts events. Its default, 8080, is also that of many web applications."""
USER = "993:990"
"""User and group of every function, whatever its image says."""
HOME = "/home/sbx_user1051"
"""The home of that user. It exists neither here nor on Lambda."""
MAX_PROCESSES = MAX_FILES = 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
EMULATOR_MEMORY_MIB = 32
"""What a container may use in addition, because the emulator runs in it."""
MIB_PER_CPU = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
CPU_PERIOD_MICROSECONDS = 100_000
START_SECONDS = 30.0
"""How long the emulator may take to answer."""

_making = threading.Lock()
_filling = threading.Lock()
_filled: set[str] = set()


class NotStarted(Exception):
    """A container has no network, or the emulator in it doesn't answer."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """What Lambda knows of a function that it starts."""

    image: str
    """The image's name in the engine."""
    variables: Mapping[str, str]
    """The environment variables that Lambda and the function's settings set."""
    memory: int = 1024
    """MiB."""
    storage: int = 512
    """The size of `/tmp` in MiB."""
    entry_point: Sequence[str] = ()
    """Replaces that of the image, unless it is empty, like the two below."""
    command: Sequence[str] = ()
    working_directory: str = ""


@dataclass(frozen=True)
class Started:
    container: Container
    url: str
    """Where it accepts events."""
    cpu_quota: int | None
    """How many microseconds of each period it may use processors after its init phase. None for all."""


def options(function: Function, image: Mapping[str, Any], limits: Limits, volume: str) -> dict[str, Any]:
    """Return the options of the Docker client with which the function's container is created.

    `image` is the description of the image. `/tmp` is in memory here and on disk on Lambda, so the container may use
    both together; `anonymous_memory` tells what the function itself uses.
    """
    configuration = image["Config"]
    in_image = {line.partition("=")[0] for line in configuration.get("Env") or ()}
    defaults = {"HOME": HOME, "TZ": ":UTC"}
    chosen: dict[str, Any] = {
        "image": function.image,
        "entrypoint": [
            f"{EMULATOR_FOLDER}/{image['Architecture']}",
            "--log-level=info",
            f"--runtime-interface-emulator-address=0.0.0.0:{PORT}",
        ],
        "command": [
            *(function.entry_point or configuration.get("Entrypoint") or ()),
            *(function.command or configuration.get("Cmd") or ()),
        ],
        "environment": {
            **{name: value for name, value in defaults.items() if name not in in_image},
            **function.variables,
        },
        "user": USER,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "read_only": True,
        "tmpfs": {"/tmp": f"rw,exec,nosuid,nodev,mode=1777,size={function.storage}m"},
        "ipc_mode": "none",  # there is no /dev/shm
        "pids_limit": MAX_PROCESSES,
        "ulimits": [Ulimit(name="nofile", soft=MAX_FILES, hard=MAX_FILES)],
        "volumes": {volume: {"bind": EMULATOR_FOLDER, "mode": "ro"}},
        "ports": {f"{PORT}/tcp": ("127.0.0.1", None)},
    }
    if function.working_directory:
        chosen["working_dir"] = function.working_directory
    if limits.memory:
        together = f"{function.memory + function.storage + EMULATOR_MEMORY_MIB}m"
        chosen |= {"mem_limit": together, "memswap_limit": together}
    return chosen


def cpu_quota(memory: int, limits: Limits) -> int | None:
    """Return how many microseconds of each period a function may use processors.

    None if it gets all processors, or if the engine can't limit them.
    """
    share = memory / MIB_PER_CPU
    return round(share * CPU_PERIOD_MICROSECONDS) if limits.cpu and share < limits.cpus else None


def anonymous_memory(statistics: Mapping[str, Any]) -> int:
    """Return the memory of a container's processes in bytes, without files in `/tmp` and without caches."""
    details = (statistics.get("memory_stats") or {}).get("stats") or {}
    return int(details.get("anon", details.get("total_rss", 0)))  # cgroup v2, cgroup v1


def on_network(client: docker.DockerClient, name: str) -> dict[str, Any]:
    """Return the options of a container that reaches only the emulator. Creates the network unless it is there.

    Raises NotStarted if Docker refuses to create it.
    """
    with _making:  # Docker would create two networks of the same name
        if not any(network.name == name for network in client.networks.list(names=[name])):
            try:
                client.networks.create(name, driver="bridge", options=APART)
            except docker.errors.APIError as refused:
                remedy = NO_RANGE_REMEDY if "address pool" in str(refused.explanation) else ""
                raise NotStarted(f"Docker can't create the network {name}: {refused.explanation}{remedy}") from refused
    return {"network": name, "extra_hosts": {HOST: "host-gateway"}}


def start(client: docker.DockerClient, function: Function, programs: Path, volume: str, **additional: Any) -> Started:
    """Start a function's container. The function itself starts with the first event.

    `programs` is the folder of `runtime_emulator`, `volume` the name of the volume that it is copied to, `additional`
    are more options of the Docker client: of those that are mappings, the keys are added. Raises NotStarted, or an
    error of Docker.
    """
    image, limits = image_of(client, function.image), Limits.of(client.info())
    fill(client, volume, EMULATOR_FOLDER, lambda: _archive(programs), function.image)
    chosen = options(function, image.attrs, limits, volume)
    for name, value in additional.items():
        chosen[name] = {**chosen[name], **value} if isinstance(chosen.get(name), dict) else value
    container = client.containers.create(**chosen)
    try:
        container.start()
        return Started(container, _url(container), cpu_quota(function.memory, limits))
    except BaseException:
        container.remove(force=True, v=True)
        raise


def send(url: str, event: bytes, seconds: float, request: str) -> tuple[int, bytes]:
    """Send an event, and return the status and the body of the answer. The status is 0 if there is none."""
    headers = {"Content-Type": "application/json", "X-Amzn-RequestId": request}
    posted = urllib.request.Request(url, data=event, headers=headers)
    try:
        with urllib.request.urlopen(posted, timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as failed:
        return failed.code, failed.read()
    except (OSError, urllib.error.URLError):
        return 0, b""


def image_of(client: docker.DockerClient, name: str) -> Any:
    """Return the image with this name, which is pulled if the engine doesn't have it any more."""
    try:
        return client.images.get(name)
    except docker.errors.ImageNotFound:
        return client.images.pull(name)


def fill(client: docker.DockerClient, volume: str, folder: str, archive: Callable[[], bytes], image: str) -> None:
    """Copy an archive into a volume, through a container that never runs, unless this process has done so.

    `folder` is where the volume is in that container, which is one of the image.
    """
    with _filling:
        if volume in _filled and client.volumes.list(filters={"name": volume}):
            return
        binding = {volume: {"bind": folder, "mode": "rw"}}
        container = client.containers.create(image, command=["never run"], volumes=binding)
        try:
            container.put_archive(folder, archive())
        finally:
            container.remove(force=True, v=True)
        _filled.add(volume)


def _archive(programs: Path) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for program in programs.iterdir():
            about = tar.gettarinfo(program)
            about.name, about.mode, about.uid, about.gid = program.name, 0o755, 0, 0
            with program.open("rb") as content:
                tar.addfile(about, content)
    return archive.getvalue()


def _url(container: Container) -> str:
    """Return the emulator's URL as soon as it answers there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        container.reload()
        if container.status not in ("created", "running"):
            break
        if published := container.ports.get(f"{PORT}/tcp"):
            url = f"http://127.0.0.1:{published[0]['HostPort']}"
            if _answers(url):
                return f"{url}/2015-03-31/functions/function/invocations"
        time.sleep(0.01)
    state = container.attrs["State"]
    shown = container.logs().decode(errors="replace").strip()
    raise NotStarted(f"the container is {state['Status']}, exit code {state['ExitCode']}: {state['Error']}{shown}")


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
