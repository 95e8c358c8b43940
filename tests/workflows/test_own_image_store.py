"""The script that takes Docker out of containerd's image store on a runner."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.files import GITHUB

SCRIPT = GITHUB / "actions" / "prepare" / "own-image-store"

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="runners have jq, this machine does not")


def run(folder: Path, driver: str, settings: str) -> list[str]:
    """The commands it gave to sudo, on a machine with this driver status and this daemon.json."""
    for name, lines in {
        "docker": [f"echo '{driver}'"],
        "sudo": ['echo "$@" >> sudo.log', f"[ $1 != cat ] || {settings}"],
    }.items():
        (folder / name).write_text("\n".join(["#!/bin/sh", *lines, ""]))
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    subprocess.run([SCRIPT], cwd=folder, env={"PATH": path}, check=True)
    log = folder / "sudo.log"
    return log.read_text().splitlines() if log.exists() else []


def test_a_docker_with_a_store_of_its_own_is_left_alone(tmp_path: Path) -> None:
    assert run(tmp_path, "[[Backing Filesystem extfs]]", "exit 1") == []


@pytest.mark.parametrize(
    ("before", "kept"),
    [("exit 1", {}), ("""echo '{"mtu": 1400, "features": {"cdi": true}}'""", {"mtu": 1400, "features": {"cdi": True}})],
    ids=["without settings", "with settings"],
)
def test_one_with_containerds_store_is_set_and_restarted(tmp_path: Path, before: str, kept: dict[str, Any]) -> None:
    driver = "[[driver-type io.containerd.snapshotter.v1]]"
    done = run(tmp_path, driver, before)
    assert done[1:] == ["mv daemon.json /etc/docker/daemon.json", "systemctl restart docker"]
    features = {**kept.get("features", {}), "containerd-snapshotter": False}
    assert json.loads((tmp_path / "daemon.json").read_text()) == {**kept, "features": features}
