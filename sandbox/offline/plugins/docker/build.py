"""Builds an image with BuildKit, and shows its progress. An error includes the output of the failing step."""

import os
import re
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.files.regular_file import regular_file
from components.image.content import MAX_DOCKERFILE_BYTES
from components.image.dockerfile import needed_images
from sandbox.docker.stand_ins import write_replaced
from sandbox.errors import SandboxError
from sandbox.offline.plugins.docker.reference import Reference
from sandbox.offline.plugins.docker.session import ClientFailed, Docker
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.resource import Call
from sandbox.offline.plugins.values import Values

_PROGRESS = re.compile(r"#(?P<step>\d+) (?P<time>\d+\.\d+ )?(?P<text>.*)")
"""A line of BuildKit's plain progress. The output of a command in the Dockerfile has a time in seconds."""
_PLATFORM_FORMAT = re.compile(r"[\w-]+(/[\w.-]+){0,2}", re.ASCII)
_ERROR_PREFIX = re.compile(r"^ERROR: (failed to solve: )?(rpc error: code = \w+ desc = )?")
"""What buildx prepends to the engine's message."""
_HIDDEN_PROGRESS = re.compile(
    r"(sha256:|DONE|CACHED|transferring|naming to|writing image|extracting|exporting layers|resolve ).*"
)
"""Progress of BuildKit that isn't shown to the user."""
_MAX_SHOWN_LINES = 30  # of the output of the failing step
_BASE_IMAGE = re.compile(r"\[(?:[^]]* )?internal] load metadata for (?P<name>\S+)")
_UNREACHABLE = "failed to do request: "
"""How the engine's error about a registry that doesn't answer begins."""
_FRONTEND = re.compile(r"resolve image config for (docker-image://)?(?P<name>\S+)")
"""The image that the line `# syntax=` of a Dockerfile names."""
_UNKNOWN_SYNTAX = re.compile(r"dockerfile parse error.*unknown (?P<what>flag|instruction): ", re.IGNORECASE)
_EXEC_FORMAT_ERROR = "exec format error"
"""The error of a command for another architecture."""
_PLAIN_MANIFEST = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
"""Without it, buildx creates an image index for its attestations, which Lambda refuses."""


def build_image(call: Call[Docker], name: str, build: Values, environ: Mapping[str, str]) -> str:
    """Returns the id of the local image, `sha256:<64 hex digits>`. Raises Refused."""
    _refuse_invalid(Reference.parse(name), build["platform"])
    call.log.status("Starting Docker build")
    buildkit = "0" if build.get("builderVersion") == "BuilderV1" else "1"
    dockerfile = _dockerfile(call, build)
    replacements = _replacements(call, build, dockerfile)
    transcript = _Transcript(build["platform"], call.session.platform, dockerfile)
    log = call.session.logs / f"{call.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, log.open("w") as output:
        id_file = Path(folder, "id")
        if replacements:
            build = {**build, "dockerfile": _write_replaced(call, build, dockerfile, replacements, Path(folder))}
        arguments = ["build", "--tag", name, "--iidfile", id_file, *_options(build), build["context"]]
        environ = {**environ, "DOCKER_BUILDKIT": buildkit, **_PLAIN_MANIFEST}
        for image in _cached(build):
            _pull_cached(call, image, build["platform"], environ)
        try:
            for line in call.session.stream(*arguments, cancelled=call.cancelled, environ=environ):
                output.write(f"{line}\n")
                if visible := transcript.add(line):
                    call.log.status(visible)
        except ClientFailed:
            raise Refused(f"{name}: error reading build output: {transcript.reason()}\n(its log: {log})") from None
        image_id = id_file.read_text().strip()
    call.log.status(f'Image built successfully, local id "{image_id}"')
    return image_id


def _refuse_invalid(reference: Reference, platform: str) -> None:
    """Refuses what the engine would refuse before the build, because a client of version 20.10 may then hang."""
    reason = ""
    if reference.by_digest:
        reason = "build tag cannot contain a digest"
    elif not _PLATFORM_FORMAT.fullmatch(platform):
        reason = f'"{platform}": cannot parse platform specifier: invalid argument'
    if reason:
        raise Refused(f"error building image: Error response from daemon: {reason}")


def _dockerfile(call: Call[Docker], build: Values) -> str:
    """Returns the text of the Dockerfile, or nothing if it can't be read, which the client reports."""
    file = call.session.project / (build.get("dockerfile") or Path(build["context"], "Dockerfile"))
    try:
        descriptor = regular_file(os.path.realpath(file))
        if descriptor is None:
            return ""
        with os.fdopen(descriptor, errors="replace") as opened:
            return opened.read(MAX_DOCKERFILE_BYTES)
    except OSError:
        return ""


def _replacements(call: Call[Docker], build: Values, dockerfile: str) -> Mapping[str, str]:
    """Returns what to take for images that can't be pulled, by their names in the Dockerfile. Raises Refused."""
    images = needed_images(dockerfile, build.get("args"), build.get("target"))
    try:
        return call.session.replace(images, call.log.status)
    except SandboxError as failed:
        raise Refused(f"can't make what replaces a base image: {failed.what}\n  -> {failed.remedy}") from failed


