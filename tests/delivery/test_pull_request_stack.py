"""The settings of a preview environment, written from a template in a repository of the test's own."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.errors import ComponentError
from components.modules import written_settings
from components.settings import ModuleSettings, StackSettings
from components.settings.module import Alarms
from delivery import pull_request_stack
from delivery.pull_request_stack import NO_ALARMS, number_of, stack_of, write
from tests.delivery.test_affected import commit, git
from tests.delivery.test_affected import write as put

ENCRYPTED = {"secure": "v1:abc:def"}
HEADER = {"secretsprovider": "awskms://alias/pulumi-pr?region=eu-central-1", "encryptedkey": "QUJD"}
TEMPLATE: dict[str, Any] = {
    "aws:region": "eu-central-1",
    "shop:permissionsBoundary": "arn:aws:iam::123456789012:policy/lambda-images-pr-boundary",
    "shop:pipeline": {"enabled": False},
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a template and three modules, of which `small` runs the image of `thumbnail`."""
    monkeypatch.chdir(tmp_path)
    put("Pulumi.yaml", "name: shop\n")
    template()
    for module in ("ai-model", "thumbnail"):
        put(f"modules/{module}/app.py", f"# {module}\n")
        put(f"modules/{module}/Dockerfile", "FROM scratch\n")
        put(f"modules/{module}/.dockerignore", "*.md\nevents/\nmodule.yaml\n")
        put(f"modules/{module}/events/smoke.json", "{}\n")
    put("modules/small/module.yaml", "image: {module: thumbnail}\nsmoke: {event: {}}\n")
    git("init", "--quiet")
    commit()
    return tmp_path


def template(**settings: Any) -> None:
    config = {**TEMPLATE, **{f"shop:{name}": value for name, value in settings.items()}}
    put("Pulumi.pr.yaml", yaml.safe_dump({**HEADER, "config": config}))


def enabled() -> list[str]:
    """The modules of the stack for the change that is about to be committed."""
    commit()
    return write(7, "HEAD^1")


def loaded() -> tuple[StackSettings, dict[str, ModuleSettings]]:
    """What an update of the written stack would read."""
    settings = written_settings("shop", "pr-7")
    return settings.stack, dict(settings.modules)


def test_a_module_that_a_changed_one_refers_to_is_deployed_with_it(repository: Path) -> None:
    put("modules/ai-model/module.yaml", "environment: {NAME: '${modules.thumbnail.functionName}'}\n")
    assert enabled() == ["ai-model", "thumbnail"]


def test_a_stack_has_the_template_s_key_and_region_and_the_changed_module_alone(repository: Path) -> None:
    put("modules/ai-model/app.py", "changed = 1\n")
    assert enabled() == ["ai-model"]
    written = yaml.safe_load(Path("Pulumi.pr-7.yaml").read_text())
    assert {key: written[key] for key in HEADER} == HEADER
    assert written["config"]["aws:region"] == "eu-central-1"
    stack, modules = loaded()
    assert stack.permissions_boundary == TEMPLATE["shop:permissionsBoundary"]
    assert list(modules) == ["ai-model"]


def test_its_names_are_those_that_the_deploy_role_may_use(repository: Path) -> None:
    put("modules/ai-model/app.py", "changed = 1\n")
    template(namePrefix="shop-dev")
    enabled()
    assert loaded()[0].name_prefix == "shop-pr-7"


def test_the_module_that_builds_the_image_of_a_changed_one_is_enabled(repository: Path) -> None:
    put("modules/small/module.yaml", "image: {module: thumbnail}\nsmoke: {event: {}}\ntimeout: 9\n")
    assert enabled() == ["small", "thumbnail"]
    assert sorted(loaded()[1]) == ["small", "thumbnail"]


def test_a_module_that_runs_the_image_of_a_changed_one_has_changed(repository: Path) -> None:
    put("modules/thumbnail/app.py", "changed = 1\n")
    assert enabled() == ["small", "thumbnail"]


def test_a_file_that_several_modules_use_changes_them_all(repository: Path) -> None:
    put("docs/x.Dockerfile", "FROM scratch\n")
    for module in ("ai-model", "thumbnail"):
        put(f"modules/{module}/module.yaml", "dockerfile: ../../docs/x.Dockerfile\n")
    commit()
    put("docs/x.Dockerfile", "FROM scratch\nLABEL changed=yes\n")
    assert enabled() == ["ai-model", "small", "thumbnail"]


def test_a_setting_of_the_template_changes_every_module_that_has_it(repository: Path) -> None:
    template(memorySize=2048)
    assert enabled() == ["ai-model", "small", "thumbnail"]


def test_everything_has_changed_beside_a_commit_without_the_template_or_with_errors(repository: Path) -> None:
    everything = ["ai-model", "small", "thumbnail"]
    assert write(7, "0" * 40) == everything
    git("rm", "--quiet", "Pulumi.pr.yaml")
    commit()
    template()
    assert enabled() == everything
    put("modules/ai-model/module.yaml", "timout: 5\n")
    commit()
    Path("modules/ai-model/module.yaml").unlink()
    assert enabled() == everything


@pytest.mark.parametrize("path", ["README.md", "components/naming.py", "modules/ai-model/notes.md"])
def test_a_change_of_no_module_writes_nothing(repository: Path, path: str) -> None:
    put(path, "1\n")
    assert enabled() == []
    assert not Path("Pulumi.pr-7.yaml").exists()


