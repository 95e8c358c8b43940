import json
from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

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


def test_a_role_is_deleted_even_if_its_refreshed_state_lists_a_policy_that_no_longer_exists(
    engine: Engine, cloud: Any
) -> None:
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


def test_a_role_can_be_planned_with_a_policy_that_is_not_known_yet(engine: Engine) -> None:
    first, second = (f"arn:aws:iam::aws:policy/{name}" for name in ("AmazonSQSFullAccess", "AWSLambdaExecute"))
    inputs = {"name": "planned", "assumeRolePolicy": TRUST, "managedPolicyArns": [first, second]}
    id, state = engine.create(ROLE, inputs)
    turned = {**inputs, "managedPolicyArns": [second, first]}
    assert engine.diff(ROLE, id, state, inputs, turned).verdict == "none"
    unknown = {**inputs, "managedPolicyArns": [first, "<unknown>"]}
    assert engine.diff(ROLE, id, state, inputs, unknown).diffs == ["managedPolicyArns"]
    engine.delete(ROLE, id, inputs, state)
