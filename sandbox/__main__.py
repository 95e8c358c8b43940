"""`python -m sandbox VERB`, which `bin/sandbox VERB` runs."""

import gc
import signal

if __name__ == "__main__":
    gc.set_threshold(100_000)  # importing creates little garbage: this makes a command start a tenth faster
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the imports should not print a traceback
    from sandbox.cli.app import main

    main()
