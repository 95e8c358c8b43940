"""aws:lambda/permission:Permission"""

import json
from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import split_qualified, target
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, every, length, matching, one_of
from sandbox.offline.plugins.values import Values

_ACTION = matching(r"lambda:\*|lambda:[A-Za-z]+|\*", "must be a valid action (usually starts with lambda:)")
_ACCOUNT = matching(r"\d{12}", "doesn't look like AWS Account ID (exactly 12 digits)")
_STATEMENT = every(length(1, 100), matching(r"[\w-]+", "must contain alphanumeric, underscores or dashes only"))
_TOKEN = every(length(0, 256), matching(r"[\w.-]*", "must contain alphanumeric, periods, underscores or dashes only"))

_REQUEST = {
    "action": "Action",
    "eventSourceToken": "EventSourceToken",
    "functionUrlAuthType": "FunctionUrlAuthType",
    "invokedViaFunctionUrl": "InvokedViaFunctionUrl",
    "principal": "Principal",
    "principalOrgId": "PrincipalOrgID",
    "qualifier": "Qualifier",
    "sourceAccount": "SourceAccount",
    "sourceArn": "SourceArn",
}


class Permission(AwsResource[LambdaClient]):
    """A statement of a function's policy. Its id is that of the statement.

    An import takes `<function>[:<qualifier>]/<statement id>`. The official provider retries a refused create for five
    minutes; this one reports the error at once.
    """

    token = "aws:lambda/permission:Permission"
    label = "Lambda Permission"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    generated_name = ("statementId", 100)
    cross_property_rules = (conflicts_with("statementId", "statementIdPrefix"),)
    properties: ClassVar = {
        "action": Property(required=True, replaces=True, valid=_ACTION),
        "eventSourceToken": Property(replaces=True, valid=_TOKEN),
        "function": Property(required=True, replaces=True),
        "functionUrlAuthType": Property(replaces=True, valid=one_of("NONE", "AWS_IAM")),
        "invokedViaFunctionUrl": Property(replaces=True),
        "principal": Property(required=True, replaces=True),
        "principalOrgId": Property(replaces=True),
        "qualifier": Property(replaces=True),
        "sourceAccount": Property(replaces=True, valid=_ACCOUNT),
        "sourceArn": Property(replaces=True, valid=arn),
        "statementId": Property(computed=True, replaces=True, valid=_STATEMENT),
        "statementIdPrefix": Property(computed=True, replaces=True, valid=_STATEMENT),
    }

    def title(self, values: Values, name: str) -> str:
        return f"{values.get('function')}/{values.get('statementId', name)}"

    def api_create(self, call: AwsCall, planned: Values) -> str:
        statement = planned.get("statementId") or naming.from_prefix(planned["statementIdPrefix"])
        request: Any = {_REQUEST[name]: planned[name] for name in _REQUEST if planned.get(name)}
        self.client(call, planned).add_permission(FunctionName=planned["function"], StatementId=statement, **request)
        return str(statement)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        policy = self.client(call, state).get_policy(**_policy_of(state))["Policy"]
        statement = next((each for each in json.loads(policy)["Statement"] if each["Sid"] == id), None)
        if statement is None:
            return None
        return {
            "action": statement["Action"],
            "function": state["function"],
            "principal": _principal(statement["Principal"], state.get("principal", "")),
            "qualifier": split_qualified(statement["Resource"])[1],
            "statementId": id,
            "statementIdPrefix": naming.prefix_of(id),
            **_conditions(statement.get("Condition", {})),
        }

    def imported(self, id: str) -> tuple[str, Values] | None:
        qualified, _, statement = id.rpartition("/")
        if not qualified:
            return None
        function, qualifier = split_qualified(qualified)
        return statement, {"function": function, "qualifier": qualifier}

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).remove_permission(StatementId=id, **_policy_of(state))


def _policy_of(state: Values) -> Any:
    """Returns the parameters that name the policy of the statement. Each alias and version has its own policy."""
    return target(state["function"], state.get("qualifier", ""))


def _principal(principal: Any, given: str) -> str:
    """Returns the principal. AWS replaces an account number by the ARN of the account's root."""
    if isinstance(principal, str):
        return principal
    reported = str(principal.get("Service") or principal.get("AWS"))
    return given if given and given in reported.split(":") else reported


def _conditions(conditions: Any) -> Values:
    """Returns only conditions that exist, as the official provider does."""
    reported: Values = {}
    if "StringEquals" in conditions:
        equals = {key.lower(): value for key, value in conditions["StringEquals"].items()}
        reported = {
            "eventSourceToken": equals.get("lambda:eventsourcetoken", ""),
            "functionUrlAuthType": equals.get("lambda:functionurlauthtype", ""),
            "principalOrgId": equals.get("aws:principalorgid", ""),
            "sourceAccount": equals.get("aws:sourceaccount", ""),
        }
    if "ArnLike" in conditions:
        reported["sourceArn"] = next(iter(conditions["ArnLike"].values()))
    if "Bool" in conditions:
        reported["invokedViaFunctionUrl"] = conditions["Bool"]["lambda:InvokedViaFunctionUrl"] == "true"
    return reported
