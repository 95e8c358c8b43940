"""Lets Pulumi recognize the resources of a module that was deployed by a release in which they had other parents.

A module's repository, image, role and function had a component each. Their resources are now children of the module, as
each component makes every update longer.
"""

import pulumi

from components.served import MODULE_TYPE, module_urns

_PARENTS = {
    "aws:ecr": ("ImageRepository",),
    "aws:iam": ("ExecutionRole",),
    "aws:lambda": ("ImageFunction",),
    "docker:index": ("ModuleImage",),
    "pulumi:index:Stash": ("ModuleImage", "PromotedImage"),
}
"""The components that can have had a child of a type, by what the type begins with."""


def with_former_parents(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation that gives the children of a module the URNs that they had, as aliases."""
    parent = args.opts.parent
    if parent is None or parent.pulumi_resource_type != MODULE_TYPE:
        return None
    start = f"{module_urns(pulumi.get_stack(), pulumi.get_project())}$lambda-images:index:"
    aliases: list[pulumi.Input[str | pulumi.Alias]] = [
        f"{start}{component}${args.type_}::{args.name}" for component in _PARENTS.get(args.type_.partition("/")[0], ())
    ]
    return pulumi.ResourceTransformationResult(
        args.props, pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(aliases=aliases))
    )
