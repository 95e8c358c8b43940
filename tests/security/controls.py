"""Controls of AWS Security Hub about what a stack has, as data: how each is looked up, and when it passes.

The page docs/security.md has the table that is made of them, which `python -m tests.security.controls` writes.
tests/end_to_end/test_controls.py looks all of them up in deployed stacks.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
PREFIX = "lambda-images-local"
Client = Callable[[str], Any]
Looked = Iterator[tuple[str, bool]]
"""Resources, each with whether it passes."""


def functions(aws: Client) -> Iterator[dict[str, Any]]:
    for found in aws("lambda").list_functions()["Functions"]:
        if found["FunctionName"].startswith(PREFIX):
            yield aws("lambda").get_function(FunctionName=found["FunctionName"], Qualifier="live")


def roles(aws: Client) -> Iterator[str]:
    yield from (one["RoleName"] for one in aws("iam").list_roles()["Roles"] if one["RoleName"].startswith(PREFIX))


def role_policies(aws: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each role with each of its inline policies."""
    iam = aws("iam")
    for role in roles(aws):
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            yield role, iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]


def repositories(aws: Client) -> Iterator[dict[str, Any]]:
    found = aws("ecr").describe_repositories()["repositories"]
    yield from (one for one in found if one["repositoryName"].startswith(PREFIX))


def buckets(aws: Client) -> Iterator[str]:
    yield from (one["Name"] for one in aws("s3").list_buckets()["Buckets"] if one["Name"].startswith(PREFIX))


def topics(aws: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in aws("sns").list_topics()["Topics"]:
        if topic["TopicArn"].rpartition(":")[2].startswith(PREFIX):
            yield topic["TopicArn"], aws("sns").get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]


