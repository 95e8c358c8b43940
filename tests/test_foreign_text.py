"""Every place that shows text of others is given some that would clear a screen, forge a line, or command a runner."""

import base64
import io
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components.errors import ComponentError
from components.function.version_checks import check_answer, check_version, missing_version
from components.image.content import BuildSpec, Content
from components.modules import find_modules, read_content, written_settings
from components.settings import ModuleSettings
from components.settings.document import Document
from delivery import affected, exclude, recover
from delivery.changes import differences, other_changes
from delivery.formatting import format_table
from delivery.stack import Stack
from operations.errors import OperationError
from operations.event_argument import event_of
from operations.functions import Functions
from operations.log_reading import LogEvent, Page
from operations.target import Target
from sandbox.cli import app, invoke, logs, preview, status
from sandbox.cli.module_argument import complete_names
from sandbox.cli.results import format_json
from sandbox.engine import event_log
from sandbox.layout import Layout
from sandbox.offline.plugins import messages
from sandbox.offline.plugins.docker.session import Docker
from sandbox.offline.plugins.engine_log import EngineLog, Log
from sandbox.offline.plugins.errors import CheckFailure, CheckResult, InitError, Refused
from sandbox.process import run, stream
from sandbox.progress import Progress, console_on

HOSTILE = "a\x1b[2J\x9b\x7f\u202e\nforged\n::error::b\n ::set-output name=c::d\n##[error]e\rforged"
QUOTED = json.dumps(HOSTILE)
"""As YAML takes it in double quotes, and JSON."""
ENVIRON = {name: "x" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
URN = f"urn:pulumi:dev::shop::lambda-images:index:LambdaModule$aws:lambda/function:Function::{HOSTILE}"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text("config: {}\n")
    Path("modules/x/events").mkdir(parents=True)
    Path("modules/x/events/smoke.json").write_text("{}")
    Path("modules/x/Dockerfile").write_text("FROM scratch\n")
    Path("modules/x/.dockerignore").write_text("module.yaml\n")


def refused(action: Callable[[], object]) -> str:
    with pytest.raises((ComponentError, OperationError, Refused, recover.RecoveryError)) as raised:
        action()
    return str(raised.value)


def settings_refused(own: str = "", stacks: str = "config: {}\n") -> str:
    Path("modules/x/module.yaml").write_text(own or "timeout: 5\n")
    Path("Pulumi.dev.yaml").write_text(stacks)
    return refused(lambda: written_settings("shop", "dev"))


def content_refused() -> str:
    return refused(lambda: read_content(Path("modules/x"), ModuleSettings()))


def folder_refused(make: Callable[[Path], object]) -> str:
    make(Path("modules", HOSTILE))
    return refused(lambda: find_modules(Path("modules"), Document(file="Pulumi.dev.yaml", values={})))


# The program


def name_of_a_pipe() -> str:
    os.mkfifo(Path("modules/x", HOSTILE))
    return content_refused()


def name_and_target_of_a_link() -> str:
    Path("modules/x", HOSTILE).symlink_to(f"/{HOSTILE}")
    return content_refused()


def names_in_the_record_of_what_is_served() -> str:
    Path("modules/x", HOSTILE).touch()
    record = Content.read(BuildSpec(context="modules/x", platform="linux/amd64")).record
    return "\n".join(record["files"])


def name_of_a_script(monkeypatch: pytest.MonkeyPatch) -> str:
    Path("modules/x", f"{HOSTILE}.{HOSTILE}").write_text("#!/bin/sh\r\n")
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    find_modules(Path("modules"), Document(file="Pulumi.dev.yaml", values={}))
    return "\n".join(warned)


def file_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch) -> str:
    Path("modules/x", HOSTILE).mkdir()

    def scandir(path: str | Path, listed: Callable[..., Any] = os.scandir) -> Any:
        if HOSTILE in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return content_refused()


def pattern() -> str:
    Path("modules/x/.dockerignore").write_text("\x1b[2J\x9b\u202e[ ::error::b ##[error]\r")
    return content_refused()


def whole_module_of_that_name() -> str:
    name = HOSTILE * 3  # which is too long for a function
    shutil.copytree("modules/x", Path("modules", name))
    Path("modules", name, "module.yaml").write_text("timeout: 5\n")
    return refused(lambda: written_settings("shop", "dev"))


