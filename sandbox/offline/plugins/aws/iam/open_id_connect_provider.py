"""aws:iam/openIdConnectProvider:OpenIdConnectProvider

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/openid_connect_provider.go
"""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.resource import ARN_PATTERN, AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, in_any_order, length
from sandbox.offline.plugins.values import Values

_SCHEME = "https://"


def _url(label: str, value: Any) -> str | None:
    if value == "":
        return f'expected "{label}" url to not be empty, got {value}'
    url = urlsplit(value)
    if not url.netloc:
        return f'expected "{label}" to have a host, got {value}'
    if url.scheme != "https":
        return f'expected "{label}" to have a url with schema of: "https", got {value}'
    if url.query:
        return f'"{label}" cannot contain query parameters per the OIDC standard'
    return None


def _without_scheme(url: Any) -> Any:
    """The form in which AWS returns the URL."""
    return url.removeprefix(_SCHEME)


class OpenIdConnectProvider(AwsResource[IAMClient]):
    """An identity provider for `sts:AssumeRoleWithWebIdentity`. Its id is its ARN."""

    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    label = "IAM OIDC Provider"
    service = "iam"
    not_found_codes = ("NoSuchEntity",)
    tagging = Tagging(
        "OpenIDConnectProviderArn", set="tag_open_id_connect_provider", remove="untag_open_id_connect_provider"
    )
    regional = False
    import_id = ARN_PATTERN
    properties: ClassVar = {
        "arn": Property(computed=True),
        "clientIdLists": Property(required=True, valid=length(1, 255), same=in_any_order),
        "thumbprintLists": Property(computed=True, valid=length(40, 40)),
        "url": Property(required=True, replaces=True, valid=_url, normalise=_without_scheme),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        request: dict[str, Any] = {
            "Url": _SCHEME + planned["url"],
            "ClientIDList": planned["clientIdLists"],
            "Tags": self.new_tags(planned),
        }
        if planned.get("thumbprintLists"):
            request["ThumbprintList"] = planned["thumbprintLists"]
        return str(self.client(call, planned).create_open_id_connect_provider(**request)["OpenIDConnectProviderArn"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.client(call, state).get_open_id_connect_provider(OpenIDConnectProviderArn=id)
        return {
            "arn": id,
            "clientIdLists": found["ClientIDList"],
            "thumbprintLists": found["ThumbprintList"],
            "url": found["Url"],
            "tags": tag_map(found["Tags"]),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """AWS has no request that removes all thumbprints, so an empty list isn't sent."""
        iam, provider = self.client(call, planned), {"OpenIDConnectProviderArn": id}
        thumbprints = planned.get("thumbprintLists")
        if thumbprints and thumbprints != state.get("thumbprintLists"):
            iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=thumbprints)
        before, after = state["clientIdLists"], planned["clientIdLists"]
        for client in sorted({*after} - {*before}):
            iam.add_client_id_to_open_id_connect_provider(**provider, ClientID=client)
        for client in sorted({*before} - {*after}):
            iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID=client)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_open_id_connect_provider(OpenIDConnectProviderArn=id)
