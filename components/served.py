"""Names by which commands find what a stack serves. Imports nothing, so that they start quickly."""

ALIAS = "live"
"""The alias that callers use. It points to the version in service."""
RECORD_SUFFIX = "-served"
"""What the name of the resource ends with that records the content of a module's version in service."""
PROMOTED_SUFFIX = "-promoted"
"""What the name of the resource ends with that records the image that a module has from another stack."""
