import json
from typing import Any

import pytest

from tests.provider.engine import Engine

ROLE = "aws:iam/role:Role"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}
)


def test_a_role_goes_even_if_its_refreshed_state_lists_a_policy_that_went_before_it(engine: Engine, cloud: Any) -> None:
    inputs, _ = engine.check(ROLE, {"name": "with-a-foreign-policy", "assumeRolePolicy": TRUST})
    id, state = engine.create(ROLE, inputs)
    iam = cloud("iam")
    iam.put_role_policy(RoleName=id, PolicyName="foreign", PolicyDocument=POLICY)
    _, _, state = engine.read(ROLE, id, inputs, state)
    assert [policy["name"] for policy in state["inlinePolicies"]] == ["foreign"]
    iam.delete_role_policy(RoleName=id, PolicyName="foreign")

    engine.delete(ROLE, id, inputs, state)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=id)
