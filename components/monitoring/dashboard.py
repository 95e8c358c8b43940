"""The body of a CloudWatch dashboard: a row of graphs for each module.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.json_text import json_text
from components.modules import Module
from components.served import ALIAS
from components.settings.physical_names import dead_letter_queues

MAX_DASHBOARD_ROWS = 500 // 4
"""A dashboard can have 500 widgets, and a row has up to 4."""
_WIDTH, _HEIGHT = 24, 6
"""The size of a row in cells of the dashboard's grid."""

Graph = Mapping[str, Any]


def dashboard_body(modules: Iterable[Module], region: str) -> str:
    """The body of the dashboard, as JSON."""
    rows = (_row(module, number * _HEIGHT, region) for number, module in enumerate(modules))
    return json_text({"widgets": [widget for row in rows for widget in row]})


def _row(module: Module, y: int, region: str) -> Iterator[Mapping[str, Any]]:
    graphs = list(_graphs(module))
    width = _WIDTH // len(graphs)
    for column, graph in enumerate(graphs):
        place = {"x": column * width, "y": y, "width": width, "height": _HEIGHT}
        look = {"region": region, "period": 300, "yAxis": {"left": {"min": 0}}}
        yield {"type": "metric", **place, "properties": {**look, **graph}}


def _graphs(module: Module) -> Iterator[Graph]:
    function = module.physical_name
    served = ["FunctionName", function, "Resource", f"{function}:{ALIAS}"]
    yield {
        "title": f"{module.name}: calls",
        "metrics": [["AWS/Lambda", metric, *served] for metric in ("Invocations", "Errors", "Throttles")],
        "stat": "Sum",
    }
    yield {
        "title": f"{module.name}: duration",
        "metrics": [["AWS/Lambda", "Duration", *served, {"stat": stat}] for stat in ("p50", "p95")],
        "annotations": {"horizontal": [{"label": "timeout", "value": module.settings.timeout * 1000}]},
    }
    if queues := dead_letter_queues(function, module.settings):
        yield {
            "title": f"{module.name}: dead letters",
            "metrics": [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue] for queue in queues],
            "stat": "Maximum",
        }
    if module.settings.triggers.streams:
        yield {
            "title": f"{module.name}: iterator age",
            "metrics": [["AWS/Lambda", "IteratorAge", *served]],
            "stat": "Maximum",
        }
