import shutil
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.engine.binary import MINIMUM, Engine, ensure_engine, find_engine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import engine_build
from sandbox.offline.launcher import LANGUAGE_HOST
from sandbox.progress import Progress, Step

UNREACHABLE = "get.pulumi.invalid"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


@pytest.fixture
def step() -> Step:
    return Step(Progress(Console(quiet=True)), "Pulumi engine")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on PATH beside the system's; the download site can't be reached."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr("sandbox.engine.binary.DOWNLOAD_HOST", UNREACHABLE)
    return folder


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def pulumi(path: Path, version: str) -> Path:
    """A stand-in that only prints its version, and writes a line for each call."""
    return script(path, f'echo asked >> "{path}.calls"', f"echo v{version}")


def go(programs: Path, version: str, build: str) -> Path:
    """A stand-in for Go: `build` is what it does instead of compiling, with the output's name in $out."""
    find_output = 'while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done'
    answers = f'[ "$2" = GOVERSION ] && echo {version} || printf "/modules\\nhttps://proxy\\n/settings\\n"'
    module = programs / "module"
    script(module / engine_build.LEFT_OUT / "api.go", "what imports much")
    script(module / "main.go", "what is built")
    return script(
        programs / "go",
        f'if [ "$1" = env ]; then {answers}; exit; fi',
        f"""[ "$2" = download ] && echo 'go: downloading' && echo '{{"Dir": "{module}"}}' && exit""",
        '[ "$2" = edit ] && echo "$3" >> "$4" && exit',
        find_output,
        build,
    )


def writes_engine(version: str) -> str:
    return f'printf "#!/bin/sh\\necho v{version}\\n" > "$out"; chmod +x "$out"; echo compiled'


@pytest.mark.parametrize("version", ["3.259.0", "3.260.1", "4.0.0"])
def test_an_engine_on_the_path_that_is_new_enough_is_used(
    layout: Layout, step: Step, programs: Path, version: str
) -> None:
    found = pulumi(programs / "pulumi", version)
    assert ensure_engine(layout, step) == Engine(found, version)


def test_an_older_engine_on_the_path_is_passed_over_for_one_made_before(
    layout: Layout, step: Step, programs: Path
) -> None:
    pulumi(programs / "pulumi", "3.258.9")
    made = pulumi(layout.tools / "bin" / "pulumi", "3.259.0")
    assert ensure_engine(layout, step).path == made


def test_a_known_engine_is_not_started_to_ask_its_version_again(layout: Layout, programs: Path) -> None:
    found = pulumi(programs / "pulumi", "3.259.0")
    assert find_engine(layout) == find_engine(layout)
    assert Path(f"{found}.calls").read_text() == "asked\n"


def test_asking_an_engine_its_version_writes_nothing_outside_the_sandbox(layout: Layout, programs: Path) -> None:
    script(programs / "pulumi", 'mkdir -p "${PULUMI_HOME:?}" && touch "$PULUMI_HOME/seen"', "echo v3.259.0")
    assert find_engine(layout) is not None
    assert (layout.pulumi_home / "seen").exists()


def test_the_engine_keeps_no_debug_log(layout: Layout, step: Step, programs: Path) -> None:
    pulumi(programs / "pulumi", "3.259.0")
    kept = layout.pulumi_home / "logs" / "organization+lambda-images+local.log"
    kept.parent.mkdir(parents=True)
    kept.touch()
    for _ in range(2):
        ensure_engine(layout, step)
        assert (layout.pulumi_home / "logs").read_text() == ""


def test_the_version_of_an_engine_that_was_replaced_is_read_again(layout: Layout, programs: Path) -> None:
    pulumi(programs / "pulumi", "3.259.0")
    find_engine(layout)
    pulumi(programs / "pulumi", "3.1260.0")
    found = find_engine(layout)
    assert found is not None and found.version == "3.1260.0"


def test_without_an_engine_or_a_download_one_is_built_and_kept(layout: Layout, step: Step, programs: Path) -> None:
    go(programs, "go1.26.8", writes_engine("3.259.0"))
    built = ensure_engine(layout, step)
    assert built == Engine(layout.tools / "bin" / "pulumi", "3.259.0")
    assert step.outcome == "3.259.0, built from source"
    (programs / "go").unlink()
    assert ensure_engine(layout, step) == built


