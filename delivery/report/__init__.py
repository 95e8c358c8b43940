"""Describes what previews of stacks would change, in Markdown for a comment on a pull request.

`reading` reads the output of `pulumi preview --json`, `risks` finds what a reviewer must not miss, and `render` writes
the Markdown. `python -m delivery.report` does all of this; `delivery.comment` posts it.
"""
