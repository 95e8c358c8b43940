"""Ships every module below `modules/` to AWS Lambda: settings, one LambdaModule each, outputs."""

import gc

gc.disable()  # the process ends with the program: with 100 modules, collecting takes a quarter of its time for 6 MiB

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from components.concurrency import gather_bounded, of_what_was_made, refuse_unknown
from components.encryption_key import key_of
from components.excluded import Excluded
from components.function.boundary import boundary_of
from components.http_api import have_routes, http_api_of, outputs_of
from components.image.handover import handed_over
from components.image.only_repositories import OnlyRepositories
from components.image.registry import Registry
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module, find_modules
from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.own_resources import own_resources
from components.sdk import spare_needless_work
from components.settings.configuration import stack_document
from components.settings.promotion import promoting_prefixes
from components.stack_outputs import stack_outputs
from components.wiring import Wiring

spare_needless_work()
pulumi.runtime.register_stack_transformation(refuse_unknown)
settings, modules = find_modules(Path("modules"), stack_document(pulumi.Config()))
registry = Registry.of_account(settings.registry_host, os.environ.get("AWS_ENDPOINT_URL"))
kms_key_arn, boundary = key_of(settings, have_routes(modules)), boundary_of(settings)
images = handed_over(os.environ, settings.pipeline, pulumi.get_stack())
promoting = promoting_prefixes(pulumi.get_project(), pulumi.get_stack())
shipped: dict[str, LambdaModule] = {}
before: dict[str, Any] = {}
excluded = Excluded.of(os.environ)
of_stack: Mapping[str, pulumi.Output[str]] = {}
if limited := OnlyRepositories.of(os.environ):
    modules, alarm_topic, http_api, wiring = limited.chosen(modules), None, None, None
else:
    args = MonitoringArgs(modules=modules, settings=settings, kms_key_arn=kms_key_arn)
    monitoring = Monitoring("monitoring", args)
    alarm_topic = monitoring.topic
    http_api = http_api_of(modules, settings, alarm_topic, kms_key_arn)
    of_stack = {**monitoring.outputs, **outputs_of(http_api)}
    wiring = Wiring(own_resources(settings, kms_key_arn), modules)


def ship(module: Module) -> pulumi.Output[dict[str, Any]]:
    builder = shipped.get(module.settings.image.module or module.name)
    args = LambdaModuleArgs(
        module=module,
        registry=registry,
        settings=settings,
        image=builder.image if builder else None,
        only_repository=limited is not None,
        handed_over=None if module.name in excluded.modules else images,
        excluded=module.name in excluded.modules,
        last_tag=before.get(module.name, {}).get("tag", ""),
        boundary=boundary,
        promoting_prefixes=promoting,
        kms_key_arn=kms_key_arn,
        alarm_topic=alarm_topic,
        references=wiring.values(module, shipped) if wiring else {},
        http_api=http_api,
    )
    return shipped.setdefault(module.name, LambdaModule(module.name, args)).outputs


async def main() -> pulumi.Inputs:
    if excluded.modules or (settings.pipeline.images == "build" and settings.build_cache and not limited):
        before.update(await stack_outputs())
    made = await gather_bounded(modules, ship, settings.parallel, excluded.modules)
    of_modules = {**{module.name: its for module, its in made}, **excluded.outputs(before)}
    return limited.outputs if limited else {**await of_what_was_made(of_stack), **of_modules}


pulumi.run(main)
