"""The local cloud: the real Pulumi engine, real Docker and an AWS emulator, without an account.

Nothing in `components/` or `__main__.py` imports this package.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # said here, before an older one meets words that it can't read
    found = f"{sys.executable} is {sys.version.split()[0]}"
    sys.exit(f"error: Python 3.11 or newer is needed, and {found}\n  -> run `make up`: it finds one")
