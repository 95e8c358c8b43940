"""A `gh` with a repository behind it: the part of GitHub's REST API that the setup uses, as strict as GitHub's.

Its state is the JSON file that GITHUB_STATE names, in which each call that changes something is recorded as well.

https://docs.github.com/en/rest/deployments/environments
https://docs.github.com/en/rest/deployments/branch-policies
https://docs.github.com/en/rest/repos/rules
https://docs.github.com/en/rest/actions/variables
"""

import json
import os
import re
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

REPOSITORY = "octo/lambda-images"
NEW: dict[str, Any] = {
    "logged_in": True,
    "admin": True,
    "default_branch": "main",
    "has_reviewers": True,
    "has_rulesets": True,
    "teams": {"octo/deployers": 42},
    "users": {"octocat": 1, "hubot": 2},
    "environments": {},
    "policies": {},
    "rulesets": [],
    "variables": {},
    "owners": None,
    "calls": [],
}
"""The state of a new repository. `policies` and `variables` are by environment; the repository's are those of "".
`owners` are the errors in the file CODEOWNERS of `main`, None if there is no such file."""
REVIEW = {
    *("required_approving_review_count", "require_code_owner_review", "require_last_push_approval"),
    *("dismiss_stale_reviews_on_push", "required_review_thread_resolution"),
}
"""The parameters that GitHub requires of the rule `pull_request`."""
RULESETS = '.[] | select(.name == "main" and .target == "branch") | .id'
"""The only jq query that is understood."""


def install(folder: Path, state: dict[str, Any] | None = None) -> None:
    """Create `gh` in a folder, and the file of the state beside it."""
    root = Path(__file__).parents[2]
    (folder / "gh").write_text(
        f"#!{sys.executable} -IS\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        "from tests.bootstrap.github_api import main\nmain()\n"
    )
    (folder / "gh").chmod(0o755)
    (folder / "github.json").write_text(json.dumps(NEW | (state or {})))


class Failure(Exception):
    def __init__(self, status: int, message: str, *errors: str) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors

    def answer(self) -> CompletedProcess[str]:
        """As `gh` prints it: the response, and its messages to standard error."""
        response = json.dumps({"message": self.message, "errors": self.errors, "status": str(self.status)})
        lines = [f"gh: {self.message} (HTTP {self.status})", *self.errors]
        return CompletedProcess("gh", 1, response, "".join(f"{line}\n" for line in lines))


def main() -> None:
    """Be `gh`."""
    file = Path(os.environ.get("GITHUB_STATE") or Path(sys.argv[0]).with_name("github.json"))
    done = run(file, sys.argv[1:], sys.stdin.read() if "--input" in sys.argv else None)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    sys.exit(done.returncode)


def run(file: Path, arguments: list[str], body: str | None) -> CompletedProcess[str]:
    """Do what `gh` does with these arguments and this standard input, given the file of the state."""
    state = json.loads(file.read_text())
    if not state["logged_in"]:
        return CompletedProcess("gh", 4, "", "To get started with GitHub CLI, please run:  gh auth login\n")
    method, path, query = _arguments(arguments)
    path = path.replace("{owner}/{repo}", REPOSITORY)
    given = None if body is None else json.loads(body)
    try:
        answer = _answer(state, method, path.partition("?")[0], given)
    except Failure as failure:
        return failure.answer()
    if method != "GET":
        state["calls"].append([method, path, given])
        file.write_text(json.dumps(state))
    if query is None:
        return CompletedProcess("gh", 0, "" if answer is None else json.dumps(answer), "")
    assert query == RULESETS
    ids = [one["id"] for one in answer if (one["name"], one["target"]) == ("main", "branch")]
    return CompletedProcess("gh", 0, "".join(f"{id}\n" for id in ids), "")


def _arguments(given: list[str]) -> tuple[str, str, str | None]:
    """The method, the path and the jq query."""
    command, *left = given
    assert command == "api"
    method, query, path = "GET", None, ""
    while left:
        match left.pop(0):
            case "--method":
                method = left.pop(0)
            case "--jq":
                query = left.pop(0)
            case "--input":
                assert left.pop(0) == "-"
            case "--paginate":
                pass
            case positional:
                assert not path and not positional.startswith("-"), positional
                path = positional
    return method, path, query


