"""Formats the results as tables for the terminal, for `results/results.md`, and for the benchmark's page."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.caption import caption
from benchmarks.contenders import BARE_RELEASE, MAKE_UP, PULUMI_UP, SAM
from benchmarks.fresh import WITH, WITHOUT
from benchmarks.settings import PARTS
from benchmarks.summary import Summary, ratio

RESULTS = Path(__file__).with_name("results")
PAGE = Path(__file__).parents[1] / "docs" / "benchmark.md"
BEGIN, END = "<!-- results: made by `make bench` -->", "<!-- end of results -->"

Part = dict[str, Any]


def write(part: str, results: Part, folder: Path = RESULTS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(results, indent=2) + "\n")


def tables(folder: Path = RESULTS) -> str:
    """Return the tables of all parts that have results, each with a line on how it was measured."""
    found = {part: json.loads(file.read_text()) for part in PARTS if (file := folder / f"{part}.json").exists()}
    return "\n".join(line for part, results in found.items() for line in _TABLES[part](results))


def publish() -> None:
    """Write the tables to `results.md` and, with the figures, between the marks of the page."""
    (RESULTS / "results.md").write_text(tables())
    PAGE.write_text(with_results(PAGE.read_text(), tables()))


def with_results(page: str, results: str) -> str:
    """Return the page's text with these results instead of the old ones. Raises ValueError if a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page lacks the marks `{BEGIN}` and `{END}`")
    shown = results.replace("](", "](../benchmarks/results/")
    return f"{before}{BEGIN}\n{shown}\n{end}{after}"


def compare_table(results: Part) -> Iterator[str]:
    ours = results["contenders"][PULUMI_UP]
    yield from _heading("Side by side", "compare", results)
    yield "Seconds, median (least-most); ratio: what `pulumi up` takes of it.\n"
    yield _row("", "nothing changed", "ratio", "one file changed, until its code answers", "ratio")
    yield _row(*["---"] * 5)
    for name, times in results["contenders"].items():
        cells: list[str] = []
        for case in ("unchanged", "changed"):
            own = name in (PULUMI_UP, MAKE_UP)
            cells += [str(Summary.of(times[case])), "" if own else f"{ratio(ours[case], times[case]):.2f}"]
        yield _row(name, *cells)
    yield ""
    for name, reason in results["skipped"].items():
        yield f"Left out: {name}. {reason[0].upper()}{reason[1:]}.\n"
    goals = []
    if bare := results["contenders"].get(BARE_RELEASE):
        goals.append(("one file changed, of the time of bare API calls", ratio(ours["changed"], bare["changed"]), 1.5))
    if sam := results["contenders"].get(SAM):
        goals.append(("nothing changed, of SAM's time", ratio(ours["unchanged"], sam["unchanged"]), 0.35))
        goals.append(("one file changed, of SAM's time", ratio(ours["changed"], sam["changed"]), 0.3))
    yield from _goals(*goals)


def breakdown_table(results: Part) -> Iterator[str]:
    yield from _heading("Where the time of `make up` goes", "breakdown", results)
    changed, unchanged = results["seconds"]["changed"], results["seconds"]["unchanged"]
    yield _row("seconds (medians)", "nothing changed", "one file changed")
    yield _row(*["---"] * 3)
    for phase in changed:
        yield _row(phase, f"{unchanged[phase]:.2f}" if phase in unchanged else "", f"{changed[phase]:.2f}")
    yield _row("all", f"{sum(unchanged.values()):.2f}", f"{sum(changed.values()):.2f}")
    yield ""
    memory = {case: results["memory"][case] for case in ("unchanged", "changed")}
    yield _row("peak memory (MiB, PSS)", "nothing changed", "one file changed")
    yield _row(*["---"] * 3)
    for part in sorted({part for peaks in memory.values() for part in peaks["by_part"]}):
        yield _row(part, *(f"{peaks['by_part'].get(part, 0):.0f}" for peaks in memory.values()))
    yield _row("all at one moment", *(f"{peaks['total']:.0f}" for peaks in memory.values()))
    yield ""


def scale_table(results: Part) -> Iterator[str]:
    yield from _heading("More modules", "scale", results)
    yield "Seconds of `pulumi up`, median (least-most).\n"
    columns = ("first shipping of all", "nothing changed", "one changed, until it answers", "memory, MiB")
    yield _row("modules", *columns)
    yield _row(*["---"] * 5)
    for size, times in results["sizes"].items():
        first = f"{times['first'][0]:.1f}" if times["first"] else "not measured"
        seconds = (str(Summary.of(times[case])) for case in ("unchanged", "changed"))
        yield _row(size, first, *seconds, f"{times['memory']['total']:.0f}")
    yield ""
    yield "Memory: the most at one moment of an update in which nothing changed, of all processes but functions.\n"
    if times := results["sizes"].get("100"):
        unchanged, changed = (Summary.of(times[case]).median for case in ("unchanged", "changed"))
        yield from _goals(
            ("100 modules, nothing changed, seconds", unchanged, 5),
            ("100 modules, one changed, seconds more", changed - unchanged, 3),
            ("100 modules, first shipping, seconds a module", times["first"][0] / 100, 2.5),
            ("100 modules, nothing changed, MiB", times["memory"]["total"], 800),
        )
        if more := results["sizes"].get("300"):
            share = Summary.of(more["unchanged"]).median / unchanged
            yield from _goals(("nothing changed, 300 modules, of the time of 100", share, 3.2))


