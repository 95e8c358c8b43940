"""Calls from web pages of other origins."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.settings.values import DISTINCT, Form, Range, Settings

_ORIGIN = Form(
    r"\*|(?=.{1,253}$)[a-z][a-z0-9+.-]*://[^\s/?#*,]+",
    "an origin without a path, such as 'https://www.example.com', or '*'",
)
_HEADER = Form(r"\*|[A-Za-z0-9!#$%&'+.^_`|~-]{1,1024}", "the name of a header, such as 'X-Request-Id', or '*'")


class Cors(Settings):
    """Which web pages of other origins may call. AWS answers their browsers' preflight requests itself.

    https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    """

    allow_origins: Annotated[list[Annotated[str, _ORIGIN]], Field(min_length=1, max_length=100), DISTINCT]
    """Origins whose pages may read answers, such as `https://www.example.com`; `["*"]` for all."""
    allow_methods: Annotated[
        list[Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "*"]], Field(max_length=6), DISTINCT
    ] = Field(default_factory=list)
    """Methods that pages may use; `["*"]` for all. AWS allows `OPTIONS` itself. Defaults to those that need no
    preflight request."""
    allow_headers: Annotated[list[Annotated[str, _HEADER]], Field(max_length=100), DISTINCT] = Field(
        default_factory=list
    )
    """Headers that pages may send; `["*"]` for all. Defaults to those that need no preflight request."""
    expose_headers: Annotated[list[Annotated[str, _HEADER]], Field(max_length=100), DISTINCT] = Field(
        default_factory=list
    )
    """Headers of answers that pages may read. Defaults to those that browsers always show."""
    allow_credentials: bool = False
    """Whether pages may send cookies and other credentials, which needs origins by name. Defaults to `false`."""
    max_age: Annotated[int, Range(0, 86_400, "seconds")] = 0
    """How long browsers may keep the answer to a preflight request, in seconds. Defaults to 0."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of a function URL or an API, without empty lists."""
        return {
            "allow_credentials": self.allow_credentials,
            "allow_headers": self.allow_headers or None,
            "allow_methods": self.allow_methods or None,
            "allow_origins": self.allow_origins,
            "expose_headers": self.expose_headers or None,
            "max_age": self.max_age,
        }
