import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.schedule_expression import check_expression, check_time_zone, time_zones

AS_AWS_SHOWS_THEM = [
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    *("rate(5 minutes)", "cron(15 10 ? * 6L 2022-2023)", "at(2022-11-20T13:00:00)", "cron(0 0 ? * TUE#2 *)"),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    *("cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)"),
    *("cron(0/15 * * * ? *)", "cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)"),
    *("cron(0/30 20-2 ? * MON-FRI *)", "rate(1 hour)", "rate(1 day)", "rate(7 days)"),
    # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    *("rate(1 minute)", "rate(3 hours)"),
]
OTHERS = [
    *("cron(* * * * ? *)", "cron(*/5 0,12 L * ? *)", "cron(0 6 15W * ? *)", "cron(0 6 LW JAN,jul ? 2030)"),
    *(
        "cron(0 6 ? * 1 *)",
        "cron(0 6 ? * L *)",
        "cron(0 6 ? * FRIL *)",
        "cron(0 6 ? * FRI-MON *)",
        "cron(59 23 31 12 ? 2199)",
    ),
    *("cron(1-10/3,30 6 ? * sun 1970/2)", "rate(600 days)", "at(2028-02-29T23:59:59)"),
]


@pytest.mark.parametrize("expression", [*AS_AWS_SHOWS_THEM, *OTHERS])
def test_what_aws_takes_is_taken(expression: str) -> None:
    assert check_expression(expression) == expression


A_SCHEDULE = "it should be a schedule of EventBridge Scheduler, such as 'rate(5 minutes)'"
A_RATE = "it should be a whole number from 1, and minutes, hours or days, such as 'rate(5 minutes)'"
FIELDS = "it should have 6 fields with one space between them (minutes, hours, day of month, month, day of week, year)"
ONE_DAY = "one of day of month and day of week should be '?', and the other should not"
A_TIME = "it should be a date and a time to the second without an offset, such as 'at(2030-01-31T06:00:00)'"
REFUSED = {
    **dict.fromkeys(
        ["", "daily", "rate 5 minutes", " rate(5 minutes)", "rate(5 minutes) ", "Rate(5 minutes)"], A_SCHEDULE
    ),
    **dict.fromkeys(["rate(5 minutes)\n", "cron(0 3 * * ? *", "every(5 minutes)"], A_SCHEDULE),
    **dict.fromkeys(
        ["rate()", "rate(5)", "rate(5 min)", "rate(0 minutes)", "rate(-5 minutes)", "rate(1.5 hours)"], A_RATE
    ),
    **dict.fromkeys(
        ["rate(5  minutes)", "rate( 5 minutes )", "rate(10 seconds)", "rate(2 weeks)", "rate(5minutes)"], A_RATE
    ),
    **dict.fromkeys(
        ["cron()", "cron(0 3 * * *)", "cron(0 3 * * ? * *)", "cron(0  3 * * ? *)", "cron( 0 3 * * ? *)"], FIELDS
    ),
    **dict.fromkeys(["cron(0 3 * * * *)", "cron(0 3 ? * ? *)", "cron(0 3 1 * MON *)", "cron(0 3 * * MON *)"], ONE_DAY),
    "cron(60 3 * * ? *)": "minutes is '60', and should be 0-59",
    "cron(-1 3 * * ? *)": "minutes is '-1', and should be 0-59",
    "cron(? 3 * * ? *)": "minutes is '?', and should be 0-59",
    "cron(0/0 3 * * ? *)": "minutes is '0/0', and should be 0-59",
    "cron(0/60 3 * * ? *)": "minutes is '0/60', and should be 0-59",
    "cron(1, 3 * * ? *)": "minutes is '1,', and should be 0-59",
    "cron(0 24 * * ? *)": "hours is '24', and should be 0-23",
    "cron(0 3am * * ? *)": "hours is '3am', and should be 0-23",
    "cron(0 3 0 * ? *)": "day of month is '0', and should be 1-31, ?, L, 15W",
    "cron(0 3 32W * ? *)": "day of month is '32W', and should be 1-31, ?, L, 15W",
    "cron(0 3 1,L * ? *)": "day of month is '1,L', and should be 1-31, ?, L, 15W",
    "cron(0 3 * 13 ? *)": "month is '13', and should be 1-12 or JAN-DEC",
    "cron(0 3 * JANUARY ? *)": "month is 'JANUARY', and should be 1-12 or JAN-DEC",
    "cron(0 3 ? * 0 *)": "day of week is '0', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 ? * 6#6 *)": "day of week is '6#6', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 ? * 8#1 *)": "day of week is '8#1', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 ? * 3#1,6#3 *)": "day of week is '3#1,6#3', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 ? * 1/2 *)": "day of week is '1/2', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 ? * MON-TUE-WED *)": "day of week is 'MON-TUE-WED', and should be 1-7 or SUN-SAT, ?, 6L, 6#3",
    "cron(0 3 * * ? 1969)": "year is '1969', and should be 1970-2199",
    "cron(0 3 * * ? 2031-2030)": "year is '2031-2030', and should be 1970-2199",
    "cron(99 99 * * ? *)": "minutes is '99', and should be 0-59; hours is '99', and should be 0-23",
    **dict.fromkeys(["at()", "at(2030-01-31)", "at(2030-01-31T06:00)", "at(2030-01-31T06:00:00Z)"], A_TIME),
    **dict.fromkeys(["at(2030-01-31 06:00:00)", "at(2030-1-31T06:00:00)", "at(2030-01-31T06:00:00.5)"], A_TIME),
    "at(2030-02-30T06:00:00)": "there is no such time: day is out of range for month",
    "at(2030-02-03T24:00:00)": "there is no such time: hour must be in 0..23",
}


