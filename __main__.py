"""Ships every module below `modules/` to AWS Lambda: settings, one LambdaModule each, outputs."""

import gc

gc.disable()  # the process ends with the program: with 100 modules, collecting takes a quarter of its time for 6 MiB

import os
from pathlib import Path
from typing import Any

import pulumi

from components.concurrency import gather_bounded, refuse_unknown
from components.encryption_key import key_of
from components.function.boundary import boundary_of
from components.image.handover import handed_over
from components.image.registry import Registry
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module, find_modules
from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.settings.configuration import stack_document
from components.settings.promotion import promoting_prefixes

pulumi.runtime.register_stack_transformation(refuse_unknown)
settings, modules = find_modules(Path("modules"), stack_document(pulumi.Config()))
registry = Registry.of_account(settings.registry_host, os.environ.get("AWS_ENDPOINT_URL"))
kms_key_arn, boundary = key_of(settings), boundary_of(settings)
monitoring = Monitoring("monitoring", MonitoringArgs(modules=modules, settings=settings, kms_key_arn=kms_key_arn))
images = handed_over(os.environ, settings.pipeline)
promoting = promoting_prefixes(pulumi.get_project(), pulumi.get_stack())
shipped: dict[str, LambdaModule] = {}


def ship(module: Module) -> pulumi.Output[dict[str, Any]]:
    builder = shipped.get(module.settings.image.module or module.name)
    args = LambdaModuleArgs(
        module=module,
        registry=registry,
        settings=settings,
        image=builder.image if builder else None,
        handed_over=images,
        boundary=boundary,
        promoting_prefixes=promoting,
        kms_key_arn=kms_key_arn,
        alarm_topic=monitoring.topic,
    )
    return shipped.setdefault(module.name, LambdaModule(module.name, args)).outputs


async def main() -> pulumi.Inputs:
    excluded = os.environ.get("EXCLUDED_MODULES", "").split()  # see delivery/exclude.py
    return {module.name: values for module, values in await gather_bounded(modules, ship, settings.parallel, excluded)}


pulumi.run(main)
