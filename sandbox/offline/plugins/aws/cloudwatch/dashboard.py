"""aws:cloudwatch/dashboard:Dashboard"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import CloudWatchClient
from sandbox.offline.plugins.aws.documents import same_json
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, every, json_text, length, matching
from sandbox.offline.plugins.values import Values

_NAME = every(length(1, 255), matching(r"[0-9A-Za-z_-]+", "a dashboard's name has letters, digits, _ and -"))


class Dashboard(AwsResource[CloudWatchClient]):
    """Its id is its name. AWS stores the body unchanged."""

    token = "aws:cloudwatch/dashboard:Dashboard"
    label = "CloudWatch Dashboard"
    service = "cloudwatch"
    not_found_codes = ("ResourceNotFound", "DashboardNotFoundError")
    title_property = "dashboardName"
    properties: ClassVar = {
        "dashboardArn": Property(computed=True),
        "dashboardBody": Property(required=True, json=True, valid=json_text, same=same_json),
        "dashboardName": Property(required=True, replaces=True, valid=_NAME),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["dashboardName"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.client(call, state).get_dashboard(DashboardName=id)
        return {"dashboardArn": found["DashboardArn"], "dashboardBody": found["DashboardBody"], "dashboardName": id}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_dashboards(DashboardNames=[id])

    def _put(self, call: AwsCall, planned: Values) -> None:
        """AWS's validation messages about widgets are ignored, because AWS stores such a body nevertheless."""
        self.client(call, planned).put_dashboard(
            DashboardName=planned["dashboardName"], DashboardBody=planned["dashboardBody"]
        )
