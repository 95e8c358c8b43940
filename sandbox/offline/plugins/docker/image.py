"""`docker.Image`: builds an image from a folder and pushes it, whenever an input or a file in the folder changes."""

import hashlib
import json
import os
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from sandbox.offline.plugins.docker.build import build_image
from sandbox.offline.plugins.docker.checking import input_failures, refuse_builder
from sandbox.offline.plugins.docker.push import credentials, push_image, refuse_remote
from sandbox.offline.plugins.docker.reference import Reference
from sandbox.offline.plugins.docker.session import Docker
from sandbox.offline.plugins.errors import CheckResult, Refused
from sandbox.offline.plugins.resource import Call, DiffResult, PropertyDiff, ReadResult, Resource
from sandbox.offline.plugins.shapes import Shapes
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown


class Image(Resource[Docker]):
    """It is never replaced: new names and content are updates. Its id is its first name, and never changes."""

    token = "docker:index/image:Image"

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    def check(self, call: Call[Docker], old_inputs: Values, inputs: Values) -> CheckResult:
        if failures := input_failures(call.name, inputs, self._shapes.inputs_of(self.token)):
            return CheckResult(inputs, failures)
        name = inputs.get("imageName", UNKNOWN)
        if name is not UNKNOWN:
            reference = Reference.parse(name)
            if not inputs.get("skipPush"):
                refuse_remote(reference)
        return CheckResult({"buildOnPreview": False, **inputs, "build": _checked_build(call, inputs.get("build", {}))})

    def diff(self, call: Call[Docker], id: str, old_inputs: Values, state: Values, inputs: Values) -> DiffResult:
        old, new = _comparable(old_inputs), _comparable(inputs)
        changed = [name for name in old.keys() & new.keys() if old[name] != new[name]]
        changes = {name: PropertyDiff("update", of_inputs=True) for name in changed}
        changes |= {name: PropertyDiff("add", of_inputs=True) for name in new.keys() - old.keys()}
        changes |= {name: PropertyDiff("delete", of_inputs=True) for name in old.keys() - new.keys()}
        return DiffResult(changed=sorted(changes), detailed=changes)

    def create(self, call: Call[Docker], inputs: Values, preview: bool) -> tuple[str, Values]:
        if preview:
            outputs = _preview(call, inputs)
            return (inputs["imageName"] if "repoDigest" in outputs else ""), outputs
        return inputs.get("imageName", ""), _build_and_push(call, inputs, push=not inputs.get("skipPush"))

    def read(self, call: Call[Docker], id: str, inputs: Values, state: Values) -> ReadResult | None:
        """Returns the state unchanged. The registry is not read, so a missing image is not detected."""
        return ReadResult(id, inputs, state)

    def update(
        self, call: Call[Docker], id: str, old_inputs: Values, state: Values, inputs: Values, preview: bool
    ) -> Values:
        return _preview(call, inputs) if preview else _build_and_push(call, inputs, push=not inputs.get("skipPush"))

    def delete(self, call: Call[Docker], id: str, old_inputs: Values, state: Values) -> None:
        """Deletes nothing, because other versions of functions may use images in the registry."""


def _comparable(inputs: Values) -> Values:
    """Returns the inputs without the registry's credentials, which are not part of an image."""
    registry = inputs.get("registry")
    return {**inputs, "registry": {"server": registry.get("server")}} if isinstance(registry, dict) else inputs


def _checked_build(call: Call[Docker], build: Any) -> Any:
    if build is UNKNOWN:
        return UNKNOWN
    refuse_builder(build)
    context, platform = build.get("context", "."), build.get("platform", call.session.platform)
    if "platform" not in build:
        call.log.info(
            f"Building your image for {platform} architecture.\nTo ensure you are building for the correct platform, "
            "consider explicitly setting the `platform` field on ImageBuildOptions."
        )
    if has_unknown(context) or has_unknown(build.get("dockerfile")):
        return {"platform": platform, **build}
    dockerfile = build.get("dockerfile") or posixpath.normpath(posixpath.join(context, "Dockerfile"))
    return {
        "platform": platform,
        **build,
        "context": context,
        "dockerfile": dockerfile,
        "contextDigest": _context_digest(call.session, context, dockerfile),
    }


def _context_digest(session: Docker, context: str, dockerfile: str) -> str:
    if not (session.project / dockerfile).is_file():
        missing = f'could not open dockerfile at relative path "{dockerfile}"'
        raise Refused(f"{missing}: stat {dockerfile}: no such file or directory")
    context, dockerfile = (os.path.relpath(session.project / path, session.project) for path in (context, dockerfile))
    spec = BuildSpec(context=context, dockerfile=dockerfile, platform="")
    try:
        content = Content.read(spec, session.project, _common_folder(session.project, context, dockerfile))
    except ComponentError as unusable:
        raise Refused(f"unable to hash build context: {unusable}") from unusable
    files = {path: [file.mode, file.digest] for path, file in {**content.context, **content.dockerfile_inputs}.items()}
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _common_folder(project: Path, *paths: str) -> Path:
    """Returns the folder that contains the program and these paths. A context may be outside the program's folder."""
    return Path(os.path.commonpath([project, *(os.path.normpath(project / path) for path in paths)]))


def _preview(call: Call[Docker], inputs: Values) -> Values:
    """Returns the outputs. The digest is unknown, or that of the local image with `buildOnPreview`."""
    if not inputs.get("buildOnPreview"):
        return inputs
    if has_unknown({name: inputs.get(name) for name in ("imageName", "build")}):
        call.log.warning(
            "Minimum inputs for build are unresolved. Continuing without preview image build. To avoid this "
            "warning, ensure image name, dockerfile, args, and context are resolved at preview."
        )
        return inputs
    return _build_and_push(call, inputs, push=False)


def _build_and_push(call: Call[Docker], inputs: Values, push: bool) -> Values:
    name, build = _build_inputs(inputs)
    reference, registry = Reference.parse(name), inputs.get("registry", {})
    with credentials(call, reference.host, registry) as login:
        digest = build_image(call, name, build, login if build.get("cacheFrom") else {})
        if push:
            digest = f"{reference.repository}@{push_image(call, name, login)}"
    return {**_description(name, build, registry), "repoDigest": digest}


def _build_inputs(inputs: Values) -> tuple[str, Values]:
    if "imageName" not in inputs:
        raise Refused('missing required property "imageName": set the name that the image is pushed under')
    return inputs["imageName"], inputs["build"]


def _description(name: str, build: Values, registry: Mapping[str, str]) -> Values:
    return {
        "baseImageName": name,
        "context": build["context"],
        "dockerfile": os.path.relpath(build["dockerfile"], build["context"]),
        "imageName": name,
        "platform": build["platform"],
        "registryServer": registry.get("server", ""),
    }
