"""The emulator attacked at each of its listeners: by functions, builds, web pages, and other users of the machine."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.docker import base_image
from sandbox.docker.engine import DockerEngine
from sandbox.docker.function_container import PORT
from sandbox.emulator.process import Emulator
from sandbox.emulator.root_keys import ensure
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from tests.end_to_end.attacks import WELL_KNOWN, Attempt, asking_who, reading, signed
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import containers, registry
from tests.sandbox.emulator.emulators import ENVIRONMENT, client, push, running, token
from tests.sandbox.offline.plugins.emulator import running as open_emulator

REPOSITORY = "team/app"
NOBODY = 65534
"""The id of the user `nobody`."""
CHROMIUM = shutil.which("chromium")
PAGE = Path(__file__).with_name("page.html")
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """On two addresses, as with Docker's bridge; it keeps a parameter and an image."""
    with running(tmp_path_factory.mktemp("attacked") / "home") as started:
        started.start(ENVIRONMENT, bridge="127.0.0.2")
        client(started, "ssm").put_parameter(Name="/shared/salt", Value="v", Type="SecureString")
        client(started, "ecr").create_repository(repositoryName=REPOSITORY)
        push(started, REPOSITORY, "kept", b"layer")
        yield started


@pytest.fixture(params=["127.0.0.1", "127.0.0.2"])
def endpoint(emulator: Emulator, request: pytest.FixtureRequest) -> str:
    """Each of the addresses that it is listened on."""
    return f"http://{request.param}:{emulator.port}"


