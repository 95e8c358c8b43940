"""Brings a debugger into the container of a function, beside its image, which stays as it is."""

FOLDER = "/.debugger"
"""Where the volume with the debugger is in the container."""
VOLUME = "debugger"
"""The end of the volume's name."""
PORT = 5678
"""Where it listens in the container."""
MEMORY_MIB = 256
"""What a container may use in addition, because the debugger runs in it."""
WAITS = "[debugger] waits"
"""What the container prints when a client can attach."""
LONGEST_SECONDS = 86_400
"""The timeout of a function that is debugged."""
