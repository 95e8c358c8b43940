"""The base class of all AWS functions (invokes), whose arguments are checked like the inputs of a resource."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from sandbox.offline.plugins import checking
from sandbox.offline.plugins.aws.failures import explained
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import CheckResult
from sandbox.offline.plugins.resource import Function
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.shapes import Shapes
from sandbox.offline.plugins.values import Values


class AwsFunction(Function[Aws]):
    arguments: ClassVar[Mapping[str, Property]] = {}
    """The supported arguments. Others that the SDK knows are refused as unsupported."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def check(self, arguments: Values) -> CheckResult:
        return checking.check(self.token, self.shapes.arguments_of(self.token), self.arguments, (), arguments)

    def invoke(self, session: Aws, arguments: Values) -> Values:
        with explained(f"invoking {self.token}"):
            return self.result(session, arguments)

    @abstractmethod
    def result(self, aws: Aws, arguments: Values) -> Values: ...
