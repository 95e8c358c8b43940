"""The HTTP API of a stack, which is one API of API Gateway, and the routes by which it calls a module."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.cors import Cors
from components.settings.values import DISTINCT, Form, Name, Range, Settings, arn

MAX_SECONDS = 30
"""How long API Gateway waits for a function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""

_PART = "[A-Za-z0-9._~:-]+"
_VARIABLE = r"[A-Za-z0-9._-]+"
_ANY_PART = rf"/({_PART}|\{{{_VARIABLE}\}})"
ROUTE = Form(
    r"\$default|(?=.{1,256}$)(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) "
    rf"(/|({_ANY_PART})*({_ANY_PART}|/\{{{_VARIABLE}\+\}}))",
    "a method and a path, such as 'GET /orders/{id}', 'ANY /{rest+}', or '$default'",
)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
_ISSUER = Form(r"https://[^\s/?#]+(/[^\s?#]*)?", "the issuer of the tokens, a URL such as 'https://login.example.com/'")
_DOMAIN = Form(
    r"(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    "a domain name, such as 'api.example.com'",
)
_CERTIFICATE = arn("acm", "certificate/[0-9a-f-]+", "the ARN of a certificate of ACM, in the API's Region")
_TEXT = Form(r"\S{1,200}", "text without spaces")


class JwtAuthorizer(Settings):
    """Whose tokens API Gateway accepts: JSON Web Tokens in the header `Authorization`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    """

    issuer: Annotated[str, _ISSUER]
    """The issuer (`iss`) of the tokens, a URL. API Gateway gets the keys from the address in the document at
    `<issuer>/.well-known/openid-configuration`."""
    audience: Annotated[list[Annotated[str, _TEXT]], Field(min_length=1, max_length=50), DISTINCT]
    """The audiences (`aud`, or else `client_id`) of which a token must have one."""


class Domain(Settings):
    """A domain name of yours at which the API answers, too. The DNS record is yours, as is the certificate."""

    name: Annotated[str, _DOMAIN]
    """The domain name, such as `api.example.com`."""
    certificate: Annotated[str, _CERTIFICATE]
    """ARN of a certificate of ACM for that name, in the Region of the stack."""


class Throttling(Settings):
    """How many requests the API accepts; more are answered with the status 429."""

    rate: Annotated[int, Range(1, 1_000_000, "requests per second")] = 10_000
    """How many requests the API accepts on average, in requests per second. Defaults to 10000, which is AWS's limit for
    all APIs of an account."""
    burst: Annotated[int, Range(1, 1_000_000, "requests")] = 5_000
    """How many requests the API accepts at once. Defaults to 5000, which is AWS's limit for all APIs of an account."""


class HttpApi(Settings):
    """The HTTP API of API Gateway that the `triggers.routes` of all modules belong to."""

    cors: Cors | None = None
    """Which web pages of other origins may call the API. Defaults to none."""
    authorizers: dict[Name, JwtAuthorizer] = Field(default_factory=dict)
    """Whose tokens the API accepts, by name, for routes that name it as `auth`. Defaults to none."""
    domain: Domain | None = None
    """A domain name at which the API answers, too. Defaults to none."""
    throttling: Throttling = Throttling()
    """How many requests the API accepts. Defaults to AWS's limits for an account."""
    access_logs: bool = True
    """Whether a log group has a line for each request, without its headers, query and body. Defaults to `true`."""
    server_errors: Annotated[int, Range(0, 1_000_000)] = 1
    """How many answers with a status of 500 or more within five minutes raise an alarm; 0 for no alarm. Defaults to
    1."""


IAM: Literal["iam"] = "iam"
PUBLIC: Literal["public"] = "public"
_AUTH = Form(f"{IAM}|{PUBLIC}|[a-z][a-z0-9]*(-[a-z0-9]+)*", "'iam', 'public' or the name of one of httpApi.authorizers")


class Route(Settings):
    """A route of the stack's HTTP API; its key is a method and a path, such as `GET /orders/{id}`."""

    auth: Annotated[str, _AUTH] = IAM
    """Who may call: with `iam`, signed requests that IAM allows; with the name of one of the stack's
    `httpApi.authorizers`, requests with its tokens; with `public`, everybody. Defaults to `iam`."""
    scopes: Annotated[list[Annotated[str, _TEXT]], Field(max_length=10), DISTINCT] = Field(default_factory=list)
    """Scopes of which a token must have one, for a route with an authorizer. Defaults to none."""


MAX_ROUTES = 40
"""How many routes a module may have: each has a statement in the policy of the alias, which may have 20 KB.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
Routes = Annotated[dict[Annotated[str, ROUTE], Route], Field(max_length=MAX_ROUTES)]
