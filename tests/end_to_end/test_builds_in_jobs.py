"""Images that jobs of a pipeline build: the update takes them by their digests, and needs no Docker.

The engine has no buildx here, so a plain client builds and pushes; see plain_docker.py.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.baseline import Baseline
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.conftest import TINY
from tests.end_to_end.test_promotion import WITHOUT_DOCKER

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]


class Jobs:
    """The jobs of a pipeline for the stack of a checkout, each on a machine of its own."""

    def __init__(self, checkout: Checkout, docker: DockerEngine, folder: Path) -> None:
        self.checkout = checkout
        self._docker = docker
        self._folder = folder
        (folder / "bin").mkdir()
        (folder / "bin" / "docker").symlink_to(Path(__file__).with_name("plain_docker.py"))

    def choose(self, images: str) -> None:
        """Set `pipeline.images`."""
        file = self.checkout.root / "Pulumi.local.yaml"
        settings = yaml.safe_load(file.read_text())
        settings["config"]["lambda-images:pipeline"] = {"images": images}
        file.write_text(yaml.safe_dump(settings))

    def plan(self) -> tuple[list[str], list[str]]:
        """The modules to build, and those whose repositories are missing, as a fresh machine finds them."""
        for file in self._folder.glob("*.json"):
            file.unlink()
        printed = self._delivery("images", "--to", self._file("found")).ok()
        outputs = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        return [entry["module"] for entry in json.loads(outputs["build"])], outputs["repositories"].split()

    def create_repositories(self, modules: str) -> Ran:
        return self._without_docker(f"{sys.executable} -m delivery.repositories '{modules}' --stack local")

    def build(self, module: str) -> str:
        """What the build prints."""
        return self._delivery("build", module, "--push", "--to", self._file(module)).ok()

    def collect(self) -> Ran:
        return self._delivery("images", "--collect", str(self._folder), "--to", self._file("images"))

    def update(self, docker: bool = False) -> dict[str, Any]:
        """Update with what was collected; gives the stack's outputs."""
        images = self._file("images")
        checked = self._without_docker(f"IMAGES_FILE={images} {sys.executable} -m delivery.preflight --stack local")
        assert "images can be read, and fit their functions" in checked.ok()
        update = f"IMAGES_FILE={images} pulumi up --yes --skip-preview"
        (self._run(update) if docker else self._without_docker(update)).ok()
        return self.checkout.outputs()

    def update_by_hand(self) -> Ran:
        """Update without any collected images."""
        return self._without_docker("pulumi up --yes --skip-preview")

    def preview(self) -> Ran:
        return self._without_docker("pulumi preview")

    def _file(self, name: str) -> str:
        return str(self._folder / f"{name}.json")

    def _delivery(self, command: str, *arguments: str) -> Ran:
        environ = {"PLAIN_DOCKER": str(self._docker.client), "DOCKER_CONFIG": str(self._folder / "login")}
        set_up = " ".join(f"{name}={value}" for name, value in environ.items())
        path = f"PATH={self._folder}/bin:$PATH"
        rest = " ".join([f"{sys.executable} -m delivery.{command} --stack local", *arguments])
        return self._run(f"{path} {set_up} {rest}")

    def _without_docker(self, command: str) -> Ran:
        """The engine fails if it needs Docker or its plugin for anything."""
        return self._run(f"{WITHOUT_DOCKER}; export DOCKER_HOST=unix:///nowhere; {command}")

    def _run(self, command: str) -> Ran:
        return self.checkout.sandbox("exec", "--", "sh", "-c", command)


@pytest.fixture(scope="module")
def jobs(docker: DockerEngine, tiny_baseline: Baseline, tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """A stack that built its images in the update before, and has jobs build them from now on."""
    made = Jobs(tiny_baseline.restore(), docker, tmp_path_factory.mktemp("jobs"))
    made.choose("jobs")
    return made


def test_the_images_of_updates_before_are_found_and_stay_in_service(jobs: Jobs) -> None:
    before = jobs.checkout.outputs()
    assert jobs.plan() == ([], [])
    jobs.collect().ok()
    assert jobs.update(docker=True) == before  # the state forgets the builds, which takes the plugin that made them


def test_changed_and_new_modules_are_built_pushed_and_shipped_by_their_digests(jobs: Jobs) -> None:
    jobs.checkout.edit("modules/greeter/words.txt", "hello", "good morning")
    jobs.checkout.add("fresh", TINY / "adder")
    before = jobs.checkout.outputs()
    assert jobs.plan() == (["fresh", "greeter"], ["fresh"])
    jobs.create_repositories("fresh").ok()
    assert jobs.checkout.outputs() == before
    jobs.build("fresh")
    assert "no image was built of greeter, so nothing is changed" in jobs.collect().failed()
    jobs.build("greeter")
    jobs.collect().ok()
    after = jobs.update()
    assert after["adder"] == before["adder"]
    assert after.keys() - before.keys() == {"fresh"}
    assert jobs.checkout.invoke("greeter")["greeting"].startswith("good morning")


def test_another_machine_builds_nothing_of_it_again(jobs: Jobs) -> None:
    assert jobs.plan() == ([], [])
    assert "fresh is not built, because" in jobs.build("fresh")


def test_without_collected_images_an_update_changes_no_image_and_a_preview_shows_what_differs(jobs: Jobs) -> None:
    before = jobs.checkout.outputs()
    jobs.checkout.edit("modules/greeter/words.txt", "good morning", "good evening")
    jobs.update_by_hand().ok()
    assert jobs.checkout.outputs() == before
    assert "greeter-served" in jobs.preview().ok()


def test_the_update_builds_again_when_the_setting_is_changed_back(jobs: Jobs) -> None:
    jobs.choose("build")
    jobs.checkout.up().ok()
    assert jobs.checkout.invoke("greeter")["greeting"].startswith("good evening")
