"""Which other stacks run a stack's images where they are, as the files of the checkout say."""

from collections.abc import Mapping
from pathlib import Path

from components.naming import default_prefix
from components.settings.configuration import stack_names, written_document
from components.settings.pipeline import Pipeline
from components.settings.validation import validated


def promoting_prefixes(project: str, stack: str) -> list[str]:
    """What the names of the functions begin with that run images of this stack's repositories, by stack.

    That is so for stacks with `images: tag` after this one, and for those after them in turn. Raises ComponentError if
    a stack's file can't be read.
    """
    documents = {name: written_document(Path(f"Pulumi.{name}.yaml"), project) for name in stack_names()}
    pipelines = {
        name: validated(Pipeline, document.values.get("pipeline") or {}, [document.within("pipeline")])
        for name, document in documents.items()
    }
    return [
        str(documents[name].values.get("namePrefix") or default_prefix(project, name))
        for name in sorted(documents)
        if name != stack and _origin(name, pipelines) == stack
    ]


def _origin(stack: str, pipelines: Mapping[str, Pipeline]) -> str:
    """The stack whose repositories have the images of a stack."""
    seen = set()
    while stack in pipelines and pipelines[stack].images == "tag" and stack not in seen:
        seen.add(stack)
        stack = pipelines[stack].after
    return stack
