"""What happens when one call of an update fails: the update itself, then the pipeline's two steps, then a preview."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count, zip_longest

from tests.end_to_end.checkout import Ran
from tests.end_to_end.failing import keeper
from tests.end_to_end.failing.calls import Call
from tests.end_to_end.failing.forwarder import Mode
from tests.end_to_end.failing.pipeline import Pipeline, Stack


class Scenario(StrEnum):
    NEW = "new stack"
    """One that has the checkout's other modules alone."""
    FIRST = "first deployment"
    UPDATE = "update"
    REMOVAL = "removal"


@dataclass(frozen=True)
class Row:
    scenario: Scenario
    mode: Mode
    call: str
    """As `numbered` gives it."""

    def __str__(self) -> str:
        return f"{self.scenario}, {self.mode}: {self.call}"


@dataclass
class Outcome:
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_order: bool = False
    """Whether the stack is in the end what the checkout says."""

    def expect(self, holds: bool, otherwise: str) -> bool:
        if not holds:
            self.problems.append(otherwise)
        return holds

    def __str__(self) -> str:
        return "\n".join([*(f"PROBLEM: {problem}" for problem in self.problems), *self.notes])


class Table:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._numbers = count(1)
        self._stack: Stack | None = None
        self.calls: dict[Scenario, list[str]] = {}

    @classmethod
    def recorded(cls, pipeline: Pipeline) -> "Table":
        """Of all calls that such runs make when they go well."""
        table = cls(pipeline)
        for scenario in Scenario:
            stack = table._prepared(scenario)
            _begin(stack, scenario)
            pipeline.forwarder.calls.clear()
            stack.up().ok()
            table.calls[scenario] = _changing(stack, pipeline.forwarder.calls)
        of_a_module = {call.replace(keeper.NAME, keeper.NEIGHBOUR) for call in table.calls[Scenario.FIRST]}
        table.calls[Scenario.NEW] = [call for call in table.calls[Scenario.NEW] if call not in of_a_module]
        return table

    def rows(self) -> list[Row]:
        """A first deployment and a removal in turn, as each begins where the other ends."""
        rows = {
            scenario: [Row(scenario, mode, call) for mode in Mode for call in calls]
            for scenario, calls in self.calls.items()
        }
        in_turn = chain.from_iterable(zip_longest(rows[Scenario.FIRST], rows[Scenario.REMOVAL]))
        return [*rows[Scenario.NEW], *rows[Scenario.UPDATE], *(row for row in in_turn if row)]

    def tried(self, row: Row) -> Outcome:
        """After a row that leaves who knows what, the next one has a stack of its own."""
        try:
            outcome = tried(self._prepared(row.scenario), row)
        except AssertionError as failed:
            outcome = Outcome([str(failed)])
        if not outcome.in_order:
            self._stack = None
        return outcome

    def _prepared(self, scenario: Scenario) -> Stack:
        """A stack in which nothing is left to do before the scenario."""
        stack, is_new = self._stack, scenario is Scenario.NEW
        if stack is None or is_new:
            keeper.remove(self._pipeline.checkout.root)
            self._stack = stack = Stack.new(self._pipeline, f"s{next(self._numbers)}")
            if not is_new:
                stack.up().ok()
        if not is_new and stack.has_keeper == (scenario is Scenario.FIRST):
            _begin(stack, Scenario.REMOVAL if stack.has_keeper else Scenario.FIRST)
            stack.up().ok()
        return stack


def tried(stack: Stack, row: Row) -> Outcome:
    """Begins and, if it goes well, ends with a stack where nothing is left to do."""
    outcome = Outcome()
    old = stack.revision
    _begin(stack, row.scenario)
    new = stack.revision

    words = numbered(stack.prefix)
    failed, fault = stack.failed_up(row.mode, lambda call: words(call) == row.call)
    outcome.expect(fault.happened is not None, "the call did not come")
    _look_at_words(outcome, "the failed run", failed)
    outcome.notes.append("exit code 0" if failed.code == 0 else _errors(failed))
    if row.scenario is Scenario.UPDATE:
        _look_at_live(outcome, "after the failed run", stack, old, new)

    recovered = stack.recover()
    _look_at_words(outcome, "recover", recovered)
    outcome.notes.append(f"recover: {recovered.stdout.strip()}")
    outcome.expect(recovered.code == 0, f"recover ended with {recovered.code}: {_errors(recovered)}")
    if row.scenario is Scenario.UPDATE:
        _look_at_live(outcome, "after recover", stack, old, new)

    again = stack.up()
    _look_at_words(outcome, "the second run", again)
    if not outcome.expect(again.code == 0, f"the second run ended with {again.code}: {_errors(again)}"):
        stack.recover()
        third = stack.up()
        outcome.notes.append(f"a third run {'is green' if third.code == 0 else 'fails as well: ' + _errors(third)}")
        return outcome
    differences, preview = list(_differences(stack)), stack.preview()
    outcome.problems += differences
    outcome.expect(preview.code == 0, f"the preview finds something to do:\n{_changes(preview)}")
    outcome.in_order = not differences and preview.code == 0
    return outcome


def _begin(stack: Stack, scenario: Scenario) -> None:
    """Bring the checkout to what the scenario ships."""
    if scenario is Scenario.REMOVAL:
        stack.remove()
    elif scenario is not Scenario.NEW:
        stack.commit()


def _changing(stack: Stack, calls: Iterable[Call]) -> list[str]:
    words = numbered(stack.prefix)
    return list(dict.fromkeys(words(call) for call in calls if call.changes))


def numbered(prefix: str) -> Callable[[Call], str]:
    """Words for the calls of one run, given in order; what is done again to the same resources has a number.

    The layers of an image are all alike.
    """
    seen: Counter[str] = Counter()

    def words(call: Call) -> str:
        same = call.of(prefix)
        seen[same] += 1
        return same if seen[same] == 1 or call.protocol == "registry" else f"{same} ({seen[same]})"

    return words


def _look_at_words(outcome: Outcome, who: str, ran: Ran) -> None:
    shown = ran.stdout + ran.stderr
    outcome.expect("Traceback (most recent call last)" not in shown, f"{who} shows a traceback")


def _look_at_live(outcome: Outcome, when: str, stack: Stack, old: int, new: int) -> None:
    """Whichever revision `live` serves answers, and uses all its rights."""
    answer = stack.answer()
    served = answer.get("revision") if isinstance(answer, dict) else None
    which = {old: "the old one", new: "the new one"}.get(served or 0, "neither")
    outcome.notes.append(f"{when} live serves {which}")
    outcome.expect(served in (old, new), f"{when} live answers {answer}")


def _differences(stack: Stack) -> Iterator[str]:
    """Between what AWS has and what the checkout says."""
    if not stack.has_keeper:
        yield from (f"left behind: {thing}" for thing in stack.left())
        return
    found = stack.found()
    for key, value in keeper.wanted(stack.revision).items():
        if found[key] != value:
            yield f"{key} is {found[key]} instead of {value}"


def _errors(ran: Ran) -> str:
    """The lines that tell what went wrong."""
    lines = [line.strip() for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("error: ", "* "))]
    telling = [line for line in errors if not re.match("error: (update failed|[0-9]+ errors? occurred)", line)]
    return " | ".join(dict.fromkeys(telling)) or " | ".join(lines[-5:])


def _changes(ran: Ran) -> str:
    return "\n".join(line for line in ran.stdout.splitlines() if re.match(r"\s+\W{1,2} \S+:\S+: \(", line))