PROGRAM: dict[str, Callable[[], str]] = {
    "folder that is not a module": lambda: folder_refused(Path.mkdir),
    "whole module": whole_module_of_that_name,
    "module linked from outside": lambda: folder_refused(lambda path: path.symlink_to("/")),
    "link to nowhere": lambda: folder_refused(lambda path: path.symlink_to("nowhere")),
    "name of a pipe": name_of_a_pipe,
    "name and target of a link": name_and_target_of_a_link,
    "names in the record": names_in_the_record_of_what_is_served,
    "pattern": pattern,
    "unknown key": lambda: settings_refused(f"{QUOTED}: 1\n"),
    "key that is there twice": lambda: settings_refused(f"{QUOTED}: 1\n{QUOTED}: 1\n"),
    "key of a mapping": lambda: settings_refused(f"environment:\n  {QUOTED}: 1\n"),
    "key in a stack": lambda: settings_refused(stacks=f"config:\n  {json.dumps('shop:' + HOSTILE)}: 1\n"),
    "module in a stack": lambda: settings_refused(stacks=f"config:\n  shop:modules:\n    {QUOTED}: {{}}\n"),
    "secret in a stack": lambda: settings_refused(stacks=f"config:\n  shop:secrets:\n    x:\n      {QUOTED}: v\n"),
    "value": lambda: settings_refused(f"timeout: {QUOTED}\n"),
    "value that is too long": lambda: settings_refused(f"description: {json.dumps(HOSTILE * 9)}\n"),
    "Dockerfile": lambda: settings_refused(f"dockerfile: {QUOTED}\n"),
    "key in an image": lambda: settings_refused(f"image:\n  {QUOTED}: 1\n"),
    "time zone": lambda: settings_refused(
        f'triggers: {{schedules: {{a: {{expression: "rate(1 day)", timezone: {QUOTED}}}}}}}\n'
    ),
    "answer": lambda: refused(
        lambda: check_answer({"version": "1", "function": "f", "expected": {HOSTILE: 1}, "answer": "{}"})
    ),
    "description of a version": lambda: refused(
        lambda: check_version(
            {
                **{"function": "f", "version": "1", "stack": "dev"},
                **{"published": {"image": "i", "description": HOSTILE}, "wanted": {"image": "j", "description": "d"}},
            }
        )
    ),
    "what AWS says": lambda: str(
        ComponentError(missing_version({"version": "1", "function": "f"}, HOSTILE).replace("\n  pulumi", "; pulumi"))
    ),
    "absolute path": lambda: refused(lambda: BuildSpec(context=f"/{HOSTILE}", platform="linux/amd64")),
}


# What runs beside it


def ended(main: Callable[[], object], *arguments: str) -> str:
    """What a command prints at its end."""
    before, sys.argv = sys.argv, ["command", *arguments]
    try:
        with pytest.raises(SystemExit) as raised:
            main()
    finally:
        sys.argv = before
    return str(raised.value)


def record(*files: str) -> dict[str, Any]:
    return {"files": {file: "0644 abc" for file in files}, "args": {HOSTILE: "1"} if files else {}}


def settings_of_a_folder_with_mistakes(main: Callable[[], object], *arguments: str) -> str:
    Path("modules", HOSTILE).mkdir()
    return ended(main, *arguments)


STEP = {"op": "update", "urn": URN, "type": "aws:lambda/function:Function", "detailedDiff": {HOSTILE: {}}}
PARENT = {"new": {"parent": "urn:pulumi:dev::shop::lambda-images:index:LambdaModule::x", "custom": True}}

DELIVERY: dict[str, Callable[[], str]] = {
    "files that differ": lambda: "\n".join(differences(record(), record(HOSTILE))),
    "resources that differ": lambda: "\n".join(
        line
        for lines in other_changes([{"resourcePreEvent": {"metadata": {**STEP, **PARENT}}}]).values()
        for line in lines
    ),
    "what pulumi says": lambda: str(recover._pulumi_error(recover.PulumiResult(1, HOSTILE, HOSTILE))),
    "what holds a lock": lambda: str(recover._pulumi_error(recover.PulumiResult(1, "currently locked", HOSTILE))),
    "name of a resource": lambda: printed(lambda: [*recover._print_each([HOSTILE])]),
    "mistakes reported by affected": lambda: settings_of_a_folder_with_mistakes(affected.main, "HEAD"),
    "mistakes reported by exclude": lambda: settings_of_a_folder_with_mistakes(exclude.main, "x", "--stack=dev"),
    "modules that there are": lambda: settings_of_a_folder_with_mistakes(exclude.main, "nosuch", "--stack=dev"),
}


