"""The order in which the pipeline deploys stacks, from their files."""

import json
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.settings.pipeline import Pipeline
from delivery.stages import MAX_STAGES, jobs_of, main, pipelines, stages_of

FIRST = Pipeline()


def after(stack: str) -> Pipeline:
    return Pipeline(after=stack)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    stack("dev", "")
    stack("prod", "{after: dev}")
    return tmp_path


def stack(name: str, pipeline: str) -> None:
    setting = f"  shop:pipeline: {pipeline}\n" if pipeline else ""
    Path(f"Pulumi.{name}.yaml").write_text(f"config:\n  aws:region: eu-central-1\n{setting}")


def test_a_stack_is_a_stage_behind_the_one_that_it_comes_after() -> None:
    stacks = {"prod-us": after("staging"), "dev": FIRST, "staging": after("dev"), "prod-eu": after("staging")}
    assert stages_of(stacks) == [["dev"], ["staging"], ["prod-eu", "prod-us"]]


def test_stacks_that_come_after_none_are_first() -> None:
    assert stages_of({"test": FIRST, "prod": after("dev"), "dev": FIRST}) == [["dev", "test"], ["prod"]]
    assert stages_of({}) == []


def test_an_unknown_stack_before_another_is_refused() -> None:
    with pytest.raises(ComponentError, match=r"Pulumi\.prod\.yaml: pipeline\.after is dve, .* did you mean dev\?"):
        stages_of({"dev": FIRST, "prod": after("dve")})


@pytest.mark.parametrize(
    "stacks", [{"dev": after("dev")}, {"dev": FIRST, "prod": after("staging"), "staging": after("prod")}]
)
def test_stacks_that_wait_for_each_other_are_refused(stacks: dict[str, Pipeline]) -> None:
    with pytest.raises(ComponentError, match=r"(dev|prod, staging) wait for each other"):
        stages_of(stacks)


def test_more_stages_than_the_workflow_has_jobs_are_refused() -> None:
    chain = {f"s{number}": after(f"s{number - 1}") if number else FIRST for number in range(MAX_STAGES)}
    assert len(stages_of(chain)) == MAX_STAGES
    with pytest.raises(ComponentError, match=r"last would be in stage 6, and deploy\.yml has jobs for 5"):
        stages_of({**chain, "last": after("s4")})


def test_the_workflow_learns_what_it_needs_of_each_stack() -> None:
    stacks = {"dev": FIRST, "prod-eu": Pipeline(after="dev", images="copy")}
    assert jobs_of(stacks) == [
        [
            {
                "stack": "dev",
                "after": "",
                "images": "build",
                "previewRole": "DEV_PREVIEW_ROLE_ARN",
                "buildRole": "DEV_BUILD_ROLE_ARN",
            }
        ],
        [
            {
                "stack": "prod-eu",
                "after": "dev",
                "images": "copy",
                "previewRole": "PROD_EU_PREVIEW_ROLE_ARN",
                "buildRole": "PROD_EU_BUILD_ROLE_ARN",
            }
        ],
    ]


def test_the_stacks_are_those_with_a_file(checkout: Path) -> None:
    assert pipelines() == {"dev": FIRST, "prod": after("dev")}


@pytest.mark.parametrize("name", ["local", "off"])
def test_the_sandboxs_stack_and_those_that_are_disabled_are_not_deployed(checkout: Path, name: str) -> None:
    stack("local", "")
    stack("off", "{enabled: false}")
    assert name not in pipelines()


def test_a_stack_after_a_disabled_one_is_refused(checkout: Path) -> None:
    stack("dev", "{enabled: false}")
    with pytest.raises(ComponentError, match=r"pipeline\.after is dev, which is not a stack that the pipeline deploys"):
        stages_of(pipelines())


def test_a_mistake_in_the_setting_is_reported_with_its_place(checkout: Path) -> None:
    stack("prod", "{aftr: dev}")
    with pytest.raises(ComponentError, match=r"Pulumi\.prod\.yaml:3: shop:pipeline\.aftr is not a setting"):
        pipelines()


def test_mistakes_in_other_settings_do_not_matter(checkout: Path) -> None:
    with Path("Pulumi.dev.yaml").open("a") as file:
        file.write("  shop:keepImages: many\n")
    assert pipelines().keys() == {"dev", "prod"}


def test_the_outputs_are_lines_that_a_step_hands_on(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["stages"])
    main()
    outputs = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    dev, prod = jobs_of(pipelines())
    assert {name: json.loads(value) for name, value in outputs.items()} == {
        **{"stages": [dev, prod], "depth": 2, "previews": dev, "all": [*dev, *prod]}
    }
