"""The one kind of error that the components raise on purpose."""

import pulumi


class ComponentError(pulumi.RunError):
    """Something that the user can act on: the message says what is wrong, with which value, and what to do.

    As a `pulumi.RunError` it ends the program with its message alone, without a traceback.
    """
