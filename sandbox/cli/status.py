"""`status`: shows what each module serves, whether the checkout differs, and what is wrong."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from delivery.formatting import format_table, short_digest
from sandbox.cli.formatting import described_release, format_age
from sandbox.cli.results import AsJson, results
from sandbox.cli.target import StackName, target_of

if TYPE_CHECKING:  # these modules load slowly, and the other verbs don't need them
    from delivery.health import Problem
    from operations.status import Status
    from operations.target import Target
    from operations.working_tree import Compared

HEADINGS = ("module", "version", "digest", "published", "invoked", "checkout")


def status(stack: StackName = None, as_json: AsJson = False) -> None:
    """Show each module's version, image, age and last invocation, whether the checkout differs, and what is wrong."""
    from delivery.health import problems
    from operations.status import statuses

    with results(as_json) as print_result:
        target = target_of(stack)
        found = statuses(target)
        with target.releasing() as its:
            wrong = problems(its)
        for line in format_table([HEADINGS, *(_row(status, target) for status in found)]):
            typer.echo(line)
        warnings = [f"warning: {warning}" for status in found for warning in status.compared.warnings]
        if unknown := next((status.unknown for status in found if status.unknown), ""):
            warnings.append(f"warning: you may not see when modules were invoked: {unknown}")
        if wrong or warnings:
            typer.echo()
        for line in (*map(str, wrong), *warnings):
            typer.echo(line)
        print_result({status.module: _described(status, wrong) for status in found})


def _row(status: "Status", target: "Target") -> tuple[str, ...]:
    live = status.live
    newest = f" (newest: {status.newest})" if status.newest and (live is None or live.version != status.newest) else ""
    version, digest = (live.version, short_digest(live.digest)) if live else ("-", "-")
    published = _ago(live.published) if live else "-"
    invoked = "unknown" if status.unknown else _ago(status.invoked) if status.deployed else "-"
    checkout = _describe_state(status, target) + (", untested" if status.untested else "")
    return (status.module, version + newest, digest, published, invoked, checkout)


def _describe_state(status: "Status", target: "Target") -> str:
    if status.deployed is None or status.compared.state == "gone" or status.live is not None:
        return _describe_comparison(status.compared, target)
    if not target.has_state:
        return f"no alias `live`: see `{target.command('logs', status.module)}`"
    if status.deployed.version:
        return "`live` is gone: `make invoke` says what to do"
    return f"no version has passed yet: see `{target.command('logs', status.module)}`"


def _describe_comparison(compared: "Compared", target: "Target") -> str:
    match compared.state:
        case "same":
            return "same"
        case "new":
            return "not deployed yet"
        case "gone":
            return f"deleted: {target.ship} removes it"
        case "invalid" | "held" | "canary":
            return compared.reasons[0]
        case "moved":
            return f"{compared.reasons[0]}: `make up` says what to do"
        case "unknown":
            return f"no difference known: {'; '.join(compared.reasons)}"
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
