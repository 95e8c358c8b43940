"""The setup of a repository, by a `gh` that behaves as GitHub does."""

import json
import os
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from bootstrap import code_owners, gh, github
from tests.bootstrap import github_api
from tests.bootstrap.github_api import NEW, install

PROJECT = Path(__file__).parents[2]
VARIABLES: dict[str, dict[str, Any]] = {
    "repositoryVariables": {"AWS_REGION": "eu-central-1", "DEV_PREVIEW_ROLE_ARN": "arn:preview-dev"},
    "environmentVariables": {"dev": {"DEPLOY_ROLE_ARN": "arn:dev"}, "prod": {"DEPLOY_ROLE_ARN": "arn:prod"}},
}
TEAM = ("--reviewers", "octo/deployers")


class Checkout:
    """A checkout whose repository is GitHub's, as far as `gh` shows it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        install(root)

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.root / "github.json").read_text())
        return state

    def change(self, **values: Any) -> None:
        (self.root / "github.json").write_text(json.dumps(self.state | values))

    def bootstrapped(self, outputs: Any = VARIABLES, config: str = "config: {}\n") -> None:
        """As after `pulumi up` in bootstrap/."""
        (self.root / "bootstrap" / "Pulumi.account.yaml").write_text(config)
        (self.root / "pulumi").write_text(f"#!/bin/sh\ncat <<'JSON'\n{json.dumps(outputs)}\nJSON\n")
        (self.root / "pulumi").chmod(0o755)

    def run(self, *arguments: str) -> list[str]:
        """The lines that the command prints. Raises SystemExit."""
        sys.argv = ["github", *arguments]
        github.main()
        return self.capsys.readouterr().out.splitlines()

    def fails(self, *arguments: str) -> str:
        with pytest.raises(SystemExit) as failed:
            self.run(*arguments)
        return str(failed.value.code)

    def writes(self) -> int:
        return len(self.state["calls"])


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Checkout:
    (tmp_path / ".github").mkdir()
    (tmp_path / "bootstrap").mkdir()
    (tmp_path / "bootstrap" / "Pulumi.yaml").write_text((PROJECT / "bootstrap" / "Pulumi.yaml").read_text())
    monkeypatch.setattr(github, "FOLDER", tmp_path / "bootstrap")
    monkeypatch.setattr(code_owners, "CODEOWNERS", tmp_path / ".github" / "CODEOWNERS")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(sys, "argv", [])
    state = tmp_path / "github.json"
    monkeypatch.setattr(gh, "_run", lambda arguments, body: github_api.run(state, ["api", *arguments], body))
    return Checkout(tmp_path, capsys)


def test_main_alone_can_deploy(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    for stack in ("dev", "prod"):
        limited = checkout.state["environments"][stack]["deployment_branch_policy"]
        assert limited == {"protected_branches": False, "custom_branch_policies": True}
        (policy,) = checkout.state["policies"][stack]
        assert (policy["name"], policy["type"]) == ("main", "branch")


def test_every_branch_can_deploy_preview_environments_without_an_approval(checkout: Checkout) -> None:
    listed = "{dev: pull_request, prod: 'ref:refs/heads/main', pr: 'environment:pr'}"
    checkout.bootstrapped(config=f"config:\n  lambda-images-bootstrap:environments: {listed}\n")
    assert "environment pr: doesn't exist -> exists, for every branch" in checkout.run(*TEAM)
    environment = checkout.state["environments"]["pr"]
    assert not environment.get("deployment_branch_policy") and not environment.get("reviewers")
    assert "pr" not in checkout.state["policies"]
    assert not [line for line in checkout.run(*TEAM) if "environment pr" in line]


def test_nobody_approves_an_update_of_prod_that_they_started(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    prod = checkout.state["environments"]["prod"]
    assert prod["prevent_self_review"] is True
    assert prod["reviewers"] == [{"type": "Team", "id": 42}]
    assert "reviewers" not in checkout.state["environments"]["dev"]


def test_main_changes_by_pull_requests_alone_that_an_owner_approved_and_that_passed_the_gate(
    checkout: Checkout,
) -> None:
    checkout.run(*TEAM)
    (ruleset,) = checkout.state["rulesets"]
    assert (ruleset["enforcement"], ruleset["conditions"]["ref_name"]["include"]) == ("active", ["refs/heads/main"])
    assert ruleset["bypass_actors"] == []
    rules = {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]}
    assert rules.keys() == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    review = rules["pull_request"]
    assert review["required_approving_review_count"] == 1
    assert review["require_code_owner_review"] and review["require_last_push_approval"]
    assert rules["required_status_checks"]["required_status_checks"] == [{"context": "Gate"}]


def test_whatever_runs_under_a_deploy_role_has_owners(checkout: Checkout) -> None:
    checkout.run("--reviewers", "octo/deployers @octocat")
    lines = (checkout.root / ".github" / "CODEOWNERS").read_text().splitlines()
    owned = dict(line.split(" ", 1) for line in lines)
    assert set(owned.values()) == {"@octo/deployers @octocat"}
    for path in (
        *(".github/workflows/deploy.yml", "bootstrap/account.py", "components/naming.py", "delivery/recover.py"),
        *("__main__.py", "Pulumi.yaml", "Pulumi.prod.yaml", ".pulumi.version", ".pulumi.sha256", "requirements.txt"),
    ):
        assert (PROJECT / path).exists()
        assert any(fnmatch(f"/{path}", f"{owner}*" if owner.endswith("/") else owner) for owner in owned), path


def test_environments_are_restricted_before_there_are_roles_and_variables_follow(checkout: Checkout) -> None:
    before = checkout.run(*TEAM)
    assert before[-1] == "The variables are not set yet: run `pulumi up` in bootstrap/, and then this command again."
    assert checkout.state["variables"] == {}
    checkout.bootstrapped()
    assert checkout.run() == [
        "repository: variable AWS_REGION: none -> eu-central-1",
        "repository: variable DEV_PREVIEW_ROLE_ARN: none -> arn:preview-dev",
        "environment dev: variable DEPLOY_ROLE_ARN: none -> arn:dev",
        "environment prod: variable DEPLOY_ROLE_ARN: none -> arn:prod",
    ]
    assert checkout.state["variables"] == {
        "": VARIABLES["repositoryVariables"],
        **VARIABLES["environmentVariables"],
    }


def test_the_first_run_prints_each_difference(checkout: Checkout) -> None:
    assert checkout.run(*TEAM)[:8] == [
        "environment dev: doesn't exist -> exists",
        "environment dev: branches: not limited by name -> limited by name",
        "environment dev: main can't deploy -> main can deploy",
        "environment prod: doesn't exist -> exists",
        "environment prod: branches: not limited by name -> limited by name",
        "environment prod: reviewers: none -> deployers",
        "environment prod: approval by who started the update: allowed -> not allowed",
        "environment prod: main can't deploy -> main can deploy",
    ]


def test_no_branch_can_deploy_to_an_environment_before_it_is_restricted(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    first, second = ([method, path] for method, path, _ in checkout.state["calls"][:2])
    assert first == ["PUT", "repos/octo/lambda-images/environments/dev"]
    assert second == ["POST", "repos/octo/lambda-images/environments/dev/deployment-branch-policies"]
    assert checkout.state["calls"][0][2]["deployment_branch_policy"]["custom_branch_policies"]


@pytest.mark.parametrize("options", [(), ("--alone",), ("--unattended",)])
def test_a_second_run_changes_nothing(checkout: Checkout, options: tuple[str, ...]) -> None:
    checkout.bootstrapped()
    checkout.run(*TEAM, *options)
    written = checkout.writes()
    assert checkout.run(*options) == ["octo/lambda-images: nothing to change."]
    assert checkout.run("--check", *options) == ["octo/lambda-images: nothing to change."]
    assert checkout.writes() == written


def test_a_check_changes_nothing_and_fails(checkout: Checkout) -> None:
    assert checkout.fails("--check", *TEAM) == "1"
    assert "environment dev: doesn't exist -> exists\n" in checkout.capsys.readouterr().out
    assert checkout.state == NEW
    assert not (checkout.root / ".github" / "CODEOWNERS").exists()


def test_a_check_fails_while_the_variables_are_unknown(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    assert checkout.fails("--check") == "1"


def test_what_others_changed_is_corrected_line_by_line(checkout: Checkout) -> None:
    checkout.bootstrapped()
    checkout.run(*TEAM)
    state = checkout.state
    state["environments"]["prod"] = {
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        "reviewers": [{"type": "User", "id": 2}],
        "wait_timer": 30,
    }
    state["policies"]["dev"].append({"id": 9, "name": "release/*", "type": "branch"})
    state["policies"]["prod"] = [{"id": 8, "name": "main", "type": "tag"}]
    (ruleset,) = state["rulesets"]
    ruleset["enforcement"] = "disabled"
    ruleset["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    ruleset["rules"] = [rule for rule in ruleset["rules"] if rule["type"] != "deletion"]
    for rule in ruleset["rules"]:
        if rule["type"] == "pull_request":
            rule["parameters"]["required_approving_review_count"] = 0
        if rule["type"] == "required_status_checks":
            rule["parameters"]["required_status_checks"] = [{"context": "scan", "integration_id": 3}]
    state["variables"][""]["AWS_REGION"] = "us-east-1"
    checkout.change(**state)
    assert checkout.run() == [
        "environment dev: branch release/* can deploy -> branch release/* can't deploy",
        "environment prod: branches: not limited by name -> limited by name",
        "environment prod: reviewers: hubot -> deployers",
        "environment prod: approval by who started the update: allowed -> not allowed",
        "environment prod: tag main can deploy -> tag main can't deploy",
        "environment prod: main can't deploy -> main can deploy",
        "ruleset main: enforcement: disabled -> active",
        'ruleset main: bypass_actors: [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}] -> []',
        "ruleset main: deletion: missing -> present",
        "ruleset main: pull_request: required_approving_review_count: 0 -> 1",
        "ruleset main: required_status_checks: Gate: not required -> required",
        "repository: variable AWS_REGION: us-east-1 -> eu-central-1",
    ]
    assert checkout.run() == ["octo/lambda-images: nothing to change."]
    assert checkout.state["environments"]["prod"]["wait_timer"] == 30


def test_what_others_added_is_left_alone(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    state = checkout.state
    state["environments"] |= {"docs": {}}
    state["environments"]["dev"]["reviewers"] = [{"type": "User", "id": 2}]
    state["rulesets"].append({**state["rulesets"][0], "id": 9, "name": "tags", "target": "tag", "rules": []})
    for rule in state["rulesets"][0]["rules"]:
        if rule["type"] == "pull_request":
            rule["parameters"]["required_review_thread_resolution"] = True
            rule["parameters"]["require_last_push_approval"] = False  # which is corrected
        if rule["type"] == "required_status_checks":
            rule["parameters"]["required_status_checks"].append({"context": "scan"})
    state["rulesets"][0]["rules"].append({"type": "required_signatures"})
    state["variables"][""] = {"OTHER": "1"}
    checkout.change(**state)
    (checkout.root / ".github" / "CODEOWNERS").write_text("* @octo/all\n/.github/ @octo/deployers\n# end\n")
    checkout.bootstrapped()
    checkout.run()
    after = checkout.state
    assert after["environments"] == state["environments"]
    assert after["rulesets"][1] == state["rulesets"][1]
    rules = {rule["type"]: rule.get("parameters") for rule in after["rulesets"][0]["rules"]}
    assert "required_signatures" in rules
    assert rules["pull_request"]["require_last_push_approval"]
    assert rules["pull_request"]["required_review_thread_resolution"]
    assert rules["pull_request"]["allowed_merge_methods"] == ["merge", "squash"]
    assert {"context": "scan"} in rules["required_status_checks"]["required_status_checks"]
    assert after["variables"][""]["OTHER"] == "1"
    lines = (checkout.root / ".github" / "CODEOWNERS").read_text().splitlines()
    assert lines[:3] == ["* @octo/all", "/.github/ @octo/deployers", "# end"]
    assert "/bootstrap/ @octo/deployers" in lines[3:]


def test_owners_are_replaced_where_they_are(checkout: Checkout) -> None:
    checkout.run(*TEAM)
    lines = checkout.run("--reviewers", "@octocat")
    assert ".github/CODEOWNERS: /.github/: @octo/deployers -> @octocat" in lines
    assert "environment prod: reviewers: deployers -> octocat" in lines
    assert len((checkout.root / ".github" / "CODEOWNERS").read_text().splitlines()) == len(code_owners.OWNED)


def test_who_works_alone_merges_and_approves(checkout: Checkout) -> None:
    checkout.run("--alone", "--reviewers", "@octocat")
    prod = checkout.state["environments"]["prod"]
    assert (prod["reviewers"], prod["prevent_self_review"]) == ([{"type": "User", "id": 1}], False)
    rules = {rule["type"]: rule.get("parameters") for rule in checkout.state["rulesets"][0]["rules"]}
    assert rules["pull_request"]["required_approving_review_count"] == 0
    assert not rules["pull_request"]["require_code_owner_review"]
    assert not rules["pull_request"]["require_last_push_approval"]


def test_the_environments_are_those_of_bootstrap(checkout: Checkout) -> None:
    listed = "{staging: ref:refs/heads/main, dev: pull_request, prod: ref:refs/heads/main}"
    checkout.bootstrapped(config=f"config:\n  lambda-images-bootstrap:environments: {listed}\n")
    checkout.run(*TEAM)
    assert checkout.state["environments"].keys() == {"dev", "staging", "prod"}
    assert [name for name, one in checkout.state["environments"].items() if "reviewers" in one] == ["staging", "prod"]


def test_a_wrong_list_of_environments_is_reported(checkout: Checkout) -> None:
    checkout.bootstrapped(config="config: {'lambda-images-bootstrap:environments': {Dev: pull_request}}\n")
    assert "environments: 'Dev' can't be the name of a stack" in checkout.fails(*TEAM)
    assert checkout.writes() == 0


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"logged_in": False}, "`gh` is not logged in: run `gh auth login`"),
        ({"admin": False}, "you are not an administrator of octo/lambda-images"),
        ({"default_branch": "trunk"}, "the default branch is trunk"),
        ({"teams": {}}, "octo/deployers: octo has no such team"),
        ({"has_reviewers": False}, "no required reviewers: for private repositories, only the Enterprise plan"),
        ({"has_rulesets": False}, "neither rules for branches nor environments for private repositories"),
    ],
)
def test_each_problem_is_one_clear_message(checkout: Checkout, state: dict[str, Any], message: str) -> None:
    checkout.change(**state)
    failed = checkout.fails(*TEAM)
    assert failed.startswith("error: ") and message in failed
    assert "\n" not in failed


def test_without_required_reviewers_updates_need_no_approval(checkout: Checkout) -> None:
    checkout.change(has_reviewers=False)
    checkout.run("--unattended", *TEAM)
    assert "reviewers" not in checkout.state["environments"]["prod"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say who approves: --reviewers octo/deployers"),
        (["--reviewers", "octo/deploy ers"], "ers: GitHub has no such user"),
        (["--reviewers", "octo/a/b"], "octo/a/b: neither a team"),
        (["--reviewers", "nobody"], "nobody: GitHub has no such user; a team is named with its organization"),
    ],
)
def test_reviewers_have_to_exist(checkout: Checkout, arguments: list[str], message: str) -> None:
    checkout.change(teams={"octo/deploy": 3})
    assert message in checkout.fails(*arguments)
    assert checkout.writes() == 0


RUN = gh._run


def test_gh_itself_is_called(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gh, "_run", RUN)
    checkout.run("--unattended", *TEAM)
    assert checkout.state["environments"].keys() == {"dev", "prod"}
    assert "nothing to change" in checkout.run("--unattended")[0]


def test_a_missing_gh_is_reported(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gh, "_run", RUN)
    monkeypatch.setenv("PATH", "/nowhere")
    assert checkout.fails(*TEAM) == "error: there is no `gh`: https://cli.github.com"


def test_an_unexpected_answer_is_passed_on(checkout: Checkout) -> None:
    checkout.bootstrapped({"repositoryVariables": {"GITHUB_X": "1"}})
    failed = checkout.fails(*TEAM)
    path = "repos/octo/lambda-images/actions/variables"
    assert failed == f"error: `gh api` failed at POST {path}: Variable name is invalid (HTTP 422)"


def test_everything_but_the_variables_is_set_if_these_cannot_be_read(checkout: Checkout) -> None:
    checkout.bootstrapped()
    (checkout.root / "pulumi").write_text("#!/bin/sh\necho 'error: no stack named account found' >&2\nexit 255\n")
    failed = checkout.fails(*TEAM)
    assert failed.startswith("error: the variables are not set: ") and "no stack named account" in failed
    assert checkout.state["rulesets"]
