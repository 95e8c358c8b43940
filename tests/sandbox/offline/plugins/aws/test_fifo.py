"""FIFO queues and topics, whose names end in .fifo."""

import grpc
import pytest

from tests.sandbox.offline.plugins.engine import Engine

TYPES = [("aws:sqs/queue:Queue", "fifoQueue"), ("aws:sns/topic:Topic", "fifoTopic")]


@pytest.mark.parametrize(("token", "fifo"), TYPES)
def test_a_generated_name_of_a_fifo_queue_or_topic_ends_with_fifo(engine: Engine, token: str, fifo: str) -> None:
    inputs, _ = engine.check(token, {fifo: True}, name="jobs")
    assert inputs["name"].startswith("jobs-")
    assert inputs["name"].endswith(".fifo")
    id, state = engine.create(token, inputs)
    assert state[fifo] is True
    assert engine.diff(token, id, state, inputs, inputs).verdict == "none"


@pytest.mark.parametrize(("token", "fifo"), TYPES)
def test_a_wrong_name_is_refused_in_the_preview(engine: Engine, token: str, fifo: str) -> None:
    with pytest.raises(grpc.RpcError, match=r"invalid \w+ name: jobs"):
        engine.create(token, {"name": "jobs", fifo: True}, preview=True)


@pytest.mark.parametrize(("token", "fifo"), TYPES)
def test_a_name_is_not_checked_while_it_is_unknown_whether_it_is_fifo(engine: Engine, token: str, fifo: str) -> None:
    _, preview = engine.create(token, {"name": "jobs", fifo: "<unknown>"}, preview=True)
    assert preview["name"] == "jobs"
