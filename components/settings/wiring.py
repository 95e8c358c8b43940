"""What the references in modules' settings name, and the order of deployment that follows from them.

All that can be known without running the program is checked here, before anything is created.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

from components.arn import LONGEST_SCOPE, AwsScope
from components.errors import ComponentError
from components.naming import physical_name
from components.printable import printable
from components.served import ALIAS
from components.settings.declaration import ModuleDeclaration
from components.settings.document import KeyPath
from components.settings.module import ModuleSettings
from components.settings.references import ReferringText, changed, references_in
from components.settings.validation import did_you_mean

OWN_RESOURCES = ("resources.py", "resources/__init__.py")
"""Where a team declares its own resources, relative to the program."""
SCOPE = AwsScope("${partition}", "${region}", "${account}")
"""The parts of ARNs that are known once the program runs, as references."""
_SAMPLES = {"partition": LONGEST_SCOPE.partition, "region": LONGEST_SCOPE.region, "account": LONGEST_SCOPE.account}


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What modules refer to in each other."""

    modules: Mapping[str, ModuleDeclaration]
    """All that were given. In their settings, references to names and ARNs of the stack's modules are replaced."""
    mistakes: Sequence[str] = ()
    after: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By module, those that have to be deployed before it, each with the place of a setting that refers to it."""
    named: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By module, all modules that its settings refer to."""

    @classmethod
    def of(
        cls, enabled: Mapping[str, ModuleDeclaration], declared: Collection[str], prefix: str, stack: str
    ) -> "Wiring":
        """`declared` are the names of all modules: some may be disabled, or have settings that can't be read."""
        known = {"stack": stack, "prefix": prefix}
        offers = {name: dict(_offered(prefix, module)) for name, module in enabled.items()}
        reader = _Reader(known, offers, declared)
        mistakes, after, named = list[str](), dict[str, dict[str, str]](), dict[str, set[str]]()
        for name, module in enabled.items():
            after[name], named[name] = {}, set()
            for path, text in references_in(module.settings):
                place = module.place(*path)
                mistakes += reader.mistakes(name, text, place)
                for other, needed in reader.modules(text):
                    named[name].add(other)
                    if needed and other != name:
                        after[name].setdefault(other, place)
        circle = list(_circle(enabled, after))
        if not mistakes and not circle:
            texts = {**known, **reader.texts}
            enabled = {name: _expanded(module, texts, mistakes) for name, module in enabled.items()}
        return cls(modules=enabled, mistakes=[*mistakes, *circle], after=after, named=named)


@dataclass(frozen=True)
class _Reader:
    """Reads references by what the stack and its modules offer."""

    known: Mapping[str, str]
    offers: Mapping[str, Mapping[str, str | None]]
    """By enabled module, what others can refer to, with its text if that follows from the settings."""
    declared: Collection[str]

    @property
    def texts(self) -> Mapping[str, str]:
        offers = self.offers.items()
        return {
            f"modules.{module}.{key}": text for module, its in offers for key, text in its.items() if text is not None
        }

    def modules(self, text: ReferringText) -> Iterator[tuple[str, bool]]:
        """The modules that a text refers to, and whether they have to be deployed before."""
        for name in text.names:
            root, _, rest = name.partition(".")
            module, _, key = rest.partition(".")
            if root == "modules" and key in self.offers.get(module, {}):
                yield module, text.field.must_exist or self.offers[module][key] is None

    def mistakes(self, own: str, text: ReferringText, place: str) -> Iterator[str]:
        """Messages about the references in a setting of the module `own`."""
        for name in text.names:
            if wrong := self._mistake(own, name, text.field.must_exist):
                yield f"{place} has ${{{name}}}, {wrong}"

    def _mistake(self, own: str, name: str, must_exist: bool) -> str:
        root, _, rest = name.partition(".")
        if root == "resources":
            return _malformed_resource(rest)
        if root != "modules":
            known = [*self.known, *_SAMPLES]
            if name in known:
                return ""
            return f"which is no reference: {did_you_mean(root, [*known, 'modules', 'resources'])}"
        module, _, key = rest.partition(".")
        if module not in self.declared:
            return f"but there is no module '{module}': {did_you_mean(module, self.declared)}"
        if module not in self.offers:
            return "" if module == own else f"but '{module}' is not enabled in this stack, or has mistakes"
        offered = self.offers[module]
        if key not in offered:
            what = f"has no '{key}'" if key else "is a module, not text"
            return f"but '{module}' {what}: {did_you_mean(key, offered)}"
        if module == own and (must_exist or offered[key] is None):
            return (
                "which exists only after the module's own function, because the function comes first: name the "
                "resource by its name, and let the function look it up"
            )
        return ""


