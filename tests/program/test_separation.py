"""What runs in the cloud knows nothing of the sandbox: what differs is settings and environment alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDERS = tuple(PROJECT / name for name in ("bootstrap", "components", "delivery", "operations"))
PRODUCTION = sorted([PROJECT / "__main__.py", *(file for folder in FOLDERS for file in folder.rglob("*.py"))])


def imports(source: str) -> set[str]:
    """The top-level packages that a source file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("file", PRODUCTION, ids=lambda file: str(file.relative_to(PROJECT)))
def test_production_code_neither_imports_nor_names_the_sandbox(file: Path) -> None:
    source = file.read_text()
    assert imports(source).isdisjoint({"sandbox", "ministack", "tests"})
    assert "ministack" not in source.lower()


@pytest.mark.parametrize("file", PRODUCTION, ids=lambda file: str(file.relative_to(PROJECT)))
def test_the_program_itself_reaches_aws_through_pulumi_alone(file: Path) -> None:
    if not any(file.is_relative_to(PROJECT / commands) for commands in ("delivery", "operations")):
        assert imports(file.read_text()).isdisjoint({"boto3", "botocore", "operations"})


def test_pipelines_need_nothing_of_what_people_use() -> None:
    pipelines = (PROJECT / "delivery").rglob("*.py")
    assert [file for file in pipelines if "operations" in imports(file.read_text())] == []


def test_the_check_sees_every_form_of_import() -> None:
    assert imports("import sandbox.cli as s\nfrom sandbox import x\ndef f():\n    import boto3") == {"sandbox", "boto3"}


def test_the_program_loads_what_the_sdk_has_for_other_services_than_lambda_only_for_their_resources() -> None:
    """The SDK loads the part of a service when it is first mentioned, also in an annotation that isn't quoted."""
    loaded = "{name.split('.')[1] for name in sys.modules if re.fullmatch('pulumi_aws[.][a-z0-9_]+[.].*', name)}"
    code = f"import re, sys; {imports_of_program()}; print(*{loaded})"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, text=True, capture_output=True, check=True)
    assert done.stdout.split() == ["lambda_"]


def imports_of_program() -> str:
    found = ast.walk(ast.parse((PROJECT / "__main__.py").read_text()))
    return "; ".join(ast.unparse(node) for node in found if isinstance(node, ast.ImportFrom))


def test_the_program_stays_a_table_of_contents() -> None:
    assert len((PROJECT / "__main__.py").read_text().splitlines()) < 85
