"""What all AWS functions (invokes) share: their arguments are checked like the inputs of a resource."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from sandbox.offline.plugins import checking, shapes
from sandbox.offline.plugins.aws.failures import explained
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import Checked
from sandbox.offline.plugins.resource import Function
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class AwsFunction(Function[Aws]):
    arguments: ClassVar[Mapping[str, Property]] = {}
    """Others that the SDK knows are refused as unsupported."""

    def check(self, arguments: Values) -> Checked:
        return checking.check(self.token, shapes.arguments_of(self.token), self.arguments, (), arguments)

    def invoke(self, session: Aws, arguments: Values) -> Values:
        with explained(f"invoking {self.token}"):
            return self.answer(session, arguments)

    @abstractmethod
    def answer(self, aws: Aws, arguments: Values) -> Values: ...
