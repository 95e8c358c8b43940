"""Every contender really ships: what answers afterwards is the code of the very run, or the comparison raises."""

from pathlib import Path

import pytest

from benchmarks.compare import compare
from benchmarks.contenders import BARE, MAKE_UP, PULUMI_UP, SAM, SCRIPT
from benchmarks.settings import Settings
from sandbox.docker.engine import DockerEngine
from sandbox.layout import PROJECT
from sandbox.progress import Progress


@pytest.mark.sandbox
@pytest.mark.thorough
def test_each_contender_ships_its_change_and_sam_is_left_out_with_a_reason(
    docker: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_HOME", str(tmp_path))
    monkeypatch.setenv("SANDBOX_TOOLS", str(PROJECT / ".sandbox" / "tools"))
    results = compare(Settings(runs=1), Progress())
    assert set(results["contenders"]) == {PULUMI_UP, MAKE_UP, SCRIPT, BARE}
    for times in results["contenders"].values():
        assert 0 < times["changed command"][0] < times["changed"][0]
        assert times["unchanged"][0] > 0
    assert "/etc/hosts" in results["skipped"][SAM]
    assert not (tmp_path / "benchmarks" / "compare").exists()
