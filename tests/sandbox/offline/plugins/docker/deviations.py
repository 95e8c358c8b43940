"""Where the local docker plugin differs from the recorded one on purpose. What isn't listed here must be equal."""

from collections.abc import Sequence

from tests.sandbox.offline.plugins.conformance.deviation import Deviation

RECORDING = "docker_image"

DEVIATIONS: Sequence[Deviation] = (
    Deviation(
        RECORDING,
        "refusals: unknown property*",
        ("refusedBy",),
        "An unknown property is refused by Check, by name; the recorded plugin ignores it.",
    ),
    Deviation(
        RECORDING,
        "refusals: build a string",
        ("refusedBy", "message"),
        "Check refuses every value of a wrong type, so it is refused in the preview, too.",
    ),
    Deviation(
        RECORDING,
        "refusals: imageName missing",
        ("message",),
        "The recorded plugin crashes; this one names the property.",
    ),
    Deviation(
        RECORDING,
        "refusals: build argument a number",
        ("message",),
        "The recorded plugin crashes; this one names the property.",
    ),
    Deviation(
        RECORDING,
        "refusals: skipPush 'true' (a string)",
        ("message",),
        "The recorded plugin crashes; this one names the property.",
    ),
)
