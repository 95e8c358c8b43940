"""Builds the Pulumi engine from source, as the Go tool that `sandbox/offline/go/go.mod` pins.

Commands about Pulumi Cloud are left out: a quarter of the time to compile goes into what only they import.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import run, stream
from sandbox.progress import Step

GO_MINIMUM = (1, 26)
MODULE = "github.com/pulumi/pulumi/pkg/v3"
PACKAGE = f"{MODULE}/cmd/pulumi"
TOOLS = Path(__file__).parent / "go"
LEFT_OUT = Path("cmd", "pulumi", "cloud")
"""The folder of the package in the module. `TOOLS / "cloud"` takes its place."""


def build_engine(layout: Layout, compiler: Path, step: Step) -> None:
    """Build the engine into the tools' `bin` folder. An interrupted build continues the next time."""
    caches = layout.tools / "go"
    version = _pinned_version()
    unfinished = layout.tools / "pulumi.unfinished"
    link = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
    environ = _environment(compiler, caches)
    step.note(f"fetching Pulumi {version}")
    modules = _without_cloud(compiler, environ, caches / "pulumi")
    options = ("-v", "-trimpath", "-modfile", modules, "-ldflags", link, "-o", unfinished)
    downloaded = compiled = 0
    for line in stream(
        [compiler, "build", *options, PACKAGE], env=environ, cwd=TOOLS, log=layout.logs / "engine-build.log"
    ):
        if line.startswith("go: downloading"):
            downloaded += 1
        else:
            compiled += 1
        if (downloaded + compiled) % 50 == 0:
            step.note(f"Pulumi {version} from source: {downloaded} modules fetched, {compiled} packages compiled")
    (layout.tools / "bin").mkdir(exist_ok=True)
    unfinished.rename(layout.tools / "bin" / "pulumi")
    shutil.rmtree(caches, ignore_errors=True)


def _without_cloud(compiler: Path, environ: Mapping[str, str], folder: Path) -> Path:
    """Write a copy of Pulumi's module without the package, and a `go.mod` with that copy. Returns the latter's path."""
    fetched = run([compiler, "mod", "download", "-json", MODULE], env=environ, cwd=TOOLS).stdout
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(json.loads(fetched[fetched.index("{") :])["Dir"], folder / "module")
    shutil.rmtree(folder / "module" / LEFT_OUT)
    shutil.copytree(TOOLS / "cloud", folder / "module" / LEFT_OUT)
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(TOOLS / name, folder / name)
    run([compiler, "mod", "edit", f"-replace={MODULE}={folder / 'module'}", folder / "go.mod"], env=environ)
    return folder / "go.mod"


def _environment(compiler: Path, caches: Path) -> dict[str, str]:
    """Return an environment in which Go writes only into the sandbox, and reads the user's module cache.

    Go's module cache can serve as a proxy on disk (https://go.dev/ref/mod#module-cache). A filled one saves downloads,
    and is not written to. The sandbox's own caches take 3 GB, and are deleted after the build.
    """
    environ = {**os.environ, "GOTELEMETRYDIR": str(caches)}
    printed = run([compiler, "env", "GOMODCACHE", "GOPROXY", "GOENV"], env=environ)
    users_modules, proxy, settings = printed.stdout.split("\n")[:3]
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOENV": settings,
        "GOFLAGS": "-modcacherw",
        "GOTOOLCHAIN": "local",
        "GOMODCACHE": str(caches / "modules"),
        "GOCACHE": str(caches / "build"),
        "GOPROXY": f"file://{users_modules}/cache/download,{proxy}",
        "XDG_CONFIG_HOME": str(caches / "config"),
    }


def go() -> Path:
    """Return the Go compiler on PATH. Raises SandboxError if there is none that is new enough."""
    found = shutil.which("go")
    remedy = (
        "install Go 1.26 or newer (https://go.dev/dl), or put a Pulumi CLI 3.259 or newer on PATH "
        "(https://www.pulumi.com/docs/install)"
    )
    if found is None:
        raise SandboxError("no Pulumi CLI, no way to its download site, and no Go to build it with", remedy)
    version = run([found, "env", "GOVERSION"]).stdout.strip()
    numbers = re.match(r"go(\d+)\.(\d+)", version)
    if numbers is None or tuple(map(int, numbers.groups())) < GO_MINIMUM:
        raise SandboxError(f"{found} is {version}, too old to build the Pulumi CLI", remedy)
    return Path(found)


def _pinned_version() -> str:
    """Return the engine's version that go.mod requires, such as `3.259.0`."""
    pinned = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", (TOOLS / "go.mod").read_text())
    assert pinned is not None
    return pinned.group(1)
