"""SANDBOX_PLUGINS=official: where the plugins come from, and the error if they can't be downloaded."""

from importlib.metadata import version
from pathlib import Path

import pytest

from sandbox import session
from sandbox.errors import SandboxError
from sandbox.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Of a machine without a network."""
    monkeypatch.setattr(session, "can_download_engine", lambda: False)
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def test_official_plugins_that_can_not_be_downloaded_are_named_with_what_to_do(layout: Layout) -> None:
    with pytest.raises(SandboxError) as refused:
        session._share_downloads(layout)
    assert (
        f"resource-aws-v{version('pulumi_aws')} and resource-docker-v{version('pulumi_docker')}" in refused.value.what
    )
    assert "get.pulumi.com, from which the engine downloads them, does not answer" in refused.value.what
    assert "connect this machine to the network, or leave SANDBOX_PLUGINS out" in refused.value.remedy


def test_official_plugins_that_are_there_need_no_network(layout: Layout) -> None:
    for name in ("aws", "docker"):
        (layout.tools / "plugins" / f"resource-{name}-v{version(f'pulumi_{name}')}").mkdir(parents=True)
    session._share_downloads(layout)
    assert (layout.pulumi_home / "plugins").readlink() == layout.tools / "plugins"
