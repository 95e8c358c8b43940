import json
from typing import Any

import pytest

from tests.sandbox.offline.plugins.engine import Engine

TOKEN = "aws:iam/getPolicy:getPolicy"


def document(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def test_a_policy_has_the_text_of_its_default_version(engine: Engine, cloud: Any) -> None:
    iam = cloud("iam")
    arn = iam.create_policy(PolicyName="read", PolicyDocument=document("s3:Get1"), Description="d")["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("s3:Get2"), SetAsDefault=True)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document("s3:Get3"))
    found, failures = engine.invoke(TOKEN, {"arn": arn})
    assert failures == []
    assert json.loads(found["policy"]) == json.loads(document("s3:Get2"))
    assert (found["arn"], found["id"], found["name"], found["description"]) == (arn, arn, "read", "d")


def test_a_policy_that_does_not_exist_is_a_failure(engine: Engine) -> None:
    with pytest.raises(Exception, match="NoSuchEntity"):
        engine.invoke(TOKEN, {"arn": "arn:aws:iam::000000000000:policy/absent"})
