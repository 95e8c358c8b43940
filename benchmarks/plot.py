"""The results as figures (SVG); runs where matplotlib is installed: `python -m benchmarks.plot RESULTS_FOLDER`."""

import json
import statistics
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot
from matplotlib.axes import Axes

Part = dict[str, Any]
CASES = {"unchanged": "nothing changed", "changed": "one file changed"}
COLOURS = {"unchanged": "#7a9cc6", "changed": "#d1793d"}


def compare(axes: Axes, results: Part) -> None:
    """Medians as bars, with the least and the most."""
    names = list(results["contenders"])[::-1]
    for offset, case in ((0.2, "unchanged"), (-0.2, "changed")):
        runs = [results["contenders"][name][case] for name in names]
        medians = [statistics.median(run) for run in runs]
        spread = [[middle - min(run) for middle, run in zip(medians, runs, strict=True)],
                  [max(run) - middle for middle, run in zip(medians, runs, strict=True)]]  # fmt: skip
        places = [place + offset for place in range(len(names))]
        axes.barh(places, medians, 0.38, xerr=spread, color=COLOURS[case], label=CASES[case], capsize=2)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("seconds, median of whole commands, with least and most")
    axes.legend()


def breakdown(axes: Axes, results: Part) -> None:
    """Each case as one bar of its phases."""
    colours = matplotlib.colormaps["tab20"].colors
    phases = list(results["seconds"]["changed"])
    for place, case in enumerate(CASES):
        left = 0.0
        for phase, colour in zip(phases, colours, strict=False):
            seconds = results["seconds"][case].get(phase, 0.0)
            axes.barh(place, seconds, 0.5, left=left, color=colour, label=phase if case == "changed" else None)
            left += seconds
    axes.set_yticks(range(len(CASES)), list(CASES.values()))
    axes.set_xlabel("seconds of `make up`, median of each phase")
    axes.figure.legend(fontsize=7, loc="outside lower center", ncol=3)


def scale(axes: Axes, results: Part) -> None:
    sizes = [int(size) for size in results["sizes"]]
    for case in CASES:
        medians = [statistics.median(times[case]) for times in results["sizes"].values()]
        axes.plot(sizes, medians, "o-", color=COLOURS[case], label=CASES[case])
    axes.set_xlabel("modules")
    axes.set_ylabel("seconds of `pulumi up`, median")
    axes.set_ylim(bottom=0)
    axes.legend()


def releases(axes: Axes, results: Part) -> None:
    """The share of each version over time, with a mark above it where a step begins."""
    interval, counts, steps = results["interval"], results["answers"], results["steps"]
    edges = [number * interval for number in range(len(counts) + 1)]
    totals = [sum(count.values()) or 1 for count in counts]
    bottoms = [0.0] * len(counts)
    versions = sorted({version for count in counts for version in count}, key=lambda name: (len(name), name))
    for version, colour in zip(versions, cycle(matplotlib.colormaps["Set3"].colors), strict=False):
        shares = [100 * count.get(version, 0) / total for count, total in zip(counts, totals, strict=True)]
        tops = [bottom + share for bottom, share in zip(bottoms, shares, strict=True)]
        answered = [number for number, share in enumerate(shares) if share]
        first, end = answered[0], answered[-1] + 1
        axes.stairs(tops[first:end], edges[first : end + 1], baseline=bottoms[first:end], fill=True, color=colour)
        axes.text(edges[shares.index(max(shares))] + interval, 50, version, fontsize=7)
        bottoms = tops
    kinds = dict.fromkeys(step["kind"] for step in steps)
    for kind, colour in zip(kinds, matplotlib.colormaps["tab10"].colors, strict=False):
        axes.vlines([step["began"] for step in steps if step["kind"] == kind], 101, 107, color=colour, label=kind)
    axes.set_xlim(0, len(counts) * interval)
    axes.set_xlabel("seconds; each version's number stands where it first has its largest share")
    axes.set_ylabel("percent of the answers")
    axes.figure.legend(fontsize=7, loc="outside lower center", ncol=len(kinds))


FIGURES: dict[str, Callable[[Axes, Part], None]] = {
    "compare": compare,
    "breakdown": breakdown,
    "scale": scale,
    "releases": releases,
}


def draw(folder: Path, caption: Callable[[Part], str]) -> None:
    """One figure per part that has results, each with what it was measured on."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "lambda-images", "font.size": 9})
    for part, figure in FIGURES.items():
        if not (folder / f"{part}.json").exists():
            continue
        results = json.loads((folder / f"{part}.json").read_text())
        canvas, axes = pyplot.subplots(figsize=(8, 4), layout="constrained")
        figure(axes, results)
        axes.set_title(caption(results["about"]).replace("; Pulumi", ";\nPulumi"), fontsize=7, loc="left")
        canvas.savefig(folder / f"{part}.svg", metadata={"Date": None})


if __name__ == "__main__":
    from benchmarks.caption import caption

    draw(Path(sys.argv[1]), caption)
