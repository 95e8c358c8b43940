"""The actions that the workflows use, as stand-ins that take the same inputs."""

import json
from collections.abc import Iterable
from pathlib import Path

STAND_IN = Path(__file__).with_name("stand_in.py")

INPUTS = {
    "actions/checkout": ("fetch-depth", "lfs", "persist-credentials", "ref", "repository", "submodules"),
    "actions/download-artifact": ("merge-multiple", "name", "path", "pattern"),
    "actions/setup-python": ("cache", "cache-dependency-path", "python-version"),
    "actions/upload-artifact": ("name", "overwrite", "path", "retention-days"),
    "aws-actions/configure-aws-credentials": ("aws-region", "role-session-name", "role-to-assume"),
    "docker/setup-buildx-action": (),
    "pulumi/actions": (
        "command",
        "stack-name",
        "comment-on-summary",
        "continue-on-error",
        "diff",
        "exclude",
        "exclude-dependents",
        "refresh",
        "upsert",
    ),
}
"""Those of their inputs that may be used here, by action; a wrong name would be ignored by GitHub with a warning."""


def make_stand_ins(uses: Iterable[str], folder: Path, stand_in: Path = STAND_IN) -> list[str]:
    """Writes a stand-in for each `owner/action@commit`; gives the options by which act takes them."""
    options = []
    for pin in sorted(set(uses)):
        action = pin.partition("@")[0]
        place = folder / action
        place.mkdir(parents=True)
        step = {"shell": "bash", "env": {"INPUTS": "${{ toJSON(inputs) }}"}, "run": f"{stand_in} {action}"}
        made = {
            "name": action,
            "inputs": {name: {"required": False} for name in INPUTS[action]},
            "runs": {"using": "composite", "steps": [step]},
        }
        (place / "action.yml").write_text(json.dumps(made))
        options.append(f"--local-repository={pin}={place}")
    return options
