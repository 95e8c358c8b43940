"""Every call of a first deployment, an update and a removal that changes something, failed once in each of three ways.

What was served goes on answering. Then the pipeline's two steps ship the wanted version, and leave nothing to do.

`--failed-calls REGEX` chooses which rows are tried, by their words; `--failed-calls .` tries all, which takes an hour.
With `-n 0 --log-cli-level INFO` each row's outcome is printed as it comes.
"""

import logging
import re
import time
from collections.abc import Iterator

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.docker.local_images import prune_local_tags
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.failing import keeper
from tests.end_to_end.failing.pipeline import Pipeline
from tests.end_to_end.failing.rows import Row, Table

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins, pytest.mark.timeout(8 * 3600)]

DEFAULT = (
    r"update, refused: iam:PutRolePolicy .*\(2\)$",
    r"update, refused: lambda:PublishVersion",
    r"update, interrupted: lambda:UpdateFunctionCode",
    r"first deployment, lost: lambda:CreateFunction keeper",
    r"removal, refused: lambda:DeleteFunction keeper$",
)
"""What is tried without the option: at least one row for each way in which a failed call is recovered."""

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def table(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    checkout = Checkout.at(tmp_path_factory.mktemp("failing") / "checkout")
    checkout.add(keeper.NEIGHBOUR, TINY / keeper.NEIGHBOUR)
    try:
        with Pipeline.of(checkout, docker) as pipeline:
            yield Table.recorded(pipeline)
            checkout.sandbox("down").ok()
            prune_local_tags(docker, f"localhost:{pipeline.forwarder.port}/", keep=0)
    finally:
        checkout.sandbox("down").ok()


@pytest.fixture(scope="module")
def chosen(request: pytest.FixtureRequest, table: Table) -> list[Row]:
    patterns = request.config.getoption("--failed-calls") or DEFAULT
    return [row for row in table.rows() if any(re.search(pattern, str(row)) for pattern in patterns)]


def test_every_call_is_recognised(table: Table) -> None:
    assert [str(row) for row in table.rows() if "Unknown" in row.call] == []


def test_what_is_tried_without_the_option_is_there(table: Table) -> None:
    rows = [str(row) for row in table.rows()]
    assert [pattern for pattern in DEFAULT if not any(re.search(pattern, row) for row in rows)] == []


def test_the_pipeline_ships_after_a_failed_call(table: Table, chosen: list[Row], subtests: pytest.Subtests) -> None:
    for row in chosen:
        with subtests.test(str(row)):
            started = time.monotonic()
            outcome = table.tried(row)
            logger.info("%s (%.0f s)\n%s", row, time.monotonic() - started, outcome)
            assert outcome.problems == [], outcome
