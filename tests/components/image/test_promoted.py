import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

from components.errors import ComponentError
from components.image import promoted
from components.image.promoted import PromotedImage, PromotedImageArgs
from components.image.registry import Registry
from components.image.registry_client import RegistryClient
from components.image.repository import ImageRepository, ImageRepositoryArgs
from components.image.tags import copied_tag, promoted_tag
from tests.components.image.registries import FakeRegistry, Repository, serving
from tests.components.mocks import Recording, deploy

TAG = "0123456789ab-20261128T143000000Z-c0ffeec0ffee"
FROM = {"stack": "dev", "run": "https://github.com/octo/x/actions/runs/1", "commit": "c0ffee1"}
STASH = "pulumi:index:Stash"


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A registry in which the stack that hands over has `dev-orders`, and the stack that takes over `prod-orders`."""
    with serving(FakeRegistry({"dev-orders": Repository(), "prod-orders": Repository()})) as started:
        yield started


def promote(
    registry: FakeRegistry,
    image: str,
    tag: str = TAG,
    given: bool = True,
    own: bool = True,
    after: str = "dev",
    recording: Recording | None = None,
) -> tuple[Any, Recording]:
    """With a repository of the stack's own, or without one."""

    def program() -> pulumi.Output[Any]:
        repository = (
            None
            if not own
            else ImageRepository(
                "orders",
                ImageRepositoryArgs(
                    repository_name="prod-orders", function_names=["f"], keep_images=1, force_delete=False
                ),
            )
        )
        args = PromotedImageArgs(
            handed_over={"image": image, "buildTag": tag, **FROM} if given else None,
            after=after,
            repository=repository,
            registry=Registry(username="AWS", password=pulumi.Output.secret("secret"), host=registry.host),
        )
        made = PromotedImage("orders", args)
        secret: pulumi.Output[bool] = pulumi.Output.from_input(made.uri.is_secret())
        return pulumi.Output.all(
            uri=made.uri, digest=made.digest, tag=made.tag, promoted_from=made.promoted_from, secret=secret
        )

    return deploy(program, recording)


def pushed(registry: FakeRegistry) -> str:
    """The image that the first stack serves."""
    return f"{registry.host}/dev-orders@{registry.repositories['dev-orders'].push('build', b'layer')}"


def test_the_image_is_copied_and_referred_to_in_the_stacks_own_repository(registry: FakeRegistry) -> None:
    image = pushed(registry)
    digest = image.partition("@")[2]
    made, _ = promote(registry, image)
    assert made == {
        "uri": f"{registry.host}/prod-orders@{digest}",
        "digest": digest,
        "tag": TAG,
        "promoted_from": FROM,
        "secret": False,
    }
    assert registry.repositories["prod-orders"].tags == {TAG: digest}


def test_an_image_that_the_repository_has_is_not_copied(registry: FakeRegistry) -> None:
    own = registry.repositories["prod-orders"].push(TAG, b"layer")
    made, _ = promote(registry, f"{registry.host}/gone@{own}")
    assert made["digest"] == own
    assert registry.requests == [f"HEAD /v2/prod-orders/manifests/{own}"]


def test_an_image_whose_build_is_unknown_gets_a_tag_of_its_digest(registry: FakeRegistry) -> None:
    made, _ = promote(registry, pushed(registry), tag="")
    assert made["tag"] == copied_tag(made["digest"])
    assert registry.repositories["prod-orders"].tags == {made["tag"]: made["digest"]}


def test_the_run_is_recorded_again_with_another_image_and_not_with_another_run(registry: FakeRegistry) -> None:
    image = pushed(registry)
    _, recording = promote(registry, image)
    assert list(recording.requests[STASH, "orders-promoted"].ignoreChanges) == []
    origin = recording.requests[STASH, "orders-promoted-by"]
    assert origin.replacement_trigger.string_value == image
    assert list(origin.ignoreChanges) == ["input"]


def test_without_a_hand_over_the_record_stays(registry: FakeRegistry) -> None:
    recording = Recording()
    with pytest.raises(ComponentError):
        promote(registry, "", given=False, recording=recording)
    assert list(recording.requests[STASH, "orders-promoted"].ignoreChanges) == ["input"]


def test_a_module_without_a_record_and_without_a_hand_over_fails_with_what_to_do(registry: FakeRegistry) -> None:
    with pytest.raises(ComponentError) as refused:
        promote(registry, "", given=False)
    for part in (
        "orders has no image yet, and dev builds none: it takes its images from dev",
        "python -m delivery.shipped --stack dev > images.json",
        "IMAGES_FILE=images.json pulumi up --stack dev",
    ):
        assert part in str(refused.value)


