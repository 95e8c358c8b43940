"""Instances of functions: a container serves one revision of one version, and is stopped only while it is idle.

MiniStack shares instances between all versions that have one image. At each update it stops all instances of the
function, also busy ones, and answers no other request meanwhile (MiniStack 1.5.33, `_pool_kill_function`).
"""

from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import lambda_svc

THREAD = "sandbox-retire"

_shared_key = lambda_svc._warm_pool_key


def key_of_revision(function: str, configuration: dict[str, Any]) -> str:
    """A published version never changes its revision; `$LATEST` gets another with each update."""
    return f"{_shared_key(function, configuration)}:{configuration['Version']}:{configuration['RevisionId']}"


def retire(account: str, function: str) -> None:
    """Stop the idle instances of revisions that the function no longer has, without keeping the caller waiting.

    A busy one is never used again after its call, and ends with the idle time.
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
    """Of the function in all regions: of its `$LATEST` and of its published versions."""
    records = [
        record for (owner, _, name), record in lambda_svc._functions.all_items() if (owner, name) == (account, function)
    ]
    versions = [version for record in records for version in (record, *list(record["versions"].values()))]
    return {key_of_revision(function, version["config"]) for version in versions}


def bind_instances_to_revisions() -> None:
    lambda_svc._warm_pool_key = key_of_revision
    lambda_svc._pool_kill_function = retire
