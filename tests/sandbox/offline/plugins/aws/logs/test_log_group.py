from typing import Any

from tests.sandbox.offline.plugins.engine import Engine

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def test_a_log_group_is_created_updated_and_deleted(engine: Engine, cloud: Any) -> None:
    inputs, failures = engine.check(LOG_GROUP, {"retentionInDays": 7, "tags": {"a": "1"}}, name="lives")
    assert failures == []
    id, state = engine.create(LOG_GROUP, inputs)
    assert id == inputs["name"] == state["name"]
    assert engine.diff(LOG_GROUP, id, state, inputs, inputs).verdict == "none"

    longer = {**inputs, "retentionInDays": 14}
    assert engine.diff(LOG_GROUP, id, state, inputs, longer).detailed == {"retentionInDays": "update"}
    state = engine.update(LOG_GROUP, id, state, inputs, longer)
    (group,) = cloud("logs").describe_log_groups(logGroupNamePrefix=id)["logGroups"]
    assert (state["retentionInDays"], group["retentionInDays"]) == (14, 14)

    engine.delete(LOG_GROUP, id, longer, state)
    assert cloud("logs").describe_log_groups(logGroupNamePrefix=id)["logGroups"] == []
    assert engine.read(LOG_GROUP, id, longer, state)[0] == ""
