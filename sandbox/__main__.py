"""`python -m sandbox VERB`, for which bin/sandbox is short."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # importing takes a while, and a Ctrl-C then is no reason for a trace
    from sandbox.cli.app import main

    main()