def _answer(state: dict[str, Any], method: str, path: str, body: Any) -> Any:
    call = f"{method} {path.replace(f'repos/{REPOSITORY}', 'repo')}"
    for pattern, handler in _HANDLERS.items():
        if found := re.fullmatch(pattern, call):
            if method != "GET" and not state["admin"]:
                raise Failure(403, "Must have admin rights to Repository.")
            return handler(state, body, *found.groups())
    raise Failure(404, "Not Found")


def _repository(state: Any, body: Any) -> Any:
    return {
        "full_name": REPOSITORY,
        "default_branch": state["default_branch"],
        "permissions": {"admin": state["admin"], "push": True, "pull": True},
    }


def _known(kind: str) -> Any:
    def answer(state: Any, body: Any, name: str) -> Any:
        if name not in state[kind]:
            raise Failure(404, "Not Found")
        return {"id": state[kind][name], "slug": name}

    return answer


def _environment(state: Any, body: Any, name: str) -> Any:
    if name not in state["environments"]:
        raise Failure(404, "Not Found")
    given = state["environments"][name]
    rules: list[dict[str, Any]] = []
    if given.get("wait_timer"):
        rules.append({"id": 1, "type": "wait_timer", "wait_timer": given["wait_timer"]})
    if given.get("reviewers"):
        names = {("Team", id): {"slug": key.split("/")[1]} for key, id in state["teams"].items()}
        names |= {("User", id): {"login": key} for key, id in state["users"].items()}
        reviewers = [
            {"type": each["type"], "reviewer": {"id": each["id"], **names[each["type"], each["id"]]}}
            for each in given["reviewers"]
        ]
        prevented = given.get("prevent_self_review", False)
        rules.append({"id": 2, "type": "required_reviewers", "prevent_self_review": prevented, "reviewers": reviewers})
    if given.get("deployment_branch_policy"):
        rules.append({"id": 3, "type": "branch_policy"})
    policy = given.get("deployment_branch_policy")
    return {"id": 7, "name": name, "protection_rules": rules, "deployment_branch_policy": policy}


def _put_environment(state: Any, body: Any, name: str) -> Any:
    """What isn't given is removed."""
    allowed = {"wait_timer", "prevent_self_review", "reviewers", "deployment_branch_policy"}
    policy = body.get("deployment_branch_policy")
    reviewers = body.get("reviewers") or []
    known = [*(("Team", id) for id in state["teams"].values()), *(("User", id) for id in state["users"].values())]
    if not body.keys() <= allowed or any(each.keys() != {"type", "id"} for each in reviewers) or len(reviewers) > 6:
        raise Failure(422, "Invalid request.")
    if policy is not None and (
        policy.keys() != {"protected_branches", "custom_branch_policies"} or len({*policy.values()}) != 2
    ):
        raise Failure(422, "Invalid request.")
    if reviewers and not state["has_reviewers"]:
        plan = "Please ensure the billing plan supports the required reviewers protection rule."
        raise Failure(422, f"Failed to create the environment protection rule. {plan}")
    if any((each["type"], each["id"]) not in known for each in reviewers):
        raise Failure(422, "Validation Failed", "reviewers are invalid")
    state["environments"][name] = body
    return _environment(state, None, name)


def _policies(state: Any, body: Any, name: str) -> Any:
    _environment(state, None, name)
    found = state["policies"].get(name, [])
    return {"total_count": len(found), "branch_policies": found}


def _post_policy(state: Any, body: Any, name: str) -> Any:
    limited = _environment(state, None, name)["deployment_branch_policy"]
    if not limited or not limited["custom_branch_policies"]:
        raise Failure(404, "Not Found")
    found = state["policies"].setdefault(name, [])
    if body["name"] in [each["name"] for each in found]:
        raise Failure(303, "See Other")
    found.append({"id": len(found) + 100, "name": body["name"], "type": body["type"]})
    return found[-1]


def _delete_policy(state: Any, body: Any, name: str, id: str) -> None:
    found = state["policies"].get(name, [])
    if int(id) not in [each["id"] for each in found]:
        raise Failure(404, "Not Found")
    state["policies"][name] = [each for each in found if each["id"] != int(id)]


def _owners(state: Any, body: Any) -> Any:
    if state["owners"] is None:
        raise Failure(404, "Not Found")
    return {"errors": state["owners"]}


