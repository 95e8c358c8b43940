"""The addresses of a module that can be opened in a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from components.console import console_url, dashboard_url
from components.served import ALIAS
from operations.functions import Functions
from operations.modules import Deployed

if TYPE_CHECKING:
    from operations.target import Target


@dataclass(frozen=True)
class Pages:
    url: str | None
    """The function's URL. None if it has none."""
    console: Mapping[str, str]
    """Pages of the AWS console: `console`, the function; `logs`, its log group; `dashboard`, that of the stack. Empty
    for a stack that has no console."""

    @classmethod
    def of(cls, target: "Target", module: Deployed) -> "Pages":
        """Raises OperationError if AWS refuses to say whether there is a URL."""
        url = Functions(target).url(module.function)
        region = target.stack.client("lambda").meta.region_name
        return cls(url, console_pages(region, module, target.stack.prefix))


def console_pages(region: str, module: Deployed, dashboard: str) -> dict[str, str]:
    """Return pages of the AWS console about a module."""
    group = quote(quote(module.log_group, safe=""), safe="").replace("%", "$")
    return {
        "console": f"{console_url(region, 'lambda')}#/functions/{module.function}/aliases/{ALIAS}",
        "logs": f"{console_url(region, 'cloudwatch')}#logsV2:log-groups/log-group/{group}",
        "dashboard": dashboard_url(region, dashboard),
    }
