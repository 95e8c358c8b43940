"""`python -m sandbox VERB`, for which bin/sandbox is short."""

import gc
import signal

if __name__ == "__main__":
    gc.set_threshold(100_000)  # as importing makes little garbage: a tenth of what a command's start takes
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # importing takes a while, and a Ctrl-C then is no reason for a trace
    from sandbox.cli.app import main

    main()