def queues(aws: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    sqs = aws("sqs")
    for url in sqs.list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", []):
        yield url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def secrets(aws: Client) -> Iterator[dict[str, Any]]:
    client = aws("secretsmanager")
    for found in client.list_secrets()["SecretList"]:
        if found["Name"].startswith(f"/lambda/{PREFIX}"):
            yield client.describe_secret(SecretId=found["ARN"])


def keys(aws: Client) -> Iterator[str]:
    for alias in aws("kms").list_aliases()["Aliases"]:
        if alias["AliasName"] == f"alias/{PREFIX}":
            yield alias["TargetKeyId"]


def alarms(aws: Client) -> Iterator[dict[str, Any]]:
    yield from aws("cloudwatch").describe_alarms(AlarmNamePrefix=PREFIX)["MetricAlarms"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(document: Any) -> list[Mapping[str, Any]]:
    parsed = json.loads(document) if isinstance(document, str) else document
    return listed(parsed["Statement"]) if parsed else []


def is_public(document: Any) -> bool:
    """Whether it lets in everybody, without a condition on who or what asks."""
    everybody = ("*", {"AWS": "*"}, {"AWS": ["*"]})
    bounds = ("aws:source", "aws:principal", "lambda:functionurl")
    return any(
        one["Effect"] == "Allow"
        and one.get("Principal") in everybody
        and not any(key.lower().startswith(bounds) for test in one.get("Condition", {}).values() for key in test)
        for one in statements(document)
    )


def function_policies(aws: Client) -> Looked:
    for function in functions(aws):
        name, client = function["Configuration"]["FunctionName"], aws("lambda")
        try:
            policy = client.get_policy(FunctionName=name, Qualifier="live")["Policy"]
        except client.exceptions.ResourceNotFoundException:
            policy = None
        yield name, not is_public(policy)


def in_a_vpc(aws: Client) -> Looked:
    for function in functions(aws):
        name, network = function["Configuration"]["FunctionName"], function["Configuration"].get("VpcConfig", {})
        yield name, bool(network.get("SubnetIds"))


def tagged_functions(aws: Client) -> Looked:
    yield from ((one["Configuration"]["FunctionName"], bool(one.get("Tags"))) for one in functions(aws))


def traced(aws: Client) -> Looked:
    for function in functions(aws):
        settings = function["Configuration"]
        yield settings["FunctionName"], settings.get("TracingConfig", {}).get("Mode") == "Active"


def scanned(aws: Client) -> Looked:
    for one in repositories(aws):
        yield one["repositoryName"], one["imageScanningConfiguration"]["scanOnPush"]


def immutable(aws: Client) -> Looked:
    yield from ((one["repositoryName"], one["imageTagMutability"] == "IMMUTABLE") for one in repositories(aws))


def expiring_images(aws: Client) -> Looked:
    for one in repositories(aws):
        found = aws("ecr").get_lifecycle_policy(repositoryName=one["repositoryName"])
        yield one["repositoryName"], bool(found["lifecyclePolicyText"])


def images_with_a_key(aws: Client) -> Looked:
    for one in repositories(aws):
        yield one["repositoryName"], one.get("encryptionConfiguration", {}).get("encryptionType") == "KMS"


def allowed(document: Any) -> Iterator[tuple[list[str], list[str]]]:
    """The actions and resources of each statement that gives rights."""
    for one in statements(document):
        if one["Effect"] == "Allow":
            yield listed(one["Action"]), listed(one["Resource"])


def not_everything(aws: Client) -> Looked:
    for role, document in role_policies(aws):
        yield role, not any("*" in actions and "*" in resources for actions, resources in allowed(document))


def no_whole_service(aws: Client) -> Looked:
    for role, document in role_policies(aws):
        every = [action for actions, _ in allowed(document) for action in actions]
        yield role, not any(action.endswith(":*") or action == "*" for action in every)


def decrypting_little(aws: Client) -> Looked:
    for role, document in role_policies(aws):
        everywhere = [
            action
            for actions, resources in allowed(document)
            for action in actions
            if any(resource == "*" or resource.endswith((":key/*", ":alias/*")) for resource in resources)
        ]
        yield role, not {"kms:Decrypt", "kms:ReEncryptFrom", "kms:*", "*"}.intersection(everywhere)


def lasting_keys(aws: Client) -> Looked:
    for key in keys(aws):
        yield key, aws("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def rotated_keys(aws: Client) -> Looked:
    yield from ((key, aws("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]) for key in keys(aws))


def closed_keys(aws: Client) -> Looked:
    for key in keys(aws):
        yield key, not is_public(aws("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def bucket_policy(aws: Client, bucket: str) -> Any:
    s3 = aws("s3")
    try:
        return s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except s3.exceptions.ClientError:
        return None


def closed_buckets(aws: Client) -> Looked:
    for bucket in buckets(aws):
        grants = aws("s3").get_bucket_acl(Bucket=bucket)["Grants"]
        everybody = any(grant["Grantee"].get("URI") for grant in grants)
        yield bucket, not everybody and not is_public(bucket_policy(aws, bucket))


def tls_alone(aws: Client) -> Looked:
    wanted = {"Bool": {"aws:SecureTransport": "false"}}
    for bucket in buckets(aws):
        whole = sorted([f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"])
        yield (
            bucket,
            any(
                (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:*")
                and one["Condition"] == wanted
                and sorted(one["Resource"]) == whole
                for one in statements(bucket_policy(aws, bucket))
            ),
        )


def without_strangers(aws: Client) -> Looked:
    """No other account is given a right to a bucket."""
    for bucket in buckets(aws):
        yield bucket, all(one["Effect"] == "Deny" for one in statements(bucket_policy(aws, bucket)))


def blocked_buckets(aws: Client) -> Looked:
    for bucket in buckets(aws):
        yield bucket, all(aws("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())


def logged_buckets(aws: Client) -> Looked:
    yield from ((bucket, "LoggingEnabled" in aws("s3").get_bucket_logging(Bucket=bucket)) for bucket in buckets(aws))


def notifying_buckets(aws: Client) -> Looked:
    for bucket in buckets(aws):
        told = aws("s3").get_bucket_notification_configuration(Bucket=bucket)
        yield bucket, bool(told.get("LambdaFunctionConfigurations"))


def without_acls(aws: Client) -> Looked:
    for bucket in buckets(aws):
        found = aws("s3").get_bucket_acl(Bucket=bucket)
        yield bucket, all(grant["Grantee"].get("ID") == found["Owner"]["ID"] for grant in found["Grants"])


def expiring_objects(aws: Client) -> Looked:
    for bucket in buckets(aws):
        rules = aws("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        yield bucket, any(rule["Status"] == "Enabled" for rule in rules)


def versioned(aws: Client) -> Looked:
    for bucket in buckets(aws):
        yield bucket, aws("s3").get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"


def objects_with_a_key(aws: Client) -> Looked:
    for bucket in buckets(aws):
        (rule,) = aws("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        yield bucket, rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def encrypted_topics(aws: Client) -> Looked:
    yield from ((arn, bool(attributes.get("KmsMasterKeyId"))) for arn, attributes in topics(aws))


def tagged_topics(aws: Client) -> Looked:
    yield from ((arn, bool(aws("sns").list_tags_for_resource(ResourceArn=arn)["Tags"])) for arn, _ in topics(aws))


def closed_topics(aws: Client) -> Looked:
    yield from ((arn, not is_public(attributes.get("Policy"))) for arn, attributes in topics(aws))


def encrypted_queues(aws: Client) -> Looked:
    for url, attributes in queues(aws):
        yield url, bool(attributes.get("KmsMasterKeyId")) or attributes.get("SqsManagedSseEnabled") == "true"


def tagged_queues(aws: Client) -> Looked:
    yield from ((url, bool(aws("sqs").list_queue_tags(QueueUrl=url).get("Tags"))) for url, _ in queues(aws))


def closed_queues(aws: Client) -> Looked:
    yield from ((url, not is_public(attributes.get("Policy"))) for url, attributes in queues(aws))


def rotated_secrets(aws: Client) -> Looked:
    yield from ((one["Name"], bool(one.get("RotationEnabled"))) for one in secrets(aws))


def tagged_secrets(aws: Client) -> Looked:
    yield from ((one["Name"], bool(one.get("Tags"))) for one in secrets(aws))


def acting_alarms(aws: Client) -> Looked:
    yield from ((one["AlarmName"], bool(one["AlarmActions"]) and one["ActionsEnabled"]) for one in alarms(aws))


def kept_logs(aws: Client) -> Looked:
    for group in aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{PREFIX}")["logGroups"]:
        yield group["logGroupName"], group.get("retentionInDays", 0) >= 365


def tagged_roles(aws: Client) -> Looked:
    yield from ((role, bool(aws("iam").list_role_tags(RoleName=role)["Tags"])) for role in roles(aws))


def http_apis(aws: Client) -> Iterator[str]:
    yield from (one["ApiId"] for one in aws("apigatewayv2").get_apis()["Items"] if one["Name"].startswith(PREFIX))


def authorized_routes(aws: Client) -> Looked:
    for api in http_apis(aws):
        for route in aws("apigatewayv2").get_routes(ApiId=api)["Items"]:
            yield f"{api} {route['RouteKey']}", route["AuthorizationType"] != "NONE"


def logged_stages(aws: Client) -> Looked:
    for api in http_apis(aws):
        for stage in aws("apigatewayv2").get_stages(ApiId=api)["Items"]:
            yield f"{api} {stage['StageName']}", bool(stage.get("AccessLogSettings"))


ALWAYS = frozenset({"aws", "customer"})
"""The values of the setting `encryption`."""
CUSTOMER = frozenset({"customer"})
NEVER: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Control:
    id: str
    what: str
    look: Callable[[Client], Looked] | None = None
    """None for one that nothing of a stack can be looked up for."""
    passes: frozenset[str] = ALWAYS
    """With which values of `encryption`, and the defaults of all other settings."""
    absent: frozenset[str] = field(default=NEVER)
    """With which of them a stack has nothing that it is about."""
    note: str = ""
    """When it fails, or why, and what to do."""

    @property
    def row(self) -> str:
        verdict = {ALWAYS: "passes", CUSTOMER: "passes with `encryption: customer`", NEVER: "fails"}[self.passes]
        return f"| {self.id} | {self.what} | {verdict if self.look else 'yours'} | {self.note} |"


_ROTATION = (
    "The stack sets the value, and would set back what something else rotated. Name a secret that is rotated as "
    "`existing`; see [secrets.md](secrets.md#rotation)."
)
CONTROLS: Iterable[Control] = (
    Control(
        id="Lambda.1",
        what="no function is open to everybody",
        look=function_policies,
        note="Fails with `triggers.url.auth: public`, which is what that says.",
    ),
    Control(
        id="Lambda.2",
        what="supported runtimes",
        note="AWS looks at zip packages alone. Here the base image decides; it is pinned by digest.",
    ),
    Control(id="Lambda.3", what="functions are in a VPC", look=in_a_vpc, passes=NEVER, note="Passes with `vpc`."),
    Control(
        id="Lambda.5",
        what="functions in a VPC use several availability zones",
        note="`vpc.subnets` takes two or more; whether their zones differ is yours.",
    ),
    Control(id="Lambda.6", what="functions are tagged", look=tagged_functions),
    Control(id="Lambda.7", what="X-Ray is active", look=traced, note="Fails with `tracing: passThrough`."),
    Control(id="ECR.1", what="images are scanned on push", look=scanned),
    Control(id="ECR.2", what="tags are immutable", look=immutable),
    Control(id="ECR.3", what="images expire", look=expiring_images),
    Control(id="ECR.5", what="a customer's key encrypts images", look=images_with_a_key, passes=CUSTOMER),
    Control(
        id="IAM.1",
        what="no policy allows everything",
        look=not_everything,
        note="`policies.statements` with `*` is refused; what a policy of `policies.managed` says is yours.",
    ),
    Control(id="IAM.21", what="no policy allows all of a service", look=no_whole_service, note="As IAM.1."),
    Control(id="IAM.24", what="roles are tagged", look=tagged_roles),
    Control(
        id="KMS.1, KMS.2",
        what="no policy allows decrypting with all keys",
        look=decrypting_little,
        note="Such a statement needs a `permissionsBoundary`.",
    ),
    Control(id="KMS.3", what="no key is about to be deleted", look=lasting_keys, absent=frozenset({"aws"})),
    Control(id="KMS.4", what="keys are rotated", look=rotated_keys, absent=frozenset({"aws"})),
    Control(id="KMS.5", what="keys aren't open to everybody", look=closed_keys, absent=frozenset({"aws"})),
    Control(id="S3.1", what="the account blocks public access", note="A setting of the account's."),
    Control(id="S3.2, S3.3", what="buckets aren't open to everybody", look=closed_buckets),
    Control(id="S3.5", what="buckets refuse requests without TLS", look=tls_alone),
    Control(id="S3.6", what="no other account is let into buckets", look=without_strangers),
    Control(id="S3.8", what="buckets block public access", look=blocked_buckets),
    Control(
        id="S3.9",
        what="access to buckets is logged",
        look=logged_buckets,
        passes=NEVER,
        note="The log needs a bucket that outlives the stack: name one of yours as `existing`, and log its access.",
    ),
    Control(id="S3.11", what="buckets notify of events", look=notifying_buckets),
    Control(id="S3.12", what="no ACL gives rights to buckets", look=without_acls),
    Control(id="S3.13", what="buckets have lifecycle rules", look=expiring_objects),
    Control(id="S3.14", what="buckets keep versions", look=versioned),
    Control(id="S3.17", what="KMS encrypts objects", look=objects_with_a_key, passes=CUSTOMER),
    Control(
        id="SNS.1",
        what="KMS encrypts topics",
        look=encrypted_topics,
        passes=CUSTOMER,
        note="With SNS's own key CloudWatch and S3 couldn't publish.",
    ),
    Control(id="SNS.3", what="topics are tagged", look=tagged_topics),
    Control(id="SNS.4", what="topics aren't open to everybody", look=closed_topics),
    Control(id="SQS.1", what="queues are encrypted", look=encrypted_queues),
    Control(id="SQS.2", what="queues are tagged", look=tagged_queues),
    Control(id="SQS.3", what="queues aren't open to everybody", look=closed_queues),
    Control(id="SecretsManager.1", what="secrets are rotated", look=rotated_secrets, passes=NEVER, note=_ROTATION),
    Control(
        id="SecretsManager.2, .4",
        what="the last rotation went well, and not long ago",
        note="As SecretsManager.1.",
    ),
    Control(id="SecretsManager.3", what="secrets are used", note="Remove from `secrets` what no function reads."),
    Control(id="SecretsManager.5", what="secrets are tagged", look=tagged_secrets),
    Control(
        id="APIGateway.8",
        what="routes have an authorization type",
        look=authorized_routes,
        note="Fails with `auth: public` of a route, which is what that says.",
    ),
    Control(
        id="APIGateway.9",
        what="access to HTTP APIs is logged",
        look=logged_stages,
        note="Fails with `httpApi.accessLogs: false`.",
    ),
    Control(id="CloudWatch.15, .17", what="alarms act", look=acting_alarms),
    Control(
        id="CloudWatch.16",
        what="logs are kept for a year",
        look=kept_logs,
        passes=NEVER,
        note="Passes with `logRetention: 365`, as `Pulumi.prod.yaml` has it.",
    ),
)
"""Those for all of which AWS Foundational Security Best Practices or another of Security Hub's standards asks.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
"""


def table() -> str:
    head = ("| control | what it asks | with the defaults | notes |", "|---|---|---|---|")
    return "\n".join([*head, *(control.row for control in CONTROLS)]) + "\n"


def write_table() -> None:
    """Replace the table on the page."""
    head, body = table().split("\n", 1)
    before, _, rest = PAGE.read_text().partition(head)
    _, blank_line, after = rest.partition("\n\n")
    PAGE.write_text(f"{before}{head}\n{body.rstrip()}{blank_line}{after}")


if __name__ == "__main__":
    write_table()
