import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from ministack.services import lambda_svc

from sandbox.emulator.ministack.containers import one_at_a_time


def test_the_first_invocations_share_one_client_of_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Docker:
        @staticmethod
        def from_env(timeout: float) -> object:
            time.sleep(0.1)
            made.append(object())
            return made[-1]

    monkeypatch.setattr(lambda_svc, "docker_lib", Docker)
    monkeypatch.setattr(lambda_svc, "_docker_available", True)
    monkeypatch.setattr(lambda_svc, "_cached_docker_client", None)
    get = one_at_a_time(lambda_svc._get_docker_client)
    with ThreadPoolExecutor(4) as threads:
        got = list(threads.map(lambda _: get(), range(4)))
    assert len(made) == 1
    assert got == 4 * made
