from typing import Any

from delivery.changes import MAX_DIFFERENCES, content_changes, differences, other_changes, served_records, stack_changes

URN = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule$pulumi:index:Stash::thumbnail-served"


def record(files: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"inputs": {"input": {"files": files, "platform": "linux/amd64", **more}}}


def step(old: dict[str, Any] | None, new: dict[str, Any], op: str = "update") -> dict[str, Any]:
    metadata = {"op": op, "urn": URN, "type": "pulumi:index:Stash", "old": old, "new": new}
    return {"sequence": 1, "resourcePreEvent": {"metadata": metadata}}


def test_changed_added_and_removed_files_are_named_and_others_are_not() -> None:
    old = record({"app.py": "0644 1", "old.py": "0644 1", "same.py": "0644 1"})
    new = record({"app.py": "0644 2", "new.py": "0644 1", "same.py": "0644 1"})
    assert content_changes([step(old, new)]) == {"thumbnail": ["~ app.py", "+ new.py", "- old.py"]}


def test_a_changed_mode_is_distinguished_from_changed_content() -> None:
    old = record({"run.sh": "0644 1", "app.py": "0644 1"}, args={"A": "0644 1"})
    new = record({"run.sh": "0755 1", "app.py": "0644 2"}, args={"A": "0755 1"})
    lines = ["~ app.py", "~ build argument A", "~ run.sh (mode only: 0644 -> 0755)"]
    assert content_changes([step(old, new)]) == {"thumbnail": lines}


def test_that_only_modes_differ_is_said_with_what_git_keeps_of_them() -> None:
    assert content_changes([step(record({"run.sh": "0644 1"}), record({"run.sh": "0755 1"}))]) == {
        "thumbnail": [
            "only modes differ: git keeps only whether a file is executable, so correct that with git add --chmod=+x "
            "or -x, and the rest with chmod",
            "~ run.sh (mode only: 0644 -> 0755)",
        ]
    }


def test_many_modes_do_not_hide_a_file_whose_content_differs() -> None:
    old = {f"{number:03}.py": "0600 1" for number in range(MAX_DIFFERENCES + 5)}
    new = {**dict.fromkeys(old, "0644 1"), "zoo.py": "0644 1"}
    lines = content_changes([step(record(old), record(new))])["thumbnail"]
    assert lines[:2] == ["+ zoo.py", "~ 000.py (mode only: 0600 -> 0644)"]


def test_modes_that_differ_by_the_umask_are_described_so() -> None:
    old, new = record({"app.py": "0644 1", "run.sh": "0755 1"}), record({"app.py": "0664 1", "run.sh": "0775 1"})
    assert content_changes([step(old, new)]) == {
        "thumbnail": [
            "only modes differ, as another umask sets them: deploy with the same umask everywhere, such as 022, "
            "and run chmod -R u=rwX,go=rX on the folder",
            "~ app.py (mode only: 0644 -> 0664)",
            "~ run.sh (mode only: 0755 -> 0775)",
        ]
    }


def test_secrets_and_an_agent_that_a_build_may_use_are_named() -> None:
    mounts = {"secrets": ["npm", "pip"], "ssh": True}
    assert differences({"files": {}}, {"files": {}, "mounts": mounts}) == [
        "+ SSH agent",
        "+ build secret npm",
        "+ build secret pip",
    ]


def test_arguments_target_and_platform_are_named() -> None:
    old = record({}, args={"A": "1", "B": "1"}, target="small")
    new = {"inputs": {"input": {"files": {}, "platform": "linux/arm64", "args": {"A": "2", "B": "1"}}}}
    assert content_changes([step(old, new)]) == {"thumbnail": ["~ build argument A", "~ platform", "- target"]}


def test_another_context_is_named() -> None:
    old, new = record({"shared/a.py": "0644 1"}, context="."), record({"shared/a.py": "0644 1"}, context="shared")
    assert content_changes([step(old, new)]) == {"thumbnail": ["~ context"]}


def test_what_is_kept_when_its_module_is_removed_is_marked_as_kept() -> None:
    parent = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule::thumbnail"
    urn = f"{parent.rpartition('::')[0]}$aws:cloudwatch/logGroup:LogGroup::thumbnail-logs"

    def deleted(**old: Any) -> dict[str, Any]:
        metadata = {"op": "delete", "urn": urn, "type": "aws:cloudwatch/logGroup:LogGroup"}
        return {"sequence": 1, "resourcePreEvent": {"metadata": {**metadata, "old": {"parent": parent, **old}}}}

    assert other_changes([deleted(retainOnDelete=True)]) == {"thumbnail": ["- logs (kept in AWS)"]}
    assert other_changes([deleted()]) == {"thumbnail": ["- logs"]}