def _malformed_resource(rest: str) -> str:
    resource, _, key = rest.partition(".")
    if not (resource and key) or "." in key:
        return "which should be `resources.<name>.<property>`, such as resources.table.arn"
    if not any(map(Path.exists, map(Path, OWN_RESOURCES))):
        return f"but there is no {OWN_RESOURCES[0]} that declares the resource: see docs/wiring.md"
    return ""


def _offered(prefix: str, module: ModuleDeclaration) -> Iterator[tuple[str, str | None]]:
    """What modules can refer to, and the text that a reference stands for; None if it is known only afterwards."""
    function = physical_name(prefix, module.name)
    arn = SCOPE.function_arn(function)
    yield from (("functionName", function), ("functionArn", arn), ("aliasArn", f"{arn}:{ALIAS}"))
    yield from module.settings.triggers.references(SCOPE, function)


def _expanded(module: ModuleDeclaration, texts: Mapping[str, str], mistakes: list[str]) -> ModuleDeclaration:
    """The module with all references replaced whose text is known, and the place of each text that has others.

    What the form of a setting refuses is added to the mistakes.
    """

    def expand(text: ReferringText, path: KeyPath) -> str:
        placed: str = ReferringText.of(text, text.field, module.place(*path))
        try:
            # A trigger may use what exists, which may be a reference to another module, and so on.
            while isinstance(placed, ReferringText) and any(name in texts for name in placed.names):
                placed = placed.expanded(texts)
            if isinstance(placed, ReferringText) and not any(map(_is_of_resource, placed.names)):
                placed.field.form.check(
                    placed.unescaped({name: _SAMPLES.get(name, "https://example.com/") for name in placed.names})
                )
        except ComponentError as wrong:
            mistakes.append(str(wrong))
            return _sample("mistakes")
        except ValueError as wrong:
            mistakes.append(f"{module.place(*path)} is {printable(text)}: {wrong}")
            return _sample("mistakes")
        return placed

    return replace(module, settings=changed(module.settings, expand))


def _circle(modules: Mapping[str, ModuleDeclaration], after: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A message about modules of which each has to be deployed after the next, if there are any."""
    before = {name: {**its, **_builder(name, modules)} for name, its in after.items()}
    try:
        TopologicalSorter(before).prepare()
    except CycleError as cycle:
        circle = cycle.args[1][::-1]  # each after the next
        steps = [f"'{one}' refers to '{other}' in {before[one][other]}" for one, other in pairwise(circle)]
        yield "modules would have to be deployed before each other: leave out one of these references\n  " + (
            "\n  ".join(steps)
        )


def _builder(name: str, modules: Mapping[str, ModuleDeclaration]) -> Mapping[str, str]:
    """The module that builds the image of another one, and has to be created before, with the place of the setting."""
    builder = modules.get(modules[name].settings.image.module or "")
    builds = builder is not None and builder.settings.image.module is None
    return {builder.name: modules[name].place("image", "module")} if builder and builds else {}


def deployment_order(settings: Mapping[str, ModuleSettings], after: Mapping[str, Collection[str]]) -> list[str]:
    """The names of modules, each after those that it needs; otherwise those that build an image first, then by name."""
    sorter = TopologicalSorter(
        {
            name: [need for need in (*after.get(name, ()), its.image.module or name) if need != name]
            for name, its in settings.items()
        }
    )
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: (settings[name].image.module is not None, name))
        ordered += ready
        sorter.done(*ready)
    return ordered


def sampled(settings: ModuleSettings) -> ModuleSettings:
    """The settings with a sample for all that is known only once the program runs: to measure and check policies.

    All samples but those of the account and the Region are ARNs, which no statement of others is for.
    """

    def sample(text: ReferringText, _: KeyPath) -> str:
        return text.replaced({name: _SAMPLES.get(name) or _sample(name) for name in text.names})

    return changed(settings, sample)


def _sample(name: str) -> str:
    return LONGEST_SCOPE.arn("sqs", name)


def _is_of_resource(name: str) -> bool:
    return name.startswith("resources.")
