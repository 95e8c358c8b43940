"""The sample modules, shipped and really invoked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.modules import module_folders
from sandbox.docker.engine import DockerEngine
from tests.answers import assert_same_answer
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.docker import remove_local_images

pytestmark = pytest.mark.sandbox

SAMPLES = module_folders(PROJECT / "modules")
EVENTS = sorted(
    event for folder in SAMPLES for event in folder.glob("events/*.json") if not event.name.endswith(".expected.json")
)


@pytest.fixture(scope="module")
def samples(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox with the project's own sample modules, all shipped."""
    checkout = Checkout.at(tmp_path_factory.mktemp("samples") / "checkout")
    for module in SAMPLES:
        checkout.add(module.name, module)
    with checkout.shipped():
        yield checkout


@pytest.fixture(scope="module")
def pulled(samples: Checkout) -> Checkout:
    """The functions' containers and local images are gone, so that the next invocation pulls from the registry."""
    remove_local_images(samples)
    return samples


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.parts[-3]}-{event.stem}")
def test_a_sample_answers_as_expected_from_the_image_in_the_registry(pulled: Checkout, event: Path) -> None:
    expected = json.loads(event.with_suffix(".expected.json").read_text())
    assert_same_answer(pulled.invoke(event.parts[-3], event), expected)


def test_every_sample_has_an_event_with_its_answer() -> None:
    assert {event.parts[-3] for event in EVENTS} == {folder.name for folder in SAMPLES}


def test_lambda_runs_the_digest_that_the_registry_has_under_the_tag(samples: Checkout) -> None:
    for outputs in samples.outputs().values():
        code = samples.aws("lambda").get_function(FunctionName=outputs["functionName"], Qualifier="live")["Code"]
        images = samples.aws("ecr").describe_images(
            repositoryName=outputs["functionName"], imageIds=[{"imageTag": outputs["tag"]}]
        )
        assert code["ImageUri"].endswith(f"@{outputs['digest']}")
        assert images["imageDetails"][0]["imageDigest"] == outputs["digest"]
        assert outputs["imageUri"] == code["ImageUri"]
