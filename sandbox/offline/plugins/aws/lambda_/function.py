"""aws:lambda/function:Function, from an image or from S3"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import aws_name, to_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_ import api
from sandbox.offline.plugins.aws.lambda_.function_properties import CODE, CONFIGURATION, PROPERTIES
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import exactly_one_of, required_with
from sandbox.offline.plugins.values import UNKNOWN, Values

_NOT_REPORTED = ("s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash")
"""Properties that AWS doesn't return. The state keeps their old values until the code has been updated."""
_LOG_LEVELS = ("applicationLogLevel", "systemLogLevel")
_VERSION_OUTPUTS = ("version", "qualifiedArn", "qualifiedInvokeArn")


class Function(AwsResource[LambdaClient]):
    token = "aws:lambda/function:Function"
    label = "Lambda Function"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("Resource", form=dict)
    generated_name = ("name", 64)
    cross_property_rules = (exactly_one_of("code", "imageUri", "s3Bucket"), required_with("s3Bucket", "s3Key"))
    properties: ClassVar = PROPERTIES

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        if planned["packageType"] == "Zip" and not (planned.get("handler") and planned.get("runtime")):
            raise Refused("handler and runtime must be set when PackageType is Zip")
        if not state:
            return
        _keep_log_levels(state, planned)
        changed = set(planning.changed(state, planned))
        if changed.intersection(CODE):
            planned["lastModified"] = UNKNOWN
        if _publishes(planned, changed):
            planned.update(dict.fromkeys(_VERSION_OUTPUTS, UNKNOWN))

    def api_create(self, call: AwsCall, planned: Values) -> str:
        """The official provider retries a refused create for five minutes; this one reports the error at once."""
        client, name = self.client(call, planned), planned["name"]
        client.create_function(
            FunctionName=name,
            PackageType=planned["packageType"],
            Code=self._code(planned),
            Architectures=planned.get("architectures", ["x86_64"]),
            Publish=planned["publish"],
            Tags=self.new_tags(planned),
            **self._settings(planned, _new_function_settings(planned)),
        )
        return str(name)

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        client = self.client(call, planned)
        self._wait(call, client, id)
        self._reserve(client, id, {"reservedConcurrentExecutions": -1}, planned)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        client = self.client(call, state)
        found = api.function_properties(self.outputs_shape, client.get_function(FunctionName=id))
        version, arn = api.latest_version(client, id)
        return {**found, "version": version, "qualifiedArn": arn, "qualifiedInvokeArn": api.invoke_arn(arn)}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """A version is published only if this update changes the function."""
        client, changed = self.client(call, planned), planning.changed(state, planned)
        try:
            self._update(call, client, id, planned, changed)
        except Exception:
            planned.update({name: state.get(name) for name in _NOT_REPORTED})
            raise
        self._reserve(client, id, state, planned)
        if _publishes(planned, changed):
            client.publish_version(FunctionName=id)
            self._wait(call, client, id)

    def _update(self, call: AwsCall, client: LambdaClient, id: str, planned: Values, changed: Collection[str]) -> None:
        settings = [name for name in changed if name in CONFIGURATION]
        if settings:
            client.update_function_configuration(FunctionName=id, **self._settings(planned, settings))
            self._wait(call, client, id)
        if any(name in CODE and name in planned for name in changed):
            given: Any = {"Architectures": planned["architectures"]} if "architectures" in changed else {}
            client.update_function_code(FunctionName=id, **given, **self._code(planned))
            self._wait(call, client, id)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            self.client(call, state).delete_function(FunctionName=id)

    def _settings(self, planned: Values, names: Iterable[str]) -> Any:
        return {_request_name(name): self._setting(name, planned.get(name)) for name in names}

    def _setting(self, name: str, value: Any) -> Any:
        if value is None:
            return CONFIGURATION[name]
        if name == "snapStart":
            return {"ApplyOn": value["applyOn"]}
        converted = to_aws(self.outputs_shape.properties[name], value, api.NAMES)
        if name == "vpcConfig":
            converted.pop("VpcId", None)
        return [converted] if name == "fileSystemConfig" else converted

    def _code(self, planned: Values) -> Any:
        names = {"imageUri": "ImageUri", "s3Bucket": "S3Bucket", "s3Key": "S3Key", "s3ObjectVersion": "S3ObjectVersion"}
        return {names[name]: planned[name] for name in names if planned.get(name)}

    def _wait(self, call: AwsCall, client: LambdaClient, name: str) -> None:
        api.wait_until_ready(client, name, call.cancelled, call.timeout)

    def _reserve(self, client: LambdaClient, name: str, state: Values, planned: Values) -> None:
        concurrency = planned["reservedConcurrentExecutions"]
        if concurrency == state["reservedConcurrentExecutions"]:
            return
        if concurrency == -1:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)


def _keep_log_levels(state: Values, planned: Values) -> None:
    """Keep the levels that the program doesn't give, as the official provider does unless the format changes."""
    old, new = state.get("loggingConfig"), planned.get("loggingConfig")
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.get("logFormat") == new.get("logFormat"):
        kept = {level: old[level] for level in _LOG_LEVELS if old.get(level) and not new.get(level)}
        planned["loggingConfig"] = {**new, **kept}


def _publishes(planned: Values, changed: Iterable[str]) -> bool:
    return bool(planned["publish"]) and not {*CODE, *CONFIGURATION, "publish"}.isdisjoint(changed)


def _new_function_settings(planned: Values) -> list[str]:
    """An image has its own runtime and handler, so those properties are not sent, as in the official provider."""
    zip_only = ("handler", "runtime")
    is_image = planned["packageType"] == "Image"
    return [name for name in CONFIGURATION if planned.get(name) and not (is_image and name in zip_only)]


def _request_name(name: str) -> str:
    return "FileSystemConfigs" if name == "fileSystemConfig" else aws_name(name, api.NAMES)
