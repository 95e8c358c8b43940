from pathlib import Path

import pytest

from benchmarks.registry_name import named


@pytest.mark.parametrize("before", ["127.0.0.1 localhost\n", "127.0.0.1 localhost", ""])
def test_a_name_leads_here_for_a_while_and_then_no_longer(tmp_path: Path, before: str) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(before)
    with pytest.raises(KeyError), named("registry.example", hosts):
        assert hosts.read_text().splitlines()[-1] == "127.0.0.1 registry.example"
        raise KeyError
    assert hosts.read_text().rstrip("\n") == before.rstrip("\n")
