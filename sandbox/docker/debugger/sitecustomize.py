"""Makes a function's Python wait for a debugger before it does anything else. It is on PYTHONPATH in the container.

It runs on the image's Python, whichever version that is.
"""

import importlib.machinery
import importlib.util
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def wait_for_debugger(port: int) -> None:
    import debugpy

    debugpy.listen(("0.0.0.0", port))
    print("[debugger] waits", file=sys.stderr, flush=True)
    debugpy.wait_for_client()


def run_that_of_the_image() -> None:
    """Run the module of the same name that this one hides, if there is one."""
    others = [folder for folder in sys.path if os.path.abspath(folder) != FOLDER]
    found = importlib.machinery.PathFinder.find_spec(__name__, others)
    if found is not None and found.loader is not None:
        found.loader.exec_module(importlib.util.module_from_spec(found))


run_that_of_the_image()
# Other processes that the function starts inherit neither the port nor the wait.
if "SANDBOX_DEBUG_PORT" in os.environ:
    wait_for_debugger(int(os.environ.pop("SANDBOX_DEBUG_PORT")))
