"""aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, at_least
from sandbox.offline.plugins.values import Values


def _not_empty(label: str, value: Any) -> str | None:
    return None if value else f"{label} must not be empty, got {value}"


class ProvisionedConcurrencyConfig(AwsResource[LambdaClient]):
    """Its id is `<function>,<qualifier>`. The emulator provisions it at once, so there is no need to wait."""

    token = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
    label = "Lambda Provisioned Concurrency Config"
    service = "lambda"
    not_found_codes = ("ProvisionedConcurrencyConfigNotFoundException", "ResourceNotFoundException")
    properties: ClassVar = {
        "functionName": Property(required=True, replaces=True, valid=_not_empty),
        "provisionedConcurrentExecutions": Property(required=True, valid=at_least(1)),
        "qualifier": Property(required=True, replaces=True, valid=_not_empty),
        "skipDestroy": Property(default=False),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values['functionName']},{values['qualifier']}"

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return self.title(planned, "")

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, _, qualifier = id.rpartition(",")
        client = self.client(call, state)
        found = client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)
        return {
            "functionName": function,
            "provisionedConcurrentExecutions": found["RequestedProvisionedConcurrentExecutions"],
            "qualifier": qualifier,
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            function, _, qualifier = id.rpartition(",")
            client = self.client(call, state)
            client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)

    def _put(self, call: AwsCall, planned: Values) -> None:
        self.client(call, planned).put_provisioned_concurrency_config(
            FunctionName=planned["functionName"],
            Qualifier=planned["qualifier"],
            ProvisionedConcurrentExecutions=planned["provisionedConcurrentExecutions"],
        )
