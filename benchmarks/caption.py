"""The line under tables and figures that says how they were measured."""

from typing import Any


def caption(about: dict[str, Any]) -> str:
    """Return the line for what `about` returned."""
    machine, versions = about["machine"], about["versions"]
    return (
        f"{about['kind']}; {machine['cores']} cores, {machine['memory GiB']} GiB; {about['date'][:10]}; "
        f"{about['runs']} run{'s' * (about['runs'] != 1)}; Pulumi engine {versions['pulumi engine']}, "
        f"Docker {versions['docker engine']}, MiniStack {versions['ministack']}"
    )
