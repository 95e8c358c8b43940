import pytest

from components.settings.cors import Cors
from components.settings.triggers import Url
from components.triggers.url import UrlTrigger, UrlTriggerArgs
from tests.components.mocks import REGION, Recording
from tests.components.triggers.callee import FUNCTION, connected, waits

URL = "aws:lambda/functionUrl:FunctionUrl"
PERMISSION = "aws:lambda/permission:Permission"


def url(settings: Url) -> tuple[str, Recording]:
    return connected(lambda alias: UrlTrigger("thumbnail", UrlTriggerArgs(alias=alias, settings=settings)).url)


def test_a_url_is_the_aliases_and_asks_iam_who_may_call() -> None:
    given, recording = url(Url())
    inputs = recording.one(URL).inputs
    assert (inputs["functionName"], inputs["qualifier"]) == (FUNCTION, "live")
    assert inputs["authorizationType"] == "AWS_IAM"
    assert given == f"https://{FUNCTION}.lambda-url.{REGION}.on.aws/"
    assert waits(recording, URL, "aws:lambda/alias:Alias")


def test_nobody_is_let_in_by_a_url_that_is_not_public() -> None:
    assert url(Url())[1].of(PERMISSION) == []


def test_a_public_url_has_both_statements_that_aws_asks_for_and_no_wider_ones() -> None:
    _, recording = url(Url(auth="public"))
    assert recording.one(URL).inputs["authorizationType"] == "NONE"
    request, invoke = (permission.inputs for permission in recording.of(PERMISSION))
    for permission in (request, invoke):
        assert (permission["principal"], permission["qualifier"]) == ("*", "live")
    assert (request["action"], request["functionUrlAuthType"]) == ("lambda:InvokeFunctionUrl", "NONE")
    assert (invoke["action"], invoke["invokedViaFunctionUrl"]) == ("lambda:InvokeFunction", True)


def test_the_statements_are_there_before_the_url_under_the_names_that_the_provider_would_give_them() -> None:
    """So it adds none that the program doesn't know of."""
    _, recording = url(Url(auth="public"))
    statements = {permission.inputs["statementId"] for permission in recording.of(PERMISSION)}
    assert statements == {"FunctionURLAllowPublicAccess", "FunctionURLAllowInvokeAction"}
    needed = [urn for urn in recording.request(URL).dependencies if PERMISSION in urn]
    assert len(needed) == 2


def test_an_answer_is_streamed_and_web_pages_may_call_only_if_the_settings_say_so() -> None:
    assert url(Url())[1].one(URL).inputs.keys().isdisjoint({"cors", "invokeMode"})
    cors = Cors(allow_origins=["https://a.example"], allow_methods=["PUT"], allow_credentials=True, max_age=60)
    inputs = url(Url(invoke_mode="responseStream", cors=cors))[1].one(URL).inputs
    assert inputs["invokeMode"] == "RESPONSE_STREAM"
    assert inputs["cors"] == {
        "allowCredentials": True,
        "allowMethods": ["PUT"],
        "allowOrigins": ["https://a.example"],
        "maxAge": 60,
    }


@pytest.mark.parametrize("auth", ["everybody", "none", "NONE", "AWS_IAM"])
def test_only_the_word_public_opens_a_url(auth: str) -> None:
    with pytest.raises(ValueError, match="'iam' or 'public'"):
        Url.model_validate({"auth": auth})
