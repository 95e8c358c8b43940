"""Binds each container to one revision of one version, and stops it only while it is idle.

MiniStack shares containers between all versions with the same image. At each update it stops all of the function's
containers, even busy ones, and answers no other request meanwhile (MiniStack 1.5.33, `_pool_kill_function`).
"""

from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import lambda_svc

THREAD = "sandbox-retire"

_shared_key = lambda_svc._warm_pool_key


def key_of_revision(function: str, configuration: dict[str, Any]) -> str:
    """Return the pool's key. A published version keeps its revision. `$LATEST` gets a new one with each update."""
    return f"{_shared_key(function, configuration)}:{configuration['Version']}:{configuration['RevisionId']}"


def retire(account: str, function: str) -> None:
    """Stop the idle instances of revisions that the function no longer has, in the background.

    A busy instance is not used again after its call, and ends at the idle timeout.
    """
    spawn_background(_stop_idle, account, function, thread_name=THREAD)


def _stop_idle(account: str, function: str) -> None:
    with lambda_svc._warm_pool_lock:
        wanted = _keys_in_use(account, function)
        gone = []
        for key, instances in list(lambda_svc._warm_pool.items()):
            owner, _, name, *_ = key.split(":")
            if (owner, name) == (account, function) and key not in wanted:
                gone += [instance for instance in instances if not instance["in_use"]]
                instances[:] = [instance for instance in instances if instance["in_use"]]
    for instance in gone:
        lambda_svc._kill_pool_entry(instance)


def _keys_in_use(account: str, function: str) -> set[str]:
    """Return the keys of `$LATEST` and of the published versions of a function, in all Regions."""
    records = [
        record for (owner, _, name), record in lambda_svc._functions.all_items() if (owner, name) == (account, function)
    ]
    versions = [version for record in records for version in (record, *list(record["versions"].values()))]
    return {key_of_revision(function, version["config"]) for version in versions}


def bind_instances_to_revisions() -> None:
    lambda_svc._warm_pool_key = key_of_revision
    lambda_svc._pool_kill_function = retire
