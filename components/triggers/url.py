"""A function URL: HTTPS requests that the alias answers."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.triggers import Url
from components.triggers.target import Outputs, Target

_AUTHORIZATION = {"iam": "AWS_IAM", "public": "NONE"}
_INVOKE_MODE = {"buffered": None, "responseStream": "RESPONSE_STREAM"}
"""By setting; the provider's default is left out."""


@dataclass(frozen=True, kw_only=True)
class UrlTriggerArgs:
    alias: aws.lambda_.Alias
    settings: Url


class UrlTrigger(pulumi.ComponentResource):
    """Open to whom IAM lets, or to everybody where the settings say so."""

    url: pulumi.Output[str]

    def __init__(self, name: str, args: UrlTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:UrlTrigger", name, None, opts)
        opened = self._open_to_everybody(name, args.alias) if args.settings.auth == "public" else []
        url = aws.lambda_.FunctionUrl(
            f"{name}-url",
            function_name=args.alias.function_name,
            qualifier=args.alias.name,
            authorization_type=_AUTHORIZATION[args.settings.auth],
            cors=aws.lambda_.FunctionUrlCorsArgs(**args.settings.cors.arguments) if args.settings.cors else None,
            invoke_mode=_INVOKE_MODE[args.settings.invoke_mode],
            opts=pulumi.ResourceOptions(parent=self, depends_on=opened),
        )

        self.url = url.function_url
        self.register_outputs({"url": self.url})

    def _open_to_everybody(self, name: str, alias: aws.lambda_.Alias) -> list[pulumi.Resource]:
        """Both statements that a URL without authorization needs; otherwise AWS answers 403.

        The provider adds them itself when it creates such a URL, but neither when a URL becomes public later, nor does
        it take them away again. Under the provider's own names, and made before the URL, they are the program's.
        https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html#urls-auth-none
        """
        child = pulumi.ResourceOptions(parent=self)
        request = aws.lambda_.Permission(
            f"{name}-request",
            statement_id="FunctionURLAllowPublicAccess",
            function=alias.function_name,
            qualifier=alias.name,
            principal="*",
            action="lambda:InvokeFunctionUrl",
            function_url_auth_type="NONE",
            opts=child,
        )
        invoke = aws.lambda_.Permission(
            f"{name}-invoke",
            statement_id="FunctionURLAllowInvokeAction",
            function=alias.function_name,
            qualifier=alias.name,
            principal="*",
            action="lambda:InvokeFunction",
            invoked_via_function_url=True,
            opts=child,
        )
        return [request, invoke]


def create(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """A module's function URL: `functionUrl`."""
    settings = target.module.settings.triggers.url
    if settings is None:
        return {}
    args = UrlTriggerArgs(alias=target.alias, settings=settings)
    return {"functionUrl": UrlTrigger(target.module.name, args, opts).url}
