"""Reads from the stacks' files in which order the pipeline deploys the stacks.

    python -m delivery.stages

It prints the outputs of a GitHub Actions step:

- `stages=`, a JSON list of stages, each a list of objects about stacks that are deployed at the same time
- `depth=`, the number of stages
- `previews=`, those of the first stage, which pull requests preview
- `all=`, those of all stages
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from components.errors import ComponentError, Problems
from components.printable import printable
from components.settings.configuration import project_name, stack_names, written_document
from components.settings.pipeline import Pipeline
from components.settings.stack import StackSettings
from components.settings.validation import did_you_mean, validated

MAX_STAGES = 5
"""How many jobs for stages `deploy.yml` has."""
NEVER_DEPLOYED = "local"
"""The stack on a developer's machine."""


def pipelines() -> Mapping[str, Pipeline]:
    """Return how each stack of the current folder is deployed, without those that are not. Raises ComponentError."""
    project, problems, found = project_name(), Problems(), {}
    for stack in stack_names():
        if stack != NEVER_DEPLOYED:
            with problems.collecting():
                found[stack] = _pipeline(project, stack)
    problems.raise_any()
    return {stack: pipeline for stack, pipeline in found.items() if pipeline.enabled}


def _pipeline(project: str, stack: str) -> Pipeline:
    """Read one setting alone, so that mistakes in others don't matter. Raises ComponentError."""
    document = written_document(Path(f"Pulumi.{stack}.yaml"), project)
    own = {key: value for key, value in document.values.items() if key == "pipeline"}
    return validated(StackSettings, own, [document]).pipeline


def stages_of(stacks: Mapping[str, Pipeline]) -> list[list[str]]:
    """Return the stacks in the order of their deployment: each is one stage behind the one that it comes after.

    Raises ComponentError if a stack comes after none of these, after itself, or too late.
    """
    problems = Problems()
    for stack, pipeline in stacks.items():
        if pipeline.after and pipeline.after not in stacks:
            problems.add([_unknown(stack, pipeline.after, stacks)])
    problems.raise_any()
    stages: list[list[str]] = []
    left = dict(stacks)
    while left:
        due = sorted(stack for stack, pipeline in left.items() if pipeline.after not in left)
        if not due:
            raise ComponentError(
                f"pipeline.after: {', '.join(sorted(left))} wait for each other, so none of them can be deployed: "
                "remove it from the one that is to be first"
            )
        stages.append(due)
        left = {stack: pipeline for stack, pipeline in left.items() if stack not in due}
    if len(stages) > MAX_STAGES:
        raise ComponentError(
            f"pipeline.after: {', '.join(stages[MAX_STAGES])} would be in stage {MAX_STAGES + 1}, and deploy.yml has "
            f"jobs for {MAX_STAGES}: let some stacks come after the same one, or add a job, and change MAX_STAGES"
        )
    return stages


def promoted_to(stack: str, stacks: Mapping[str, Pipeline]) -> list[str]:
    """Return the stacks that take images from a stack, directly or from one that does, in the order of deployment.

    Raises ComponentError, as `stages_of` does.
    """
    found = [stack]
    for other in (name for stage in stages_of(stacks) for name in stage):
        if stacks[other].images in ("copy", "tag") and stacks[other].after in found:
            found.append(other)
    return found[1:]


def _unknown(stack: str, after: str, stacks: Mapping[str, Pipeline]) -> str:
    return (
        f"Pulumi.{stack}.yaml: pipeline.after is {printable(after)}, which is not a stack that the pipeline deploys: "
        f"{did_you_mean(after, stacks.keys() - {stack})}"
    )


def jobs_of(stacks: Mapping[str, Pipeline]) -> list[list[dict[str, str]]]:
    """Return what the workflow needs to know of each stack, by stage. Raises ComponentError."""
    return [
        [
            {
                "stack": stack,
                "after": stacks[stack].after,
                "images": stacks[stack].images,
                "previewRole": role_variable(stack, "preview"),
                "buildRole": role_variable(stack, "build"),
            }
            for stack in stage
        ]
        for stage in stages_of(stacks)
    ]


def role_variable(stack: str, role: str) -> str:
    """Return the variable that has the ARN of a stack's role, `preview` or `build`. GitHub allows no hyphens in it."""
    return f"{stack}_{role}_ROLE_ARN".upper().replace("-", "_")


def output_lines(stacks: Mapping[str, Pipeline]) -> Sequence[str]:
    """Return the outputs of a step. Raises ComponentError."""
    stages = jobs_of(stacks)
    return (
        f"stages={json.dumps(stages)}",
        f"depth={len(stages)}",
        f"previews={json.dumps(stages[0] if stages else [])}",
        f"all={json.dumps([job for stage in stages for job in stage])}",
    )


def main() -> None:
    argparse.ArgumentParser(description="Print the order in which the pipeline deploys stacks.").parse_args()
    try:
        print(*output_lines(pipelines()), sep="\n")
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")


if __name__ == "__main__":
    main()
