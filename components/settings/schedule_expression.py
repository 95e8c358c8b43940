"""Checks the expressions and time zones of schedules by the rules of EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources

FORMS = re.compile(r"(rate|cron|at)\((.*)\)")


@dataclass(frozen=True)
class _Field:
    """One of the six fields of a cron expression."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    """Names for the numbers from `low` on."""
    alone: Mapping[str, str] = field(default_factory=dict)
    """Regular expressions of values that stand alone in the field, each with an example for messages."""
    steps: bool = True
    """Whether `/` is allowed."""

    @property
    def words(self) -> str:
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        return ", ".join([f"{self.low}-{self.high}{names}", *self.alone.values()])


_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, alone={r"\?": "?", "LW?": "L", "0?([1-9]|[12][0-9]|3[01])W": "15W"}),
    _Field("month", 1, 12, _MONTHS),
    _Field(
        "day of week",
        1,
        7,
        _DAYS,
        {r"\?": "?", f"([1-7]|{'|'.join(_DAYS)})?L": "6L", "[^,#]+#[1-5]": "6#3"},
        steps=False,
    ),
    _Field("year", 1970, 2199),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def check_expression(text: str) -> str:
    """Return the expression unchanged. Raises ValueError with what is wrong."""
    form = FORMS.fullmatch(text)
    if form is None:
        raise ValueError(
            "it should be a schedule of EventBridge Scheduler, such as "
            "'rate(5 minutes)', 'cron(0 6 ? * MON-FRI *)' or 'at(2030-01-31T06:00:00)'"
        )
    {"rate": _check_rate, "cron": _check_cron, "at": _check_at}[form[1]](form[2])
    return text


def check_time_zone(name: str) -> str:
    """Return the name unchanged. Raises ValueError if the IANA has no time zone with this name."""
    if name in time_zones():
        return name
    close = difflib.get_close_matches(name, time_zones(), n=1)
    suggestion = f": did you mean {close[0]}?" if close else ", such as 'Europe/Berlin'"
    raise ValueError(f"it should be the IANA name of a time zone{suggestion}")


@cache
def time_zones() -> frozenset[str]:
    """The time zones of the package `tzdata`, because those of the system differ between machines."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _check_rate(inside: str) -> None:
    if not re.fullmatch("[1-9][0-9]* (minute|hour|day)s?", inside):
        raise ValueError("it should be a whole number from 1, and minutes, hours or days, such as 'rate(5 minutes)'")


def _check_at(inside: str) -> None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", inside, re.ASCII):
            datetime.fromisoformat(inside)
            return
    except ValueError as impossible:
        raise ValueError(f"there is no such time: {impossible}") from None
    raise ValueError(
        "it should be a date and a time to the second without an offset, such as 'at(2030-01-31T06:00:00)'"
    )


def _check_cron(inside: str) -> None:
    values = inside.split(" ")
    if len(values) != len(_FIELDS):
        names = ", ".join(part.name for part in _FIELDS)
        raise ValueError(
            f"it should have {len(_FIELDS)} fields with one space between them ({names}), such as 'cron(0 3 * * ? *)'"
        )
    wrong = [f"{part.name} is '{value}', and should be {part.words}" for part, value in _wrong(values)]
    if wrong:
        raise ValueError("; ".join(wrong))
    if [values[_DAY_OF_MONTH], values[_DAY_OF_WEEK]].count("?") != 1:
        raise ValueError("one of day of month and day of week should be '?', and the other should not")


def _wrong(values: list[str]) -> Iterator[tuple[_Field, str]]:
    for part, value in zip(_FIELDS, values, strict=True):
        if not _fits(part, value.upper()):
            yield part, value


def _fits(part: _Field, value: str) -> bool:
    if any(re.fullmatch(pattern, value) for pattern in part.alone):
        day, ordinal, _ = value.partition("#")
        return not ordinal or _number(part, day) is not None
    return all(_item_fits(part, item) for item in value.split(","))


def _item_fits(part: _Field, item: str) -> bool:
    """Whether an item is `*`, a value or a range, each with or without a step."""
    span, slash, step = item.partition("/")
    if slash and not (part.steps and re.fullmatch("[0-9]{1,4}", step) and 1 <= int(step) <= part.high):
        return False
    return span == "*" or _span_fits(part, span)


def _span_fits(part: _Field, span: str) -> bool:
    """Whether a value or a range is valid. A range may wrap around (`FRI-MON`), except for years."""
    ends = [_number(part, end) for end in span.split("-")]
    known = [end for end in ends if end is not None]
    return len(known) == len(ends) <= 2 and (part.name != "year" or known == sorted(known))


def _number(part: _Field, text: str) -> int | None:
    """The number that a text stands for; None if the field doesn't have it."""
    if text in part.names:
        return part.low + part.names.index(text)
    return int(text) if re.fullmatch("[0-9]{1,4}", text) and part.low <= int(text) <= part.high else None
