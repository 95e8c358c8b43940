"""What is written when a stack is added to the pipeline."""

from pathlib import Path

import pytest

from components.errors import ComponentError
from delivery.environment import ACCOUNT_FILE, Environment, main
from delivery.stages import pipelines, stages_of

PROD = """\
config:
  aws:region: us-east-1
  shop:pipeline:   # approved by the owners
    after: dev     # for now
    images: copy
  shop:protection: "true"
"""
ACCOUNT = """\
config:
  aws:region: us-east-1
  lambda-images-bootstrap:bucket: shop-state
"""
LISTED = """\
  lambda-images-bootstrap:environments:
    dev: pull_request # everybody's
    prod: ref:refs/heads/main
"""


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-central-1\n")
    Path("Pulumi.prod.yaml").write_text(PROD)
    Path("modules").mkdir()
    Path("bootstrap").mkdir()
    declared = "config:\n  environments:\n    default:\n      dev: pull_request\n      prod: ref:refs/heads/main\n"
    Path("bootstrap/Pulumi.yaml").write_text(declared)


def added(name: str, after: str = "", region: str | None = None, beside: bool = False) -> dict[str, str]:
    """The content of the files that are written, by path."""
    files = Environment(name=name, after=after, region=region, beside=beside).files()
    for file, content in files.items():
        file.write_text(content)
    return {str(file): content for file, content in files.items()}


def test_a_stack_comes_between_two_others() -> None:
    files = added("staging", "dev")
    assert files.keys() == {"Pulumi.staging.yaml", "Pulumi.prod.yaml"}
    assert files["Pulumi.prod.yaml"] == PROD.replace("after: dev ", "after: staging ")
    assert stages_of(pipelines()) == [["dev"], ["staging"], ["prod"]]


def test_it_has_the_region_of_the_stack_before_and_hands_on_the_images_of_the_next_one() -> None:
    assert added("staging", "dev")["Pulumi.staging.yaml"] == (
        "config:\n  aws:region: eu-central-1\n  shop:pipeline:\n    after: dev\n    images: copy\n"
    )


def test_a_stack_at_the_end_changes_no_other() -> None:
    assert added("archive", "prod", region="eu-west-1") == {
        "Pulumi.archive.yaml": "config:\n  aws:region: eu-west-1\n  shop:pipeline:\n    after: prod\n"
    }


def test_a_stack_beside_another_changes_none() -> None:
    assert added("qa", "dev", beside=True).keys() == {"Pulumi.qa.yaml"}
    assert stages_of(pipelines()) == [["dev"], ["prod", "qa"]]


def test_a_stack_without_one_before_it_is_a_first_one() -> None:
    assert added("test", region="eu-west-1")["Pulumi.test.yaml"] == "config:\n  aws:region: eu-west-1\n"
    assert stages_of(pipelines()) == [["dev", "test"], ["prod"]]


def test_the_boundary_is_the_one_that_bootstrap_makes_for_it() -> None:
    boundary = "arn:aws:iam::123456789012:policy/lambda-images-dev-boundary"
    Path("Pulumi.dev.yaml").write_text(f"config:\n  aws:region: eu-central-1\n  shop:permissionsBoundary: {boundary}\n")
    own = boundary.replace("-dev-", "-staging-")
    assert f"  shop:permissionsBoundary: {own}\n" in added("staging", "dev")["Pulumi.staging.yaml"]


@pytest.mark.parametrize(
    ("written", "changed"),
    [("{after: dev, images: copy}", "{after: staging, images: copy}"), ('{after: "dev"}', '{after: "staging"}')],
)
def test_the_next_stack_may_have_its_setting_in_one_line(written: str, changed: str) -> None:
    Path("Pulumi.prod.yaml").write_text(f"config:\n  shop:pipeline: {written}\n")
    assert added("staging", "dev")["Pulumi.prod.yaml"] == f"config:\n  shop:pipeline: {changed}\n"


def test_bootstrap_gets_the_stack_with_what_it_lists_by_default() -> None:
    ACCOUNT_FILE.write_text(ACCOUNT)
    block = LISTED.replace(" # everybody's", "") + "    staging: ref:refs/heads/main\n"
    assert added("staging", "dev")[str(ACCOUNT_FILE)] == ACCOUNT.replace("config:\n", f"config:\n{block}")


def test_bootstrap_gets_the_stack_beside_the_one_before() -> None:
    ACCOUNT_FILE.write_text(ACCOUNT + LISTED)
    first = "    dev: pull_request # everybody's\n"
    expected = (ACCOUNT + LISTED).replace(first, f"{first}    staging: ref:refs/heads/main\n")
    assert added("staging", "dev")[str(ACCOUNT_FILE)] == expected
    assert "    test: pull_request\n" in added("test", region="eu-west-1")[str(ACCOUNT_FILE)]


@pytest.mark.parametrize(
    ("name", "after", "problem"),
    [
        ("prod", "dev", "the name prod is taken"),
        ("local", "dev", "the name local is taken"),
        ("Staging", "dev", "'Staging' can't be the name of a stack here"),
        ("dev-x", "dev", "'dev-x' begins with 'dev-', so the deploy role of 'dev' could change its resources"),
        ("staging", "dve", "the pipeline deploys no stack 'dve' .* it deploys: dev, prod"),
        ("archive", "prod2", "the pipeline deploys no stack"),
        ("test", "", "no Region is known for test"),
    ],
)
def test_a_mistake_is_refused(name: str, after: str, problem: str) -> None:
    with pytest.raises(ComponentError, match=problem):
        Environment(name=name, after=after).files()


def test_it_is_refused_to_guess_which_of_several_stacks_is_next() -> None:
    added("qa", "dev", beside=True)
    with pytest.raises(ComponentError, match=r"prod and qa come after dev, .* BESIDE=1"):
        Environment(name="staging", after="dev").files()


def test_the_command_says_what_remains(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["environment", "staging", "--after=dev"])
    main()
    assert capsys.readouterr().out == (
        "Made Pulumi.staging.yaml.\n"
        "Changed Pulumi.prod.yaml.\n"
        "These commands remain, as in docs/github-actions.md; then merge the changed files:\n"
        "  make github\n"
        "  (cd bootstrap && pulumi up)\n"
        "  make github\n"
        '  pulumi stack init staging --secrets-provider="awskms://alias/pulumi-staging?region=eu-central-1&awssdk=v2"\n'
        "  pulumi config set --stack staging permissionsBoundary "
        "arn:aws:iam::ACCOUNT:policy/lambda-images-staging-boundary\n"
        f"There is no {ACCOUNT_FILE}: `environments` has to list staging there before `make github`.\n"
    )


def test_the_command_says_which_secrets_the_stack_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("modules/orders").mkdir()
    Path("modules/orders/module.yaml").write_text("secrets: {TOKEN: {}}\nsmoke: {event: {}}\n")
    monkeypatch.setattr("sys.argv", ["environment", "staging", "--after=dev"])
    main()
    assert "pulumi config set --secret --path 'secrets.orders.TOKEN'" in capsys.readouterr().out


def test_a_mistake_ends_the_command_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["environment", "dev-x", "--after=dev"])
    with pytest.raises(SystemExit, match="error: environments: 'dev-x' begins"):
        main()
    assert not Path("Pulumi.dev-x.yaml").exists()
