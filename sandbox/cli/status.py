"""`status`: shows what each module serves, whether the checkout differs, and what is wrong."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from delivery.formatting import format_table, short_digest
from sandbox.cli.formatting import described_release, format_age
from sandbox.cli.releases import local_stack
from sandbox.cli.results import AsJson, results
from sandbox.layout import Layout

if TYPE_CHECKING:  # these modules load slowly, and the other verbs don't need them
    from delivery.health import Problem
    from sandbox.deployed.status import Status
    from sandbox.deployed.working_tree import Compared

HEADINGS = ("module", "version", "digest", "published", "invoked", "checkout")


def status(as_json: AsJson = False) -> None:
    """Show each module's version, image, age and last invocation, whether the checkout differs, and what is wrong."""
    from delivery.health import problems
    from sandbox.deployed.status import statuses

    with results(as_json) as print_result:
        found = list(statuses(Layout.of()))
        with local_stack() as stack:
            wrong = problems(stack)
        for line in format_table([HEADINGS, *map(_row, found)]):
            typer.echo(line)
        warnings = [f"warning: {warning}" for status in found for warning in status.compared.warnings]
        if wrong or warnings:
            typer.echo()
        for line in (*map(str, wrong), *warnings):
            typer.echo(line)
        print_result({status.module: _described(status, wrong) for status in found})


def _row(status: "Status") -> tuple[str, ...]:
    live = status.live
    newest = f" (newest: {status.newest})" if status.newest and (live is None or live.version != status.newest) else ""
    version, digest = (live.version, short_digest(live.digest)) if live else ("-", "-")
    published = _ago(live.published) if live else "-"
    invoked = _ago(status.invoked) if status.deployed else "-"
    checkout = _describe_state(status) + (", untested" if status.untested else "")
    return (status.module, version + newest, digest, published, invoked, checkout)


def _describe_state(status: "Status") -> str:
    if status.deployed is None or status.compared.state == "gone":
        return _describe_comparison(status.compared)
    if status.live is None:
        gone, none = "`live` is gone: `make invoke` says what to do", "no version has passed yet: see `make logs`"
        return gone if status.deployed.version else none
    return _describe_comparison(status.compared)


def _describe_comparison(compared: "Compared") -> str:
    match compared.state:
        case "same":
            return "same"
        case "new":
            return "not deployed yet"
        case "gone":
            return "deleted: `make up` removes it"
        case "invalid":
            return compared.reasons[0]
        case "held" | "canary":
            return compared.reasons[0]
        case "moved":
            return f"{compared.reasons[0]}: `make up` says what to do"
        case "changed":
            more = len(compared.reasons) - 1
            return f"differs: {compared.reasons[0]}" + (f" and {more} more" if more else "")


def _ago(moment: datetime | None) -> str:
    return f"{format_age(datetime.now(UTC) - moment)} ago" if moment else "never"


def _described(status: "Status", wrong: Iterable["Problem"]) -> dict[str, Any]:
    """Return the status for `--json`: times in ISO 8601, and null for missing values."""
    deployed, live = status.deployed, status.live
    return {
        "version": live.version if live else None,
        "deployedVersion": deployed.version if deployed else None,
        "newestVersion": status.newest,
        "digest": live.digest if live else None,
        "functionName": deployed.function if deployed else None,
        "published": live.published.isoformat() if live else None,
        "invoked": status.invoked.isoformat(timespec="seconds") if status.invoked else None,
        "checkout": status.compared.state,
        "because": status.compared.reasons,
        "warnings": status.compared.warnings,
        "untested": status.untested,
        **described_release(status.release),
        "problems": [problem.what for problem in wrong if problem.module == status.module],
    }
