"""Which versions are deleted, and that they are; against the emulator."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.function.release import Hold, Live
from components.image.tags import promoted_tag
from delivery.live import Function
from delivery.prune import prune, release_images, unused
from delivery.stack import Stack
from tests.delivery.conftest import NAME, live

HELD = Hold(1, 3, "2026-11-28T14:30:00Z", "alice")
FEW = st.sets(st.integers(1, 40))


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    versions = draw(st.sets(st.integers(1, 40), min_size=1))
    some = st.sampled_from(sorted(versions))
    served = draw(some)
    hold = draw(st.none() | st.builds(Hold, some, some, st.just("now"), st.just("alice")))
    passed = tuple(sorted(draw(FEW) | {served}))
    return {
        "versions": versions,
        "referenced": draw(st.sets(some)) | {served},
        "live": Live(served, passed, hold),
        "keep": draw(st.integers(1, 45)),
    }


@given(situations())
def test_nothing_is_deleted_that_is_used_new_or_among_the_last_that_passed(given: dict[str, Any]) -> None:
    deleted = set(unused(**given))
    left, live, keep = given["versions"] - deleted, given["live"], given["keep"]
    assert deleted <= given["versions"]
    assert not deleted & given["referenced"]
    assert not (live.hold and deleted & {live.hold.version, live.hold.instead_of})
    assert max(given["versions"]) in left
    assert min(keep, len(given["versions"])) <= len([version for version in left if version > max(deleted, default=0)])
    passed = sorted(given["versions"] & set(live.passed))
    assert set(passed[-keep:]) <= left


@given(situations())
def test_no_more_is_kept_than_that(given: dict[str, Any]) -> None:
    left = given["versions"] - set(unused(**given))
    held = 2 if given["live"].hold else 0
    assert len(left) <= 2 * given["keep"] + len(given["referenced"]) + held
    assert unused(**{**given, "versions": left}) == [], "a second run has nothing to delete"


def test_failed_versions_do_not_displace_those_that_passed() -> None:
    assert unused(range(1, 51), {3}, Live(3, (1, 2, 3)), 2) == [1, *range(4, 49)]


def test_versions_of_a_hold_stay() -> None:
    assert unused(range(1, 9), {1}, Live(1, (1, 2, 3, 6), HELD), 1) == [2, 4, 5, 7]


def numbers(function: Function) -> list[int]:
    return sorted(function.numbers())


def test_a_dry_run_deletes_nothing(orders: Function) -> None:
    assert prune(orders, 1, dry_run=True) == "orders: would delete versions 1, 2 and keep 1"
    assert numbers(orders) == [1, 2, 3]
    assert prune(orders, 1, dry_run=False) == "orders: deleted versions 1, 2 and kept 1"
    assert numbers(orders) == [3]
    assert prune(orders, 1, dry_run=False) == "orders: nothing to delete, 1 kept"
    assert live(orders) == Live(3, (1, 3)), "the alias is untouched"


def test_what_another_alias_serves_or_weights_stays(orders: Function) -> None:
    awslambda = orders.client("lambda")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    awslambda.create_alias(FunctionName=NAME, Name="beta", FunctionVersion="1", RoutingConfig=weights)
    awslambda.create_alias(FunctionName=NAME, Name="newest", FunctionVersion="$LATEST")
    assert orders.referenced() == {1, 2, 3}
    assert prune(orders, 1, dry_run=False) == "orders: nothing to delete, 3 kept"


def test_what_was_rolled_back_from_stays(orders: Function) -> None:
    orders.roll_back(None, "alice", "")
    assert prune(orders, 1, dry_run=False) == "orders: deleted version 2 and kept 2"
    assert numbers(orders) == [1, 3]
    assert orders.release().version == 3


def test_an_alias_that_is_moved_meanwhile_is_reported(orders: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    orders.client("lambda").create_alias(FunctionName=NAME, Name="beta", FunctionVersion="1")
    monkeypatch.setattr(Function, "referenced", lambda _: {3})
    assert prune(orders, 1, dry_run=False) == (
        "orders: deleted version 2 and kept 2; "
        "Lambda refused to delete version 1, which an alias has just been moved to"
    )
    assert numbers(orders) == [1, 3]


def test_a_version_that_someone_else_has_deleted_is_not_an_error(orders: Function) -> None:
    assert orders.delete(2)
    assert orders.delete(2)


def test_without_a_record_of_what_passed_nothing_is_deleted(orders: Function) -> None:
    orders.client("lambda").delete_alias(FunctionName=NAME, Name="live")
    assert "nothing is deleted, because it has no alias `live`" in prune(orders, 1, dry_run=False)
    assert numbers(orders) == [1, 2, 3]


def tags(function: Function) -> dict[str, set[str]]:
    """The tags of each image in the function's repository."""
    images = function.client("ecr").describe_images(repositoryName=NAME)["imageDetails"]
    return {image["imageDigest"]: set(image.get("imageTags", [])) for image in images}


def test_a_stack_s_tags_are_removed_from_images_that_none_of_its_versions_uses(orders: Function) -> None:
    ecr, stack = orders.client("ecr"), Stack("lambda-images", "dev", "lambda-images-dev", orders.client)
    digests = {number: orders.version(number, None).digest for number in (1, 2, 3)}
    foreign = promoted_tag("staging", digests[1])
    for digest, tag in [*((each, promoted_tag("dev", each)) for each in digests.values()), (digests[1], foreign)]:
        (image,) = ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])["images"]
        ecr.put_image(repositoryName=NAME, imageManifest=image["imageManifest"], imageTag=tag)
    orders.delete(1)
    before = tags(orders)
    would = f"{NAME}: would release {promoted_tag('dev', digests[1])}"
    assert list(release_images(stack, dry_run=True)) == [would]
    assert tags(orders) == before
    assert list(release_images(stack, dry_run=False)) == [would.replace("would release", "released")]
    assert tags(orders) == {**before, digests[1]: before[digests[1]] - {promoted_tag("dev", digests[1])}}
    assert list(release_images(stack, dry_run=False)) == []


def test_an_image_is_not_deleted_with_its_last_tag(orders: Function) -> None:
    ecr, stack = orders.client("ecr"), Stack("lambda-images", "dev", "lambda-images-dev", orders.client)
    digest, tag = orders.version(1, None).digest, orders.version(1, None).tag
    (image,) = ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])["images"]
    ecr.put_image(repositoryName=NAME, imageManifest=image["imageManifest"], imageTag=promoted_tag("dev", digest))
    ecr.batch_delete_image(repositoryName=NAME, imageIds=[{"imageTag": tag}])
    orders.delete(1)
    assert list(release_images(stack, dry_run=False)) == []
    assert tags(orders)[digest] == {promoted_tag("dev", digest)}
