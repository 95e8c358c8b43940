from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.errors import ComponentError
from components.settings import StackSettings
from components.settings.configuration import stack_document, written_document
from components.settings.document import Document
from tests.components.mocks import deploy


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(config: Mapping[str, str], encrypted: tuple[str, ...] = ()) -> Document:
    def program() -> pulumi.Output[Any]:
        pulumi.runtime.set_all_config(
            {f"lambda-images:{key}": value for key, value in config.items()},
            [f"lambda-images:{key}" for key in encrypted],
        )
        return pulumi.Output.from_input({"document": stack_document(pulumi.Config("lambda-images"))})

    return dict(deploy(program)[0])["document"]  # type: ignore[no-any-return]


def test_settings_are_read_from_the_text_that_configuration_is() -> None:
    document = read({"keepImages": "7", "forceDelete": "true", "buildArgs": '{"A": "1"}', "registryHost": "localhost"})
    assert document.values == {
        "keepImages": 7,
        "forceDelete": True,
        "buildArgs": {"A": "1"},
        "registryHost": "localhost",
    }
    assert StackSettings.model_validate(document.values).keep_images == 7


def test_settings_have_their_lines_in_the_stacks_own_file() -> None:
    Path("Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  lambda-images:modules:\n    thumbnail:\n      timeout: 901\n"
    )
    document = read({"modules": '{"thumbnail": {"timeout": 901}}'})
    assert document.place(("modules", "thumbnail", "timeout")) == (
        "Pulumi.dev.yaml:5: lambda-images:modules.thumbnail.timeout"
    )


def test_settings_from_elsewhere_have_none() -> None:
    assert read({"timeout": "901"}).place(("timeout",)) == "Pulumi.dev.yaml: lambda-images:timeout"


def test_settings_of_other_programs_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", '{"aws:region": "us-east-1", "lambda-images:timeout": "7"}')
    assert read({}).values == {"timeout": 7}


def test_secrets_are_encrypted() -> None:
    secrets = '{"thumbnail": {"KEY": "hunter2"}}'
    assert read({"secrets": secrets}, encrypted=("secrets",)).values["secrets"] == {"thumbnail": {"KEY": "hunter2"}}
    with pytest.raises(ComponentError, match="lambda-images:secrets is in plain text") as refused:
        read({"secrets": secrets})
    assert "hunter2" not in str(refused.value)


def test_nothing_else_is_encrypted_for_all_else_is_shown() -> None:
    with pytest.raises(ComponentError, match="lambda-images:modules holds an encrypted value") as refused:
        read({"modules": '{"thumbnail": {"environment": {"KEY": "hunter2"}}}'}, encrypted=("modules",))
    assert "hunter2" not in str(refused.value)


def test_no_secrets_at_all_need_no_encryption() -> None:
    assert read({"secrets": "{}"}).values == {"secrets": {}}


def test_a_file_read_without_the_engine_says_the_same_but_for_what_is_encrypted() -> None:
    file = Path("Pulumi.dev.yaml")
    file.write_text(
        'config:\n  aws:region: us-east-1\n  lambda-images:keepImages: "7"\n  lambda-images:tags:\n    team: shop\n'
        "  lambda-images:secrets:\n    thumbnail:\n      KEY:\n        secure: v1:x:y\n"
    )
    document = written_document(file, "lambda-images")
    assert document.values == {
        "keepImages": 7,
        "tags": {"team": "shop"},
        "secrets": {"thumbnail": {"KEY": "[encrypted]"}},
    }
    assert document.place(("tags", "team")) == "Pulumi.dev.yaml:5: lambda-images:tags.team"


def test_what_the_project_says_of_all_stacks_counts_where_a_stack_says_nothing() -> None:
    Path("Pulumi.yaml").write_text(
        "name: lambda-images\nconfig:\n  aws:region: us-east-1\n"
        "  buildArgs:\n    type: object\n    default: {BASE: one}\n"
        "  keepImages:\n    type: integer\n    default: 50\n"
        "  lambda-images:parallel:\n    value: 2\n"
        "  timeout:\n    type: integer\n"
    )
    file = Path("Pulumi.dev.yaml")
    file.write_text('config:\n  lambda-images:keepImages: "7"\n')
    values = {"buildArgs": {"BASE": "one"}, "keepImages": 7, "parallel": 2}
    assert written_document(file, "lambda-images").values == values
