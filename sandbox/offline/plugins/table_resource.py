"""A resource type that is declared by a table of its properties, from which Check, Diff and previews are derived."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, partial
from typing import Any, ClassVar

from sandbox.offline.plugins import checking, naming, planning
from sandbox.offline.plugins.errors import CheckResult, InitError, Refused
from sandbox.offline.plugins.resource import Call, DiffResult, PropertyDiff, ReadResult, Resource, S
from sandbox.offline.plugins.rules import PLAIN, CrossPropertyRule, Property, is_zero, with_secrets_marked
from sandbox.offline.plugins.shapes import ANY, Shape, Shapes
from sandbox.offline.plugins.values import Values, known

_ZEROS: Mapping[str, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0, "list": [], "map": {}}


class TableResource(Resource[S]):
    """Subclasses declare the table and implement `api_create`, `api_read`, `api_update` and `api_delete`.

    A property that the SDK knows and the table lacks is refused as unsupported.
    """

    uses_plugin_framework: ClassVar[bool] = False
    """Whether the official provider implements the type with Terraform's newer plugin framework.

    A failed update of such a type leaves the state as it was, and a failed create leaves none.
    """
    delete_before_replace: ClassVar[bool] = False
    """Whether a replacement deletes the old resource first, as the official provider's table of resources has it."""
    generated_name: ClassVar[tuple[str, int] | None] = None
    """The property for which a name is generated if the program sets none, and the maximum length of the name."""
    title_property: ClassVar[str] = "name"
    """The property that messages show before the resource has an id."""
    cross_property_rules: ClassVar[Sequence[CrossPropertyRule]] = ()
    """Rules that involve several properties."""
    properties: ClassVar[Mapping[str, Property]]

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    @abstractmethod
    def api_create(self, call: Call[S], planned: Values) -> str:
        """Creates the resource and returns its id. AWS chooses values that are not planned, or unknown.

        It may add values to the plan that can't be read later, such as the result of an invocation.
        """

    def after_create(self, call: Call[S], id: str, planned: Values) -> None:
        """Makes further calls for a new resource. If one fails, the resource stays in the state."""

    @abstractmethod
    def api_read(self, call: Call[S], id: str, state: Values) -> Values | None:
        """Returns what the API reports about the resource, or None if it doesn't exist. An import has no state.

        Properties that the API doesn't report are left out.
        """

    def read_actual(self, call: Call[S], id: str, state: Values) -> Values | None:
        """Returns the result of `api_read`, completed with what all types of a provider have in common."""
        return self.api_read(call, id, state)

    def api_update(self, call: Call[S], id: str, state: Values, planned: Values) -> None:
        """Updates the resource to the plan. It may add to the plan as `api_create` does.

        Types of which every change replaces the resource don't implement this.

        A call that the official provider makes only for a difference must be made only for a difference here, too.
        After a failed update the state has the planned values, so the next run doesn't make the missing calls either.
        """

    def before_update(self, call: Call[S], id: str, state: Values, planned: Values) -> None:
        """Makes the calls of an update that come before all others."""

    @abstractmethod
    def api_delete(self, call: Call[S], id: str, state: Values) -> None: ...

    def adjust_plan(self, call: Call[S], state: Values, planned: Values) -> None:
        """Changes the plan where the table isn't enough. The state is empty in a create."""

    def format_generated_name(self, generated: str, inputs: Values) -> str:
        """Adapts a generated name to the rules of the type, such as lower case."""
        return generated

    def properties_that_replace(self, state: Values, planned: Values, changed: Sequence[str]) -> list[str]:
        """Returns the changed properties that replace the resource."""
        return [name for name in changed if self.rules.get(name, PLAIN).replaces]

    @cached_property
    def rules(self) -> Mapping[str, Property]:
        """The table with the properties that all types have."""
        return {**self.properties, "id": Property(computed=True)}

    @cached_property
    def inputs_shape(self) -> Shape:
        return self._shapes.inputs_of(self.token)

    @cached_property
    def outputs_shape(self) -> Shape:
        return self._shapes.outputs_of(self.token)

    def check(self, call: Call[S], old_inputs: Values, inputs: Values) -> CheckResult:
        if self.generated_name:
            format_name = partial(self.format_generated_name, inputs=inputs)
            inputs = naming.with_generated_name(call, self.generated_name, old_inputs, inputs, format_name)
        return checking.check(call.name, self.inputs_shape, self.rules, self.cross_property_rules, inputs)

    def diff(self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values) -> DiffResult:
        planned = self.plan(call, state, inputs)
        changed = planning.changed(state, planned)
        replaces = self.properties_that_replace(state, planned, changed)
        detailed = dict(self._details(state, planned, changed, replaces))
        return DiffResult(changed, replaces, detailed, self.delete_before_replace)

    def create(self, call: Call[S], inputs: Values, preview: bool) -> tuple[str, Values]:
        planned = self.plan(call, {}, inputs)
        if preview:
            return "", with_secrets_marked(planned, self.rules)
        known_values = known(planned)
        with self.explaining_errors("creating", self.title(known_values, call.name)):
            id = self.api_create(call, known_values)
        planned.update(known_values)
        with self._keeping_planned_state(call, id, "creating", known_values):
            self.after_create(call, id, known_values)
            return id, with_secrets_marked(self.outputs(call, id, {}, planned), self.rules)

    def update(
        self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values, preview: bool
    ) -> Values:
        planned = self.plan(call, state, inputs)
        if preview:
            return with_secrets_marked(planned, self.rules)
        known_values = known(planned)
        with self._keeping_planned_state(call, id, "updating", known_values):
            self.before_update(call, id, state, known_values)
            self.api_update(call, id, state, known_values)
            planned.update(known_values)
            return with_secrets_marked(self.outputs(call, id, state, planned), self.rules)

    def read(self, call: Call[S], id: str, inputs: Values, state: Values) -> ReadResult | None:
        with self.explaining_errors("reading", id):
            actual = self.read_actual(call, id, state)
        if actual is None:
            return None
        previous = state or {name: rule.default for name, rule in self.rules.items() if rule.default is not None}
        reconciled = planning.reconcile(self.outputs_shape, self.rules, state, actual, sparse=False)
        outputs = {**self._unreported(previous, actual), **reconciled, "id": id}
        if "id" in state:
            new_inputs = planning.inputs_after_read(self.inputs_shape, inputs, outputs)
        else:
            new_inputs = planning.inputs_of_import(self.inputs_shape, self.rules, outputs)
        return ReadResult(id, with_secrets_marked(new_inputs, self.rules), with_secrets_marked(outputs, self.rules))

    def delete(self, call: Call[S], id: str, old_inputs: Values, state: Values) -> None:
        with self.explaining_errors("deleting", id):
            self.api_delete(call, id, state)

    def explaining_errors(self, doing: str, title: str) -> AbstractContextManager[None]:
        """Turns errors of the provider's API into Refused."""
        return nullcontext()

    def title(self, values: Values, name: str) -> str:
        """Returns the name of a resource in messages, before it has an id."""
        return str(values.get(self.title_property, name))

    def plan(self, call: Call[S], state: Values, inputs: Values) -> Values:
        planned = planning.plan(self.outputs_shape, self.rules, state, inputs, creating=not state)
        self.adjust_plan(call, state, planned)
        return planned

    def outputs(self, call: Call[S], id: str, state: Values, planned: Values) -> Values:
        """Returns the outputs after a create or an update: what AWS has, and what only the plan has."""
        actual = self.read_actual(call, id, known(planned))
        if actual is None:
            raise Refused(f"{self.token} {id} can't be read immediately after it was written")
        reconciled = planning.reconcile(self.outputs_shape, self.rules, planned, actual, sparse=True)
        dropped = {name: self._zero(name) for name in state if name in self.rules and not is_zero(state[name])}
        return {"id": id, **self._unreported({**dropped, **known(planned)}, actual), **reconciled}

    @contextmanager
    def _keeping_planned_state(self, call: Call[S], id: str, doing: str, planned: Values) -> Iterator[None]:
        """After a failure, stores the planned values in the state, as Terraform does, without reading what AWS has.

        Values that AWS would have chosen are missing from that state. The next run sees no difference, but updates the
        resource anyway, because the engine has stored the error with the state.
        """
        try:
            with self.explaining_errors(doing, id):
                yield
        except Refused as failed:
            if self.uses_plugin_framework:
                raise
            outputs = with_secrets_marked({"id": id, **known(planned)}, self.rules)
            raise InitError(f"{doing} {call.urn}: {failed}", id, outputs) from failed

    def _unreported(self, values: Values, actual: Values) -> Values:
        """Returns the values that AWS doesn't report, such as forceDelete, and empty blocks that it doesn't report."""
        return {
            name: value
            for name, value in values.items()
            if name in self.rules and (name not in actual or (actual[name] is None and is_zero(value)))
        }

    def _zero(self, name: str) -> Any:
        return _ZEROS.get(self.outputs_shape.properties.get(name, ANY).kind)

    def _details(
        self, state: Values, planned: Values, changed: Sequence[str], replaces: Sequence[str]
    ) -> Iterator[tuple[str, PropertyDiff]]:
        for name in changed:
            if name in self.inputs_shape.properties:
                yield from planning.detail(name, state.get(name), planned.get(name), name in replaces)
