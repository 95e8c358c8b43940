"""The repository on GitHub, compared with what the pipeline needs."""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bootstrap.code_owners import code_owners
from bootstrap.difference import Difference, SetupError
from bootstrap.gh import api, select
from bootstrap.settings import PULL_REQUESTS

GATE = "Gate"
"""The check that a pull request has to pass. It takes into account that jobs without work are skipped."""
_RULESET = "main"
_LIMITED = {"protected_branches": False, "custom_branch_policies": True}
_MAIN = {"name": "main", "type": "branch"}
_FREE = ("required_review_thread_resolution", "strict_required_status_checks_policy")
"""Parameters of rules that GitHub requires, and that may have any value."""


@dataclass(frozen=True, kw_only=True)
class Options:
    reviewers: Sequence[str]
    """Who approves updates and owns the code that deploys: teams such as `octo/deployers`, and users."""
    alone: bool = False
    """Whether nobody else can approve: pull requests need no approval, and who starts an update may approve it."""
    unattended: bool = False
    """Whether updates need no approval."""


def is_first(preview_subject: str) -> bool:
    """Whether pull requests preview the environment's stack. Such a stack is updated without an approval."""
    return preview_subject == "pull_request"


def ruleset(alone: bool) -> dict[str, Any]:
    """The rule for `main`, as GitHub takes it."""
    review = {
        "required_approving_review_count": 0 if alone else 1,
        "require_code_owner_review": not alone,
        "require_last_push_approval": not alone,
        "dismiss_stale_reviews_on_push": not alone,
        "required_review_thread_resolution": False,
    }
    checks = {"strict_required_status_checks_policy": False, "required_status_checks": [{"context": GATE}]}
    return {
        "name": _RULESET,
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [],
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": review},
            {"type": "required_status_checks", "parameters": checks},
        ],
    }


@dataclass(frozen=True)
class Repository:
    name: str
    """Owner and name."""

    @classmethod
    def of_checkout(cls) -> "Repository":
        """Raises GitHubError and SetupError."""
        found = api("repos/{owner}/{repo}")
        if found is None:
            raise SetupError("GitHub has no such repository, or your login can't read it")
        if not (found.get("permissions") or {}).get("admin"):
            raise SetupError(f"you are not an administrator of {found['full_name']}")
        if found["default_branch"] != "main":
            raise SetupError(f"the default branch is {found['default_branch']}, and the workflows need main")
        return cls(found["full_name"])

    def differences(
        self, options: Options, environments: Mapping[str, str], outputs: Mapping[str, Any]
    ) -> Iterator[Difference]:
        """Yield them in the order in which they have to be corrected. Raises GitHubError and SetupError."""
        reviewers = [] if options.unattended else [_reviewer(name) for name in options.reviewers]
        for environment, subject in environments.items():
            if environment == PULL_REQUESTS:
                yield from self._unlimited_environment(environment)
                continue
            approved = None if is_first(subject) else reviewers
            yield from self._environment(environment, approved, not options.alone)
        yield from self._ruleset(ruleset(options.alone))
        yield from code_owners(options.reviewers)
        path = f"repos/{self.name}/actions/variables"
        yield from _variables("repository", path, outputs.get("repositoryVariables") or {})
        for environment, values in (outputs.get("environmentVariables") or {}).items():
            path = f"repos/{self.name}/environments/{environment}/variables"
            yield from _variables(f"environment {environment}", path, values)

    def _unlimited_environment(self, name: str) -> Iterator[Difference]:
        """Compare an environment that the jobs of every branch may use. Only its existence is compared."""
        path = f"repos/{self.name}/environments/{name}"
        if api(path) is None:
            line = f"environment {name}: doesn't exist -> exists, for every branch"
            yield Difference([line], functools.partial(api, path, "PUT", {}))

    def _environment(self, name: str, approved: list["Reviewer"] | None, by_others: bool) -> Iterator[Difference]:
        """Compare an environment. Reviewers of one with `approved` None are left as they are."""
        path = f"repos/{self.name}/environments/{name}"
        found = api(path)
        rules = {rule["type"]: rule for rule in (found or {}).get("protection_rules") or []}
        review = rules.get("required_reviewers") or {}
        reviewers = [Reviewer.of(each) for each in review.get("reviewers") or []]
        wanted = reviewers if approved is None else approved
        prevented = bool(review.get("prevent_self_review"))
        prevent = prevented if approved is None else by_others and bool(wanted)

        lines = []
        if found is None:
            lines.append("doesn't exist -> exists")
        if found is None or found.get("deployment_branch_policy") != _LIMITED:
            lines.append("branches: not limited by name -> limited by name")
        if {each.key for each in reviewers} != {each.key for each in wanted}:
            lines.append(f"reviewers: {_names(reviewers)} -> {_names(wanted)}")
        if prevented != prevent:
            lines.append(f"approval by who started the update: {_allowed(not prevented)} -> {_allowed(not prevent)}")
        if lines:
            body: dict[str, Any] = {"deployment_branch_policy": _LIMITED}
            if wanted:
                body |= {"prevent_self_review": prevent, "reviewers": [each.reference for each in wanted]}
            if timer := (rules.get("wait_timer") or {}).get("wait_timer"):
                body["wait_timer"] = timer  # GitHub removes what isn't given
            yield Difference(
                [f"environment {name}: {line}" for line in lines], functools.partial(api, path, "PUT", body)
            )
        yield from self._branches(name, f"{path}/deployment-branch-policies")

    def _branches(self, environment: str, path: str) -> Iterator[Difference]:
        """Compare what can deploy, also what was listed before the environment was limited to such a list."""
        policies = (api(path) or {}).get("branch_policies") or []
        found = [(each["id"], {"name": each["name"], "type": each.get("type", "branch")}) for each in policies]
        for id, branch in found:
            if branch != _MAIN:
                what = f"{branch['type']} {branch['name']}"
                line = f"environment {environment}: {what} can deploy -> {what} can't deploy"
                yield Difference([line], functools.partial(api, f"{path}/{id}", "DELETE"))
        if _MAIN not in [branch for _, branch in found]:
            line = f"environment {environment}: main can't deploy -> main can deploy"
            yield Difference([line], functools.partial(api, path, "POST", _MAIN))

    def _ruleset(self, wanted: dict[str, Any]) -> Iterator[Difference]:
        path = f"repos/{self.name}/rulesets"
        query = f'.[] | select(.name == "{_RULESET}" and .target == "branch") | .id'
        ids = select(f"{path}?includes_parents=false&per_page=100", query)
        if not ids:
            yield Difference(
                [f"ruleset {_RULESET}: doesn't exist -> exists"], functools.partial(api, path, "POST", wanted)
            )
            return
        found = api(f"{path}/{ids[0]}") or {}  # the list has no rules
        lines = [
            f"{key}: {_text(found.get(key))} -> {_text(wanted[key])}"
            for key in ("enforcement", "bypass_actors", "conditions")
            if (found.get(key) or []) != wanted[key]
        ]
        rules = {rule["type"]: rule for rule in found.get("rules") or []}
        for rule in wanted["rules"]:
            differing, rules[rule["type"]] = _rule(rules.get(rule["type"]), rule)
            lines += differing
        if lines:
            body = {**wanted, "rules": list(rules.values())}
            yield Difference(
                [f"ruleset {_RULESET}: {line}" for line in lines],
                functools.partial(api, f"{path}/{ids[0]}", "PUT", body),
            )


