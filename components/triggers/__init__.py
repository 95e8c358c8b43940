"""What calls a function: each trigger a component of its own, made after the alias that it calls."""

from components.triggers.connection import ConnectionArgs, connect

__all__ = ["ConnectionArgs", "connect"]
