"""What lies about in a sample's folder is no part of its image, so that a laptop builds nothing that CI has built."""

from pathlib import Path

import pytest

from components.image.content import BuildSpec, Content

PROJECT = Path(__file__).parents[2]
FOLDERS = sorted(
    dockerfile.parent.relative_to(PROJECT).as_posix()
    for pattern in ("modules/*", "modules/_templates/*", "examples/*", "examples/*/*")
    for dockerfile in PROJECT.glob(f"{pattern}/Dockerfile")
    if (dockerfile.parent / ".dockerignore").exists()
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_ignore_file_lists_what_the_image_is_built_from(folder: str) -> None:
    lines = (PROJECT / folder / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    admitted = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    assert all(list((PROJECT / folder).glob(pattern)) for pattern in admitted)
    copied = (PROJECT / folder / "Dockerfile").read_text()
    assert all(pattern in copied for pattern in admitted)
    content = Content.read(BuildSpec(context=folder, platform="linux/amd64"), PROJECT)
    assert content.context.keys() <= {
        file.relative_to(PROJECT / folder).as_posix()
        for pattern in admitted
        for file in (PROJECT / folder).glob(pattern)
    }


def test_all_samples_and_templates_are_looked_at() -> None:
    assert {"modules/thumbnail", "modules/_templates/go", "examples/signer", "examples/elsewhere/greeter"} <= {*FOLDERS}