@dataclass(frozen=True)
class Reviewer:
    type: str
    """`Team` or `User`."""
    id: int
    name: str

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> "Reviewer":
        """Of an environment, as GitHub returns it."""
        reviewer = rule["reviewer"]
        return cls(rule["type"], reviewer["id"], str(reviewer.get("login") or reviewer.get("slug")))

    @property
    def key(self) -> tuple[str, int]:
        return self.type, self.id

    @property
    def reference(self) -> dict[str, Any]:
        """As GitHub takes it."""
        return {"type": self.type, "id": self.id}


def _variables(where: str, path: str, values: Mapping[str, str]) -> Iterator[Difference]:
    for name, value in values.items():
        found = (api(f"{path}/{name}") or {}).get("value")
        if found != value:
            method, target = ("POST", path) if found is None else ("PATCH", f"{path}/{name}")
            body = {"name": name, "value": value}
            line = f"{where}: variable {name}: {_text(found)} -> {value}"
            yield Difference([line], functools.partial(api, target, method, body))


def _reviewer(name: str) -> Reviewer:
    organization, _, slug = name.rpartition("/")
    path = f"orgs/{organization}/teams/{slug}" if organization else f"users/{slug}"
    found = api(path)
    if found is None and organization:
        raise SetupError(
            f"{name}: {organization} has no such team, or your login can't see it: "
            "`gh auth refresh --scopes read:org` lets it"
        )
    if found is None:
        raise SetupError(
            f"{name}: GitHub has no such user; a team is named with its organization, as in octo/deployers"
        )
    return Reviewer("Team" if organization else "User", found["id"], slug)


def _rule(found: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> tuple[list[str], Mapping[str, Any]]:
    """Return how a rule differs, and the rule with what should be there and with all else that is there."""
    kind, parameters = wanted["type"], wanted.get("parameters", {})
    if found is None:
        return [f"{kind}: missing -> present"], wanted
    merged, lines = {**(found.get("parameters") or {})}, []
    for name, value in parameters.items():
        actual = merged.get(name)
        if isinstance(value, list):  # of checks
            missing = [each for each in value if each["context"] not in [one["context"] for one in actual or []]]
            if missing:
                lines += [f"{kind}: {each['context']}: not required -> required" for each in missing]
                merged[name] = [*(actual or []), *missing]
        elif name in _FREE:
            merged.setdefault(name, value)
        elif actual != value:
            lines.append(f"{kind}: {name}: {_text(actual)} -> {_text(value)}")
            merged[name] = value
    return lines, {**found, "parameters": merged} if merged else found


def _names(reviewers: Iterable[Reviewer]) -> str:
    return ", ".join(each.name for each in reviewers) or "none"


def _allowed(is_allowed: bool) -> str:
    return "allowed" if is_allowed else "not allowed"


def _text(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)
