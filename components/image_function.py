"""A Lambda function that runs an image, and the alias that callers use."""

from dataclasses import dataclass
from importlib import metadata
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime import invoke_async

from components.errors import ComponentError
from components.settings import LambdaSettings

ALIAS = "live"
AWS_SDK = metadata.version("pulumi_aws")
"""So that the provider which is asked is the one that makes the resources."""


@dataclass(frozen=True, kw_only=True)
class ImageFunctionArgs:
    function_name: str
    image_uri: pulumi.Input[str]
    """`<repository>@sha256:<digest>`, never a tag."""
    tag: pulumi.Input[str]
    """The build that the image came from; in the description, so that every build makes a version of its own."""
    build_record: pulumi.Input[str]
    """URN of the resource whose replacement makes a new build; named in an error's remedy."""
    role_arn: pulumi.Input[str]
    log_group: pulumi.Input[str]
    settings: LambdaSettings
    smoke_event: str | None = None
    """JSON that a new version must answer without an error before the alias moves to it."""


class ImageFunction(pulumi.ComponentResource):
    """Publishes a version for each image, checks it, asks it, and only then serves it as `live`.

    When a check fails, `pulumi up` fails and the alias goes on serving the version that it served before.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    version: pulumi.Output[str]
    """The version that `live` serves."""
    alias: aws.lambda_.Alias

    def __init__(self, name: str, args: ImageFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:ImageFunction", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        function = aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=pulumi.Output.concat("image ", args.tag),
            package_type="Image",
            image_uri=args.image_uri,
            role=args.role_arn,
            architectures=[args.settings.architecture.value],
            memory_size=args.settings.memory_size,
            timeout=args.settings.timeout,
            logging_config={"log_format": "JSON", "log_group": args.log_group},
            publish=True,
            opts=child,
        )
        version = self._checked_version(function, args)
        asked: list[pulumi.Resource] = []
        if args.smoke_event is not None:
            smoke = aws.lambda_.Invocation(
                f"{name}-smoke",
                function_name=function.name,
                qualifier=version,
                input=args.smoke_event,
                triggers={"lastModified": function.last_modified},  # a function made anew begins with version 1 again
                opts=child,
            )
            asked.append(smoke)
        self.alias = aws.lambda_.Alias(
            f"{name}-{ALIAS}",
            name=ALIAS,
            function_name=function.name,
            function_version=version,
            opts=pulumi.ResourceOptions(parent=self, depends_on=asked),
        )

        self.name = function.name
        self.arn = function.arn
        self.version = self.alias.function_version
        self.register_outputs({"name": self.name, "arn": self.arn, "version": self.version})

    def _checked_version(self, function: aws.lambda_.Function, args: ImageFunctionArgs) -> pulumi.Output[str]:
        """The function's newest version, if it runs the wanted image.

        The provider publishes a version only if it sees a difference in that run. Interrupted between the update
        of the code and its publication, and refreshed, a function has the new code and yet no version with it.
        """
        options = pulumi.InvokeOptions(parent=self, version=AWS_SDK)

        async def check(known: dict[str, Any]) -> str:
            asked = {"functionName": known["function"], "qualifier": known["version"]}
            try:
                published = await invoke_async("aws:lambda/getFunction:getFunction", asked, options)
            except Exception as failed:  # the SDK has no narrower one
                raise ComponentError(missing_version(known, str(failed))) from None
            return check_version({**known, "published": published["imageUri"]})

        return pulumi.Output.all(
            function=function.name,
            version=function.version,
            wanted=args.image_uri,
            build_record=args.build_record,
        ).apply(check)


def missing_version(known: dict[str, Any], reason: str) -> str:
    return (
        f"version {known['version']} of the function '{known['function']}' can't be read: {reason}. "
        "If it was deleted by someone else, let Pulumi see what is left, and update again:\n"
        "  pulumi refresh\n"
        "  pulumi up"
    )


def check_version(known: dict[str, Any]) -> str:
    """The version, if its image is the wanted one; raises ComponentError with the remedy otherwise."""
    if known["published"] == known["wanted"]:
        return str(known["version"])
    raise ComponentError(
        f"version {known['version']} of the function '{known['function']}' runs the image {known['published']}, "
        f"but {known['wanted']} is wanted: a run ended before it had published its version. "
        f"What was served before still is. Build and publish again with:\n"
        f"  pulumi up --replace '{known['build_record']}'"
    )