def printed(action: Callable[[], object]) -> str:
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        action()
        return sys.stdout.getvalue()
    finally:
        sys.stdout = before


# The sandbox


def on_a_console(work: Callable[[Progress], object], **environ: str) -> str:
    written = io.StringIO()
    work(Progress(console_on(written, {"TERM": "dumb", **environ}), {"TERM": "dumb", **environ}))
    return written.getvalue()


def a_step(progress: Progress) -> None:
    with progress.step(HOSTILE) as step:
        step.note(HOSTILE)
        step.outcome = HOSTILE


def a_running_step(progress: Progress) -> None:
    with progress.step(HOSTILE) as step:
        step.note(HOSTILE)
        progress.console.print(step.__rich__())


def shown_at_the_end(error: OperationError) -> str:
    written, before = io.StringIO(), sys.stderr
    sys.stderr = written
    try:
        app._print_error(error)
    finally:
        sys.stderr = before
    return written.getvalue()


def functions(payload: bytes) -> Functions:
    log = base64.b64encode(HOSTILE.encode())
    answered = {"FunctionError": "Unhandled", "Payload": io.BytesIO(payload), "LogResult": log}
    client = SimpleNamespace(invoke=lambda **_: answered)
    return Functions(Target(Stack("x", "dev", "x-dev", lambda service: None), Path(), lambda service: client))


def failed_with(error: object) -> str:
    payload = error if isinstance(error, bytes) else json.dumps(error).encode()
    return refused(lambda: functions(payload).invoke("f", b"{}"))


def a_verb(module: Any, monkeypatch: pytest.MonkeyPatch, **fakes: object) -> str:
    """What `logs` or `invoke` print of a deployed module."""
    deployed = SimpleNamespace(log_group="g", function="f")
    target = SimpleNamespace(module=lambda name: deployed, log_age=None)
    monkeypatch.setattr(module, "target_of", lambda stack: target)
    monkeypatch.setattr("operations.functions.Functions", lambda target: SimpleNamespace(**fakes))
    verb = getattr(module, module.__name__.rpartition(".")[2])
    return printed(lambda: verb(["x"] if module is logs else "x"))


