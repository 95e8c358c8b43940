"""The local cloud: the real Pulumi engine, real Docker and an AWS emulator, without an account.

Nothing in `components/` or `__main__.py` imports this package.
"""
