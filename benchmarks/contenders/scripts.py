"""Three scripts: the plain one that people use, and two minimal ones that are as fast as such scripts can be.

One of the minimal ones does what the plain one does, and the other what this project does.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import checkout
from benchmarks.contender import EVENT, Contender, aws_client
from benchmarks.contenders import BARE, BARE_RELEASE, SCRIPT
from components.served import ALIAS
from delivery.live import authorization
from sandbox.docker import base_image
from sandbox.layout import Layout
from sandbox.process import run
from sandbox.session import Session

HERE = Path(__file__).parent
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def contenders(layout: Layout, session: Session, awscli: Path) -> Iterator[Contender]:
    """Yield the scripts. Each has its own repository and function, which such scripts expect to exist."""
    bare: list[str | Path] = [sys.executable, HERE / "bare_ship.py"]
    yield _contender(SCRIPT, "bench-script", ["bash", HERE / "script.sh"], layout, session, awscli)
    yield _contender(BARE, "bench-bare", bare, layout, session, awscli)
    released = _contender(BARE_RELEASE, "bench-release", bare, layout, session, awscli)
    yield replace(released, command=[*released.command, EVENT.decode()], qualifier=ALIAS)


def _contender(
    name: str, function: str, script: list[str | Path], layout: Layout, session: Session, awscli: Path
) -> Contender:
    module = Path(shutil.copytree(checkout.MODULE, layout.project / "contenders" / function))
    repository = f"localhost:{session.emulator.port}/{function}"
    environ = {**session.environ, "PATH": os.pathsep.join([str(awscli), session.environ["PATH"]])}
    log = layout.logs / "contenders.log"
    _make(function, repository, module, environ, log)
    return Contender(
        name=name,
        module=module,
        command=[*script, function, repository, module, base_image.TAG],
        cwd=module,
        environ=environ,
        log=log,
        function=function,
    )


def _make(function: str, repository: str, module: Path, environ: dict[str, str], log: Path) -> None:
    ecr = aws_client("ecr", environ)
    ecr.create_repository(repositoryName=function)
    user, password, _ = authorization(ecr)
    login = ["docker", "login", "--username", user, "--password-stdin", repository.partition("/")[0]]
    run(login, env=environ, log=log, stdin=password)
    role = aws_client("iam", environ).create_role(RoleName=function, AssumeRolePolicyDocument=json.dumps(TRUST))
    image = f"{repository}:latest"
    run(["docker", "build", "--build-arg", f"BASE_IMAGE={base_image.TAG}", "-t", image, module], env=environ, log=log)
    run(["docker", "push", image], env=environ, log=log)
    functions = aws_client("lambda", environ)
    functions.create_function(
        FunctionName=function,
        PackageType="Image",
        Code={"ImageUri": image},
        Role=role["Role"]["Arn"],
        MemorySize=1024,
        Timeout=30,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
    version = functions.publish_version(FunctionName=function)["Version"]
    functions.create_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)