def test_a_module_that_is_gone_or_disabled_is_not_enabled(repository: Path) -> None:
    template(modules={"ai-model": {"enabled": False}})
    commit()
    put("modules/ai-model/app.py", "changed = 1\n")
    put("modules/thumbnail/app.py", "changed = 1\n")
    git("rm", "-r", "--quiet", "modules/small")
    assert enabled() == ["thumbnail"]
    assert list(loaded()[1]) == ["thumbnail"]


def test_nothing_of_it_is_protected_costs_when_idle_or_notifies_anybody(repository: Path) -> None:
    template(
        protection="true",
        forceDelete="false",
        encryption="customer",
        keepImages=1000,
        pipeline={"enabled": True, "images": "copy", "after": "dev"},
        alarms={"errors": 5},
        release={"canary": {"percent": 10, "minutes": 40}},
        modules={"ai-model": {"reservedConcurrency": 90, "alarms": {"duration": 90}, "memorySize": 512}},
    )
    put(
        "modules/ai-model/module.yaml",
        "provisionedConcurrency: 50\nreservedConcurrency: 100\nalarms: {throttles: 2}\n"
        "release: {canary: {percent: 1, minutes: 45}}\n",
    )
    enabled()
    stack, modules = loaded()
    assert (stack.protection, stack.force_delete, stack.encryption, stack.keep_images) == (False, True, "aws", 3)
    assert (stack.pipeline.enabled, stack.pipeline.images, stack.release.canary) == (False, "build", None)
    module = modules["ai-model"]
    assert (module.provisioned_concurrency, module.reserved_concurrency, module.release.canary) == (None, None, None)
    assert set(module.alarms.model_dump().values()) == set(stack.alarms.model_dump().values()) == {0}
    assert module.memory_size == 512


def test_every_alarm_is_off() -> None:
    assert NO_ALARMS.keys() == Alarms().model_dump(by_alias=True).keys()


def test_encrypted_values_are_kept_as_they_are(repository: Path) -> None:
    template(secrets={"ai-model": {"TOKEN": ENCRYPTED}})
    put("modules/ai-model/module.yaml", "secrets: {TOKEN: {}}\n")
    assert enabled() == ["ai-model"]
    config = yaml.safe_load(Path("Pulumi.pr-7.yaml").read_text())["config"]
    assert config["shop:secrets"] == {"ai-model": {"TOKEN": ENCRYPTED}}


def test_a_file_of_that_name_is_replaced_and_what_it_links_to_is_not_written(repository: Path) -> None:
    put("modules/ai-model/app.py", "changed = 1\n")
    put("target", "mine\n")
    Path("Pulumi.pr-7.yaml").symlink_to("target")
    enabled()
    assert Path("target").read_text() == "mine\n"
    assert not Path("Pulumi.pr-7.yaml").is_symlink()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"modules": ["thumbnail"]}, "Pulumi.pr.yaml:.*: shop:modules"),
        ({"modules": {"nosuch": {}}}, "for a module that does not exist"),
        ({"secrets": {"ai-model": {"TOKEN": "plain"}}}, "TOKEN is not a secret of the module"),
        ({"parallell": 4}, "shop:parallell"),
    ],
)
def test_a_template_with_mistakes_is_refused(repository: Path, settings: dict[str, Any], message: str) -> None:
    template(**settings)
    commit()
    with pytest.raises(ComponentError, match=message):
        write(7, "HEAD^1")


def test_a_name_that_gets_too_long_is_refused(repository: Path) -> None:
    name = "a" + "b" * 54
    put(f"modules/{name}/Dockerfile", "FROM scratch\n")
    put(f"modules/{name}/.dockerignore", "events/\n")
    put(f"modules/{name}/events/smoke.json", "{}\n")
    with pytest.raises(ComponentError, match=r"'shop-pr-7-ab+' has 65 characters"):
        enabled()


def test_the_command_prints_outputs_of_a_step(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("modules/ai-model/app.py", "changed = 1\n")
    commit()
    monkeypatch.setattr(sys, "argv", ["pull_request_stack", "--number=7", "--base=HEAD^1"])
    pull_request_stack.main()
    assert capsys.readouterr().out.splitlines() == [
        "stack=pr-7",
        f"modules={json.dumps(['ai-model'])}",
        f"secrets-provider={HEADER['secretsprovider']}",
    ]


def test_without_a_template_the_command_says_where_it_is_explained(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("Pulumi.pr.yaml").unlink()
    monkeypatch.setattr(sys, "argv", ["pull_request_stack", "--number=7", "--base=HEAD^1"])
    with pytest.raises(SystemExit, match=r"error: there is no Pulumi\.pr\.yaml.* docs/github-actions\.md"):
        pull_request_stack.main()


@pytest.mark.parametrize("number", ["0", "-1", "7/../dev", ""])
def test_a_number_that_no_pull_request_has_is_refused(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setattr(sys, "argv", ["pull_request_stack", f"--number={number}", "--base=HEAD^1"])
    with pytest.raises(SystemExit) as ended:
        pull_request_stack.main()
    assert ended.value.code == 2


def test_the_stack_of_a_pull_request_is_known_by_its_name() -> None:
    assert number_of(stack_of(123)) == 123
    for other in ("pr", "dev", "pr-", "pr-x", "pr-07", "pr-7x", "pr-7\n", "prod-7", "my-pr-7", "pr-\u0667"):
        assert number_of(other) is None, other
