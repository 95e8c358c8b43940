"""Amazon Resource Names of a stack's resources."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AwsScope:
    """The partition, Region and account that a stack's resources are in."""

    partition: str
    """Such as `aws` or `aws-cn`."""
    region: str
    account: str
    """12 digits."""

    @classmethod
    def of(cls, arn: str) -> "AwsScope":
        """The scope of the resource that an ARN names. S3's and IAM's ARNs lack a Region or more."""
        _, partition, _, region, account, _ = arn.split(":", 5)
        return cls(partition, region, account)

    @property
    def dns_suffix(self) -> str:
        """What the names of services end with, also in policies."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def service(self, name: str) -> str:
        """A service in this Region, as principals and `kms:ViaService` name it."""
        return f"{name}.{self.region}.{self.dns_suffix}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def function_arn(self, name: str) -> str:
        return self.arn("lambda", f"function:{name}")

    def parameter_arn(self, name: str) -> str:
        """The ARN of an SSM parameter. It has one slash before the name, whether or not the name begins with one."""
        return self.arn("ssm", f"parameter/{name.removeprefix('/')}")

    def secret_arn(self, name: str) -> str:
        """For a policy: Secrets Manager appends a hyphen and six characters to the name, which nobody can predict.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
        """
        return self.arn("secretsmanager", f"secret:{name}-??????")

    def store_arn(self, store: str, name: str) -> str:
        """The ARN of a secret in `store`, which is `parameterStore` or `secretsManager`; `name` may be an ARN."""
        if name.startswith("arn:"):
            return name
        return self.parameter_arn(name) if store == "parameterStore" else self.secret_arn(name)

    def key_arn(self, key_id: str) -> str:
        return self.arn("kms", f"key/{key_id}")

    def log_group_arn(self, name: str) -> str:
        return self.arn("logs", f"log-group:{name}")

    def queue_arn(self, name: str) -> str:
        return self.arn("sqs", name)

    def topic_arn(self, name: str) -> str:
        return self.arn("sns", name)

    def default_schedule_group_arn(self) -> str:
        return self.arn("scheduler", "schedule-group/default")

    def bucket_arn(self, name: str) -> str:
        """It has neither Region nor account, because the name is unique within the partition."""
        return f"arn:{self.partition}:s3:::{name}"


LONGEST_SCOPE = AwsScope("aws-iso-f", "us-isof-south-1", "0" * 12)
"""No partition and Region make longer ARNs."""
