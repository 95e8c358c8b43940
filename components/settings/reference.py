"""The reference of all settings, docs/settings.md, whose tables are made from the models.

make docs
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from components.settings.module import ModuleSettings
from components.settings.plain_secrets import FORMATS
from components.settings.schema import Schema, resolved, schema_of
from components.settings.stack import StackSettings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
_TEMPLATE = """\
# Settings

Made by `make docs`; a test fails when it is out of date.

## Where they are

A module's settings are in `modules/<name>/module.yaml`. All of them have defaults, and a module without the file has
the defaults alone. The smallest file has two lines:

```yaml
# yaml-language-server: $schema=../module.schema.json
description: Makes a picture small
```

The first line lets editors complete and check the file. Leave the file out of the image with a line `module.yaml` in
the module's `.dockerignore`, because a change of settings does not rebuild an image. Only `dockerfile`, `context`,
`target`, `buildArgs` and `architecture` do. Most other settings make a new version, which is checked and smoke-tested
before it is served.

`Pulumi.<stack>.yaml` has an environment's settings, and overrides those of modules:

```yaml
config:
  lambda-images:memorySize: "512"      # for all modules that don't set it
  lambda-images:modules:
    thumbnail:
      memorySize: 2048                 # instead of the module's own
      environment:
        LOG_LEVEL: debug               # in addition to the module's own variables
        FEATURE: null                  # removes this variable
    ai-model:
      enabled: false                   # not deployed in this environment
```

The stack's settings of a module are merged over its `module.yaml` as a
[JSON Merge Patch](https://www.rfc-editor.org/rfc/rfc7396): mappings are merged, `null` removes a setting, and any other
value, a list too, replaces what was there. If neither file sets `alarms`, `architecture`, `logRetention`, `memorySize`,
`release` or `timeout` of a module, the stack's setting of that name is used. The stack's `buildArgs` and `tags` are
added to a module's own.

Some settings take references, such as `${{account}}` or `${{modules.orders.queues.jobs.url}}`:
[wiring.md](wiring.md#refer-to-them) lists both. Write `$${{` for a literal `${{` in them.

One image can serve several functions: a module whose `image` names another `module` needs no Dockerfile, and usually
has a `command` of its own.

A new version must answer `smoke.event` before it is served, and `make invoke` sends the same event. It can also be in a
file of its own, `events/smoke.json`; if both exist, `smoke.event` is used. The answer must contain `smoke.expect`: a
mapping may have more keys than expected, and any other value must be equal. A module without an event is refused.
If a module can't be tested in this way, its settings must say so:

```yaml
smoke:
  enabled: false    # each new version goes live untested
```

Each preview and update then warns about it, the module's output `tested` is false, and `make up` and `make status` show
it.

The smoke event is an invocation like any other, so it counts against `reservedConcurrency`. While live invocations use
all of it, the smoke event is throttled, the update fails, and the version before stays in service. Reserve more than
live invocations use, and more than `provisionedConcurrency`: a version that isn't served yet has no warm instances.

`reservedConcurrency` belongs to the function, not to a version: Lambda applies a new number to the version in service
too, before the new version is checked. Lower it in a commit of its own, once the version in service needs less.

All mistakes in all files are reported at once, before anything is changed:

```
{mistakes}
```

## A module

{module}

## A stack

The keys begin with `lambda-images:`.

{stack}

## Secrets

A secret value is named below a module's `secrets`, and set for each stack with

```console needs AWS
$ pulumi config set --secret --path 'secrets.<module>.<VARIABLE>'
```

Settings, including events and tags, are refused if they have text that looks like a secret: {secrets}.
[secrets.md](secrets.md) explains how a function reads its secrets, where they are kept, and how modules share one.
"""

MISTAKES = """\
modules/ai-model/module.yaml:2: memorySize is "2 GB": it should be a whole number from 128 to 10240 MiB
modules/ai-model/module.yaml:3: timout is not a setting: did you mean timeout?
modules/thumbnail/module.yaml:3: environment.TOKEN looks like a GitHub token, in plain text: \
name it below `secrets` instead, and set it with
  pulumi config set --secret --path 'secrets.thumbnail.TOKEN'
modules/upload/module.yaml:2: provisionedConcurrency is 5: it should be less than \
reservedConcurrency, 2, because the smoke event needs an instance that isn't warm
Pulumi.dev.yaml:3: lambda-images:modules.thumbnial is for a module that does not exist: did you mean thumbnail?
  if the module was removed: pulumi config rm --path 'modules.thumbnial'"""
"""Typical mistakes, as they are reported."""

_HEAD = "| setting | type | default | description |\n|---|---|---|---|\n"


def reference() -> str:
    return _TEMPLATE.format(
        module=_table(schema_of(ModuleSettings)),
        stack=_table(schema_of(StackSettings)),
        secrets=", ".join(FORMATS),
        mistakes=MISTAKES,
    )


def _table(schema: Schema) -> str:
    rows = (
        f"| `{name}` | {_type(schema, part)} | {_default(part)} | {part['description']} |"
        for name, part in _settings(schema, schema)
    )
    return _HEAD + "\n".join(row for row in rows)


def _settings(schema: Schema, part: Schema, above: str = "") -> Iterator[tuple[str, Schema]]:
    """All settings below a part of a schema, by dotted name. Entries of a mapping with any keys are `<name>`."""
    for name, property in part.get("properties", {}).items():
        whole = {**resolved(schema, property), **property, "required": name in part.get("required", ())}
        yield above + name, whole
        below = resolved(schema, property)
        yield from _settings(schema, below, f"{above}{name}.")
        if (entry := _entry(schema, below)) is not None:
            yield from _settings(schema, entry, f"{above}{name}.<name>.")


def _entry(schema: Schema, part: Schema) -> Schema | None:
    """The schema of each entry of a mapping with any keys; None if the part is not such a mapping."""
    entries = next(iter(part.get("patternProperties", {}).values()), part.get("additionalProperties"))
    return resolved(schema, entries) if isinstance(entries, Mapping) else None


def _type(schema: Schema, part: Schema) -> str:
    part = resolved(schema, part)
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "minimum" in part:
        return f"{part['minimum']} to {part['maximum']} {part.get('unit', '')}".rstrip()
    kinds = {"string": "text", "boolean": "`true`, `false`", "array": "list", "object": "mapping"}
    return kinds[part["type"]] if "type" in part else "anything"


def _default(part: Schema) -> str:
    """The default of a setting as text; empty for a group of settings, because each of them has its own."""
    if part["required"]:
        return "required"
    default = part.get("default")
    return "" if default in (None, "", {}) or isinstance(default, dict) else f"`{json.dumps(default).strip(chr(34))}`"


if __name__ == "__main__":
    PAGE.write_text(reference())
