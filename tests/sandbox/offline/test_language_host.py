import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from sandbox.layout import PROJECT
from sandbox.offline import language_host
from sandbox.process import wait_until

COMMAND = [sys.executable, "-P", language_host.__file__, "127.0.0.1:1"]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(COMMAND, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_on_a_signal(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, number)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


IN_A_LOCK = """
import os, signal, threading
from sandbox.offline import language_host

enter = threading.Condition.__enter__

def interrupted(condition):
    entered = enter(condition)
    if threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGTERM)
    return entered

def announced(*words, **options):
    print(*words, **options)
    threading.Condition.__enter__ = interrupted

language_host.print = announced
language_host.main()
"""
"""A host that gets SIGTERM at the moment when its main thread has taken a lock, if it takes any while it waits."""


def test_a_signal_ends_it_even_while_it_holds_a_lock() -> None:
    host = subprocess.Popen([sys.executable, "-c", IN_A_LOCK], cwd=PROJECT, text=True, stdout=subprocess.PIPE)
    with host:
        try:
            assert host.stdout is not None
            host.stdout.readline()
            host.terminate()
            assert host.wait(timeout=10) == 0
        finally:
            host.kill()


def test_it_ends_with_an_engine_that_is_killed() -> None:
    as_a_child = ["sh", "-c", '"$@" & wait', "sh", *COMMAND]
    with subprocess.Popen(as_a_child, text=True, stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        engine.stdout.readline()
        engine.kill()
        engine.communicate(timeout=10)  # ends when nobody can write any more


UNREACHABLE = "127.0.0.1:1"


def run(host: language_pb2_grpc.LanguageRuntimeStub, program: Path, engine: str) -> language_pb2.RunResponse:
    """Run a program, as an engine does that attaches to the host."""
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=engine))
    info = language_pb2.ProgramInfo(
        root_directory=str(program), program_directory=str(program), entry_point="__main__.py"
    )
    request = language_pb2.RunRequest(project="p", stack="s", pwd=str(program), monitor_address=UNREACHABLE, info=info)
    answered: language_pb2.RunResponse = host.Run(request)
    return answered


def test_an_engine_that_attaches_says_its_address() -> None:
    host = language_host.Host()
    host._shake_hands(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:7").SerializeToString())
    assert host.engine == "127.0.0.1:7"


def test_a_program_that_loses_the_engine_has_failed(process: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """The engine would take a success as the wish to delete everything."""
    (tmp_path / "__main__.py").write_text("import pulumi\npulumi.log.warn('hello')\n")
    assert process.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
        assert run(language_pb2_grpc.LanguageRuntimeStub(channel), tmp_path, engine=UNREACHABLE).bail


def test_the_first_line_is_the_port_it_listens_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        host = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert list(host.InstallDependencies(language_pb2.InstallDependenciesRequest())) == []


ANSWERED = """
import sys
from sandbox.offline.language_host import Host, WITHOUT_SDK

class Details:
    invocation_metadata = ()

for method in WITHOUT_SDK:
    Details.method = f"/pulumirpc.LanguageRuntime/{method}"
    Host().service(Details)
print([name for name in sys.modules if name.split(".")[0] == "pulumi"])
"""


def test_what_needs_no_sdk_is_answered_without_loading_it() -> None:
    done = subprocess.run([sys.executable, "-c", ANSWERED], cwd=PROJECT, text=True, capture_output=True, check=True)
    assert done.stdout == "[]\n"


def test_what_needs_no_sdk_is_answered_as_the_sdk_does() -> None:
    sdk = LanguageServer(lambda: None)
    without = {"Cancel": Empty()}  # the SDK doesn't answer it
    messages = {name: getattr(sdk, name)(None, None) for name in language_host.WITHOUT_SDK.keys() - without.keys()}
    messages |= without
    assert {name: message.SerializeToString() for name, message in messages.items()} == language_host.WITHOUT_SDK


def test_one_that_waits_has_loaded_the_program_and_serves_when_it_is_told_the_environment(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("from loaded import VALUE\n")
    (tmp_path / "loaded.py").write_text("import pathlib\nVALUE = pathlib.Path('was-loaded').touch()\n")
    command = [sys.executable, "-P", language_host.__file__, "--program", str(tmp_path)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
        try:
            wait_until((tmp_path / "was-loaded").exists, 60, "it loads what the program imports")
            assert waiting.stdin is not None and waiting.stdout is not None
            waiting.stdin.write('{"GIVEN": "1"}\n')
            waiting.stdin.flush()
            with grpc.insecure_channel(f"127.0.0.1:{int(waiting.stdout.readline())}") as channel:
                host = language_pb2_grpc.LanguageRuntimeStub(channel)
                assert run(host, tmp_path, engine=UNREACHABLE).bail
        finally:
            waiting.kill()


def test_one_that_waits_ends_without_a_word_when_nobody_needs_it(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("")
    command = [sys.executable, "-P", language_host.__file__, "--program", str(tmp_path)]
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
