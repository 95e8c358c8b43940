"""Which preview environments are unused, with a `gh` and a bucket of the test's own."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from delivery import unused_stacks
from delivery.unused_stacks import LookupFailed, is_wanted, stacks_in_backend

GH = f"""#!{sys.executable}
import sys
try:
    print(open("pulls/" + sys.argv[2].rpartition("/")[2]).read())
except FileNotFoundError:
    sys.exit("HTTP 404: Not Found")
"""
ENVIRON = {"PULUMI_BACKEND_URL": "s3://state?region=eu-central-1&awssdk=v2"}


class Bucket:
    """An S3 client that lists these keys, in pages of one key, after an empty one."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.asked: dict[str, str] = {}

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        self.asked = asked
        yield {}
        yield from ({"Contents": [{"Key": key}]} for key in self.keys if key.startswith(asked["Prefix"]))


@pytest.fixture(autouse=True)
def _gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pulls").mkdir()
    Path("gh").write_text(GH)
    Path("gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/shop")


def pull(number: int, state: str = "open", label: str = "preview", head: str | None = "octo/shop") -> None:
    found = {
        "state": state,
        "labels": [{"name": "other"}, {"name": label}],
        "head": {"repo": head and {"full_name": head}},
    }
    Path(f"pulls/{number}").write_text(json.dumps(found))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    found = Bucket(
        *(f".pulumi/stacks/shop/{file}" for file in ("dev.json", "pr.json", "pr-10.json", "pr-9.json.gz", "pr-9.json")),
        *(f".pulumi/stacks/shop/{file}" for file in ("pr-8.json.bak", "pr-x.json", "pr-7.json.attrs")),
        ".pulumi/stacks/shopping/pr-6.json",
        ".pulumi/stacks/other/pr-5.json",
        "team/.pulumi/stacks/shop/pr-4.json",
    )
    monkeypatch.setattr(unused_stacks, "aws_clients", lambda region, environ: lambda service: found)
    return found


def test_the_stacks_of_pull_requests_are_found_in_the_bucket(bucket: Bucket) -> None:
    assert stacks_in_backend("shop", ENVIRON) == ["pr-9", "pr-10"]
    assert bucket.asked["Bucket"] == "state"
    assert stacks_in_backend("shop", {"PULUMI_BACKEND_URL": "s3://state/team"}) == ["pr-4"]


@pytest.mark.parametrize("environ", [{}, {"PULUMI_BACKEND_URL": "file://~"}])
def test_a_state_that_is_in_no_bucket_is_refused(bucket: Bucket, environ: dict[str, str]) -> None:
    with pytest.raises(LookupFailed, match="not an S3 bucket"):
        stacks_in_backend("shop", environ)


def test_a_bucket_that_can_t_be_listed_is_reported(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: str) -> Iterator[dict[str, Any]]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    monkeypatch.setattr(bucket, "paginate", refuse)
    with pytest.raises(LookupFailed, match=r"can't list the stacks in state: .*AccessDenied"):
        stacks_in_backend("shop", ENVIRON)


def test_an_open_pull_request_of_the_repository_with_the_label_has_an_environment() -> None:
    pull(7)
    assert is_wanted(7)
    pull(7, state="closed")
    assert not is_wanted(7)
    pull(7, label="previews")
    assert not is_wanted(7)
    pull(7, head="stranger/shop")
    assert not is_wanted(7)
    pull(7, head=None)  # the fork is gone
    assert not is_wanted(7)


@pytest.mark.parametrize("answer", ["", "<html>"])
def test_an_answer_that_can_t_be_read_is_an_error(answer: str) -> None:
    Path("pulls/7").write_text(answer)
    with pytest.raises(LookupFailed, match="can't ask GitHub about pull request 7"):
        is_wanted(7)


def test_a_missing_gh_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LookupFailed, match="can't ask GitHub about pull request 7"):
        is_wanted(7)


def test_the_command_prints_the_unused_ones_even_if_github_does_not_know_another(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("Pulumi.yaml").write_text("name: shop\n")
    monkeypatch.setenv("PULUMI_BACKEND_URL", ENVIRON["PULUMI_BACKEND_URL"])
    pull(10, state="closed")
    with pytest.raises(SystemExit, match=r"error: can't ask GitHub about pull request 9: .*HTTP 404: Not Found"):
        unused_stacks.main()
    assert capsys.readouterr().out == 'stacks=["pr-10"]\n'
    pull(9)
    unused_stacks.main()
    assert capsys.readouterr().out == 'stacks=["pr-10"]\n'
    pull(10)
    unused_stacks.main()
    assert capsys.readouterr().out == "stacks=[]\n"
