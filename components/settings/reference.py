"""The page on settings: tables made from the models.

python -m components.settings.reference > docs/settings.md
"""

import json
from collections.abc import Iterator, Mapping

from components.settings.module import ModuleSettings
from components.settings.plain_secrets import FORMATS
from components.settings.schema import Schema, resolved, schema_of
from components.settings.stack import StackSettings

_PAGE = """\
# Settings

Made by `python -m components.settings.reference`; a test fails when it is out of date.

## Where they are

A module's settings are in `modules/<name>/module.yaml`. All have defaults: a module without the file is one with the
defaults, and the smallest file is two lines:

```yaml
# yaml-language-server: $schema=../module.schema.json
description: Makes a picture small
```

By its first line editors complete and check the file. It must be left out of the image, by a line `module.yaml` in the
module's `.dockerignore`: no change of a setting builds an image, but for `dockerfile`, `target`, `buildArgs` and
`architecture`. Most others make a new version, which is checked and asked before it is served.

`Pulumi.<stack>.yaml` has an environment's settings, and overrides those of modules:

```yaml
config:
  lambda-images:memorySize: "512"      # of all modules that don't say
  lambda-images:modules:
    thumbnail:
      memorySize: 2048                 # in place of the module's own
      environment:
        LOG_LEVEL: debug               # beside the module's own variables
        FEATURE: null                  # without this one
    ai-model:
      enabled: false                   # not in this environment
```

What a stack says of a module is merged over `module.yaml` as a [JSON Merge Patch](https://www.rfc-editor.org/rfc/rfc7396):
mappings are merged, `null` removes, everything else, lists too, replaces. What neither says of `alarms`,
`architecture`, `logRetention`, `memorySize` and `timeout` is what the stack says of all modules; its `buildArgs` and
`tags` are there beside a module's own.

An image can serve several functions: a module whose `image` names another `module` needs no Dockerfile, and mostly a
`command` of its own.

`smoke.event` is what a new version has to answer before it is served, and what `make invoke` sends.
`events/smoke.json` is the same in a file of its own; where both are, `smoke.event` is what counts. `smoke.expect` has
to be in the answer: of mappings the keys that it has, of all else the whole. A module with neither event is refused.
One that can't be asked anything says so:

```yaml
smoke:
  enabled: false    # each new version goes live untested
```

Each preview and update then warns of it, the module's output `tested` is false, and `make up` and `make status` show
it.

The smoke event is a call like any other. With `reservedConcurrency` it is one of those that are reserved: while live
calls use all of them it is throttled, the update fails, and what was served before still is. So reserve more than live
calls use, and more than `provisionedConcurrency`: a version that isn't served yet has no warm instances.

`reservedConcurrency` is the function's, not a version's: Lambda applies a new number to the version in service too,
before the new version is checked. Lower it in a commit of its own, once the version in service gets along with less.

Every mistake in every file is told at once, and nothing is changed then:

```
{mistakes}
```

## A module

{module}

## A stack

The keys begin with `lambda-images:`.

{stack}

## Secrets

A value that only some may know is named below a module's `secrets`, and set for each stack with

```console
$ pulumi config set --secret --path 'secrets.<module>.<VARIABLE>'
```

What looks like a secret is refused in every setting, events and tags too: {secrets}. [secrets.md](secrets.md) says how
a function reads its secrets, where they are kept, and how two modules share one.
"""

MISTAKES = """\
modules/ai-model/module.yaml:2: memorySize is "2 GB": it should be a whole number from 128 to 10240 MiB
modules/ai-model/module.yaml:3: timout is no setting: did you mean timeout?
modules/thumbnail/module.yaml:3: environment.TOKEN looks like a GitHub token, in plain text: \
name it below `secrets` instead, and set it with
  pulumi config set --secret --path 'secrets.thumbnail.TOKEN'
modules/upload/module.yaml:2: provisionedConcurrency is 5: it should be less than \
reservedConcurrency, 2, for the smoke event needs an instance that isn't warm
Pulumi.dev.yaml:3: lambda-images:modules.thumbnial is for a module that does not exist: did you mean thumbnail?
  if the module was removed: pulumi config rm --path 'modules.thumbnial'"""
"""Typical ones."""

_HEAD = "| setting | type | default | what it is |\n|---|---|---|---|\n"


def reference() -> str:
    return _PAGE.format(
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
    """All settings below a part, by their dotted names; of a mapping's entries once, as `<name>`."""
    for name, property in part.get("properties", {}).items():
        whole = {**resolved(schema, property), **property, "required": name in part.get("required", ())}
        yield above + name, whole
        below = resolved(schema, property)
        yield from _settings(schema, below, f"{above}{name}.")
        if (entry := _entry(schema, below)) is not None:
            yield from _settings(schema, entry, f"{above}{name}.<name>.")


def _entry(schema: Schema, part: Schema) -> Schema | None:
    """What a mapping with any names has below them."""
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
    """Of a mapping of settings none: each of them has its own."""
    if part["required"]:
        return "required"
    default = part.get("default")
    return "" if default in (None, "", {}) or isinstance(default, dict) else f"`{json.dumps(default).strip(chr(34))}`"


if __name__ == "__main__":
    print(reference(), end="")
