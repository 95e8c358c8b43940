"""Repairs the stack's state before a command, after a run that did not finish or after the emulator lost its state."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from delivery.unfinished import FUNCTION_TYPE, IMAGE_TYPE, Unfinished, build_records
from operations.errors import OperationError
from sandbox.emulator.process import Emulator
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import run
from sandbox.progress import Progress

if TYPE_CHECKING:  # it loads Pulumi's SDK, which commands don't wait for when they start
    from delivery.recover import Recovery

Resources = list[dict[str, Any]]


def before_update(emulator: Emulator, environ: Mapping[str, str], progress: Progress) -> None:
    """Recover from an unfinished run, and rebuild the images that the registry has lost."""
    _finish(emulator, environ, progress, with_preview=True)
    resources = stack.resources(emulator.layout)
    if lost := _builds(resources, _without_image(environ, resources)):
        with progress.step("Rebuild the images that are missing from the registry") as step:
            _pulumi(emulator, environ, "state", "taint", "--yes", *lost)
            step.outcome = f"{len(lost)} images"


def converge(emulator: Emulator, environ: Mapping[str, str], progress: Progress) -> None:
    """Refresh the stack if the emulator may have lost something since the last command, as its generation shows.

    `pulumi refresh` drops what AWS no longer has. But after it, a function that was updated and not published looks
    complete. So the next `up` publishes a version of each function that differs from the state.
    """
    seen = emulator.layout.home / "generation"
    if seen.exists() and seen.read_text() != emulator.generation:
        _finish(emulator, environ, progress, with_preview=False)
        with progress.step("Refresh the stack: the emulator was not stopped cleanly") as step:
            before = _functions(stack.resources(emulator.layout))
            _pulumi(emulator, environ, "refresh", "--yes", "--skip-preview")
            resources = stack.resources(emulator.layout)
            changed = {urn for urn, function in _functions(resources).items() if function != before.get(urn)}
            with _as_sandbox_errors():
                published = list(_recovery(emulator, environ).publish_again(changed))
            step.outcome = f"{len(published)} functions to be published"
    seen.write_text(emulator.generation)


def _finish(emulator: Emulator, environ: Mapping[str, str], progress: Progress, with_preview: bool) -> None:
    exported = stack.export(emulator.layout)
    unfinished = Unfinished.of(exported)
    returning = _returning_modules(emulator.layout, exported) if with_preview else set()
    with_preview = with_preview and (bool(returning) or stack.last_update_failed(emulator.layout))
    if unfinished == Unfinished() and not with_preview:
        return
    with progress.step("Recover from a run that did not finish") as step:
        recovery = _recovery(emulator, environ)
        with _as_sandbox_errors():
            done = [
                *recovery.repair_from_state(unfinished),
                *(recovery.repair_from_preview(returning) if with_preview else ()),
            ]
        step.outcome = "; ".join(done) or "nothing to do"


def _returning_modules(layout: Layout, exported: Mapping[str, Any]) -> set[str]:
    from delivery.adoption import returning
    from sandbox.deployed.working_tree import working_tree

    tree = working_tree(layout)
    try:
        return returning(exported, tree.folders(), tree.settings)
    except OperationError:  # `pulumi up` reports it
        return set()


def _recovery(emulator: Emulator, environ: Mapping[str, str]) -> "Recovery":
    from delivery.recover import Recovery, pulumi_cli

    return Recovery(pulumi_cli(stack.STACK, environ, emulator.layout.project), _clients(environ))


def _clients(environ: Mapping[str, str]) -> Callable[[str], Any]:
    from delivery.clients import aws_clients

    return aws_clients(lambda: environ["AWS_REGION"], environ)


@contextmanager
def _as_sandbox_errors() -> Iterator[None]:
    from delivery.recover import RecoveryError

    try:
        yield
    except RecoveryError as failed:
        raise SandboxError(str(failed), "fix what it says and run `make up` again") from failed


def _builds(resources: Resources, of: Iterable[str]) -> list[str]:
    """Return the URNs of the build records that the resources with the given URNs depend on."""
    wanted = set(of)
    sources = {urn for resource in resources if resource["urn"] in wanted for urn in resource.get("dependencies", [])}
    return [record["urn"] for record in build_records(resources) if record["urn"] in sources]


def _functions(resources: Resources) -> dict[str, dict[str, Any]]:
    return {resource["urn"]: resource["outputs"] for resource in resources if resource["type"] == FUNCTION_TYPE}


def _without_image(environ: Mapping[str, str], resources: Resources) -> list[str]:
    """Return the URNs of the images that the registry doesn't have."""
    images = [resource for resource in resources if resource["type"] == IMAGE_TYPE]
    if not images:
        return []
    ecr = _clients(environ)("ecr")
    return [image["urn"] for image in images if not has_image(ecr, image["outputs"]["repoDigest"])]


def has_image(ecr: Any, repo_digest: str) -> bool:
    """Return whether the registry has the image `<host>/<repository>@<digest>`. `ecr` is a boto3 client."""
    repository, digest = repo_digest.split("/", 1)[1].split("@")
    try:
        found = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except ecr.exceptions.RepositoryNotFoundException:
        return False
    return bool(found["images"])


def _pulumi(emulator: Emulator, environ: Mapping[str, str], *arguments: str) -> None:
    log = emulator.layout.logs / "recovery.log"
    run(["pulumi", "--non-interactive", *arguments], env=environ, cwd=emulator.layout.project, log=log)
