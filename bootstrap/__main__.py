"""Creates what the pipeline needs in an AWS account. An administrator runs it once per account."""

import sys
from pathlib import Path

import pulumi

sys.path.append(str(Path(__file__).resolve().parents[1]))  # for `bootstrap` and `components`

from bootstrap.account import create
from bootstrap.settings import Settings

for name, value in create(Settings.of(pulumi.Config())).items():
    pulumi.export(name, value)
