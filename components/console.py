"""Addresses of pages of AWS's web console.

https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/service-endpoints.html
"""

_DOMAINS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
"""The console's domains outside of AWS's commercial Regions, by the beginning of the Region's name."""


def console_url(region: str, service: str) -> str:
    """The address of a service's console, to which the fragment of a page can be added."""
    domain = next((each for start, each in _DOMAINS.items() if region.startswith(start)), "console.aws.amazon.com")
    return f"https://{region}.{domain}/{service}/home?region={region}"


def dashboard_url(region: str, dashboard: str) -> str:
    return f"{console_url(region, 'cloudwatch')}#dashboards/dashboard/{dashboard}"
