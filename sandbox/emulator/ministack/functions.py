"""Adds AWS's rules about functions and event source mappings that MiniStack 1.5.33 lacks."""

import os
import re
from collections.abc import Awaitable, Callable

from ministack.core.responses import error_response_json
from ministack.services import ecr, lambda_svc

from components.files.json_document import MAX_EVENT_BYTES
from sandbox.emulator.ministack.answers import Answer, Data, conflict, invalid
from sandbox.emulator.ministack.requests import INVOCATION

IMAGE_URI = re.compile(r"[^/]+/(?P<repository>[^:@]+)(?::(?P<tag>[^:@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?")
NOTICED = "noticed"
_MAX_BYTES = {"RequestResponse": MAX_EVENT_BYTES, "Event": 1_048_576}
"""Of events, by type of invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def enforce_function_rules() -> None:
    """Wrap MiniStack's functions in the rules below."""
    lambda_svc.handle_request = _with_small_events(lambda_svc.handle_request)
    lambda_svc._create_esm = _once(lambda_svc._create_esm)
    lambda_svc._create_function = _with_source_image(lambda_svc._create_function)
    lambda_svc._update_code = _to_source_image(lambda_svc._update_code)
    lambda_svc._update_config = _without_empty_image_config(lambda_svc._update_config)
    lambda_svc._reserved_concurrency = _reserved_concurrency
    if os.environ.get("SANDBOX_DELETED_IMAGES") == NOTICED:
        lambda_svc._update_config = _with_own_image(lambda_svc._update_config)
        lambda_svc._publish_version = _with_own_image(lambda_svc._publish_version)


def _with_small_events(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def handle_request(method: str, path: str, headers: Data, body: bytes, query_params: Data) -> Answer:
        if method == "POST" and INVOCATION.fullmatch(path):
            given = next((value for name, value in headers.items() if name.lower() == "x-amz-invocation-type"), "")
            limit = _MAX_BYTES.get(given, MAX_EVENT_BYTES)
            if len(body) > limit:
                what = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
                return error_response_json("RequestEntityTooLargeException", what, 413)
        return await handle(method, path, headers, body, query_params)

    return handle_request


def _once(create: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    """Refuse a second mapping of the same function or alias to the same event source."""

    def create_mapping(data: Data) -> Answer:
        name, qualifier = lambda_svc._resolve_request_scoped_name_and_qualifier(data.get("FunctionName", ""))
        source = data.get("EventSourceArn", "")
        for known in lambda_svc._esms.values():
            if (known["FunctionName"], known["Qualifier"], known["EventSourceArn"]) == (name, qualifier, source):
                return _connected(source, name, known["UUID"])
        return create(data)

    return create_mapping


def _connected(source: str, function: str, uuid: str) -> Answer:
    """Return AWS's error, whose text differs between queues and streams."""
    if source.split(":")[2] == "sqs":
        what = f'An event source mapping with SQS arn (" {source} ") and function (" {function} ") already exists.'
    else:
        what = f'The event source arn (" {source} ") and function (" {function} ") provided mapping already exists.'
    return conflict(f"{what} Please update or delete the existing mapping with UUID {uuid}")


def _with_source_image(create: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def create_function(data: Data) -> Answer:
        return _refused_source(data.get("Code", {})) or create(data)

    return create_function


def _to_source_image(update: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def update_code(name: str, data: Data) -> Answer:
        return _refused_source(data) or update(name, data)

    return update_code


def _refused_source(code: Data) -> Answer | None:
    uri = code.get("ImageUri")
    if uri is None or has_image(uri):
        return None
    return invalid(f"Source image {uri} does not exist. Provide a valid source image.")


def _with_own_image(change: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    """Refuse to change a function whose image was deleted, as Lambda does once it has noticed."""

    def change_function(name: str, data: Data) -> Answer:
        configuration = lambda_svc._functions.get(name, {}).get("config", {})
        if "ImageUri" in configuration and not has_image(configuration["ImageUri"]):
            return invalid("The function is trying to use a deleted image.")
        return change(name, data)

    return change_function


def has_image(uri: str) -> bool:
    """Return whether the registry has the image `<host>/<repository>` with this tag or digest."""
    parts = IMAGE_URI.fullmatch(uri)
    if parts is None:
        return False
    return any(
        parts["digest"] == image["imageDigest"] or parts["tag"] in image.get("imageTags", [])
        for (_, _, repository), images in ecr._images.all_items()
        if repository == parts["repository"]
        for image in images
    )


def _without_empty_image_config(update: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    """Remove the function's `ImageConfig` when an update sets an empty one, as AWS does."""

    def update_configuration(name: str, data: Data) -> Answer:
        answer = update(name, data)
        configuration = lambda_svc._functions.get(name, {}).get("config", {})
        if configuration.get("ImageConfigResponse") == {"ImageConfig": {}}:
            del configuration["ImageConfigResponse"]
        return answer

    return update_configuration


def _reserved_concurrency(_: Data, configuration: Data) -> int | None:
    """Read the reserved concurrency from the function, for which it is set. MiniStack reads it from the version."""
    account, region = lambda_svc._account_region_from_function_config(configuration)
    function = lambda_svc._functions.get_scoped(account, region, configuration.get("FunctionName"), {})
    reserved: int | None = function.get("concurrency")
    return reserved