def test_a_new_module_is_described_as_new() -> None:
    assert content_changes([step(None, record({"app.py": "0644 1"}), op="create")]) == {"thumbnail": ["+ a new module"]}


def test_what_stays_or_goes_is_no_reason_to_build() -> None:
    same = record({"app.py": "0644 1"})
    assert content_changes([step(same, same, op="same"), step(same, same, op="delete")]) == {}


def test_other_records_and_events_are_left_alone() -> None:
    build = step(None, {"inputs": {"input": {"tag": "t"}}}, op="create")
    build["resourcePreEvent"]["metadata"]["urn"] = URN.replace("-served", "-build")
    assert content_changes([build, {"preludeEvent": {"config": {}}}]) == {}


def test_a_long_list_is_cut_and_counted() -> None:
    new = record({f"{number:03}.py": "0644 1" for number in range(MAX_DIFFERENCES + 5)})
    lines = content_changes([step(record({}), new)])["thumbnail"]
    assert (len(lines), lines[-1]) == (MAX_DIFFERENCES + 1, "... and 5 more")


STACK = "urn:pulumi:dev::lambda-images"
MODULE = f"{STACK}::lambda-images:index:LambdaModule::thumbnail"
FUNCTION = f"{STACK}::lambda-images:index:LambdaModule$lambda-images:index:ImageFunction"


def resource(name: str, op: str, parent: str, *properties: str) -> dict[str, Any]:
    state = {"parent": parent}
    old, new = (None, state) if op == "create" else (state, None) if op == "delete" else (state, state)
    metadata = {"op": op, "urn": f"{FUNCTION}$aws:lambda/function:Function::{name}", "type": "t", "old": old}
    detailed: dict[str, Any] = {path: {} for path in properties}
    return {"resourcePreEvent": {"metadata": {**metadata, "new": new, "detailedDiff": detailed}}}


def test_what_changes_of_a_module_is_named_with_the_properties_and_under_the_modules_name() -> None:
    events = [
        resource("thumbnail-function", "update", f"{FUNCTION}::thumbnail", "timeout", "memorySize"),
        resource("thumbnail-logs", "create", MODULE),
        resource("thumbnail-old", "delete", MODULE),
        resource("thumbnail-smoke", "same", MODULE),
    ]
    assert other_changes(events) == {"thumbnail": ["~ function: memorySize, timeout", "+ logs", "- old"]}


def test_the_steps_of_a_replacement_are_one_change() -> None:
    steps = [resource("thumbnail-smoke", op, MODULE) for op in ("create-replacement", "replace", "delete-replaced")]
    assert other_changes(steps) == {"thumbnail": ["~ smoke"]}


def test_what_changes_of_the_stack_is_named_without_components_and_providers() -> None:
    def of_stack(kind: str, name: str, op: str, custom: bool) -> dict[str, Any]:
        state = {"parent": f"{STACK}::pulumi:pulumi:Stack::lambda-images-dev", "custom": custom}
        metadata = {"op": op, "urn": f"{STACK}::{kind}::{name}", "type": kind, "old": state, "new": state}
        return {"resourcePreEvent": {"metadata": {**metadata, "detailedDiff": {"body": {}}}}}

    events = [
        of_stack("aws:cloudwatch/dashboard:Dashboard", "dashboard", "update", custom=True),
        of_stack("aws:kms/key:Key", "key", "same", custom=True),
        of_stack("lambda-images:index:Monitoring", "monitoring", "create", custom=False),
        of_stack("pulumi:providers:aws", "default", "create", custom=True),
        resource("thumbnail-function", "update", f"{FUNCTION}::thumbnail", "timeout"),
    ]
    assert stack_changes(events) == ["~ dashboard: body"]


def test_what_belongs_to_no_module_is_left_out() -> None:
    assert other_changes([resource("default", "update", f"{STACK}::pulumi:pulumi:Stack::lambda-images-dev")]) == {}


def test_the_records_of_what_is_served_are_found_in_a_state() -> None:
    served = {"type": "pulumi:index:Stash", "urn": URN, "inputs": {"input": {"files": {"app.py": "0644 1"}}}}
    build = {**served, "urn": URN.replace("-served", "-build")}
    replaced = {**served, "delete": True, "inputs": {"input": {}}}
    assert served_records([build, served, replaced]) == {"thumbnail": {"files": {"app.py": "0644 1"}}}