def _rulesets(state: Any, body: Any) -> Any:
    """Without what the rules are."""
    if not state["has_rulesets"]:
        raise Failure(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.")
    keys = ("id", "name", "target", "enforcement", "source_type", "source")
    return [{key: each[key] for key in keys} for each in state["rulesets"]]


def _ruleset(state: Any, body: Any, id: str) -> Any:
    for each in state["rulesets"]:
        if each["id"] == int(id):
            return each
    raise Failure(404, "Not Found")


def _checked(body: Any) -> Any:
    """The ruleset as it is returned: rules have further parameters."""
    if not body.keys() <= {"name", "target", "enforcement", "bypass_actors", "conditions", "rules"}:
        raise Failure(422, "Invalid request.")
    rules = []
    for rule in body["rules"]:
        parameters = rule.get("parameters", {})
        if rule["type"] == "pull_request":
            if not parameters.keys() >= REVIEW:
                raise Failure(422, "Invalid request.", "pull_request: missing parameters")
            parameters = {"required_reviewers": [], "allowed_merge_methods": ["merge", "squash"], **parameters}
        elif rule["type"] == "required_status_checks":
            if not parameters.keys() >= {"strict_required_status_checks_policy", "required_status_checks"}:
                raise Failure(422, "Invalid request.", "required_status_checks: missing parameters")
            parameters = {"do_not_enforce_on_create": False, **parameters}
        rules.append({"type": rule["type"], **({"parameters": parameters} if parameters else {})})
    return {**body, "rules": rules, "source_type": "Repository", "source": REPOSITORY}


def _post_ruleset(state: Any, body: Any) -> Any:
    if body["name"] in [each["name"] for each in _rulesets(state, None)]:
        raise Failure(422, "Validation Failed", "Name must be unique")
    state["rulesets"].append({"id": len(state["rulesets"]) + 1, **_checked(body)})
    return state["rulesets"][-1]


def _put_ruleset(state: Any, body: Any, id: str) -> Any:
    found = _ruleset(state, None, id)
    found.update(_checked(body))
    return found


def _variable(state: Any, body: Any, environment: str | None, name: str) -> Any:
    known = _variables_of(state, environment)
    if name not in known:
        raise Failure(404, "Not Found")
    return {"name": name, "value": known[name]}


def _variables_of(state: Any, environment: str | None) -> dict[str, str]:
    if environment is not None and environment not in state["environments"]:
        raise Failure(404, "Not Found")
    variables: dict[str, str] = state["variables"].setdefault(environment or "", {})
    return variables


def _post_variable(state: Any, body: Any, environment: str | None) -> Any:
    known = _variables_of(state, environment)
    if not re.fullmatch(r"(?!GITHUB_)[A-Z_][A-Z0-9_]*", body["name"]):
        raise Failure(422, "Variable name is invalid")
    if body["name"] in known:
        raise Failure(409, "Already exists - Variable already exists")
    known[body["name"]] = body["value"]
    return {}


def _patch_variable(state: Any, body: Any, environment: str | None, name: str) -> None:
    _variable(state, None, environment, name)
    _variables_of(state, environment)[name] = body["value"]


_VARIABLES = r"repo/(?:actions|environments/([\w-]+))/variables"
_HANDLERS: dict[str, Any] = {
    r"GET repo": _repository,
    r"GET orgs/octo/teams/([\w-]+)": lambda state, body, slug: _known("teams")(state, body, f"octo/{slug}"),
    r"GET users/([\w-]+)": _known("users"),
    r"GET repo/environments/([\w-]+)": _environment,
    r"PUT repo/environments/([\w-]+)": _put_environment,
    r"GET repo/environments/([\w-]+)/deployment-branch-policies": _policies,
    r"POST repo/environments/([\w-]+)/deployment-branch-policies": _post_policy,
    r"DELETE repo/environments/([\w-]+)/deployment-branch-policies/(\d+)": _delete_policy,
    r"GET repo/codeowners/errors": _owners,
    r"GET repo/rulesets": _rulesets,
    r"POST repo/rulesets": _post_ruleset,
    r"GET repo/rulesets/(\d+)": _ruleset,
    r"PUT repo/rulesets/(\d+)": _put_ruleset,
    rf"GET {_VARIABLES}/(\w+)": _variable,
    rf"POST {_VARIABLES}": _post_variable,
    rf"PATCH {_VARIABLES}/(\w+)": _patch_variable,
}
