"""What a result says of itself in a line, under tables and figures."""

from typing import Any


def caption(about: dict[str, Any]) -> str:
    """Of what `about` gave."""
    machine, versions = about["machine"], about["versions"]
    return (
        f"{about['kind']}; {machine['cores']} cores, {machine['memory GiB']} GiB; {about['date'][:10]}; "
        f"{about['runs']} run{'s' * (about['runs'] != 1)}; Pulumi engine {versions['pulumi engine']}, "
        f"Docker {versions['docker engine']}, MiniStack {versions['ministack']}"
    )
