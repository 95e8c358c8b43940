"""A request counts as one over TLS, by which clients reach AWS.

The emulator is reached without, on this machine alone. For a policy that refuses such requests, as a bucket of a
module has it, nobody could use the bucket here who can on AWS.
"""

from ministack import app

_pin = app.pin_request_origin


def treat_requests_as_tls() -> None:
    app.pin_request_origin = _pin_over_tls


def _pin_over_tls(source_ip: str, secure_transport: bool) -> None:
    _pin(source_ip, True)
