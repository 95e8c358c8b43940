"""What all AWS functions (invokes) share: their arguments are checked like the inputs of a resource."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from sandbox.plugins import checking, shapes
from sandbox.plugins.aws.failures import explained
from sandbox.plugins.aws.session import Aws
from sandbox.plugins.errors import Checked
from sandbox.plugins.resource import Function
from sandbox.plugins.rules import Property
from sandbox.plugins.values import Values


class AwsFunction(Function[Aws]):
    required: ClassVar[Sequence[str]] = ()
    supported: ClassVar[Sequence[str]] = ()
    """Further arguments; others that the SDK knows are refused as unsupported."""

    def check(self, arguments: Values) -> Checked:
        rules = {name: Property(required=name in self.required) for name in (*self.required, *self.supported)}
        return checking.check(self.token, shapes.arguments_of(self.token), rules, (), arguments)

    def invoke(self, session: Aws, arguments: Values) -> Values:
        with explained(f"invoking {self.token}"):
            return self.answer(session, arguments)

    @abstractmethod
    def answer(self, aws: Aws, arguments: Values) -> Values: ...
