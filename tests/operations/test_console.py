import pytest

from operations.console import console_pages
from operations.modules import Deployed

ORDERS = Deployed("orders", "shop-dev-orders", "/aws/lambda/shop-dev-orders")


def test_pages_are_those_of_the_console_in_the_stack_s_region() -> None:
    start = "https://eu-central-1.console.aws.amazon.com"
    assert console_pages("eu-central-1", ORDERS, "shop-dev") == {
        "console": f"{start}/lambda/home?region=eu-central-1#/functions/shop-dev-orders/aliases/live",
        "logs": f"{start}/cloudwatch/home?region=eu-central-1"
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fshop-dev-orders",
        "dashboard": f"{start}/cloudwatch/home?region=eu-central-1#dashboards/dashboard/shop-dev",
    }


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_other_partitions_have_consoles_of_their_own(region: str, host: str) -> None:
    assert console_pages(region, ORDERS, "shop-dev")["console"].startswith(f"https://{host}/lambda/")
