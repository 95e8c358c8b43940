"""Describes the preview environment of a pull request in Markdown.

    python -m delivery.environment_report pr-7 '["thumbnail"]' --update success

It prints a table of the modules, with the outputs of the stack by which they can be called. It runs `pulumi stack
output`, which leaves out secrets.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.printable import printable_lines
from delivery.engine import run_pulumi
from delivery.report.markdown import code, fitting

MAX_SIZE = 60_000
"""How many bytes of UTF-8 the table has at most. The rest of a comment's limit is for what surrounds it."""
ADDRESSES = ("functionUrl", "queueUrls", "bucketNames", "topicArns", "routeUrls")
"""The outputs of a module that are an address, or several by the trigger's name."""
_FUNCTION_URL = re.compile(r"https://[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws/")


NO_MODULE = "This pull request changes no module, so it has no preview environment.\n"
FAILED = "**The update failed.** The log of its job has the reason."


def render(stack: str, modules: Sequence[str], outputs: Mapping[str, Any], update: str) -> str:
    """Return the report, given the modules that should be in the stack, its outputs, and the result of the update.

    It ends with a line break.
    """
    rows = [_row(module, outputs.get(module)) for module in modules]
    table = ["| module | version | function | addresses |", "|---|---|---|---|"]
    table += fitting(rows, MAX_SIZE, "| and {} more | | | |")
    warning = [] if update == "success" else [FAILED, ""]
    return "\n".join([f"### Preview environment {code(stack)}", "", *warning, *table, ""])


def _row(module: str, outputs: Any) -> str:
    if not isinstance(outputs, Mapping):
        return f"| {code(module)} | **not deployed** | | |"
    version, function = (code(outputs.get(key, "")) for key in ("version", "functionName"))
    return f"| {code(module)} | {version} | {function} | {'<br>'.join(_addresses(outputs))} |"


def _addresses(outputs: Mapping[str, Any]) -> Iterator[str]:
    for key in ADDRESSES:
        value = outputs.get(key)
        for address in value.values() if isinstance(value, Mapping) else [value] if value else []:
            is_link = isinstance(address, str) and _FUNCTION_URL.fullmatch(address)
            yield f"<{address}>" if is_link else code(address)


def main() -> None:
    parser = argparse.ArgumentParser(description="Describe the preview environment of a pull request in Markdown.")
    parser.add_argument("stack", help="its stack, such as pr-7")
    parser.add_argument("modules", type=json.loads, help="its modules, as delivery.pull_request_stack prints them")
    parser.add_argument("--update", required=True, help="the result of the update, such as success")
    options = parser.parse_args()
    if not options.modules:
        print(NO_MODULE, end="")
        return
    done = run_pulumi("stack", "output", "--json", "--stack", options.stack)
    if done.returncode != 0:
        sys.exit(f"error: `pulumi` failed with exit code {done.returncode}:\n{printable_lines(done.stderr)}")
    print(render(options.stack, options.modules, json.loads(done.stdout), options.update), end="")


if __name__ == "__main__":
    main()
