"""What calls a function: each trigger a component of its own, made after the alias that it calls."""
