"""SANDBOX_PLUGINS=official: the engine finds the plugins where it puts its downloads, and starts them itself.

The official ones can't be had everywhere; here executables of their names serve the local ones.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import version

import pytest

from sandbox.docker import base_image
from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

PLUGIN = """\
#!{python}
import os, signal
from pathlib import Path
from sandbox.offline.plugins import aws, docker
from sandbox.offline.plugins.serve import serve
provider = aws.provider() if {name!r} == "aws" else docker.provider(Path({root!r}), Path({root!r}, "logs"))
with serve([provider], os.environ) as attached:
    print(attached.partition(":")[2], flush=True)
    signal.sigwait({{signal.SIGINT, signal.SIGTERM}})
"""


class Official(Checkout):
    @property
    def environment(self) -> dict[str, str]:
        own = {"SANDBOX_PLUGINS": "official", "SANDBOX_TOOLS": str(self.root / "tools")}
        return {**super().environment, **own, "PYTHONPATH": str(PROJECT)}


@pytest.fixture(scope="module")
def checkout(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Official.at(tmp_path_factory.mktemp("official") / "checkout")
    checkout.add("adder", TINY / "adder")
    tools = checkout.root / "tools"
    (tools / "plugins").mkdir(parents=True)
    for made in ("base-image", "bin"):
        (tools / made).symlink_to(PROJECT / ".sandbox" / "tools" / made)
    for name in ("aws", "docker"):
        folder = tools / "plugins" / f"resource-{name}-v{version(f'pulumi_{name}')}"
        folder.mkdir()
        plugin = folder / f"pulumi-resource-{name}"
        plugin.write_text(PLUGIN.format(python=sys.executable, name=name, root=str(checkout.root)))
        plugin.chmod(0o755)
    checkout.pulumi("config", "set", "--path", "buildArgs.BASE_IMAGE", base_image.TAG).ok()  # nothing is replaced
    with checkout.shipped():
        yield checkout


def test_a_module_is_shipped_by_plugins_that_the_engine_starts(checkout: Checkout) -> None:
    assert checkout.invoke("adder") == {"sum": 6}
    assert "Nothing changed" in checkout.up().ok()


def test_the_engine_found_them_among_the_shared_tools(checkout: Checkout) -> None:
    found = [line.split()[:3] for line in checkout.pulumi("plugin", "ls").ok().splitlines()]
    assert [["aws", "resource", version("pulumi_aws")], ["docker", "resource", version("pulumi_docker")]] == [
        line for line in found if "resource" in line
    ]
