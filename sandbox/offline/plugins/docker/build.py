"""Build an image with BuildKit, telling what goes on and, if it fails, what the failing step itself printed."""

import os
import re
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.files.regular_file import regular_file
from components.image.content import MAX_DOCKERFILE_BYTES
from sandbox.offline.plugins.docker.reference import Reference
from sandbox.offline.plugins.docker.session import ClientFailed, Docker
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.resource import Call
from sandbox.offline.plugins.values import Values

_PROGRESS = re.compile(r"#(?P<step>\d+) (?P<time>\d+\.\d+ )?(?P<text>.*)")
"""A line of BuildKit's plain progress; what a command of the Dockerfile prints has the time, in seconds."""
_PLATFORM = re.compile(r"[\w-]+(/[\w.-]+){0,2}", re.ASCII)
_WRAPPING = re.compile(r"^ERROR: (failed to solve: )?(rpc error: code = \w+ desc = )?")
"""What buildx puts before the engine's own words."""
_UNSHOWN = re.compile(
    r"(sha256:|DONE|CACHED|transferring|naming to|writing image|extracting|exporting layers|resolve ).*"
)
"""BuildKit's progress that is of no use to a reader."""
_MAX_SHOWN_LINES = 30  # lines of the failing step that the error shows
_BASE_IMAGE = re.compile(r"\[(?:[^]]* )?internal] load metadata for (?P<name>\S+)")
_FRONTEND = re.compile(r"resolve image config for (docker-image://)?(?P<name>\S+)")
"""What the line `# syntax=` of a Dockerfile names."""
_UNREADABLE = re.compile(r"dockerfile parse error.*unknown (?P<what>flag|instruction): ", re.IGNORECASE)
_FOREIGN = "exec format error"
"""What a command of another architecture ends with."""
_PLAIN_MANIFEST = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
"""Lambda refuses the image index that buildx makes for its attestations."""


def build_image(call: Call[Docker], name: str, build: Values, environ: Mapping[str, str]) -> str:
    """Returns the local image's id, `sha256:<64 hex>`. Raises Refused."""
    _refuse_early(Reference.parse(name), build["platform"])
    call.log.status("Starting Docker build")
    buildkit = "0" if build.get("builderVersion") == "BuilderV1" else "1"
    transcript = _Transcript(build["platform"], call.session.platform, _dockerfile(call, build))
    log = call.session.logs / f"{call.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, log.open("w") as output:
        id_file = Path(folder, "id")
        arguments = ["build", "--tag", name, "--iidfile", id_file, *_options(build), build["context"]]
        environ = {**environ, "DOCKER_BUILDKIT": buildkit, **_PLAIN_MANIFEST}
        try:
            for line in call.session.stream(*arguments, cancelled=call.cancelled, environ=environ):
                output.write(f"{line}\n")
                if shown := transcript.add(line):
                    call.log.status(shown)
        except ClientFailed:
            raise Refused(f"{name}: error reading build output: {transcript.reason()}\n(its log: {log})") from None
        image_id = id_file.read_text().strip()
    call.log.status(f'Image built successfully, local id "{image_id}"')
    return image_id


def _refuse_early(reference: Reference, platform: str) -> None:
    """What the engine refuses before it builds: the client of version 20.10 now and then hangs on such an answer."""
    reason = ""
    if reference.by_digest:
        reason = "build tag cannot contain a digest"
    elif not _PLATFORM.fullmatch(platform):
        reason = f'"{platform}": cannot parse platform specifier: invalid argument'
    if reason:
        raise Refused(f"error building image: Error response from daemon: {reason}")


def _dockerfile(call: Call[Docker], build: Values) -> str:
    """Its text, or nothing if it can't be read: the client itself reports that best."""
    file = call.session.project / (build.get("dockerfile") or Path(build["context"], "Dockerfile"))
    try:
        descriptor = regular_file(os.path.realpath(file))
        if descriptor is None:
            return ""
        with os.fdopen(descriptor, errors="replace") as opened:
            return opened.read(MAX_DOCKERFILE_BYTES)
    except OSError:
        return ""


def _options(build: Values) -> Iterator[str]:
    for flag, key in {"file": "dockerfile", "platform": "platform", "target": "target", "network": "network"}.items():
        if build.get(key):
            yield f"--{flag}={build[key]}"
    if build.get("builderVersion") != "BuilderV1":
        yield "--progress=plain"
    yield from (f"--build-arg={name}={value}" for name, value in build.get("args", {}).items())
    yield from (f"--cache-from={image}" for image in build.get("cacheFrom", {}).get("images", []))
    yield from (f"--add-host={entry}" for entry in build.get("addHosts", []))


class _Transcript:
    """What the client has printed, by step."""

    def __init__(self, wanted: str, native: str, dockerfile: str) -> None:
        """The platforms of the image and of the engine, such as `linux/amd64`, and what the Dockerfile says."""
        self._wanted, self._native, self._dockerfile = wanted, native, dockerfile
        self._printed: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_MAX_SHOWN_LINES))
        self._failed = ""
        self._base_images: dict[str, str] = {}
        self._frontends: dict[str, str] = {}
        self._tail: deque[str] = deque(maxlen=_MAX_SHOWN_LINES)

    def add(self, line: str) -> str:
        """Takes a line, and returns what to show of it, or nothing."""
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
        elif _UNSHOWN.fullmatch(progress["text"]):
            return ""
        return progress["text"]

    def reason(self) -> str:
        """Why it failed, in one line, then the last lines that the failing step printed, or what to do."""
        last = [line for line in self._tail if line.startswith("ERROR: ")] or [line for line in self._tail if line]
        reason = _WRAPPING.sub("", last[-1]) if last else "the Docker client ended without a word"
        printed, base_image = self._printed[self._failed], self._base_images.get(self._failed)
        if not self._wanted.startswith(self._native) and (base_image or any(_FOREIGN in line for line in printed)):
            return (
                f"{reason}\n  -> the image is for {self._wanted}, and this engine is {self._native}: build it where "
                f"that is native; or bring its base image for {self._wanted}, and what lets this engine run that: "
                "docker run --privileged --rm tonistiigi/binfmt --install all"
            )
        if base_image:
            return (
                f"{reason}\n  -> correct the name of the base image {base_image}, or bring it: docker pull {base_image}"
            )
        if frontend := self._frontends.get(self._failed):
            return (
                f"{reason}\n  -> the line `# syntax=` of the Dockerfile needs the image {frontend}: delete the line if "
                f"the Dockerfile doesn't depend on it, or bring the image: docker pull {frontend}"
            )
        if self._is_newer_than_the_engine(reason):
            return (
                f"{reason}\n  -> if the Dockerfile is right, it is newer than what this Docker engine reads by itself: "
                "heredocs and `COPY --link` need Docker 23. Write it without them, use a newer engine, or begin it "
                "with the line `# syntax=docker/dockerfile:1`, which fetches a newer reader from Docker Hub"
            )
        return "\n".join([reason, *(f"  | {line}" for line in printed)])

    def _is_newer_than_the_engine(self, reason: str) -> bool:
        """An old reader takes the lines of a heredoc for instructions."""
        unreadable = _UNREADABLE.search(reason)
        return unreadable is not None and (unreadable["what"].lower() == "flag" or "<<" in self._dockerfile)
