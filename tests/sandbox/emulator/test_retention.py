import json
from typing import Any

import pytest

from sandbox.emulator.retention import expired, layers


def image(digest: str, pushed: int, *tags: str) -> dict[str, Any]:
    return {"imageDigest": digest, "imagePushedAt": pushed, "imageTags": list(tags)}


def policy(*rules: dict[str, Any]) -> str:
    numbered = [{"rulePriority": number, "selection": rule} for number, rule in enumerate(rules, start=1)]
    return json.dumps({"rules": numbered})


def at_most(count: int, status: str = "any", **more: Any) -> dict[str, Any]:
    return {"tagStatus": status, "countType": "imageCountMoreThan", "countNumber": count, **more}


IMAGES = [image("old", 1, "a-1"), image("new", 3, "b-1"), image("middle", 2)]


def test_the_newest_images_of_the_count_stay() -> None:
    assert expired(IMAGES, policy(at_most(2))) == {"old"}


def test_of_images_pushed_in_one_second_the_later_listed_is_the_newer() -> None:
    assert expired([image("first", 1), image("second", 1)], policy(at_most(1))) == {"first"}


def test_as_many_images_as_the_rule_allows_all_stay() -> None:
    assert expired(IMAGES, policy(at_most(3))) == set()


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        (at_most(0, "untagged"), {"middle"}),
        (at_most(0, "tagged", tagPrefixList=["a-"]), {"old"}),
        (at_most(0, "tagged", tagPrefixList=["c-"]), set()),
    ],
)
def test_a_rule_counts_only_what_it_selects(rule: dict[str, Any], gone: set[str]) -> None:
    assert expired(IMAGES, policy(rule)) == gone


def test_an_image_that_an_earlier_rule_selects_is_not_expired_by_a_later_one() -> None:
    kept_tag = at_most(100, "tagged", tagPrefixList=["a-"])
    assert expired(IMAGES, policy(kept_tag, at_most(0))) == {"new", "middle"}


def test_an_image_that_an_earlier_rule_selects_is_counted_by_a_later_one() -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules"""
    kept_tag = at_most(100, "tagged", tagPrefixList=["b-"])
    assert expired(IMAGES, policy(kept_tag, at_most(2))) == {"old"}
    assert expired(IMAGES, policy(kept_tag, at_most(1))) == {"old", "middle"}


def test_rules_that_count_days_expire_nothing_here() -> None:
    by_age = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}
    assert expired(IMAGES, policy(by_age)) == set()


def test_an_image_needs_its_configuration_and_its_layers() -> None:
    manifest = {"config": {"digest": "c"}, "layers": [{"digest": "l1"}, {"digest": "l2"}]}
    assert layers([json.dumps(manifest).encode()]) == {"c", "l1", "l2"}


def test_an_index_needs_its_manifests() -> None:
    assert layers([json.dumps({"manifests": [{"digest": "m"}]}).encode()]) == {"m"}
