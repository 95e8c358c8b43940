"""What the setup in docs/github-actions.md asks of GitHub before anything can be deployed."""

import json
import re
import subprocess
import textwrap
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.files import PROJECT

GH = r"""#!/bin/sh
case "$*" in
    *--jq*) echo 42 ;;
    *"--input -") printf '%s %s\n' "$4" "$(tr -d '\n')" >>calls ;;
    *) printf '%s "%s %s"\n' "$4" "$6" "$8" >>calls ;;
esac
"""
ENVIRONMENT = "repos/{owner}/{repo}/environments/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first step was done, with a `gh` that notes what it is given."""
    folder = tmp_path_factory.mktemp("setup")
    (folder / ".github").mkdir()
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    page = (PROJECT / "docs" / "github-actions.md").read_text()
    step = textwrap.dedent(re.findall(r"```bash\n(.*?)```", page, re.DOTALL)[0])
    subprocess.run(["bash", "-euc", step], cwd=folder, env={"PATH": f"{folder}:/usr/bin:/bin"}, check=True)
    return folder


@pytest.fixture(scope="module")
def requests(folder: Path) -> dict[str, Any]:
    """By path of GitHub's API."""
    calls = [line.partition(" ") for line in (folder / "calls").read_text().splitlines()]
    assert len({path for path, _, _ in calls}) == len(calls) == 5
    return {path: json.loads(given) for path, _, given in calls}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_main_alone_can_deploy(requests: dict[str, Any], stack: str) -> None:
    restriction = requests[ENVIRONMENT + stack]["deployment_branch_policy"]
    assert restriction == {"protected_branches": False, "custom_branch_policies": True}
    assert requests[f"{ENVIRONMENT}{stack}/deployment-branch-policies"] == "name=main type=branch"


def test_nobody_approves_an_update_of_prod_that_they_started(requests: dict[str, Any]) -> None:
    assert requests[ENVIRONMENT + "prod"]["prevent_self_review"] is True
    assert requests[ENVIRONMENT + "prod"]["reviewers"] == [{"type": "Team", "id": 42}]


def test_main_changes_by_pull_requests_alone_that_an_owner_approved_and_that_passed_the_gate(
    requests: dict[str, Any],
) -> None:
    ruleset = requests["repos/{owner}/{repo}/rulesets"]
    assert (ruleset["enforcement"], ruleset["conditions"]["ref_name"]["include"]) == ("active", ["refs/heads/main"])
    assert "bypass_actors" not in ruleset
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    assert rules.keys() == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    review = rules["pull_request"]
    assert review["required_approving_review_count"] == 1
    assert review["require_code_owner_review"] and review["require_last_push_approval"]
    assert rules["required_status_checks"]["required_status_checks"] == [{"context": "Gate"}]


def test_whatever_runs_under_a_deploy_role_has_owners(folder: Path) -> None:
    owned = dict(line.split() for line in (folder / ".github" / "CODEOWNERS").read_text().splitlines())
    assert set(owned.values()) == {"@octo/deployers"}
    for path in (
        *(
            ".github/workflows/deploy.yml",
            "bootstrap/account.py",
            "components/naming.py",
            "delivery/recover.py",
            "__main__.py",
        ),
        *("Pulumi.yaml", "Pulumi.prod.yaml", ".pulumi.version", ".pulumi.sha256", "requirements.txt"),
    ):
        assert (PROJECT / path).exists()
        assert any(fnmatch(f"/{path}", f"{owner}*" if owner.endswith("/") else owner) for owner in owned), path
