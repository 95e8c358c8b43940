"""Makes the same calls as `script.sh` in one process, without starting AWS's command line and without a pause.

Usage: bare_ship.py FUNCTION REPOSITORY CONTEXT BASE_IMAGE [EVENT]

With an event, it releases a version as this project does: it publishes the version, compares its image, sends it the
event, and only then moves the alias `live` to it.
"""

import subprocess
import sys
from typing import Any

import boto3


def ship(client: Any, function: str, image: str, context: str, base_image: str) -> None:
    build = ["docker", "build", "--platform", "linux/amd64", "--build-arg", f"BASE_IMAGE={base_image}"]
    subprocess.run([*build, "--tag", image, context], check=True)
    subprocess.run(["docker", "push", image], check=True)
    client.update_function_code(FunctionName=function, ImageUri=image)
    while client.get_function_configuration(FunctionName=function)["LastUpdateStatus"] != "Successful":
        pass


def release(client: Any, function: str, event: str) -> None:
    version = client.publish_version(FunctionName=function)["Version"]
    while client.get_function_configuration(FunctionName=function, Qualifier=version)["State"] != "Active":
        pass
    newest, published = (client.get_function(FunctionName=function, Qualifier=name) for name in ("$LATEST", version))
    if published["Code"]["ResolvedImageUri"] != newest["Code"]["ResolvedImageUri"]:
        sys.exit(f"version {version} has another image")
    if "FunctionError" in client.invoke(FunctionName=function, Qualifier=version, Payload=event):
        sys.exit(f"version {version} fails")
    client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


if __name__ == "__main__":
    function, repository, context, base_image, *event = sys.argv[1:]
    client = boto3.client("lambda")
    ship(client, function, f"{repository}:latest", context, base_image)
    if event:
        release(client, function, event[0])