def test_an_image_that_is_gone_is_reported_with_what_to_do(registry: FakeRegistry) -> None:
    digest = f"sha256:{64 * '0'}"
    with pytest.raises(ComponentError) as refused:
        promote(registry, f"{registry.host}/dev-orders@{digest}")
    assert f"dev-orders@{digest} is gone from the registry" in str(refused.value)
    assert "Deploy dev again" in str(refused.value)


def test_a_registry_that_refuses_is_reported_without_its_password(registry: FakeRegistry) -> None:
    image = pushed(registry)
    registry.refuses = "POST"
    with pytest.raises(ComponentError) as refused:
        promote(registry, image)
    assert re.search(r"can't be copied to .*/prod-orders: OSError: it answered 403 Forbidden", str(refused.value))
    assert "secret" not in str(refused.value)


def test_a_preview_asks_no_registry(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promoted, "is_dry_run", lambda: True)
    image = pushed(registry)
    made, _ = promote(registry, image)
    assert made["uri"] == f"{registry.host}/prod-orders@{image.partition('@')[2]}"
    assert registry.requests == []


@pytest.mark.parametrize(("region", "logins"), [("eu-central-1", 1), ("us-east-1", 2)])
def test_the_registry_of_another_region_takes_a_login_of_its_own(
    monkeypatch: pytest.MonkeyPatch, region: str, logins: int
) -> None:
    """Of another account in the same Region, it doesn't."""
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(RegistryClient, "has", lambda client, path: False)
    monkeypatch.setattr(
        promoted, "copy_image", lambda source, own, *_: seen.append((source.repository, own.repository))
    )

    def program() -> pulumi.Output[Any]:
        repository = ImageRepository(
            "orders",
            ImageRepositoryArgs(repository_name="prod-orders", function_names=["f"], keep_images=1, force_delete=False),
        )
        image = f"999999999999.dkr.ecr.{region}.amazonaws.com/dev-orders@sha256:{64 * '1'}"
        args = PromotedImageArgs(
            handed_over={"image": image, "buildTag": TAG, **FROM},
            after="dev",
            repository=repository,
            registry=Registry.of_account(None, None),
        )
        return PromotedImage("orders", args).uri

    _, recording = deploy(program)
    assert [source for source, _ in seen] == [f"999999999999.dkr.ecr.{region}.amazonaws.com/dev-orders"]
    tokens = [call.args for call in recording.calls if call.token.startswith("aws:ecr/getAuthorizationToken")]
    assert len(tokens) == logins
    assert tokens[-1] == ({"region": "us-east-1"} if logins == 2 else {})


def test_an_image_that_a_job_built_is_never_copied(registry: FakeRegistry) -> None:
    own = registry.repositories["prod-orders"].push(TAG, b"layer")
    made, _ = promote(registry, f"{registry.host}/prod-orders@{own}", after="")
    assert (made["uri"], made["tag"]) == (f"{registry.host}/prod-orders@{own}", TAG)
    with pytest.raises(ComponentError, match="is gone from the registry: deploy with the pipeline, which builds it"):
        promote(registry, f"{registry.host}/prod-orders@sha256:{64 * '0'}", after="")


def test_the_preview_of_a_module_whose_image_is_still_to_be_built_does_not_know_it(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoted, "is_dry_run", lambda: True)
    assert promoted._recorded({"image": ""}, "orders", "") is UNKNOWN
    with pytest.raises(ComponentError, match="orders has no image yet"):
        promoted._recorded({"image": ""}, "orders", "staging")


def test_without_a_repository_the_image_stays_where_it_is_and_gets_a_tag_of_the_stack(registry: FakeRegistry) -> None:
    image = pushed(registry)
    made, recording = promote(registry, image, own=False)
    digest = image.partition("@")[2]
    assert (made["uri"], made["digest"], made["tag"]) == (image, digest, TAG)
    assert registry.repositories["dev-orders"].tags == {"build": digest, promoted_tag("dev", digest): digest}
    assert recording.of("aws:ecr/repository:Repository") == []
    registry.requests.clear()
    promote(registry, image, own=False)
    assert registry.sent("PUT") == []


def test_a_preview_sets_no_tag(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promoted, "is_dry_run", lambda: True)
    image = pushed(registry)
    assert promote(registry, image, own=False)[0]["uri"] == image
    assert registry.requests == []


def test_an_image_that_can_not_be_tagged_is_reported_with_what_to_do(registry: FakeRegistry) -> None:
    with pytest.raises(ComponentError, match=r"is gone from the registry .* Deploy dev again"):
        promote(registry, f"{registry.host}/dev-orders@sha256:{64 * '0'}", own=False)
    image = pushed(registry)
    registry.refuses = "PUT"
    with pytest.raises(ComponentError, match=r"can't be tagged, .*: OSError: it answered 403 Forbidden"):
        promote(registry, image, own=False)