def session_of(emulator: Emulator, name: str, *actions: str) -> tuple[str, str, str]:
    """Keys of a session of a new role that allows these actions alone."""
    iam = client(emulator, "iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Statement": statement}))
    given = client(emulator, "sts").assume_role(RoleArn=role, RoleSessionName="attack")["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def test_the_sandboxs_own_keys_may_read_the_secret(emulator: Emulator, endpoint: str) -> None:
    """What the other tests ask in vain is there to be had."""
    assert reading(endpoint, list(emulator.credentials.values())).made() == 200


@pytest.mark.parametrize("keys", WELL_KNOWN.values(), ids=WELL_KNOWN)
def test_well_known_keys_are_refused(endpoint: str, keys: tuple[str, str]) -> None:
    assert reading(endpoint, keys).made() in (400, 403)


@pytest.mark.parametrize("service", ["iam", "lambda", "s3", "sqs", "sts"])
def test_well_known_keys_are_refused_in_every_protocol(emulator: Emulator, service: str) -> None:
    call = {"iam": "list_roles", "lambda": "list_functions", "s3": "list_buckets", "sqs": "list_queues"}
    with pytest.raises(ClientError, match=r"InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId"):
        getattr(client(emulator, service, "test", "test"), call.get(service, "get_caller_identity"))()


def test_roots_signature_is_checked(emulator: Emulator, endpoint: str) -> None:
    key, secret = emulator.credentials.values()
    assert reading(endpoint, (key, secret[:-1] + "x")).made() in (400, 403)
    assert reading(endpoint, (key, secret, "token")).made() in (400, 403)
    right = reading(endpoint, (key, secret))
    assert Attempt("POST", right.url, right.headers, right.body.replace("salt", "sa1t")).made() in (400, 403)


@pytest.mark.parametrize(
    "scheme",
    ["{key}", "Bearer {key}", "Bearer Credential={key}/x", "AWS {key}:c2ln", "AWS4-HMAC-SHA256 Credential={key}/x"],
)
def test_roots_key_id_alone_opens_nothing(emulator: Emulator, endpoint: str, scheme: str) -> None:
    authorization = {"Authorization": scheme.format(key=emulator.credentials["AWS_ACCESS_KEY_ID"])}
    right = reading(endpoint, ("none", "none"))
    assert Attempt("POST", right.url, {**right.headers, **authorization}, right.body).made() in (400, 403)
    assert Attempt("GET", f"{endpoint}/", authorization).made() in (400, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/bucket/key",
        "/2015-03-31/functions/",
        "/oauth2/authorize",
        "/login",
        "/iceberg/v1/config",
        "/restapis/a/b",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_what_nobody_signed_is_refused(endpoint: str, method: str, path: str) -> None:
    assert Attempt(method, endpoint + path).made() in (400, 403)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("target", ["", "secretsmanager.ListSecrets", "AWSSimpleSystemsManagement.DescribeParameters"])
def test_what_confirms_a_subscription_needs_its_token_and_opens_nothing_else(
    emulator: Emulator, endpoint: str, method: str, target: str
) -> None:
    topic = client(emulator, "sns").create_topic(Name="alarms")["TopicArn"]
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"} if target else {}
    url = f"{endpoint}/?Action=ConfirmSubscription&TopicArn={topic}&Token=guessed"
    assert Attempt(method, url, headers, "{}" if method == "POST" else "").made() in (400, 403)


@pytest.fixture(scope="module")
def function_url(emulator: Emulator) -> str:
    """Of a function that only IAM's own callers may ask; its path on either address."""
    role = client(emulator, "iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    image = {"ImageUri": push(emulator, REPOSITORY, "function", b"function")}
    api = client(emulator, "lambda")
    api.create_function(FunctionName="closed", Role=role["Arn"], PackageType="Image", Code=image)
    url = api.create_function_url_config(FunctionName="closed", AuthType="AWS_IAM")["FunctionUrl"]
    return f"/_aws/lambda-url/{url.partition('//')[2].partition('.')[0]}/"


@pytest.mark.parametrize(
    "query", ["", "?X-Amz-Signature=", "?x-amz-signature=", "?X-Amz-Signature=x", "?X-Amz-Algorithm=AWS4-HMAC-SHA256"]
)
@pytest.mark.parametrize("authorization", [None, "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=/x"])
def test_a_closed_function_url_stays_closed(endpoint: str, function_url: str, query: str, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    assert Attempt("GET", endpoint + function_url + query, headers).made() in (400, 403)


def test_a_changed_or_foreign_session_is_refused(emulator: Emulator, endpoint: str) -> None:
    at = endpoint.rpartition("/")[2].partition(":")[0]
    key, secret, session = session_of(emulator, f"reader-{at}", "ssm:GetParameter")
    assert reading(endpoint, (key, secret, session)).made() == 200
    assert reading(endpoint, (key, secret[:-1] + "x", session)).made() in (400, 403)
    assert reading(endpoint, (key, secret, session[:-1] + "x")).made() in (400, 403)
    assert reading(endpoint, (key, secret)).made() in (400, 403)
    assert reading(endpoint, session_of(emulator, f"stranger-{at}")).made() in (400, 403)


def test_one_sandboxs_keys_are_nobody_to_another(emulator: Emulator, endpoint: str, tmp_path: Path) -> None:
    with running(tmp_path / "home") as other:
        assert reading(endpoint, list(other.credentials.values())).made() in (400, 403)
        session = session_of(other, "role", "ssm:GetParameter")
        assert reading(endpoint, session).made() in (400, 403)


def test_a_signed_link_is_good_for_its_object_alone(emulator: Emulator) -> None:
    s3 = client(emulator, "s3")
    s3.create_bucket(Bucket="links")
    for key in ("a", "b"):
        s3.put_object(Bucket="links", Key=key, Body=b"x")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": "links", "Key": "a"})
    assert Attempt("GET", link).made() == 200
    assert Attempt("GET", link.replace("/links/a", "/links/b")).made() == 403


def test_a_role_that_an_identity_provider_vouches_for_is_not_given_to_whoever_claims_so(emulator: Emulator) -> None:
    iam = client(emulator, "iam")
    iam.create_open_id_connect_provider(Url="https://issuer.example", ClientIDList=["sts.amazonaws.com"])
    provider = "arn:aws:iam::000000000000:oidc-provider/issuer.example"
    trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))["Role"]["Arn"]
    parts: tuple[dict[str, str], ...] = ({"alg": "none"}, {"iss": "https://issuer.example", "sub": "me"}, {})
    claimed = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        client(emulator, "sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="attack", WebIdentityToken=claimed
        )


HOST_MOUNT = {
    "family": "f",
    "containerDefinitions": [
        {"name": "c", "image": "i", "mountPoints": [{"sourceVolume": "h", "containerPath": "/h"}]}
    ],
    "volumes": [{"name": "h", "host": {"sourcePath": "/"}}],
}


@pytest.mark.parametrize(
    ("service", "target", "body"),
    [
        ("ecs", "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition", HOST_MOUNT),
        ("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", {}),
        ("codebuild", "CodeBuild_20161006.ListProjects", {}),
        ("glue", "AWSGlue.GetJobs", {}),
    ],
)
def test_services_that_the_program_does_not_use_are_off_for_root_too(
    emulator: Emulator, endpoint: str, service: str, target: str, body: dict[str, Any]
) -> None:
    root = list(emulator.credentials.values())
    assert signed(endpoint, service, target, json.dumps(body), root).made() == 400


@pytest.mark.parametrize(
    "path", ["/_ministack/reset", "/_ministack/config", "/_localstack/health", "/_aws/sqs/messages"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_emulators_administration_is_closed_to_root_too(
    emulator: Emulator, endpoint: str, method: str, path: str
) -> None:
    assert Attempt(method, endpoint + path).made() == 403
    root = reading(endpoint, list(emulator.credentials.values()))
    assert Attempt(method, endpoint + path, root.headers).made() == 403
    behind = Attempt(method, f"{endpoint}/_aws/lambda-url/{'a' * 32}{path}").made()
    assert behind == 404, "no function has this URL"
    assert Attempt(method, endpoint + path, {"Host": f"{'a' * 32}.lambda-url.us-east-1.localhost"}).made() == 403
    assert reading(endpoint, list(emulator.credentials.values())).made() == 200


@pytest.mark.parametrize("name", ["evil.example", "links.localhost", "127.0.0.1.evil.example", "[::1", ""])
def test_a_request_to_another_name_is_refused_whoever_signed_it(emulator: Emulator, endpoint: str, name: str) -> None:
    named = f"http://{name}:{emulator.port}" if name else endpoint
    right = reading(endpoint if name in ("", "[::1") else named, list(emulator.credentials.values()))
    headers = {**right.headers, "Host": f"{name}:{emulator.port}"}
    assert Attempt("POST", f"{endpoint}/", headers, right.body).made() == 403
    assert Attempt("GET", f"{endpoint}/_ministack/health", {"Host": name}).made() == 403


def test_a_request_from_a_web_page_is_refused_whoever_signed_it(emulator: Emulator, endpoint: str) -> None:
    right = reading(endpoint, list(emulator.credentials.values()))
    for origin in ("https://evil.example", "null", endpoint):
        assert Attempt("POST", right.url, {**right.headers, "Origin": origin}, right.body).made() == 403
        preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert Attempt("OPTIONS", right.url, preflight).made() == 403


def registry_attempts(endpoint: str, login: str | None) -> dict[str, int]:
    headers = {"Authorization": f"Basic {login}"} if login else {}
    paths = {
        "see": ("GET", ""),
        "pull": ("GET", f"{REPOSITORY}/manifests/kept"),
        "push": ("PUT", f"{REPOSITORY}/manifests/forged"),
        "upload": ("POST", f"{REPOSITORY}/blobs/uploads/"),
        "delete": ("DELETE", f"{REPOSITORY}/manifests/kept"),
    }
    return {
        name: Attempt(method, f"{endpoint}/v2/{path}", headers, "{}" if method == "PUT" else "").made()
        for name, (method, path) in paths.items()
    }


@pytest.mark.parametrize("login", [None, "AWS:ministack-auth-token", "AWS:", "AWS:a.9999999999.b", "test:test"])
def test_the_registry_is_closed_without_a_token(endpoint: str, login: str | None) -> None:
    encoded = base64.b64encode(login.encode()).decode() if login else None
    assert set(registry_attempts(endpoint, encoded).values()) == {401}


def test_a_token_gives_no_more_than_the_rights_of_who_asked_for_it(emulator: Emulator, endpoint: str) -> None:
    name = f"puller-{endpoint.rpartition('/')[2].partition(':')[0]}"
    puller = session_of(emulator, name, "ecr:GetAuthorizationToken", "ecr:BatchGetImage")
    login = token(emulator, *puller)
    allowed = registry_attempts(endpoint, login)
    assert allowed == {"see": 200, "pull": 200, "push": 403, "upload": 403, "delete": 403}
    client(emulator, "iam").delete_role_policy(RoleName=name, PolicyName="p")
    assert registry_attempts(endpoint, login)["pull"] == 403


def test_another_user_of_the_machine_reads_nothing(emulator: Emulator) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    home = emulator.layout.home
    for parent in list(home.parents)[:-1]:  # what pytest makes is closed by itself
        if parent.is_relative_to(tempfile.gettempdir()) and parent != Path(tempfile.gettempdir()):
            parent.chmod(0o755)
    for file in (home / "root-keys.json", emulator.log, home / "emulator" / "services" / "ssm.json"):
        assert subprocess.run(["cat", file], capture_output=True).returncode == 0
        assert subprocess.run(["cat", file], capture_output=True, user=NOBODY, group=NOBODY).returncode != 0


@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_a_folder_that_was_open_is_closed(tmp_path: Path, mode: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    ensured = Emulator(Layout(project=PROJECT, home=home, tools=home)).credentials
    assert home.stat().st_mode & 0o7777 == 0o700
    assert (home / "root-keys.json").stat().st_mode & 0o777 == 0o600
    assert ensure(home / "root-keys.json") == ensured


def test_a_folder_that_is_everybodys_is_refused_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o1777)
    (home / "somebodys").touch()
    with pytest.raises(SandboxError, match="is writable by everybody"):
        Layout(project=PROJECT, home=home, tools=home).make_home()
    assert home.stat().st_mode & 0o7777 == 0o1777


def test_roots_secret_is_in_no_file_but_its_own(emulator: Emulator) -> None:
    secret = emulator.credentials["AWS_SECRET_ACCESS_KEY"].encode()
    files = [file for file in emulator.layout.home.rglob("*") if file.is_file() and secret in file.read_bytes()]
    assert files == [emulator.layout.home / "root-keys.json"]


class Site:
    """A site with one page, which reports what it could do."""

    def __init__(self) -> None:
        self.reported = threading.Event()
        self.report: dict[str, Any] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(PAGE.read_bytes())

            def do_POST(self) -> None:
                site.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(b"")
                site.reported.set()

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                """What is asked is reported."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    @contextmanager
    def served(self) -> Iterator[None]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            self.server.shutdown()
            self.server.server_close()


def browsed(target: str, profile: Path) -> dict[str, Any]:
    """What a page of another site could do at the target: the status of each attempt, 0 of one that it can't read."""
    quiet = ("background-networking", "component-update", "gpu", "sync")
    options = ["--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    site = Site()
    url = f"{site.url}?target={target}"
    command = [CHROMIUM or "", *options, f"--user-data-dir={profile}", "--remote-debugging-port=0", url]
    with site.served(), subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        reported = site.reported.wait(120)
        browser.terminate()
    assert reported
    return {name: status for name, status in site.report.items() if status != "blocked"}


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_page_in_a_browser_neither_reads_nor_changes_anything(emulator: Emulator, tmp_path: Path) -> None:
    assert browsed(emulator.endpoint, tmp_path / "profile") == {"makes a user": 0, "resets": 0}
    assert "page" not in [user["UserName"] for user in client(emulator, "iam").list_users()["Users"]]
    assert reading(emulator.endpoint, list(emulator.credentials.values())).made() == 200
    assert registry_attempts(emulator.endpoint, token(emulator))["pull"] == 200


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_same_page_reads_what_an_open_emulator_has(tmp_path: Path) -> None:
    with open_emulator(tmp_path) as open_one:
        done = browsed(open_one.endpoint, tmp_path / "profile")
    assert done["reads a list"] == 200


@pytest.fixture(scope="module")
def attacked(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox with a function that makes the requests in its event, and a secret that this function may not read."""
    checkout = Checkout.at(tmp_path_factory.mktemp("attacked") / "checkout")
    for module in ("adder", "greeter", "prober"):
        checkout.add(module, TINY / module)
    with checkout.shipped():
        checkout.aws("ssm").put_parameter(Name="/shared/salt", Value="v", Type="SecureString")
        yield checkout


def probed(checkout: Checkout, *attempts: Attempt) -> dict[str, Any]:
    """What the function is answered, from its container."""
    event = checkout.root / "attack.json"
    event.write_text(json.dumps({"requests": [attempt.described() for attempt in attempts]}))
    answered: dict[str, Any] = checkout.invoke("prober", event)
    return answered


def addresses(checkout: Checkout) -> dict[str, str]:
    """Of the functions' containers on their network, by module."""
    for module in ("adder", "greeter", "prober"):
        checkout.invoke(module)
    found = {}
    for container in containers(registry(checkout)):
        (network,) = container.attrs["NetworkSettings"]["Networks"].values()
        found[container.attrs["Config"]["Image"].partition("@")[0].rpartition("-")[2]] = network["IPAddress"]
    return found


INVOCATION = "/2015-03-31/functions/function/invocations"


@pytest.mark.sandbox
def test_a_function_is_its_role_and_nobody_else(attacked: Checkout) -> None:
    itself = probed(attacked)
    at, own = itself["endpoint"], itself["credentials"]
    changed = [own[0], own[1][:-1] + "x", own[2]]
    denied = probed(
        attacked,
        *(reading(at, keys) for keys in (*WELL_KNOWN.values(), own, changed)),
        asking_who(at, changed),
        Attempt("GET", f"{at}/"),
        Attempt("POST", f"{at}/_ministack/reset"),
        Attempt("PUT", f"{at}/v2/lambda-images-local-adder/manifests/forged", {}, "{}"),
        Attempt("GET", f"{at}/v2/lambda-images-local-adder/manifests/latest"),
        reading(at, own),
    )["answers"]
    assert set(denied) <= {"400", "401", "403"}
    root = list(Emulator(Layout.of(attacked.root, attacked.environment)).credentials.values())
    assert probed(attacked, asking_who(at, own), reading(at, root))["answers"] == ["200", "200"], "it does reach it"


@pytest.mark.sandbox
def test_a_functions_keys_are_its_own_and_do_not_follow_from_its_name(attacked: Checkout) -> None:
    attacked.add("other", TINY / "prober")
    attacked.up().ok()
    other: dict[str, Any] = attacked.invoke("other")
    assert not {*probed(attacked)["credentials"]} & {*other["credentials"]}


@pytest.mark.sandbox
def test_functions_do_not_reach_each_other_past_lambda(attacked: Checkout) -> None:
    reached = addresses(attacked)
    assert set(reached) >= {"adder", "greeter", "prober"}
    calls = [
        Attempt("POST", f"http://{reached[module]}:{PORT}{INVOCATION}", {}, "{}") for module in ("adder", "greeter")
    ]
    assert [call.made() for call in calls] == [200, 200], "this machine itself reaches them"
    assert probed(attacked, *calls)["answers"] == ["unreachable", "unreachable"]


@pytest.mark.sandbox
def test_a_function_is_nobody_to_another_sandbox(attacked: Checkout, docker: DockerEngine, tmp_path: Path) -> None:
    other = Emulator(Layout(project=PROJECT, home=tmp_path / "home", tools=tmp_path))
    other.start(docker.environment(), docker.bridge_address())
    try:
        client(other, "ssm").put_parameter(Name="/shared/salt", Value="v", Type="SecureString")
        itself = probed(attacked)
        at = itself["endpoint"].rpartition(":")[0] + f":{other.port}"
        keys = [itself["credentials"], *WELL_KNOWN.values()]
        root = list(Emulator(Layout.of(attacked.root, attacked.environment)).credentials.values())
        denied = probed(attacked, *(reading(at, each) for each in (*keys, root)), Attempt("GET", f"{at}/v2/"))
        assert set(denied["answers"]) <= {"400", "401", "403"}
        assert probed(attacked, reading(at, list(other.credentials.values())))["answers"] == ["200"]
    finally:
        other.stop()


@pytest.mark.sandbox
def test_a_build_is_nobody(attacked: Checkout, docker: DockerEngine, tmp_path: Path) -> None:
    emulator = Emulator(Layout.of(attacked.root, attacked.environment))
    at = f"http://{docker.bridge_address()}:{emulator.port}"
    attempts = [
        *(reading(at, keys) for keys in WELL_KNOWN.values()),
        Attempt("GET", f"{at}/"),
        Attempt("POST", f"{at}/_ministack/reset"),
        Attempt("PUT", f"{at}/v2/lambda-images-local-adder/manifests/forged", {}, "{}"),
        *(Attempt("POST", f"http://{ip}:{PORT}{INVOCATION}", {}, "{}") for ip in addresses(attacked).values()),
        reading(at, list(emulator.credentials.values())),
    ]
    (tmp_path / "attempts.json").write_text(json.dumps([attempt.described() for attempt in attempts]))
    shutil.copy(TINY / "prober" / "app.py", tmp_path / "app.py")
    asks = "import app, json; print([app.answer(**each) for each in json.load(open('attempts.json'))])"
    (tmp_path / "Dockerfile").write_text(
        f"FROM {base_image.TAG}\nWORKDIR /attack\nCOPY . .\nENTRYPOINT []\n"
        f'RUN python3 -c "{asks}" > answers.json\nCMD ["cat", "answers.json"]\n'
    )
    tag = f"{emulator.instance}-attack"
    docker.run("build", "--tag", tag, tmp_path)
    try:
        answers = docker.run("run", "--rm", tag).stdout
    finally:
        docker.run("image", "rm", "--force", tag)
    *denied, root = answers.strip("[]\n ").replace("'", "").split(", ")
    assert set(denied) <= {"400", "401", "403", "unreachable"}
    assert denied.count("unreachable") == len(addresses(attacked))
    assert root == "200", "it reaches the emulator"


@pytest.mark.sandbox
def test_a_public_function_url_answers_web_pages_too(attacked: Checkout) -> None:
    name = attacked.outputs()["prober"]["functionUrl"].removeprefix("https://").partition(".")[0]
    url = f"{attacked.aws('lambda').meta.endpoint_url}/_aws/lambda-url/{name}/"
    assert Attempt("POST", url, {"Origin": "https://app.example"}, "{}").made() == 200
    assert Attempt("POST", url, {"Host": "evil.example"}, "{}").made() == 403
