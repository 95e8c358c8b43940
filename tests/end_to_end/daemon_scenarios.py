"""What a Docker engine of the sandbox's own goes through, run by test_docker_daemon.py in namespaces apart.

`python -m tests.end_to_end.daemon_scenarios SCENARIO FOLDER`. /var/run must be an empty folder, so that no
engine is found.
"""

import json
import sys
from pathlib import Path

import psutil
from rich.console import Console

from sandbox.docker.engine import DockerEngine, ensure_docker, stop_docker
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import docker_daemon
from sandbox.offline.docker_daemon import SOCKET, Daemon
from sandbox.process import run
from sandbox.progress import Progress

DEFAULT_RANGES = 31
"""How many networks Docker has ranges of addresses for by default: https://docs.docker.com/engine/network/"""


def ensure(layout: Layout) -> DockerEngine:
    return ensure_docker(layout, Progress(Console(quiet=True)))


def run_container(engine: DockerEngine) -> str:
    """Gives the id of one that waits until it is stopped, of the emulator's own binary: there is no other image."""
    engine.run("build", "--tag", "waits", "-", stdin='FROM scratch\nCMD ["/bin/sleep", "600"]\n')
    mounts = [f"--volume={folder}:{folder}:ro" for folder in ("/bin", "/lib", "/lib64", "/usr")]
    return engine.run("run", "--detach", *mounts, "waits").stdout.strip()


def kill_dockerd(layout: Layout) -> None:
    dockerd = psutil.Process(int((layout.docker / "dockerd.pid").read_text()))
    dockerd.kill()
    psutil.wait_procs([dockerd], timeout=5)


def assert_nothing_is_left(layout: Layout) -> None:
    assert not SOCKET.exists()
    assert not [mount for mount in psutil.disk_partitions(all=True) if str(layout.docker) in mount.mountpoint]
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(layout.docker) in command or "/bin/sleep" in command]
    assert [path.name for path in layout.docker.iterdir()] == ["data"]


def starts_and_stops(layout: Layout) -> None:
    engine = ensure(layout)
    assert Daemon(layout).is_running()
    assert engine.host == f"unix://{SOCKET}"
    assert ensure(layout) == engine, "a second time it is found, not started"
    assert stop_docker(layout) == "Docker stopped"
    assert_nothing_is_left(layout)


def runs_on_for_others(layout: Layout) -> None:
    engine = ensure(layout)
    container = run_container(engine)
    assert "1 containers" in stop_docker(layout)
    assert docker_daemon.answers(SOCKET)
    engine.run("rm", "--force", container)
    assert stop_docker(layout) == "Docker stopped"


def has_ranges_of_addresses_for_many_networks(layout: Layout) -> None:
    """A killed engine leaves the bridges of its networks, and the next engine can't use their ranges."""
    engine = ensure(layout)
    for number in range(DEFAULT_RANGES + 1):
        engine.run("network", "create", f"network-{number}")
    assert stop_docker(layout) == "Docker stopped"


def leaves_the_ranges_of_networks_to_the_users_own_settings(layout: Layout) -> None:
    upper, work = layout.home / "upper", layout.home / "work"
    for folder in (upper, work):
        folder.mkdir(parents=True)
    folders = f"lowerdir=/etc,upperdir={upper},workdir={work}"
    run(["mount", "-t", "overlay", "-o", folders, "overlay", "/etc"])  # what is written there stays in this namespace
    docker_daemon.CONFIGURATION.parent.mkdir(exist_ok=True)
    pools = {"default-address-pools": [{"base": "10.99.0.0/16", "size": 24}]}
    docker_daemon.CONFIGURATION.write_text(json.dumps(pools))
    engine = ensure(layout)
    engine.run("network", "create", "network")
    ranges = engine.run("network", "inspect", "network", "--format", "{{range .IPAM.Config}}{{.Subnet}}{{end}}").stdout
    assert ranges.startswith("10.99."), ranges
    assert stop_docker(layout) == "Docker stopped"


def starts_after_a_kill(layout: Layout) -> None:
    run_container(ensure(layout))
    kill_dockerd(layout)
    engine = ensure(layout)
    assert engine.run("image", "inspect", "waits", check=False).returncode == 0, "its images are still there"
    assert stop_docker(layout) == "Docker stopped"
    assert_nothing_is_left(layout)


def stops_after_a_kill(layout: Layout) -> None:
    run_container(ensure(layout))
    kill_dockerd(layout)
    stop_docker(layout)
    assert_nothing_is_left(layout)


def takes_another_storage_driver_inside_a_container(layout: Layout) -> None:
    """There the folder lies on an overlay, and one overlay can't hold another's upper layer."""
    layers = [layout.home / name for name in ("lower", "upper", "work")]
    for folder in (*layers, layout.docker):
        folder.mkdir(parents=True)
    lower, upper, work = layers
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    run(["mount", "-t", "overlay", "-o", options, "overlay", layout.docker])
    assert ensure(layout).run("info", "--format", "{{.Driver}}").stdout.strip() == "vfs"
    assert stop_docker(layout) == "Docker stopped"


def names_its_log_when_it_does_not_start(layout: Layout) -> None:
    (layout.docker / "data").mkdir(parents=True)
    (layout.docker / "data" / "image").write_text("not the folder that dockerd needs")
    try:
        Daemon(layout).start()
    except SandboxError as error:
        assert "dockerd does not start" in error.what
        assert str(layout.logs / "dockerd.log") in error.remedy
    else:
        raise AssertionError("it started")


if __name__ == "__main__":
    home = Path(sys.argv[2])
    globals()[sys.argv[1]](Layout(project=home, home=home, tools=home / "tools"))
