import json
from typing import Any

from tests.sandbox.offline.plugins.engine import Engine

POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def document(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def test_a_policy_can_change_more_often_than_aws_keeps_versions(engine: Engine, cloud: Any) -> None:
    inputs, _ = engine.check(POLICY, {"name": "often", "policy": document("s3:Get0")})
    id, state = engine.create(POLICY, inputs)
    for n in range(1, 8):
        changed = {**inputs, "policy": document(f"s3:Get{n}")}
        state = engine.update(POLICY, id, state, inputs, changed)
    versions = cloud("iam").list_policy_versions(PolicyArn=id)["Versions"]
    assert (len(versions), "s3:Get7" in state["policy"]) == (5, True)
    engine.delete(POLICY, id, inputs, state)
    assert engine.read(POLICY, id, inputs, state)[0] == ""


def test_an_attachment_is_imported_by_role_and_policy(engine: Engine, cloud: Any) -> None:
    cloud("iam").create_role(RoleName="attached", AssumeRolePolicyDocument="{}")
    arn = cloud("iam").create_policy(PolicyName="to-attach", PolicyDocument=document("s3:Get"))["Policy"]["Arn"]
    inputs = {"role": "attached", "policyArn": arn}
    engine.create(ATTACHMENT, inputs)
    id, imported, state = engine.read(ATTACHMENT, f"attached/{arn}", {}, {})
    assert (id, imported) == (f"attached-{arn}", inputs)
    assert engine.diff(ATTACHMENT, id, state, imported, inputs).verdict == "none"
    engine.delete(ATTACHMENT, id, inputs, state)
    assert engine.read(ATTACHMENT, id, inputs, state)[0] == ""
    assert engine.read(ATTACHMENT, f"attached/{arn}", {}, {})[0] == ""
