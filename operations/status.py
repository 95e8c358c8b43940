"""Collects the status of each module from AWS, from the stack's state if it is known, and from the checkout."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from components.function.release import Live as Release
from components.printable import printable
from delivery.clients import MAX_CONCURRENT_CALLS
from operations.access import is_denied
from operations.errors import OperationError
from operations.functions import Functions, Live
from operations.modules import Deployed
from operations.target import Target
from operations.working_tree import Compared, Served, WorkingTree


@dataclass(frozen=True)
class Status:
    module: str
    deployed: Deployed | None
    """What the stack deployed. None if the module isn't deployed yet."""
    compared: Compared
    untested: bool
    """Whether the checkout's settings disable the smoke event of new versions."""
    live: Live | None = None
    """The version that `live` points at. None if the alias was deleted or doesn't exist yet."""
    newest: str | None = None
    """The version that was published last, served or not."""
    invoked: datetime | None = None
    release: Release | None = None
    """What `live` serves, as it records it. None if there is no `live`."""
    unknown: str = ""
    """Why AWS doesn't let the caller see when the module was last invoked. Empty if it does."""


@dataclass(frozen=True)
class _Read:
    """What AWS has of a module."""

    deployed: Deployed
    live: Live | None
    newest: str | None
    invoked: datetime | None
    unknown: str
    release: Release | None
    tags: list[str] | None


def statuses(target: Target) -> list[Status]:
    """Return the status of each module that is deployed or in the checkout, sorted by name."""
    modules = target.modules()
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        read = dict(zip(modules, threads.map(lambda module: _read(target, module), modules.values()), strict=True))
    tree = WorkingTree(target.checkout, target.stack.project, target.stack.name)
    compared, untested = tree.compare(_served(target, read.values())), tree.untested()
    return [
        _status(name, compared.get(name, Compared("gone")), read.get(name), name in untested)
        for name in sorted(read.keys() | compared.keys())
    ]


def _status(module: str, compared: Compared, read: _Read | None, untested: bool) -> Status:
    if read is None:
        return Status(module, None, compared, untested)
    return Status(
        module=module,
        deployed=read.deployed,
        live=read.live,
        newest=read.newest,
        invoked=read.invoked,
        compared=_unless_moved(compared, read),
        untested=untested,
        release=read.release,
        unknown=read.unknown,
    )


def _read(target: Target, module: Deployed) -> _Read:
    functions = Functions(target)
    live, unknown, invoked, tags = functions.live(module.function), "", None, None
    try:
        invoked = functions.last_invoked(module.log_group)
    except OperationError as refused:
        if not is_denied(refused.__cause__):
            raise
        unknown = refused.what
    if live and not target.has_state:
        with target.errors():
            tags = target.stack.module(module.module).image_tags(live.image_uri)
    newest, release = functions.newest_version(module.function), functions.release(module.function)
    return _Read(module, live, newest, invoked, unknown, release, tags)


def _unless_moved(compared: Compared, read: _Read) -> Compared:
    """Replace the comparison if `live` was moved. The stack's records describe only the newest version."""
    if compared.state not in ("same", "changed", "unknown") or read.live is None:
        return compared
    if read.release and read.release.hold:
        return Compared("held", [printable(read.release.hold)])
    if read.release and read.release.canary:
        return Compared("canary", [printable(read.release.canary)])
    deployed = read.deployed.version
    if deployed in (None, read.live.version):
        return compared
    return Compared("moved", [f"`live` was moved from version {deployed} to {read.live.version}"])


def _served(target: Target, modules: Iterable[_Read]) -> Mapping[str, Served]:
    """Return what is known of what each module serves."""
    read = {each.deployed.module: each for each in modules}
    if not target.has_state:
        return {name: Served(each.live.description, each.tags) for name, each in read.items() if each.live}
    return {
        name: Served(
            description=each.live.description if (each := read.get(name)) and each.live else "",
            record=record.content,
            revisions=record.revisions,
            references=record.references,
        )
        for name, record in target.records().items()
    }