def test_what_only_pulumi_cloud_needs_is_not_built(layout: Layout, step: Step, programs: Path) -> None:
    copied = f"{layout.home}.copy"
    go(programs, "go1.26.8", f'cp -r "{layout.tools}/go/pulumi" {copied}; {writes_engine("3.259.0")}')
    ensure_engine(layout, step)
    module, left_out = Path(copied, "module"), engine_build.LEFT_OUT
    assert (module / "main.go").exists()
    assert [file.name for file in (module / left_out).iterdir()] == ["cloud.go"]
    assert f"-replace={engine_build.MODULE}={layout.tools}/go/pulumi/module" in Path(copied, "go.mod").read_text()


def test_a_build_that_fails_leaves_no_engine_and_says_where_its_log_is(
    layout: Layout, step: Step, programs: Path
) -> None:
    go(programs, "go1.26.8", f"{writes_engine('3.259.0')}; echo no space left; exit 1")
    with pytest.raises(SandboxError, match="no space left") as failed:
        ensure_engine(layout, step)
    assert str(layout.logs / "engine-build.log") in failed.value.remedy
    assert find_engine(layout) is None


def test_what_go_writes_stays_below_the_tools(layout: Layout, step: Step, programs: Path) -> None:
    keep = f'env | grep -E "^(GO|XDG)" > {layout.home}.env'
    go(programs, "go1.26.8", f"{keep}; {writes_engine('3.259.0')}")
    ensure_engine(layout, step)
    environment = dict(line.split("=", 1) for line in Path(f"{layout.home}.env").read_text().splitlines())
    written = [environment[name] for name in ("GOMODCACHE", "GOCACHE", "XDG_CONFIG_HOME")]
    assert all(Path(folder).is_relative_to(layout.tools) for folder in written)
    assert environment["GOPROXY"] == "file:///modules/cache/download,https://proxy"
    assert not (layout.tools / "go").exists()


def test_other_work_begins_only_if_an_engine_is_built_and_can_be(layout: Layout, step: Step, programs: Path) -> None:
    begun: list[str] = []
    go(programs, "go1.25.3", "exit 1")
    with pytest.raises(SandboxError):
        ensure_engine(layout, step, partial(begun.append, "without a compiler"))
    go(programs, "go1.26.8", writes_engine("3.259.0"))
    for when in ("built", "there"):
        ensure_engine(layout, step, partial(begun.append, when))
    assert begun == ["built"]


def test_without_go_the_error_says_what_to_install(layout: Layout, step: Step, programs: Path) -> None:
    if shutil.which("go", path="/usr/bin:/bin"):
        pytest.skip("this machine has Go in the system's folder")
    with pytest.raises(SandboxError, match="no Go") as refused:
        ensure_engine(layout, step)
    assert "go.dev/dl" in refused.value.remedy


def test_a_go_that_is_too_old_is_named_with_its_version(layout: Layout, step: Step, programs: Path) -> None:
    go(programs, "go1.25.3", "exit 1")
    with pytest.raises(SandboxError, match=r"go1\.25\.3"):
        ensure_engine(layout, step)


def test_the_version_that_is_built_is_new_enough() -> None:
    pinned = tuple(map(int, engine_build._pinned_version().split(".")))
    assert pinned >= MINIMUM


def test_an_engine_without_a_language_host_gets_one_beside_it(layout: Layout, step: Step, programs: Path) -> None:
    made = pulumi(layout.tools / "bin" / "pulumi", "3.259.0")
    ensure_engine(layout, step)
    assert made.with_name(LANGUAGE_HOST).stat().st_mode & 0o111


def test_an_engine_on_the_path_is_left_as_it_is_and_the_host_put_before_it(
    layout: Layout, step: Step, programs: Path
) -> None:
    found = pulumi(programs / "pulumi", "3.259.0")
    ensure_engine(layout, step)
    assert not found.with_name(LANGUAGE_HOST).exists()
    assert (layout.bin / LANGUAGE_HOST).exists()


def test_an_engine_with_a_language_host_keeps_its_own(layout: Layout, step: Step, programs: Path) -> None:
    pulumi(programs / "pulumi", "3.259.0")
    script(programs / LANGUAGE_HOST, "exit 0")
    ensure_engine(layout, step)
    assert not layout.bin.exists()
