"""The resources that the recorded inputs refer to, and the changes that are made outside the engine."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.sandbox.emulator.emulators import settle
from tests.sandbox.offline.plugins.conformance import sources

Client = Callable[[str], Any]

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
_POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]})
ROLE = "arn:aws:iam::000000000000:role/cf-role"
_IMAGE = "localhost:4566/cf-fix@sha256:"
_MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
_HANDLER = """\
def handler(event, context):
    if event.get("fail"):
        raise ValueError("asked to fail")
    return {"v": VERSION, "event": event}
"""
_ON_DEMAND = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}

ASIDE = {
    "cloudwatch_dashboard": {"dashboardName": "cf-dash2"},
    "ecr_lifecycle_policy": {"repository": "cf-fix2"},
    "ecr_repository_policy": {"repository": "cf-fix2"},
    "iam_role_policy_attachment": {"role": "cf-role2"},
    "kms_alias": {"name": "alias/cf-aside"},
    "lambda_event_source_mapping": {"eventSourceArn": "arn:aws:sqs:us-east-1:000000000000:cf-q2"},
    "lambda_function_event_invoke_config": {"functionName": "cf-fn2"},
    "lambda_function_url": {"functionName": "cf-fn2"},
    "lambda_provisioned_concurrency_config": {"qualifier": "2"},
    "sns_topic_subscription": {"topic": "arn:aws:sns:us-east-1:000000000000:cf-t2"},
    "sqs_queue_policy": {"queueUrl": "http://127.0.0.1:4566/000000000000/cf-q2"},
}
"""By recording, the inputs that differ from the minimal ones in its refusals, so that two resources don't collide."""


def build(cloud: Client, name: str) -> dict[str, str]:
    """Creates the resources that a recording refers to in an empty account. Returns the values of its masks."""
    for repository in ("cf-fix", "cf-fix2"):
        cloud("ecr").create_repository(repositoryName=repository)
    for role in ("cf-role", "cf-role2"):
        cloud("iam").create_role(RoleName=role, AssumeRolePolicyDocument=_TRUST)
    if name == "lambda_invocation":
        zip_function(cloud("lambda"), "cf-fn")
        zip_function(cloud("lambda"), "cf-fn2")
    elif name.startswith(("lambda", "invoke_lambda", "s3", "scheduler", "sns")):
        _image_function(cloud("lambda"), "cf-fn")
        _image_function(cloud("lambda"), "cf-fn2")
        cloud("lambda").create_alias(FunctionName="cf-fn", Name="cf-live", FunctionVersion="1")
    if name.startswith(("lambda_event", "lambda_function_event", "s3", "sns", "sqs")):
        sources.build(cloud)
    if name == "kms_alias":
        return {f"<key-id-{n}>": cloud("kms").create_key()["KeyMetadata"]["KeyId"] for n in (1, 2)}
    if name == "secretsmanager_secret_version":
        arn = cloud("secretsmanager").create_secret(Name="cf-secret-fix")["ARN"]
        return {"cf-secret-fix-<secret-suffix>": arn.rpartition(":")[2]}
    return {}


def build_for_refusals(cloud: Client, name: str) -> None:
    """Creates the resources whose names are already in use in the refusals."""
    if name == "iam_policy":
        cloud("iam").create_policy(PolicyName="cf-policy-full", PolicyDocument=_POLICY)
    if name == "dynamodb_table":
        cloud("dynamodb").create_table(TableName="cf-table-exists", **_ON_DEMAND)
    if name == "secretsmanager_secret":
        cloud("secretsmanager").create_secret(Name="cf-secret-fix")
    if name == "cloudwatch_log_group":
        cloud("logs").create_log_group(logGroupName="/aws/lambda/cf-lg")
    if name == "lambda_alias":
        cloud("lambda").create_alias(FunctionName="cf-fn", Name="live", FunctionVersion="1")
    if name == "lambda_permission":
        cloud("lambda").add_permission(
            FunctionName="cf-fn", StatementId="cf-url", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )


def drifts(cloud: Client) -> dict[str, Callable[[str], Any]]:
    """Returns the changes by the name of the case. Each takes the id of the resource."""
    return {
        "retention changed to 14": lambda id: cloud("logs").put_retention_policy(logGroupName=id, retentionInDays=14),
        "tag mutability changed to MUTABLE": lambda id: cloud("ecr").put_image_tag_mutability(
            repositoryName=id, imageTagMutability="MUTABLE"
        ),
        "policy deleted": lambda id: cloud("ecr").delete_lifecycle_policy(repositoryName=id),
        "description changed": lambda id: cloud("iam").update_role(
            RoleName=id, Description="drifted", MaxSessionDuration=7200
        ),
        "policy detached": lambda id: cloud("iam").detach_role_policy(RoleName="cf-role", PolicyArn=_MANAGED),
        "policy attached elsewhere": lambda id: cloud("iam").attach_role_policy(RoleName=id, PolicyArn=_MANAGED),
        "write capacity changed to 9": lambda id: cloud("dynamodb").update_table(
            TableName=id, ProvisionedThroughput={"ReadCapacityUnits": 2, "WriteCapacityUnits": 9}
        ),
        "timeout changed to 99": lambda id: _change(cloud("lambda"), "configuration", id, Timeout=99),
        "code updated elsewhere": lambda id: _change(cloud("lambda"), "code", id, ImageUri=_IMAGE + "2" * 64),
        "version moved to 2": lambda id: cloud("lambda").update_alias(
            FunctionName="cf-fn", Name=id.split(":")[-1], FunctionVersion="2", RoutingConfig={}
        ),
    }


def _change(client: Any, what: str, function: str, **changed: Any) -> None:
    getattr(client, f"update_function_{what}")(FunctionName=function, **changed)
    settle(client, function)


def _image_function(client: Any, name: str) -> None:
    """Creates a function with versions of the images v1 and v2, which don't exist because it is never invoked."""
    client.create_function(
        FunctionName=name,
        PackageType="Image",
        Code={"ImageUri": _IMAGE + "1" * 64},
        Role=ROLE,
        Timeout=10,
    )
    settle(client, name)
    client.publish_version(FunctionName=name)
    _change(client, "code", name, ImageUri=_IMAGE + "2" * 64, Publish=False)
    client.publish_version(FunctionName=name)


def zip_function(client: Any, name: str) -> None:
    """Creates a function, run as a process, with two versions, which return their number and the event."""
    client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": _archive("v1")},
        Role=ROLE,
        Timeout=10,
    )
    settle(client, name)
    client.publish_version(FunctionName=name)
    _change(client, "code", name, ZipFile=_archive("v2"))
    client.publish_version(FunctionName=name)


def http_api(client: Any, id: str, domain: str) -> None:
    """Creates an HTTP API with this id, and a domain name."""
    client.create_api(Name="cf", ProtocolType="HTTP", Tags={"ms-custom-id": id})
    client.create_stage(ApiId=id, StageName="$default", AutoDeploy=True)
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    configuration = {"CertificateArn": certificate, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    client.create_domain_name(DomainName=domain, DomainNameConfigurations=[configuration])


def _archive(version: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", f"VERSION = {version!r}\n\n\n{_HANDLER}")
    return buffer.getvalue()


def occupy(cloud: Client, token: str, id: str) -> None:
    """Adds content to a resource, so that AWS refuses to delete it."""
    if token == "aws:ecr/repository:Repository":
        cloud("ecr").put_image(repositoryName=id, imageTag="v1", imageManifest='{"schemaVersion": 2}')
    elif token == "aws:iam/role:Role":
        cloud("iam").attach_role_policy(RoleName=id, PolicyArn=_MANAGED)
        cloud("iam").put_role_policy(RoleName=id, PolicyName="elsewhere", PolicyDocument=_POLICY)
    else:
        raise ValueError(f"can't add content to a {token}")
