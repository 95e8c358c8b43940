"""`status`: what each module serves, and whether the checkout is the same."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from sandbox.layout import Layout
from sandbox.results import AsJson, results
from sandbox.wording import aligned, served_version, short, spoken

if TYPE_CHECKING:  # what they load takes longer than other verbs do
    from sandbox.statuses import Status
    from sandbox.working_tree import Compared

HEADINGS = ("module", "version", "digest", "published", "invoked", "checkout")


def status(as_json: AsJson = False) -> None:
    """Show each module's version, image, age and last invocation, and whether the checkout differs from it."""
    from sandbox.statuses import statuses

    with results(as_json) as give:
        found = list(statuses(Layout.of()))
        for line in aligned([HEADINGS, *map(_row, found)]):
            typer.echo(line)
        give({status.module: _described(status) for status in found})


def _row(status: "Status") -> tuple[str, ...]:
    checkout = _spoken_state(status.compared)
    if status.deployed is None:
        return (status.module, "-", "-", "-", "-", checkout)
    digest = short(status.deployed["digest"])
    if status.served is None:
        return (status.module, "deleted", digest, "-", "-", "`live` is gone: `make invoke` says what to do")
    version, published = status.served
    served = served_version(version, status.deployed)
    return (status.module, served, digest, _ago(published), _ago(status.invoked), checkout)


def _spoken_state(compared: "Compared") -> str:
    match compared.state:
        case "same":
            return "same"
        case "new":
            return "not deployed yet"
        case "gone":
            return "deleted: `make up` removes it"
        case "invalid":
            return compared.because[0]
        case "changed":
            more = len(compared.because) - 1
            return f"differs: {compared.because[0]}" + (f" and {more} more" if more else "")


def _ago(moment: datetime | None) -> str:
    return f"{spoken(datetime.now(UTC) - moment)} ago" if moment else "never"


def _described(status: "Status") -> dict[str, Any]:
    """For a script: times in ISO 8601; null for what there isn't."""
    deployed = status.deployed or {}
    version, published = status.served or (None, None)
    return {
        "version": version,
        **{key: deployed.get(key) for key in ("digest", "tag", "functionName", "tested")},
        "published": published.isoformat() if published else None,
        "invoked": status.invoked.isoformat(timespec="seconds") if status.invoked else None,
        "checkout": status.compared.state,
        "because": status.compared.because,
    }
