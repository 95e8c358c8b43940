from pathlib import Path

import pytest

from components.errors import ComponentError
from components.settings.promotion import promoting_prefixes


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stack(name: str, after: str = "", images: str = "build", more: str = "") -> None:
    pipeline = f"  shop:pipeline: {{after: '{after}', images: {images}}}\n"
    Path(f"Pulumi.{name}.yaml").write_text(f"config:\n{pipeline}{more}")


def test_a_stack_without_others_that_tag_has_no_promoting_ones() -> None:
    stack("dev")
    stack("staging", "dev")
    stack("prod", "dev", "copy")
    assert promoting_prefixes("shop", "dev") == []


def test_stacks_that_tag_are_found_also_one_after_the_other() -> None:
    stack("dev")
    stack("staging", "dev", "tag")
    stack("prod", "staging", "tag", "  shop:namePrefix: live\n")
    stack("archive", "prod", "copy")
    assert promoting_prefixes("shop", "dev") == ["live", "shop-staging"]
    assert promoting_prefixes("shop", "staging") == []


def test_a_stack_that_copies_has_repositories_that_others_may_tag_in() -> None:
    stack("dev")
    stack("staging", "dev", "copy")
    stack("prod", "staging", "tag")
    assert promoting_prefixes("shop", "dev") == []
    assert promoting_prefixes("shop", "staging") == ["shop-prod"]


def test_stacks_after_one_another_in_a_circle_end() -> None:
    stack("a", "b", "tag")
    stack("b", "a", "tag")
    assert promoting_prefixes("shop", "dev") == []


def test_a_mistake_in_another_stack_s_file_is_reported() -> None:
    stack("dev")
    stack("prod", "dev", "move")
    with pytest.raises(ComponentError, match=r"Pulumi.prod.yaml:2: shop:pipeline.images"):
        promoting_prefixes("shop", "dev")


def test_without_files_of_stacks_there_are_none() -> None:
    assert promoting_prefixes("shop", "dev") == []
