"""Names by which commands find what a stack serves. Imports nothing, so that they start quickly."""

MODULE_TYPE = "lambda-images:index:LambdaModule"
"""The type of a module's component, whose children are all resources of the module."""
ALIAS = "live"
"""The alias that callers use. It points to the version in service."""
RECORD_SUFFIX = "-served"
"""What the name of the resource ends with that records the content of a module's version in service."""
CONTINUED = "continued"
"""The key in the record of a build whose image each update looks for in the registry, and builds unless it is there."""
PROMOTED_SUFFIX = "-promoted"
"""What the name of the resource ends with that records the image that a module has from another stack."""


def module_urns(stack: str, project: str) -> str:
    """Return what the URNs of a stack's modules, and of all that belongs to a module, begin with."""
    return f"urn:pulumi:{stack}::{project}::{MODULE_TYPE}"
