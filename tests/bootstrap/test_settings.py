import json
from typing import Any

import pulumi
import pytest

from bootstrap.settings import Settings
from components.errors import ComponentError

DEFAULT = {"dev": "pull_request", "prod": "ref:refs/heads/main"}


def settings(**changes: Any) -> Settings:
    values = {"bucket": "octo-state", "repository": "octo/lambda-images", "environments": DEFAULT, **changes}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    pulumi.runtime.set_all_config({f"bootstrap:{name}": text for name, text in texts.items() if text != "null"})
    return Settings.of(pulumi.Config("bootstrap"))


@pytest.mark.parametrize("repository", ["octo/lambda-images", "octo@583231/lambda-images@1296269", "Octo-1/a_b.c"])
def test_both_forms_of_a_repository_are_accepted(repository: str) -> None:
    assert settings(repository=repository).repository == repository


@pytest.mark.parametrize(
    "repository",
    [
        *("octo", "octo/", "/lambda-images", "octo/lambda/images", "https://github.com/octo/lambda-images"),
        *("octo@1/lambda-images", "octo/lambda-images@2", "octo@a/lambda-images@b", "octo/*", "octo/${aws:userid}"),
        *("octo/lambda-images:environment:prod", "octo/lambda-images\n", ""),
    ],
)
def test_any_other_form_is_refused(repository: str) -> None:
    with pytest.raises(ComponentError, match=r"^repository: .* is not a repository as in the subjects of GitHub"):
        settings(repository=repository)


@pytest.mark.parametrize("name", ["Dev", "dev_1", "dev.1", "-dev", "1dev", "", "a" * 21, "dev/x", "dev*", "d${x}"])
def test_an_environment_has_the_name_of_a_stack(name: str) -> None:
    with pytest.raises(ComponentError, match=r"^environments: .* can't be the name of a stack here"):
        settings(environments={name: "pull_request"})


@pytest.mark.parametrize(
    "subject",
    ["*", "ref:refs/heads/*", "ref:refs/heads/${x}", "environment:", "pull_request:x", "main", "", "repo:a/b"],
)
def test_a_preview_role_trusts_one_exact_kind_of_job(subject: str) -> None:
    with pytest.raises(ComponentError, match=r"^environments: the preview role of 'dev' can't trust"):
        settings(environments={"dev": subject})


@pytest.mark.parametrize("subject", ["pull_request", "ref:refs/heads/main", "ref:refs/heads/v1.x/y", "environment:qa"])
def test_a_preview_role_may_trust_other_jobs(subject: str) -> None:
    assert settings(environments={"staging": subject}).environments == {"staging": subject}


def test_the_role_of_an_environment_could_not_change_another_s_resources() -> None:
    with pytest.raises(ComponentError, match=r"^environments: 'dev-x' begins with 'dev-', so the deploy role of 'dev'"):
        settings(environments={**DEFAULT, "dev-x": "pull_request"})


@pytest.mark.parametrize("environments", ["dev", ["dev"], {"dev": {"preview": "pull_request"}}, {"dev": 1}, "{"])
def test_environments_are_a_map_of_texts(environments: Any) -> None:
    with pytest.raises(ComponentError, match=r"^environments: must be a map"):
        settings(environments=environments)


def test_no_environment_has_the_name_of_a_pull_request_s_stack() -> None:
    with pytest.raises(ComponentError, match=r"^environments: 'pr-x' begins with 'pr-'"):
        settings(environments={**DEFAULT, "pr": "environment:pr", "pr-x": "pull_request"})


def test_environments_have_no_jobs_that_build_unless_they_are_listed() -> None:
    assert settings().build_jobs == []
    assert settings(buildJobs=["dev"]).build_jobs == ["dev"]


@pytest.mark.parametrize("jobs", ["dev", {"dev": True}, [1], "["])
def test_jobs_that_build_are_given_by_a_list_of_environments(jobs: Any) -> None:
    with pytest.raises(ComponentError, match=r"^buildJobs: must be a list of environments, such as \[dev\]$"):
        settings(buildJobs=jobs)


def test_jobs_build_for_an_environment_of_the_account() -> None:
    with pytest.raises(ComponentError, match=r"^buildJobs: 'staging' is not one of the environments"):
        settings(buildJobs=["dev", "staging"])


def test_there_is_an_environment() -> None:
    with pytest.raises(ComponentError, match=r"^environments: there must be at least one$"):
        settings(environments={})


@pytest.mark.parametrize("bucket", ["", "ab", "State", "a/b", "a*b", "-state", "a" * 64])
def test_a_bucket_has_a_valid_name(bucket: str) -> None:
    with pytest.raises(ComponentError, match=r"^bucket: .* can't be a bucket"):
        settings(bucket=bucket)


@pytest.mark.parametrize("name", ["bucket", "repository"])
def test_a_missing_value_is_named(name: str) -> None:
    with pytest.raises(pulumi.ConfigMissingError, match=f"bootstrap:{name}"):
        settings(**{name: None})


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ComponentError) as problems:
        settings(bucket="B", repository="octo", environments={"Dev": "main"})
    assert len(str(problems.value).splitlines()) == 4
