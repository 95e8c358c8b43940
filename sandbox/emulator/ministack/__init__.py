"""What the sandbox changes about MiniStack, the AWS emulator, so that it behaves more like AWS and bears a load.

These modules replace or wrap functions of MiniStack that are not meant for it, so they fit one version: the one that
`requirements-dev.in` pins.
"""

from importlib import metadata

MINISTACK = "1.5.33"


def change_ministack() -> None:
    """Raises RuntimeError if another version is installed than the one that this fits."""
    installed = metadata.version("ministack")
    if installed != MINISTACK:
        raise RuntimeError(
            f"MiniStack {installed} is installed, but sandbox/emulator/ministack/ fits {MINISTACK}: "
            f"install what requirements-dev.txt pins, or adapt sandbox/emulator/ministack/ and its MINISTACK"
        )
    from sandbox.emulator.ministack import alarms, callers, containers, functions, instances, telemetry, transport

    callers.check_callers()
    containers.isolate_containers()
    instances.bind_instances_to_revisions()
    functions.enforce_function_rules()
    alarms.describe_alarms_in_xml()
    telemetry.save_telemetry_separately()
    transport.treat_requests_as_tls()
