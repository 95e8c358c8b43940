from typing import Any

import pytest

from sandbox.docker.limits import Limits


@pytest.mark.parametrize(
    ("info", "limits", "missing"),
    [
        (
            {"MemoryLimit": True, "CpuCfsQuota": True, "CpuCfsPeriod": True, "NCPU": 2},
            Limits(memory=True, cpu=True, cpus=2),
            "",
        ),
        (
            {"MemoryLimit": True, "CpuCfsQuota": True, "CpuCfsPeriod": False, "NCPU": 8},
            Limits(memory=True, cpu=False, cpus=8),
            "processor time",
        ),
        ({}, Limits(memory=False, cpu=False, cpus=1), "memory and processor time"),
    ],
)
def test_an_engine_says_what_it_can_limit(info: dict[str, Any], limits: Limits, missing: str) -> None:
    assert Limits.of(info) == limits
    assert limits.missing() == missing
