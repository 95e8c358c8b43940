import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import ComponentError
from components.function.release import MAX_PASSED, Live
from components.image.repository import (
    ImageRepository,
    ImageRepositoryArgs,
    lifecycle_policy,
    pull_policy,
)
from components.image.tags import promoted_tag, served_tag
from components.served import MODULE_TYPE
from delivery.prune import unused
from sandbox.emulator.retention import expired
from tests.components.mocks import ACCOUNT, OUTPUTS, REGION, Recording, deploy

FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dev-thumbnail"


def repository(**changes: Any) -> tuple[Any, Recording]:
    args: dict[str, Any] = {
        "repository_name": "dev-thumbnail",
        "function_names": ["dev-thumbnail"],
        "keep_images": 50,
        "force_delete": False,
    }

    def program() -> pulumi.Output[Any]:
        return ImageRepository("thumbnail", ImageRepositoryArgs(**args | changes)).url

    return deploy(program)


def test_the_repository_has_immutable_tags_and_scans_on_push() -> None:
    _, recording = repository()
    inputs = recording.one("aws:ecr/repository:Repository").inputs
    assert inputs["imageTagMutability"] == "IMMUTABLE"
    assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}


def test_the_repository_keeps_its_images_on_destroy_unless_force_delete_is_set() -> None:
    assert repository()[1].one("aws:ecr/repository:Repository").inputs["forceDelete"] is False
    assert repository(force_delete=True)[1].one("aws:ecr/repository:Repository").inputs["forceDelete"] is True


def test_the_url_is_the_one_that_aws_gave() -> None:
    url, _ = repository()
    assert url == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/dev-thumbnail"


def test_only_the_function_may_pull_and_lambda_only_pulls() -> None:
    _, recording = repository()
    policy = json.loads(recording.one("aws:ecr/repositoryPolicy:RepositoryPolicy").inputs["policy"])
    assert policy == pull_policy([FUNCTION_ARN])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert statement["Condition"]["StringLike"]["aws:sourceArn"] == [FUNCTION_ARN, f"{FUNCTION_ARN}:*"]


def test_functions_that_share_the_image_may_pull_too() -> None:
    _, recording = repository(function_names=["dev-thumbnail", "dev-preview"])
    policy = json.loads(recording.one("aws:ecr/repositoryPolicy:RepositoryPolicy").inputs["policy"])
    pullers = policy["Statement"][0]["Condition"]["StringLike"]["aws:sourceArn"]
    assert pullers == [
        arn
        for name in ("thumbnail", "preview")
        for arn in (FUNCTION_ARN.replace("thumbnail", name), f"{FUNCTION_ARN.replace('thumbnail', name)}:*")
    ]


def test_a_protected_repository_is_kept_when_it_leaves_the_program() -> None:
    assert repository(protection=True)[1].request("aws:ecr/repository:Repository").retainOnDelete
    assert not repository()[1].request("aws:ecr/repository:Repository").retainOnDelete


def test_functions_that_may_pull_can_be_given_by_a_pattern() -> None:
    _, recording = repository(function_names=["dev-*"])
    policy = json.loads(recording.one("aws:ecr/repositoryPolicy:RepositoryPolicy").inputs["policy"])
    pullers = policy["Statement"][0]["Condition"]["StringLike"]["aws:sourceArn"]
    assert pullers == [FUNCTION_ARN.replace("thumbnail", "*")]


def test_the_newest_cache_of_a_build_is_kept_whatever_images_are_pushed() -> None:
    images: list[dict[str, Any]] = []
    for number in range(40):
        tag = f"cache-{number}" if number % 3 == 0 and number < 20 else f"build-{number}"
        images.append({"imageDigest": f"sha256:{number:064x}", "imageTags": [tag], "imagePushedAt": number})
        gone = expired(images, json.dumps(lifecycle_policy(5, has_build_caches=True)))
        images = [image for image in images if image["imageDigest"] not in gone]
        assert len([image for image in images if image["imageTags"][0].startswith("cache-")]) == 1
    assert [image["imageTags"][0] for image in images] == ["cache-18", *(f"build-{n}" for n in range(35, 40))]


def test_only_a_repository_with_caches_has_a_rule_for_them() -> None:
    def rules(**changes: Any) -> list[int]:
        policy = json.loads(repository(**changes)[1].one("aws:ecr/lifecyclePolicy:LifecyclePolicy").inputs["policy"])
        return [rule["rulePriority"] for rule in policy["rules"]]

    assert rules() == [1, 2]
    assert rules(has_build_caches=True) == [1, 2, 3]


def test_images_are_counted_and_never_expired_by_age() -> None:
    for rule in lifecycle_policy(7)["rules"]:
        assert (rule["selection"]["countType"], rule["selection"]["countNumber"]) == ("imageCountMoreThan", 7)


@given(st.lists(st.booleans(), min_size=1, max_size=150), st.integers(1, 10))
def test_no_number_of_failed_builds_expires_the_images_served_last(passes: list[bool], keep_images: int) -> None:
    """A build whose version passes gets the tag of served images, even if later builds push a hundred others."""
    images: list[dict[str, Any]] = []
    for number, passed in enumerate(passes):
        digest = f"sha256:{number:064x}"
        tags = [f"build-{number}", *([served_tag(digest)] if passed else [])]
        images.append({"imageDigest": digest, "imageTags": tags, "imagePushedAt": number})
        gone = expired(images, json.dumps(lifecycle_policy(keep_images)))
        images = [image for image in images if image["imageDigest"] not in gone]
        served = [image for image in images if any(tag.startswith("served-") for tag in image["imageTags"])]
        assert len(served) == min(keep_images, sum(passes[: number + 1]))
        assert images[-1]["imageDigest"] == digest, "the image that was just pushed stays"
        assert len(images) <= 2 * keep_images


