"""The local cloud: the real Pulumi engine, real Docker and an AWS emulator, without an account.

Nothing in `components/` or `__main__.py` imports this package.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # checked first: an older Python can't parse the other modules
    found = f"{sys.executable} is {sys.version.split()[0]}"
    sys.exit(f"error: Python 3.11 or newer is needed, and {found}\n  -> run `make up`: it finds one")
