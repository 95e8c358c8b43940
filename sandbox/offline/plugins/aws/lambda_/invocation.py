"""aws:lambda/invocation:Invocation"""

import hashlib
import json
from typing import Any, ClassVar

from operations.log_tail import log_tail
from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.resource import ReadResult
from sandbox.offline.plugins.rules import Property, json_text, one_of
from sandbox.offline.plugins.values import UNKNOWN, Values


class Invocation(AwsResource[LambdaClient]):
    """Invokes a function once, when the resource is created. Its id is `<function>_<qualifier>_<MD5 of the payload>`.

    With the lifecycle scope CRUD, updates and the delete invoke it too, and the payload also has the action. The error
    of a function is followed by the end of its log, which the official plugin doesn't show.
    """

    token = "aws:lambda/invocation:Invocation"
    label = "Lambda Invocation"
    service = "lambda"
    not_found_codes = ()
    title_property = "functionName"
    properties: ClassVar = {
        "functionName": Property(required=True, replaces=True),
        "input": Property(required=True, replaces=True, json=True, valid=json_text),
        "lifecycleScope": Property(default="CREATE_ONLY", valid=one_of("CREATE_ONLY", "CRUD")),
        "qualifier": Property(default="$LATEST", replaces=True),
        "result": Property(computed=True),
        "terraformKey": Property(default="tf"),
        "triggers": Property(replaces=True),
    }

    def properties_that_replace(self, state: Values, planned: Values, changed: Any) -> list[str]:
        replaces = super().properties_that_replace(state, planned, changed)
        return [name for name in replaces if name != "input" or planned["lifecycleScope"] != "CRUD"]

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        if state and _invokes_again(state, planned):
            planned["result"] = UNKNOWN

    def api_create(self, call: AwsCall, planned: Values) -> str:
        return self._invoke(call, planned, "create", None)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        """AWS doesn't store invocations, so there is nothing to read."""
        return {}

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> ReadResult | None:
        """An invocation can't be imported."""
        return super().read(call, id, inputs, state) if state else None

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if planned["lifecycleScope"] == "CRUD":
            planned["id"] = self._invoke(call, planned, "update", json.loads(state["input"]))

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        if state.get("lifecycleScope") == "CRUD":
            self._invoke(call, state, "delete", json.loads(state["input"]))

    def _invoke(self, call: AwsCall, values: Values, action: str, previous: Any) -> str:
        """Returns the id, and stores the response in the values."""
        payload = _payload(values, action, previous)
        function, qualifier = values["functionName"], values["qualifier"]
        answer = self.client(call, values).invoke(
            FunctionName=function, Qualifier=qualifier, Payload=payload.encode(), LogType="Tail"
        )
        values["result"] = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise Refused(f"invoking Lambda Function ({function}): {values['result']}{log_tail(answer)}")
        return f"{function}_{qualifier}_{hashlib.md5(payload.encode(), usedforsecurity=False).hexdigest()}"


def _invokes_again(state: Values, planned: Values) -> bool:
    changed = planning.changed(state, planned)
    return planned["lifecycleScope"] == "CRUD" and ("input" in changed or "terraformKey" in changed)


def _payload(values: Values, action: str, previous: Any) -> str:
    given = str(values["input"])
    if values["lifecycleScope"] != "CRUD":
        return given
    event = {**json.loads(given), values["terraformKey"]: {"action": action, "prev_input": previous}}
    return json.dumps(event, separators=(",", ":"), sort_keys=True)