@given(st.lists(st.sampled_from(["build", "failed", "passed", "settings"]), max_size=80), st.integers(1, 8))
def test_no_image_expires_that_a_kept_version_needs(outcomes: list[str], keep: int) -> None:
    """Of an update: its image is refused, its version fails, its version passes, or it changes only settings."""
    images: list[dict[str, Any]] = []
    image_of: dict[int, str] = {}
    live = Live(0)
    for number, outcome in enumerate(outcomes):
        if outcome != "settings" or not images:
            digest = f"sha256:{number:064x}"
            images.append({"imageDigest": digest, "imageTags": [f"build-{number}"], "imagePushedAt": number})
        if outcome != "build":
            version = len(image_of) + 1
            image_of[version] = images[-1]["imageDigest"]
            if outcome != "failed":
                images[-1]["imageTags"].append(served_tag(images[-1]["imageDigest"]))
                live = Live(version, (*live.passed, version)[-MAX_PASSED:])
        gone = expired(images, json.dumps(lifecycle_policy(keep)))
        images = [image for image in images if image["imageDigest"] not in gone]
        left = image_of.keys() - set(unused(image_of.keys(), {live.version}, live, keep))
        needed = {image_of[version] for version in left & set(live.passed)}
        assert needed <= {image["imageDigest"] for image in images}


def test_all_its_resources_have_the_given_parent() -> None:
    def program() -> pulumi.Output[str]:
        module = pulumi.ComponentResource(MODULE_TYPE, "thumbnail")
        args = ImageRepositoryArgs(repository_name="a", function_names=["a"], keep_images=1, force_delete=False)
        return ImageRepository("thumbnail", args, module).url

    _, recording = deploy(program)
    assert sorted(recording.types) == [
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repository:Repository",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
    ]
    for typ in recording.types:
        assert recording.request(typ).parent.endswith(f"{MODULE_TYPE}::thumbnail")


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
REPOSITORY = "aws:ecr/repository:Repository"


def existing(monkeypatch: pytest.MonkeyPatch, *encryption: dict[str, str]) -> None:
    """Repositories have this encryption, whatever they are given."""
    made = OUTPUTS[REPOSITORY]
    monkeypatch.setitem(OUTPUTS, REPOSITORY, lambda given: {**made(given), "encryptionConfigurations": encryption})


def test_images_are_encrypted_with_the_key_that_is_given() -> None:
    _, recording = repository(kms_key_arn=KEY)
    given = recording.one(REPOSITORY).inputs["encryptionConfigurations"]
    assert given == [{"encryptionType": "KMS", "kmsKey": KEY}]
    assert "encryptionConfigurations" not in repository()[1].one(REPOSITORY).inputs


def test_another_encryption_replaces_no_repository() -> None:
    _, recording = repository()
    assert list(recording.request(REPOSITORY).ignoreChanges) == ["encryptionConfigurations"]


def test_a_later_key_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    existing(monkeypatch, {"encryptionType": "AES256", "kmsKey": ""})
    with pytest.raises(ComponentError) as refused:
        repository(kms_key_arn=KEY)
    for part in ("'dev-thumbnail' is encrypted with a key of AWS", f"be with {KEY}", "encryption back to 'aws'"):
        assert part in str(refused.value)


def test_going_back_to_aws_s_key_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    existing(monkeypatch, {"encryptionType": "KMS", "kmsKey": KEY})
    with pytest.raises(ComponentError) as refused:
        repository()
    for part in (f"is encrypted with {KEY}", "be with a key of AWS", "encryption back to 'customer'", "a new stack"):
        assert part in str(refused.value)


def test_a_repository_whose_encryption_a_preview_does_not_know_yet_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    existing(monkeypatch)
    url, _ = repository(kms_key_arn=KEY)
    assert url.endswith("/dev-thumbnail")


def test_images_of_other_stacks_never_expire_whatever_is_built_since() -> None:
    images: list[dict[str, Any]] = [
        {"imageDigest": f"sha256:{number:064x}", "imageTags": [f"build-{number}"], "imagePushedAt": number}
        for number in range(50)
    ]
    images[3]["imageTags"].append(promoted_tag("prod", images[3]["imageDigest"]))
    gone = expired(images, json.dumps(lifecycle_policy(5, promoted=True)))
    left = {image["imageDigest"] for image in images} - gone
    assert left == {images[number]["imageDigest"] for number in (3, *range(45, 50))}
    assert expired(images, json.dumps(lifecycle_policy(5))) - gone == {images[3]["imageDigest"]}


def test_the_rules_of_a_repository_that_no_other_stack_uses_stay_as_they_are() -> None:
    assert [rule["selection"].get("tagPrefixList") for rule in lifecycle_policy(5)["rules"]] == [["served-"], None]
    with_others = lifecycle_policy(5, promoted=True)["rules"]
    assert [rule["rulePriority"] for rule in with_others] == [1, 2, 3]
    assert [rule["selection"].get("tagPrefixList") for rule in with_others] == [["promoted-"], ["served-"], None]


def test_a_repository_whose_images_other_stacks_run_outlives_its_stack_with_all_that_they_need() -> None:
    _, recording = repository(force_delete=True, promoted=True)
    assert recording.one("aws:ecr/repository:Repository").inputs["forceDelete"] is False
    for typ in recording.types:
        assert recording.request(typ).retainOnDelete, typ
