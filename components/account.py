"""The account and Region that a stack is in, read from AWS before anything is created."""

import asyncio

import pulumi
from pulumi.runtime import invoke_async

from components.arn import AwsScope


async def account_scope(options: pulumi.InvokeOptions) -> AwsScope:
    """Raises an exception of the SDK if AWS refuses to say."""
    account, region = await asyncio.gather(
        invoke_async("aws:index/getCallerIdentity:getCallerIdentity", {}, options),
        invoke_async("aws:index/getRegion:getRegion", {}, options),
    )
    return AwsScope(AwsScope.of(account["arn"]).partition, region["region"], account["accountId"])
