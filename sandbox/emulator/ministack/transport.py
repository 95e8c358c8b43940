"""Treats requests as if they came over TLS, as they do on AWS.

The emulator is reached without TLS, from this machine only. A bucket's policy that refuses requests without TLS, such
as that of a module's bucket, would otherwise refuse everybody.
"""

from ministack import app

_pin = app.pin_request_origin


def treat_requests_as_tls() -> None:
    app.pin_request_origin = _pin_over_tls


def _pin_over_tls(source_ip: str, secure_transport: bool) -> None:
    _pin(source_ip, True)
