"""aws:cloudwatch/dashboard:Dashboard"""

from typing import TYPE_CHECKING, ClassVar

from sandbox.offline.plugins.aws.documents import same_json
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, every, json_text, length, matching
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_NAME = every(length(1, 255), matching(r"[0-9A-Za-z_-]+", "a dashboard's name has letters, digits, _ and -"))


class Dashboard(AwsResource):
    """Its id is its name. AWS keeps the body as it was written."""

    token = "aws:cloudwatch/dashboard:Dashboard"
    label = "CloudWatch Dashboard"
    gone = ("ResourceNotFound", "DashboardNotFoundError")
    tagged = False
    properties: ClassVar = {
        "dashboardArn": Property(computed=True),
        "dashboardBody": Property(required=True, json=True, valid=json_text, same=same_json),
        "dashboardName": Property(required=True, replaces=True, valid=_NAME),
    }

    def title(self, values: Values, name: str) -> str:
        return str(values.get("dashboardName", name))

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["dashboardName"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self._cloudwatch(call, state).get_dashboard(DashboardName=id)
        return {"dashboardArn": found["DashboardArn"], "dashboardBody": found["DashboardBody"], "dashboardName": id}

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._cloudwatch(call, state).delete_dashboards(DashboardNames=[id])

    def _put(self, call: AwsCall, planned: Values) -> None:
        """AWS's complaints about widgets are errors only where it keeps nothing of the body."""
        self._cloudwatch(call, planned).put_dashboard(
            DashboardName=planned["dashboardName"], DashboardBody=planned["dashboardBody"]
        )

    def _cloudwatch(self, call: AwsCall, values: Values) -> "CloudWatchClient":
        client: CloudWatchClient = self.client("cloudwatch", call, values)
        return client
