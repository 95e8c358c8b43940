"""Two modules behind one HTTP API: who may call which route, what the function gets, what moves and what goes."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

ORDERS = """\
timeout: 40
smoke: {enabled: false}
triggers:
  routes:
    GET /orders/{id}: {}
    ANY /open/{rest+}: {auth: public}
    POST /orders: {auth: users, scopes: [write]}
"""
BILLS = """\
image: {module: orders}
smoke: {enabled: false}
triggers:
  routes:
    GET /bills: {auth: public}
"""
API = """\
  lambda-images:httpApi:
    cors: {allowOrigins: ["https://a.example"], allowMethods: [GET], maxAge: 60}
    authorizers:
      users: {issuer: "https://issuer.example", audience: [shop]}
"""
MAY_GET = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:*/*/GET/orders/*"}
Answer = tuple[int, str, dict[str, str]]


class Issuer:
    """An issuer of tokens on this machine."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "k", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e)}
        keys = json.dumps({"keys": [key]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path == "/.well-known/jwks.json"
                self.send_response(200 if known else 404)
                self.end_headers()
                self.wfile.write(keys if known else b"")

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, **claims: Any) -> str:
        given = {"iss": self.url, "aud": "shop", "exp": int(time.time()) + 600, **claims}
        parts = ({"alg": "RS256", "kid": "k"}, {name: value for name, value in given.items() if value is not None})
        signed = ".".join(_text(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_text(self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class Shop:
    checkout: Checkout
    issuer: Issuer

    @property
    def root(self) -> str:
        """Where the emulator serves the API."""
        url = self.checkout.outputs()["bills"]["routeUrls"]["GET /bills"]  # type: ignore[index]
        id = url.removeprefix("https://").partition(".")[0]
        return f"{self.checkout.aws('lambda').meta.endpoint_url}/_aws/execute-api/{id}"

    def ask(self, method: str, path: str, credentials: Credentials | None = None, **headers: str) -> Answer:
        """Status, body and headers of the answer to a request, which is signed if there are credentials."""
        request = AWSRequest(method, self.root + path, headers=headers)
        if credentials:
            SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
        sent = urllib.request.Request(self.root + path, None, dict(request.headers.items()), method=method)
        try:
            with urllib.request.urlopen(sent, timeout=60) as answer:
                return answer.status, answer.read().decode(), _cors(answer.headers.items())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(), _cors(refused.headers.items())

    def status(self, method: str, path: str, credentials: Credentials | None = None, token: str = "") -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.ask(method, path, credentials, **headers)[0]


def _cors(headers: Any) -> dict[str, str]:
    named = {name.lower(): value for name, value in headers}
    return {name: value for name, value in named.items() if name.startswith("access-control-")}


@pytest.fixture(scope="module")
def shop(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    checkout = Checkout.at(tmp_path_factory.mktemp("shop") / "checkout")
    issuer = Issuer()
    orders = checkout.add("orders", TINY / "listener")
    (orders / "module.yaml").write_text(ORDERS)
    (checkout.root / "modules" / "bills").mkdir()
    (checkout.root / "modules" / "bills" / "module.yaml").write_text(BILLS)
    (orders / "app.py").write_text(
        "def handler(event, context):\n"
        "    return {'function': context.function_name, 'version': context.function_version,\n"
        "            'format': event['version'], 'path': event.get('pathParameters'),\n"
        "            'caller': event['requestContext'].get('authorizer')}\n"
    )
    checkout.edit("Pulumi.local.yaml", "config:\n", f"config:\n{API}")
    try:
        with checkout.shipped():
            yield Shop(checkout, issuer)
    finally:
        issuer.stop()


def test_each_module_answers_its_routes_through_the_alias(shop: Shop) -> None:
    status, body, _ = shop.ask("GET", "/bills")
    answered = json.loads(body)
    assert (status, answered["function"], answered["version"]) == (200, "lambda-images-local-bills", "1")
    answered = json.loads(shop.ask("PUT", "/open/a/b")[1])
    assert (answered["function"], answered["version"]) == ("lambda-images-local-orders", "1")
    assert (answered["format"], answered["path"]) == ("2.0", {"rest": "a/b"})
    assert shop.status("GET", "/nothing") == 404


def test_a_route_asks_iam_unless_the_settings_say_otherwise(shop: Shop) -> None:
    caller, stranger = shop.checkout.user("caller", MAY_GET), shop.checkout.user("stranger")
    status, body, _ = shop.ask("GET", "/orders/7", caller)
    assert (status, json.loads(body)["path"]) == (200, {"id": "7"})
    assert json.loads(body)["caller"]["iam"]["userArn"].endswith(":user/caller")
    forged = Credentials(caller.access_key, "guessed")
    assert [shop.status("GET", "/orders/7", each) for each in (None, stranger, forged)] == [403, 403, 403]
    assert shop.status("GET", "/orders/7", token="no.signature.here") == 403


def test_pages_of_the_named_origin_may_call(shop: Shop) -> None:
    status, _, told = shop.ask("OPTIONS", "/orders/7", Origin="https://a.example")
    assert status == 204
    assert told == {
        "access-control-allow-methods": "GET",
        "access-control-allow-origin": "https://a.example",
        "access-control-max-age": "60",
    }
    assert shop.ask("GET", "/bills", Origin="https://b.example")[2] == {}


def test_a_preview_finds_nothing_to_do_and_a_refresh_neither(shop: Shop) -> None:
    assert shop.checkout.preview_steps() == {}
    shop.checkout.pulumi("refresh", "--yes", "--expect-no-changes").ok()


def test_a_route_takes_the_tokens_of_its_authorizer_with_one_of_its_scopes(shop: Shop) -> None:
    """The issuer must be a URL with TLS, which one on this machine can't be: the emulator is told the real one."""
    gateway, api = shop.checkout.aws("apigatewayv2"), shop.root.rpartition("/")[2]
    (users,) = gateway.get_authorizers(ApiId=api)["Items"]
    tokens = {**users["JwtConfiguration"], "Issuer": shop.issuer.url}
    gateway.update_authorizer(ApiId=api, AuthorizerId=users["AuthorizerId"], JwtConfiguration=tokens)
    issue = shop.issuer.token
    assert shop.status("POST", "/orders", token=issue(scope="read write")) == 200
    assert shop.status("POST", "/orders", token=issue(scope="read")) == 403
    for wrong in ({"aud": "other"}, {"exp": 1}, {"exp": None}, {"iss": "https://other.example"}):
        assert shop.status("POST", "/orders", token=issue(scope="write", **wrong)) == 401
    assert shop.status("POST", "/orders") == 401
    shop.checkout.pulumi("refresh", "--yes").ok()


def test_what_a_killed_run_created_is_found(shop: Shop) -> None:
    checkout = shop.checkout
    lost = [each["urn"] for each in checkout.state() if each["type"].endswith((":Route", ":Stage", ":Authorizer"))]
    for urn in reversed(lost):
        checkout.pulumi("state", "delete", urn, "--yes").ok()
    assert checkout.recover().ok().count("already exists and was imported") == len(lost) == 6
    checkout.up().ok()
    assert checkout.preview_steps() == {}


def test_a_route_moves_to_another_module_and_the_api_goes_with_the_last_route(shop: Shop) -> None:
    checkout, root = shop.checkout, shop.root
    checkout.edit("modules/orders/module.yaml", "    ANY /open/{rest+}: {auth: public}\n", "")
    checkout.edit("modules/bills/module.yaml", "  routes:\n", "  routes:\n    ANY /open/{rest+}: {auth: public}\n")
    checkout.up().ok()
    assert shop.root == root
    assert json.loads(shop.ask("PUT", "/open/a")[1])["function"] == "lambda-images-local-bills"
    for module in ("orders", "bills"):
        file = checkout.root / "modules" / module / "module.yaml"
        file.write_text(file.read_text().partition("triggers:")[0])
    checkout.up().ok()
    assert checkout.aws("apigatewayv2").get_apis()["Items"] == []
    assert not any("apigateway" in resource["type"] for resource in checkout.state())