def an_answer(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(invoke, "check_served", lambda found, live, target: None)
    monkeypatch.setattr(invoke, "_smoke_event", lambda target, module: b"{}")
    text = a_verb(invoke, monkeypatch, live_version=lambda f: "1", invoke=lambda f, event: {HOSTILE: [HOSTILE]})
    assert json.loads(text) == {HOSTILE: [HOSTILE]}
    return text


def a_log(monkeypatch: pytest.MonkeyPatch) -> str:
    own = HOSTILE.replace("forged", "own")
    document = json.dumps({"level": own, "message": own, own: own, "stackTrace": [own]})
    page = Page([LogEvent("stream", 0, own), LogEvent("stream", 0, document)])
    return a_verb(logs, monkeypatch, log_page=lambda group, start, token: page)


def a_preview_that_failed() -> str:
    return on_a_console(lambda progress: progress.console.print(HOSTILE.replace("forged", "own"), markup=False))


def a_summary_of_a_preview() -> str:
    changes = {"x": differences(record(), record(HOSTILE))}
    lines = preview._summary(changes, {"x": ["~ image"]}, [])
    return on_a_console(lambda progress: progress.console.print(*lines, sep="\n", markup=False))


def a_status() -> str:
    from operations.working_tree import Compared

    described = SimpleNamespace(
        **{"module": "x", "live": None, "newest": None, "deployed": None, "untested": False, "unknown": ""},
        compared=Compared("invalid", [HOSTILE]),
    )
    return "\n".join(format_table([status.HEADINGS, status._row(described, SimpleNamespace())]))  # type: ignore[arg-type]  # stand-ins


def a_log_of_a_run() -> str:
    diagnostic = {"timestamp": 0, "diagnosticEvent": {"urn": URN, "message": HOSTILE, "severity": "error"}}
    done = {"timestamp": 0, "resourcePreEvent": {"metadata": {"op": "create", "urn": URN}}}
    return "\n".join(event_log.lines([diagnostic, done]))


def printing() -> list[str]:
    Path("hostile").write_bytes(HOSTILE.encode("utf-8"))
    return ["sh", "-c", "cat hostile; exit 3"]


def a_command_that_failed() -> str:
    return refused(lambda: run(printing()))


def a_streamed_command_that_failed() -> str:
    log = Path.cwd() / "log"
    return refused(lambda: [*stream(printing(), env=os.environ, cwd=Path.cwd(), log=log)])


def an_event(content: str) -> str:
    Path(HOSTILE).write_text(content)
    return refused(lambda: event_of(HOSTILE, io.BytesIO()))


# The local plugins


def a_message_to_the_engine() -> str:
    sent: list[str] = []
    engine = EngineLog()
    engine._stub = SimpleNamespace(Log=lambda request, timeout: sent.append(request.message))
    for tell in (Log(engine, URN).status, Log(engine, URN).info, Log(engine, URN).warning):
        tell(HOSTILE.replace("forged", "own"))
    return "\n".join(sent)


def lines_of_a_build() -> str:
    printing()
    script = Path("client")
    script.write_text("#!/bin/sh\ncat hostile\n")
    script.chmod(0o755)
    docker = Docker(client=script.absolute(), environ={}, platform="linux/amd64", project=Path.cwd(), logs=Path("logs"))
    lines = docker.stream("build", cancelled=threading.Event(), environ={"PATH": os.environ["PATH"]})
    return "\n".join(f"own {line}" if line == "forged" else line for line in lines)


SANDBOX: dict[str, Callable[[], str]] = {
    "step in a log": lambda: on_a_console(a_step),
    "step in a terminal": lambda: on_a_console(a_running_step, FORCE_COLOR="1", NO_COLOR="1"),
    "error": lambda: shown_at_the_end(
        OperationError(HOSTILE.replace("forged", "own"), HOSTILE.replace("forged", "own"))
    ),
    "error of a function": lambda: failed_with(
        {"errorType": HOSTILE, "errorMessage": HOSTILE, "stackTrace": [HOSTILE]}
    ),
    "error that is no document": lambda: failed_with(HOSTILE.encode()),
    "error that is a list": lambda: failed_with([HOSTILE]),
    "error without a list of lines": lambda: failed_with({"errorMessage": 1, "stackTrace": HOSTILE}),
    "failed preview": a_preview_that_failed,
    "summary of a preview": a_summary_of_a_preview,
    "status": a_status,
    "table": lambda: "\n".join(format_table([("a", HOSTILE), (HOSTILE, "b")])),
    "result for a script": lambda: format_json({HOSTILE: HOSTILE}),
    "log of a run": a_log_of_a_run,
    "failed command": a_command_that_failed,
    "failed streamed command": a_streamed_command_that_failed,
    "event's name": lambda: an_event("[1,"),
    "event's line": lambda: an_event("\x1b[2J\x9b ::error::b ##[error]e"),
    "message to the engine": a_message_to_the_engine,
    "lines of a build": lines_of_a_build,
    "refusal of a plugin": lambda: str(Refused(HOSTILE.replace("forged", "own"))),
    "half-made resource": lambda: str(InitError(HOSTILE.replace("forged", "own"), "id", {})),
    "failed check": lambda: (
        messages.failures(CheckResult({}, [CheckFailure(HOSTILE.replace("forged", "own"))]))[0].reason
    ),
}

NEEDING_STAND_INS = (name_of_a_script, file_that_can_not_be_read, an_answer, a_log)


def check(text: str) -> None:
    assert text
    assert not set(text) & {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u202e"} - {"\n", "\t"}
    assert "##[" not in text
    lines = text.split("\n")
    assert not [line for line in lines if line.lstrip().startswith(("::error", "::set", "forged"))]


@pytest.mark.parametrize("place", [*PROGRAM, *DELIVERY, *SANDBOX])
def test_text_of_others_does_nothing_where_it_is_shown(place: str) -> None:
    check({**PROGRAM, **DELIVERY, **SANDBOX}[place]())


@pytest.mark.parametrize("place", NEEDING_STAND_INS, ids=lambda place: place.__name__)
def test_nor_does_it_there(place: Callable[[pytest.MonkeyPatch], str], monkeypatch: pytest.MonkeyPatch) -> None:
    check(place(monkeypatch))


def test_names_that_are_completed_are_left_out_if_they_would_do_something(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("modules", HOSTILE).mkdir()
    monkeypatch.setattr(Layout, "of", lambda: SimpleNamespace(project=Path.cwd()))
    assert complete_names("") == ["x"]


def test_the_text_does_something_where_it_is_shown_as_it_is() -> None:
    with pytest.raises(AssertionError):
        check(HOSTILE)
