"""A bucket that refuses requests without TLS, and a role whose permissions are evaluated."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from components.policy import policy
from components.triggers.bucket import tls_policy
from sandbox.emulator.process import REGION, Emulator
from tests.sandbox.emulator.emulators import client

BUCKET = "over-tls"
ARN = f"arn:aws:s3:::{BUCKET}"


@pytest.fixture(scope="module")
def reader(emulator: Emulator) -> Any:
    """The S3 client of a role that may read the bucket, and no more."""
    may_read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}
    trusted = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    iam, s3 = client(emulator, "iam"), client(emulator, "s3")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(policy([trusted])))["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=json.dumps(policy([may_read])))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"read")
    given = client(emulator, "sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    return session.client("s3", endpoint_url=emulator.endpoint)


def test_a_role_reads_from_a_bucket_that_refuses_requests_without_tls(emulator: Emulator, reader: Any) -> None:
    client(emulator, "s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(tls_policy(ARN)))
    assert reader.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"read"


def test_what_else_the_policy_of_a_bucket_refuses_is_refused(emulator: Emulator, reader: Any) -> None:
    """So the policy is looked at."""
    refusing = {**tls_policy(ARN)["Statement"][0], "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    client(emulator, "s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy([refusing])))
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_object(Bucket=BUCKET, Key="a")
