"""A resource type declared by a table of its properties: Check, Diff and previews follow from the table."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, partial
from typing import Any, ClassVar

from sandbox.offline.plugins import checking, naming, planning, shapes
from sandbox.offline.plugins.errors import Checked, HalfDone, Refused
from sandbox.offline.plugins.resource import Call, Change, Difference, Found, Resource, S
from sandbox.offline.plugins.rules import PLAIN, CrossPropertyRule, Property, is_zero, with_secrets_marked
from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import Values, known

_ZEROS: Mapping[str, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0, "list": [], "map": {}}


class TableResource(Resource[S]):
    """Subclasses give the table and implement `api_create`, `api_read`, `api_update` and `api_delete`.

    A property that the SDK knows and the table lacks is refused as unsupported.
    """

    properties: ClassVar[Mapping[str, Property]]
    cross_property_rules: ClassVar[Sequence[CrossPropertyRule]] = ()
    """Rules about several properties."""
    autonamed: ClassVar[tuple[str, int] | None] = None
    """The property that gets a generated name if the program sets none, and its maximum length."""

    title_property: ClassVar[str] = "name"
    """The property that messages show before the resource has an id."""

    of_plugin_framework: ClassVar[bool] = False
    """Whether the official provider has it on Terraform's newer plugin framework.

    After an attempt that failed, the state of such a type is the one before, and none after a create.
    """

    @abstractmethod
    def api_create(self, call: Call[S], planned: Values) -> str:
        """Create the resource and return its id. AWS decides about what is not planned, or unknown.

        May add to the plan what nobody can tell later, such as the answer of an invocation.
        """

    def after_create(self, call: Call[S], id: str, planned: Values) -> None:
        """What a new thing needs beyond its creation. If it fails, the thing stays in the state, to be repaired."""

    @abstractmethod
    def api_read(self, call: Call[S], id: str, state: Values) -> Values | None:
        """Returns what the API reports about the resource, None if it is gone. An import has no state.

        Properties that the API doesn't report are left out.
        """

    def read_actual(self, call: Call[S], id: str, state: Values) -> Values | None:
        """Returns what `api_read` does, with what all types of a provider have in common."""
        return self.api_read(call, id, state)

    def api_update(self, call: Call[S], id: str, state: Values, planned: Values) -> None:
        """Updates the resource to the plan; may add to the plan as `api_create` does.

        A type whose every change replaces the resource has nothing to do here.

        A call that the official provider makes only for a difference is made only for one: after a failed update the
        state has the planned values, and what was not done then is not done in the next run either.
        """

    def before_update(self, call: Call[S], id: str, state: Values, planned: Values) -> None:
        """What an update changes before all else."""

    @abstractmethod
    def api_delete(self, call: Call[S], id: str, state: Values) -> None: ...

    def adjust_plan(self, call: Call[S], state: Values, planned: Values) -> None:
        """Change the plan where the table isn't enough. An empty state: a create."""

    def format_generated_name(self, generated: str, inputs: Values) -> str:
        """What the type makes of a generated name, such as one in lower case."""
        return generated

    def properties_that_replace(self, state: Values, planned: Values, changed: Sequence[str]) -> list[str]:
        """Which of the changed properties replace the resource."""
        return [name for name in changed if self.rules.get(name, PLAIN).replaces]

    @cached_property
    def rules(self) -> Mapping[str, Property]:
        """The table, with what all types have."""
        return {**self.properties, "id": Property(computed=True)}

    @cached_property
    def inputs_shape(self) -> Shape:
        return shapes.inputs_of(self.token)

    @cached_property
    def outputs_shape(self) -> Shape:
        return shapes.outputs_of(self.token)

    def check(self, call: Call[S], old_inputs: Values, inputs: Values) -> Checked:
        if self.autonamed:
            format_name = partial(self.format_generated_name, inputs=inputs)
            inputs = naming.named(call, self.autonamed, old_inputs, inputs, format_name)
        return checking.check(call.name, self.inputs_shape, self.rules, self.cross_property_rules, inputs)

    def diff(self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values) -> Difference:
        planned = self.plan(call, state, inputs)
        changed = planning.changed(state, planned)
        replaces = self.properties_that_replace(state, planned, changed)
        detailed = dict(self._details(state, planned, changed, replaces))
        return Difference(changed=changed, replaces=replaces, detailed=detailed)

    def create(self, call: Call[S], inputs: Values, preview: bool) -> tuple[str, Values]:
        planned = self.plan(call, {}, inputs)
        if preview:
            return "", with_secrets_marked(planned, self.rules)
        made = known(planned)
        with self.explaining_errors("creating", self.title(made, call.name)):
            id = self.api_create(call, made)
        planned.update(made)
        with self._keeping_the_plan(call, id, "creating", made):
            self.after_create(call, id, made)
            return id, with_secrets_marked(self.outputs(call, id, {}, planned), self.rules)

    def update(
        self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values, preview: bool
    ) -> Values:
        planned = self.plan(call, state, inputs)
        if preview:
            return with_secrets_marked(planned, self.rules)
        changed = known(planned)
        with self._keeping_the_plan(call, id, "updating", changed):
            self.before_update(call, id, state, changed)
            self.api_update(call, id, state, changed)
            planned.update(changed)
            return with_secrets_marked(self.outputs(call, id, state, planned), self.rules)

    def read(self, call: Call[S], id: str, inputs: Values, state: Values) -> Found | None:
        with self.explaining_errors("reading", id):
            actual = self.read_actual(call, id, state)
        if actual is None:
            return None
        unread = state or {name: rule.default for name, rule in self.rules.items() if rule.default is not None}
        settled = planning.reconcile(self.outputs_shape, self.rules, state, actual, sparse=False)
        outputs = {**self._unreported(unread, actual), **settled, "id": id}
        if "id" in state:
            new_inputs = planning.inputs_after_read(self.inputs_shape, inputs, outputs)
        else:
            new_inputs = planning.inputs_of_import(self.inputs_shape, self.rules, outputs)
        return Found(id, with_secrets_marked(new_inputs, self.rules), with_secrets_marked(outputs, self.rules))

    def delete(self, call: Call[S], id: str, old_inputs: Values, state: Values) -> None:
        with self.explaining_errors("deleting", id):
            self.api_delete(call, id, state)

    def explaining_errors(self, doing: str, thing: str) -> AbstractContextManager[None]:
        """Turns the errors of the API behind it into Refused."""
        return nullcontext()

    def title(self, values: Values, name: str) -> str:
        """What messages call a resource before it has an id."""
        return str(values.get(self.title_property, name))

    def plan(self, call: Call[S], state: Values, inputs: Values) -> Values:
        planned = planning.plan(self.outputs_shape, self.rules, state, inputs, creating=not state)
        self.adjust_plan(call, state, planned)
        return planned

    def outputs(self, call: Call[S], id: str, state: Values, planned: Values) -> Values:
        """The outputs after a create or an update: what AWS returns, and what only the plan has."""
        actual = self.read_actual(call, id, known(planned))
        if actual is None:
            raise Refused(f"{self.token} {id} can't be read just after it was written")
        settled = planning.reconcile(self.outputs_shape, self.rules, planned, actual, sparse=True)
        dropped = {name: self._zero(name) for name in state if name in self.rules and not is_zero(state[name])}
        return {"id": id, **self._unreported({**dropped, **known(planned)}, actual), **settled}

    @contextmanager
    def _keeping_the_plan(self, call: Call[S], id: str, doing: str, planned: Values) -> Iterator[None]:
        """If the attempt fails, the state says what was planned, as Terraform's does: nothing reads what AWS has.

        What AWS would have decided stays out of that state. The next run sees no difference, and still updates the
        resource, because the engine has kept the error beside the state.
        """
        try:
            with self.explaining_errors(doing, id):
                yield
        except Refused as failed:
            if self.of_plugin_framework:
                raise
            outputs = with_secrets_marked({"id": id, **known(planned)}, self.rules)
            raise HalfDone(f"{doing} {call.urn}: {failed}", id, outputs) from failed

    def _unreported(self, values: Values, actual: Values) -> Values:
        """Those of the values that AWS can't tell, such as forceDelete, and an empty block where it tells of none."""
        return {
            name: value
            for name, value in values.items()
            if name in self.rules and (name not in actual or (actual[name] is None and is_zero(value)))
        }

    def _zero(self, name: str) -> Any:
        return _ZEROS.get(self.outputs_shape.properties.get(name, shapes.ANY).kind)

    def _details(
        self, state: Values, planned: Values, changed: Sequence[str], replaces: Sequence[str]
    ) -> Iterator[tuple[str, Change]]:
        for name in changed:
            if name in self.inputs_shape.properties:
                yield from planning.detail(name, state.get(name), planned.get(name), name in replaces)