@pytest.mark.parametrize(("expression", "reason"), REFUSED.items())
def test_what_aws_refuses_is_refused_with_what_it_should_be(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}"):
        check_expression(expression)


DAYS_OF_WEEK = (1, 7)
LIMITS = [(0, 59), (0, 23), (1, 31), (1, 12), DAYS_OF_WEEK, (1970, 2199)]


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    """A list of values, ranges and steps, as a field of a cron expression takes them."""
    value = st.integers(low, high).map(str)
    span = st.one_of(
        st.just("*"), value, st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted).map(_span)
    )
    if (low, high) == DAYS_OF_WEEK:
        return st.lists(span, min_size=1, max_size=4).map(",".join)
    stepped = st.tuples(span, st.integers(1, min(high, 59))).map(lambda it: f"{it[0]}/{it[1]}")
    return st.lists(st.one_of(span, stepped), min_size=1, max_size=4).map(",".join)


def _span(ends: list[int]) -> str:
    return f"{ends[0]}-{ends[1]}"


CRON = st.tuples(*(_field(*limits) for limits in LIMITS)).map(list)


@given(CRON, st.sampled_from([2, 4]))
def test_lists_of_values_ranges_and_steps_are_taken_in_every_field(fields: list[str], unsaid: int) -> None:
    fields[unsaid] = "?"
    check_expression(f"cron({' '.join(fields)})")


@given(CRON, st.sampled_from(range(6)), st.integers(1, 9999), st.booleans())
def test_one_value_beyond_a_field_s_limits_is_refused_wherever_it_is(
    fields: list[str], wrong: int, beyond: int, below: bool
) -> None:
    low, high = LIMITS[wrong]
    fields[2 if wrong == 4 else 4] = "?"
    fields[wrong] += f",{max(0, low - beyond) if below and low else high + beyond}"
    with pytest.raises(ValueError, match="and should be"):
        check_expression(f"cron({' '.join(fields)})")


@given(st.text(max_size=40))
def test_any_text_is_taken_or_refused_with_a_reason(text: str) -> None:
    for expression in (text, f"rate({text})", f"cron({text})", f"at({text})"):
        try:
            assert check_expression(expression) == expression
        except ValueError as refused:
            assert "should be" in str(refused) or "no such time" in str(refused) or "should have" in str(refused)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "US/Pacific", "Etc/GMT+5"])
def test_every_name_of_the_iana_is_a_time_zone(name: str) -> None:
    assert check_time_zone(name) == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean"),
        ("+02:00", "such as"),
        ("", "such as"),
    ],
)
def test_what_is_no_time_zone_is_refused_with_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"it should be the IANA name of a time zone(:|,) {re.escape(meant)}"):
        check_time_zone(name)


def test_time_zones_do_not_depend_on_the_machine() -> None:
    assert len(time_zones()) > 590
    assert "localtime" not in time_zones()
