"""aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, at_least
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def _not_empty(label: str, value: Any) -> str | None:
    return None if value else f"{label} must not be empty, got {value}"


class ProvisionedConcurrencyConfig(AwsResource):
    """Its id is `<function>,<qualifier>`. The emulator provides at once, so there is no waiting for it."""

    token = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
    label = "Lambda Provisioned Concurrency Config"
    gone = ("ProvisionedConcurrencyConfigNotFoundException", "ResourceNotFoundException")
    tagged = False
    properties: ClassVar = {
        "functionName": Property(required=True, replaces=True, valid=_not_empty),
        "provisionedConcurrentExecutions": Property(required=True, valid=at_least(1)),
        "qualifier": Property(required=True, replaces=True, valid=_not_empty),
        "skipDestroy": Property(default=False),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values['functionName']},{values['qualifier']}"

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return self.title(planned, "")

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, _, qualifier = id.rpartition(",")
        client = self._lambda(call, state)
        found = client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)
        return {
            "functionName": function,
            "provisionedConcurrentExecutions": found["RequestedProvisionedConcurrentExecutions"],
            "qualifier": qualifier,
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            function, _, qualifier = id.rpartition(",")
            client = self._lambda(call, state)
            client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)

    def _put(self, call: AwsCall, planned: Values) -> None:
        self._lambda(call, planned).put_provisioned_concurrency_config(
            FunctionName=planned["functionName"],
            Qualifier=planned["qualifier"],
            ProvisionedConcurrentExecutions=planned["provisionedConcurrentExecutions"],
        )

    def _lambda(self, call: AwsCall, values: Values) -> "LambdaClient":
        client: LambdaClient = self.client("lambda", call, values)
        return client
