"""Changes MiniStack, the AWS emulator: it then behaves more like AWS and handles more load.

These modules replace or wrap private functions of MiniStack, so they fit only the version that `requirements-dev.in`
pins.
"""

import os
from importlib import metadata
from pathlib import Path

MINISTACK = "1.5.33"


def change_ministack() -> None:
    """Apply all changes. Raises RuntimeError if another version of MiniStack is installed."""
    installed = metadata.version("ministack")
    if installed != MINISTACK:
        raise RuntimeError(
            f"MiniStack {installed} is installed, but sandbox/emulator/ministack/ fits {MINISTACK}: "
            f"install what requirements-dev.txt pins, or adapt sandbox/emulator/ministack/ and its MINISTACK"
        )
    from sandbox.emulator.ministack import (
        alarms,
        allowed_calls,
        callers,
        containers,
        event_rules,
        event_sources,
        function_states,
        functions,
        http_apis,
        identity_providers,
        images,
        instances,
        log_levels,
        metrics,
        notifications,
        qualifiers,
        routing,
        streams,
        subscriptions,
        tables,
        telemetry,
        transport,
    )

    callers.check_callers()
    if file := os.environ.get(allowed_calls.VARIABLE):
        allowed_calls.record_allowed_calls(Path(file))
    containers.run_functions_as_lambda_does()
    instances.bind_instances_to_revisions()
    functions.enforce_function_rules()
    function_states.follow_function_states()
    event_rules.enforce_event_rules()
    event_sources.enforce_source_rules()
    http_apis.enforce_http_api_rules()
    identity_providers.change_identity_providers()
    images.enforce_image_rules()
    log_levels.apply_log_levels()
    metrics.publish_metrics()
    notifications.send_lambdas_keys()
    qualifiers.evaluate_qualifiers()
    routing.route_by_weight()
    tables.change_tables()
    streams.read_streams()
    alarms.describe_alarms_in_xml()
    alarms.evaluate_by_dimensions()
    subscriptions.enforce_subscription_rules()
    telemetry.save_telemetry_separately()
    transport.treat_requests_as_tls()