def fresh_table(results: Part) -> Iterator[str]:
    yield "### A new machine\n"
    yield f"{caption(results['about'])}.\n"
    if results["skipped"]:
        yield f"Left out. {results['skipped']}.\n"
        return
    yield "Seconds of `pulumi up` after a change of a handler, with a Docker that has only the base image.\n"
    yield _row("what the build has", "seconds, median (least-most)")
    yield _row(*["---"] * 2)
    for case, seconds in results["cases"].items():
        yield _row(case, str(Summary.of(seconds)))
    yield ""
    share = ratio(results["cases"][WITH], results["cases"][WITHOUT])
    yield from _goals(("layers of the last image, of the time without", share, 0.4))


def load_table(results: Part) -> Iterator[str]:
    yield "### Callers during deployments\n"
    yield f"{caption(results['about'])}.\n"
    deployments, minutes, callers = (results[name] for name in ("deployments", "minutes", "callers"))
    yield f"{callers} callers, {minutes} minutes, {deployments} deployments; the emulator may open 1,024 files.\n"
    yield _row("", "")
    yield _row("---", "---")
    yield _row("calls", f"{results['calls']:,}")
    yield _row("failed", str(results["failed"]))
    for what in ("median call", "longest call", "longest silence", "longest stall"):
        yield _row(f"{what}, seconds", f"{results[what]:.2f}")
    for what in ("memory", "state"):
        first, last = results[what]
        name = {"memory": "emulator's memory", "state": "states of emulator and Pulumi, and log"}[what]
        yield _row(f"{name}, MiB, after a minute and at the end", f"{first:.0f}, {last:.0f}")
    yield _row("emulator's open files, at most", str(results["open files"]))
    yield ""
    yield from _goals(("failed calls", results["failed"], 0), ("longest stall, seconds", results["longest stall"], 1))


def releases_table(results: Part) -> Iterator[str]:
    yield from _heading("Callers during releases", "releases", results)
    steps = results["steps"]
    yield f"{results['callers']} callers, half of them of the function URL; {len(steps)} steps.\n"
    yield _row("", "")
    yield _row("---", "---")
    yield _row("calls", f"{results['calls']:,}")
    for what in ("failed", "wrong"):
        yield _row(what, str(results[what]))
    for what in ("p50", "p99", "longest"):
        yield _row(f"{what}, seconds", f"{results[what]:.2f}")
    for answers in results["canaries"]:
        (old, before), (new, share) = answers.items()
        percent = 100 * share / max(before + share, 1)
        yield _row(f"answers during a canary, versions {old} and {new}", f"{before:,} and {share:,} ({percent:.1f}%)")
    yield ""
    times = seconds_by_kind(steps)
    yield _row("", "times", "seconds, median (least-most)")
    yield _row(*["---"] * 3)
    for kind, seconds in times.items():
        yield _row(kind, str(len(seconds)), str(Summary.of(seconds)))
    yield ""
    yield _row("began at second", "step", "seconds", "`live` then serves")
    yield _row(*["---"] * 4)
    for step in steps:
        name = ": ".join(filter(None, (step["kind"], step["what"])))
        yield _row(f"{step['began']:.0f}", name, f"{step['seconds']:.1f}", step["outcome"])
    yield ""
    yield from _goals(
        ("failed calls", results["failed"], 0),
        ("wrong answers", results["wrong"], 0),
        ("seconds of a rollback", Summary.of(times["rollback"]).median, 3),
    )


def context_table(results: Part) -> Iterator[str]:
    yield "### A large context\n"
    yield f"{caption(results['about'])}.\n"
    yield f"Seconds for a context of {results['files']:,} files, median (least-most).\n"
    yield _row("what the ignore file keeps", "files", "read by this project", "`docker build`, all of it cached")
    yield _row(*["---"] * 4)
    for keeps, measured in results["kept"].items():
        read, built = (str(Summary.of(measured[what])) for what in ("read", "docker build"))
        yield _row(keeps, f"{measured['files']:,}", read, built)
    yield ""
    narrow = Summary.of(results["kept"]["two folders"]["read"]).median
    yield from _goals(("two folders of a large context read, seconds", narrow, 0.5))


def seconds_by_kind(steps: Sequence[Part]) -> dict[str, list[float]]:
    """Return the seconds that the steps of each kind took."""
    found: dict[str, list[float]] = {}
    for step in steps:
        found.setdefault(step["kind"], []).append(step["seconds"])
    return found


_TABLES: dict[str, Callable[[Part], Iterator[str]]] = {
    "compare": compare_table,
    "breakdown": breakdown_table,
    "scale": scale_table,
    "fresh": fresh_table,
    "load": load_table,
    "releases": releases_table,
    "context": context_table,
}


def _heading(title: str, part: str, results: Part) -> Iterator[str]:
    yield f"### {title}\n"
    yield f"{caption(results['about'])}.\n"
    yield f"![{title}]({part}.svg)\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _goals(*goals: tuple[str, float, float]) -> Iterator[str]:
    for what, value, most in goals:
        yield f"- {what}: {value:.2f}, expected at most {most:g}: {'met' if value <= most else '**missed**'}"
    yield ""