def _write_replaced(
    call: Call[Docker], build: Values, dockerfile: str, replacements: Mapping[str, str], folder: Path
) -> str:
    """Writes the Dockerfile with other images, and its own ignore file if it has one. Returns its path."""
    for image, replacement in replacements.items():
        call.log.status(f"{replacement} stands in for {image.partition('@')[0]}, which can't be pulled.")
    given = call.session.project / (build.get("dockerfile") or Path(build["context"], "Dockerfile"))
    return str(write_replaced(given, dockerfile, replacements, build.get("args"), folder))


def _options(build: Values) -> Iterator[str]:
    for flag, key in {"file": "dockerfile", "platform": "platform", "target": "target", "network": "network"}.items():
        if build.get(key):
            yield f"--{flag}={build[key]}"
    if build.get("builderVersion") != "BuilderV1":
        yield "--progress=plain"
    yield from (f"--build-arg={name}={value}" for name, value in build.get("args", {}).items())
    yield from (f"--cache-from={image}" for image in _cached(build))
    yield from (f"--add-host={entry}" for entry in build.get("addHosts", []))


def _cached(build: Values) -> list[str]:
    """Returns the images whose layers the build may take."""
    images: list[str] = build.get("cacheFrom", {}).get("images", [])
    return images


def _pull_cached(call: Call[Docker], image: str, platform: str, environ: Mapping[str, str]) -> None:
    """Pulls an image before the build, as the official plugin does. If that fails, the build goes on without it."""
    call.log.status(f"Pulling cached image {image}")
    line = ""
    try:
        for line in call.session.stream(
            "pull", "--platform", platform, image, cancelled=call.cancelled, environ=environ
        ):
            call.log.status(line)
    except ClientFailed:
        call.log.info(f"cacheFrom image {image} not available: error pulling cached image {image}: {line}")


class _Transcript:
    """The output of the client, by build step."""

    def __init__(self, platform: str, engine_platform: str, dockerfile: str) -> None:
        """Takes the platforms of the image and of the engine, such as `linux/amd64`, and the text of the Dockerfile."""
        self._platform, self._engine_platform, self._dockerfile = platform, engine_platform, dockerfile
        self._printed: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_MAX_SHOWN_LINES))
        self._failed = ""
        self._base_images: dict[str, str] = {}
        self._frontends: dict[str, str] = {}
        self._tail: deque[str] = deque(maxlen=_MAX_SHOWN_LINES)

    def add(self, line: str) -> str:
        """Adds a line, and returns what to show of it, or an empty string."""
        progress = _PROGRESS.fullmatch(line)
        if progress is None:
            self._tail.append(line)
            return line
        if progress["time"]:
            self._printed[progress["step"]].append(progress["text"])
        elif progress["text"].startswith("ERROR"):
            self._failed = progress["step"]
        elif base_image := _BASE_IMAGE.fullmatch(progress["text"]):
            self._base_images[progress["step"]] = base_image["name"]
        elif frontend := _FRONTEND.fullmatch(progress["text"]):
            self._frontends[progress["step"]] = frontend["name"]
        elif _HIDDEN_PROGRESS.fullmatch(progress["text"]):
            return ""
        return progress["text"]

    def reason(self) -> str:
        """Returns why the build failed, followed by what to do or by the last lines of the failing step's output."""
        last = [line for line in self._tail if line.startswith("ERROR: ")] or [line for line in self._tail if line]
        reason = _ERROR_PREFIX.sub("", last[-1]) if last else "the Docker client ended without a message"
        printed, base_image = self._printed[self._failed], self._base_images.get(self._failed)
        if not self._platform.startswith(self._engine_platform) and (
            base_image or any(_EXEC_FORMAT_ERROR in line for line in printed)
        ):
            return (
                f"{reason}\n  -> the image is for {self._platform}, and this engine is {self._engine_platform}: "
                f"build it on a machine of that platform, or provide its base image for {self._platform} and install "
                "the emulation of other platforms: docker run --privileged --rm tonistiigi/binfmt --install all"
            )
        if base_image and _UNREACHABLE in reason and not base_image.startswith("localhost"):
            return (
                f"{reason}\n  -> the registry of the base image {base_image} doesn't answer, and the sandbox has no "
                "stand-in for this image: connect this machine, bring the image here with `docker save` and `docker "
                "load`, or build on an image that has a stand-in (docs/runtimes.md)"
            )
        if base_image:
            return (
                f"{reason}\n  -> correct the name of the base image {base_image}, "
                f"or provide it: docker pull {base_image}"
            )
        if frontend := self._frontends.get(self._failed):
            return (
                f"{reason}\n  -> the line `# syntax=` of the Dockerfile needs the image {frontend}: delete the line if "
                f"the Dockerfile doesn't depend on it, or provide the image: docker pull {frontend}"
            )
        if self._is_newer_than_the_engine(reason):
            return (
                f"{reason}\n  -> if the Dockerfile is right, it uses syntax that this Docker engine doesn't know: "
                "heredocs and `COPY --link` need Docker 23. Write it without them, use a newer engine, or begin it "
                "with the line `# syntax=docker/dockerfile:1`, which downloads a newer parser from Docker Hub"
            )
        return "\n".join([reason, *(f"  | {line}" for line in printed)])

    def _is_newer_than_the_engine(self, reason: str) -> bool:
        """An old parser reads the lines of a heredoc as instructions."""
        unknown = _UNKNOWN_SYNTAX.search(reason)
        return unknown is not None and (unknown["what"].lower() == "flag" or "<<" in self._dockerfile)
