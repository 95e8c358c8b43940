"""The image that modules build on: AWS's own where it can be pulled, else one made of Debian packages."""

import hashlib
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sandbox import debian
from sandbox.docker_engine import DockerEngine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import run
from sandbox.progress import Progress, Step

TAG = "lambda-images/base:python3"
"""What the build argument BASE_IMAGE says in the sandbox's stack, however the image came to be."""
RECIPE = "lambda-images.base-recipe"
"""A label of the image: the hash of what it was made from."""

REGISTRY = "https://public.ecr.aws/v2/"
PULL = (Path(__file__).parent / "aws-image" / "Dockerfile").read_text()
"""In a file, where Dependabot finds it."""
AWS_IMAGE = PULL.split()[1].partition("@")[0]
SOURCE = Path(__file__).parent / "base-image"
# Trixie has the Python of AWS_IMAGE. What nobody reads in a container is left out.
DEBOOTSTRAP = (
    *("mmdebstrap", "--variant=essential", "--include=python3,python3-pip,libstdc++6,ca-certificates"),
    *(f"--dpkgopt=path-exclude=/usr/share/{unused}/*" for unused in ("doc", "man", "locale")),
    "trixie",
)


def registry_answers(url: str = REGISTRY, timeout: float = 5) -> bool:
    """Whether AWS's public registry answers within `timeout` seconds; it greets a stranger with 401."""
    try:
        urllib.request.urlopen(url, timeout=timeout).close()
    except urllib.error.HTTPError as answer:
        return answer.code == 401
    except OSError:
        return False
    return True


def ensure(
    engine: DockerEngine, layout: Layout, progress: Progress, can_pull: Callable[[], bool] = registry_answers
) -> None:
    """Make sure that the image TAG is there, and that it is what today's recipe makes."""
    with progress.step("Base image", check=True) as step:
        if _is_current(engine):
            step.outcome = TAG
            return
        _mark(layout).parent.mkdir(parents=True, exist_ok=True)
        _mark(layout).touch()
        if can_pull() and _pulled(engine, layout, step):
            step.outcome = f"{AWS_IMAGE}, pulled"
        else:
            _make(engine, layout, step)
            step.outcome = f"made of Debian packages: {AWS_IMAGE} can't be pulled"
        # What had the tag before, and what was built on that, unless something still has a name for it or runs it.
        engine.run("image", "prune", "--force", "--filter", f"label={RECIPE}")


def remove(engine: DockerEngine, layout: Layout) -> None:
    """Take it away if this sandbox brought it: other sandboxes that use it bring it again."""
    if _mark(layout).exists():
        engine.run("image", "rm", "--force", TAG, check=False)
        _mark(layout).unlink()


def _mark(layout: Layout) -> Path:
    return layout.home / "base-image.ours"


def _is_current(engine: DockerEngine) -> bool:
    label = f'{{{{index .Config.Labels "{RECIPE}"}}}}'
    present = engine.run("image", "inspect", "--format", label, TAG, check=False)
    recipe = present.stdout.strip()
    return present.returncode == 0 and (recipe == _hash(PULL) or recipe == _debian_recipe(_debian_files()))


def _pulled(engine: DockerEngine, layout: Layout, step: Step) -> bool:
    step.note(f"pulling {AWS_IMAGE}")
    label = f"{RECIPE}={_hash(PULL)}"
    log = layout.logs / "base-image.log"
    return engine.run("build", "--tag", TAG, "--label", label, "-", stdin=PULL, log=log, check=False).returncode == 0


def _make(engine: DockerEngine, layout: Layout, step: Step) -> None:
    log = layout.logs / "base-image.log"
    files = _debian_files()
    packages = _debian_packages(layout, step)
    with tempfile.TemporaryDirectory(dir=packages.parent, prefix="context-") as folder:
        (Path(folder) / "rootfs.tar").hardlink_to(packages)
        for name, content in files.items():
            (Path(folder) / name).write_text(content)
        step.note("adding the Lambda runtime")
        engine.run("build", "--tag", TAG, "--label", f"{RECIPE}={_debian_recipe(files)}", folder, log=log)


def _debian_packages(layout: Layout, step: Step) -> Path:
    """A root file system as a tar, kept with the tools: from the same one Docker's build cache makes the same image."""
    packages = layout.tools / "base-image" / f"{_hash(*DEBOOTSTRAP)}.tar"
    if not packages.exists():
        if shutil.which("mmdebstrap") is None:
            step.note("installing mmdebstrap")
            debian.install(["mmdebstrap", "debian-archive-keyring"])
        step.note("fetching Debian packages")
        packages.parent.mkdir(parents=True, exist_ok=True)
        unfinished = packages.with_suffix(f".{os.getpid()}.tar")
        run([*DEBOOTSTRAP, unfinished], log=layout.logs / "base-image.log")
        unfinished.rename(packages)
    return packages


def _debian_files(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The build context but for the root file system: what lies in base-image/ and what this host adds to it.

    The host's certificates and package index let `pip` reach from within a build what it reaches from here.
    """
    files = {path.name: path.read_text() for path in SOURCE.iterdir()}
    certificates = Path(environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
    try:
        files["ca-certificates.crt"] = certificates.read_text()
    except OSError as error:
        raise SandboxError(f"can't read the CA certificates: {error}", "install the package ca-certificates") from error
    index = environ.get("PIP_INDEX_URL", "")
    if index and "@" not in urlsplit(index).netloc:  # one with a password must not end up in an image
        files["pip.conf"] += f"index-url = {index}\n"
    return files


def _debian_recipe(files: Mapping[str, str]) -> str:
    return _hash(*DEBOOTSTRAP, *(part for file in sorted(files.items()) for part in file))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
