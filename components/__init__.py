"""Pulumi components that ship container images to AWS Lambda, and the pure functions beside them.

Import from the modules themselves, so that pure functions load without the cloud SDKs.
"""
