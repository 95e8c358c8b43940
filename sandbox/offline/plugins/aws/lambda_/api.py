"""The Lambda API: reads a function's properties, waits until it is ready, and builds and compares its names."""

import threading
import time
from typing import Any

from sandbox.offline.plugins.aws.casing import from_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import Values

NAMES = {"kmsKeyArn": "KMSKeyArn", "commands": "Command", "entryPoints": "EntryPoint"}
_WAIT_SECONDS = 600  # the official provider's default for a create or an update
_POLL_SECONDS = 0.05


def function_properties(shape: Shape, answer: Any) -> Values:
    """Returns the properties in a response of GetFunction, in the shape of the resource. An empty block is None."""
    configuration = answer["Configuration"]
    file_systems = configuration.get("FileSystemConfigs") or [None]
    blocks = {
        "deadLetterConfig": configuration.get("DeadLetterConfig"),
        "environment": _if_any(configuration.get("Environment"), "Variables"),
        "ephemeralStorage": configuration.get("EphemeralStorage"),
        "fileSystemConfig": file_systems[0],
        "imageConfig": configuration.get("ImageConfigResponse", {}).get("ImageConfig"),
        "loggingConfig": configuration.get("LoggingConfig"),
        "snapStart": _snap_start(configuration.get("SnapStart")),
        "tracingConfig": configuration.get("TracingConfig"),
        "vpcConfig": _if_any(configuration.get("VpcConfig"), "SubnetIds"),
    }
    arn = unqualified(configuration["FunctionArn"])
    return {
        **{name: from_aws(shape.properties[name], block, NAMES) if block else None for name, block in blocks.items()},
        **_scalars(configuration),
        "arn": arn,
        "imageUri": answer["Code"].get("ImageUri", ""),
        "invokeArn": invoke_arn(arn),
        "layers": [layer["Arn"] for layer in configuration.get("Layers", [])],
        "reservedConcurrentExecutions": answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1),
        "responseStreamingInvokeArn": invoke_arn(arn, "2021-11-15", "response-streaming-invocations"),
        "tags": answer.get("Tags", {}),
    }


def latest_version(client: LambdaClient, name: str) -> tuple[str, str]:
    """Returns the newest version and its qualified ARN. The version is `$LATEST` if none was published."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    newest = [version for page in pages for version in page["Versions"]][-1]
    return newest["Version"], newest["FunctionArn"]


def invoke_arn(arn: str, api: str = "2015-03-31", path: str = "invocations") -> str:
    """Returns the ARN with which API Gateway invokes the function."""
    _, partition, _, region, *_ = arn.split(":")
    return f"arn:{partition}:apigateway:{region}:lambda:path/{api}/functions/{arn}/{path}"


def unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])


def wait_until_ready(client: LambdaClient, name: str, cancelled: threading.Event, timeout: float) -> None:
    """Waits until the function is Active and its last update Successful.

    Raises Refused with AWS's reason if the function or the update failed, after `timeout` seconds, and on an interrupt.
    """
    deadline = time.monotonic() + (timeout or _WAIT_SECONDS)
    while True:
        found = client.get_function_configuration(FunctionName=name)
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        if state in ("Failed", "Inactive"):
            raise Refused(f"Lambda Function {name} is {state}: {found.get('StateReason') or 'no reason given'}")
        if update == "Failed":
            reason = found.get("LastUpdateStatusReason") or "no reason given"
            raise Refused(f"the update of Lambda Function {name} failed: {reason}")
        if state == "Active" and update == "Successful":
            return
        if cancelled.wait(_POLL_SECONDS):
            raise Refused(f"cancelled while Lambda Function {name} was {state}, its update {update}")
        if time.monotonic() >= deadline:
            raise Refused(
                f"Lambda Function {name} is still {state}, its update {update}, after {timeout or _WAIT_SECONDS:.0f} s"
            )


def _scalars(configuration: Any) -> Values:
    return {
        "architectures": configuration.get("Architectures", ["x86_64"]),
        "codeSha256": configuration.get("CodeSha256", ""),
        "codeSigningConfigArn": "",
        "description": configuration.get("Description", ""),
        "handler": configuration.get("Handler", ""),
        "kmsKeyArn": configuration.get("KMSKeyArn", ""),
        "lastModified": configuration["LastModified"],
        "memorySize": configuration["MemorySize"],
        "name": configuration["FunctionName"],
        "packageType": configuration["PackageType"],
        "role": configuration["Role"],
        "runtime": configuration.get("Runtime", ""),
        "signingJobArn": configuration.get("SigningJobArn", ""),
        "signingProfileVersionArn": configuration.get("SigningProfileVersionArn", ""),
        "sourceCodeHash": configuration.get("CodeSha256", ""),
        "sourceCodeSize": configuration.get("CodeSize", 0),
        "timeout": configuration["Timeout"],
    }


def _if_any(block: Any, key: str) -> Any:
    return block if block and block.get(key) else None


def _snap_start(block: Any) -> Any:
    return block if block and block.get("ApplyOn") != "None" else None


_NAME_SEPARATOR = ":function:"


def split_qualified(name: str) -> tuple[str, str]:
    """Returns the name or ARN without its qualifier, and the qualifier, which may be empty."""
    arn, separator, rest = name.rpartition(_NAME_SEPARATOR)
    function, _, qualifier = rest.partition(":")
    return arn + separator + function, qualifier


def same_function(old: str, new: str) -> bool:
    """Whether two names or ARNs are those of the same function, alias or version."""
    return old.rpartition(_NAME_SEPARATOR)[2] == new.rpartition(_NAME_SEPARATOR)[2]


def target(function: str, qualifier: str) -> Any:
    """Returns the parameters that name the function in a Lambda operation."""
    return {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
