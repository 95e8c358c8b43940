"""Whether the role still has what an older version needs, by the descriptions of versions."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.function.configuration import MAX_DESCRIPTION_LENGTH, description
from components.function.permission_marks import lacks
from components.function.permissions import write_logs, write_traces
from components.settings import ModuleSettings
from components.settings.module import Policies

READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def statement(*actions: str, resource: Any = "arn:aws:s3:::pictures/*", **others: Any) -> Mapping[str, Any]:
    return {"Sid": "Pictures", "Effect": "Allow", "Action": list(actions), "Resource": resource, **others}


def version(*statements: Mapping[str, Any], managed: tuple[str, ...] = (), text: str = "") -> str:
    settings = ModuleSettings(description=text, policies=Policies(managed=list(managed)))
    return description(settings, {}, [write_logs("arn:aws:logs:x"), write_traces(), *statements])


GET, PUT = statement("s3:GetObject"), statement("s3:PutObject")


@pytest.mark.parametrize(
    ("needed", "given", "missing"),
    [
        (version(), version(GET), False),
        (version(GET), version(), True),
        (version(GET), version(statement("s3:GetObject", "s3:PutObject")), False),
        (version(statement("s3:GetObject", "s3:PutObject")), version(GET, PUT), False),
        (version(GET), version(PUT), True),
        (version(GET), version(statement("s3:GetObject", resource=["arn:aws:s3:::pictures/*", "arn:b"])), False),
        (version(GET), version(statement("s3:GetObject", resource="arn:aws:s3:::others/*")), True),
        (version(GET), version(statement("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})), True),
        (version(managed=(READ,)), version(GET), True),
        (version(managed=(READ,)), version(GET, managed=(READ,)), False),
        (version(GET), version(GET, statement("s3:GetObject", Effect="Deny")), True),
        ("by hand", version(), False),
        (version(GET), "by hand", True),
    ],
)
@pytest.mark.parametrize("text", ["", "Makes a picture small", "x" * 160])
def test_a_role_lacks_what_it_has_no_more(needed: str, given: str, missing: bool, text: str) -> None:
    long = [f"{text} ({one})" if text and one != "by hand" else one for one in (needed, given)]
    assert lacks(*long) == missing


def test_the_permissions_of_several_versions_count_together() -> None:
    both = version(GET, PUT)
    assert not lacks(both, version(GET), version(PUT))
    assert lacks(both, version(GET), version())


def test_permissions_that_every_role_has_are_not_marked() -> None:
    assert version() == description(ModuleSettings(), {})
    assert "permissions" not in version()


MANY = [statement(f"s3:Action{number}") for number in range(90)]


def test_more_permissions_than_there_is_room_for_have_one_digest() -> None:
    """A version then lacks something as soon as anything differs."""
    many, fewer = version(*MANY, text="x" * 160), version(*MANY[:-1], text="x" * 160)
    assert len(many) <= MAX_DESCRIPTION_LENGTH
    assert not lacks(many, many)
    assert lacks(many, fewer) and lacks(fewer, many)


actions = st.lists(
    st.sampled_from([f"s3:Action{number}" for number in range(99)]), min_size=1, max_size=12, unique=True
)


@given(actions, actions, st.text("xyz() ,", max_size=160))
def test_a_version_that_may_do_more_lacks_nothing(some: list[str], others: list[str], text: str) -> None:
    fewer, more = version(statement(*some), text=text), version(statement(*some, *others), text=text)
    assert not lacks(fewer, fewer)
    assert not lacks(fewer, more) or "#" in more
    assert len(more) <= MAX_DESCRIPTION_LENGTH
