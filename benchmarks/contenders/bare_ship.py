"""Makes the same calls as `script.sh` in one process, without starting AWS's command line and without a pause.

Usage: bare_ship.py FUNCTION IMAGE CONTEXT BASE_IMAGE
"""

import subprocess
import sys

import boto3


def ship(function: str, image: str, context: str, base_image: str) -> None:
    build = ["docker", "build", "--platform", "linux/amd64", "--build-arg", f"BASE_IMAGE={base_image}"]
    subprocess.run([*build, "--tag", image, context], check=True)
    subprocess.run(["docker", "push", image], check=True)
    client = boto3.client("lambda")
    client.update_function_code(FunctionName=function, ImageUri=image)
    while client.get_function_configuration(FunctionName=function)["LastUpdateStatus"] != "Successful":
        pass


if __name__ == "__main__":
    function, repository, context, base_image = sys.argv[1:]
    ship(function, f"{repository}:latest", context, base_image)
