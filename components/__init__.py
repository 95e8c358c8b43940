"""Pulumi components that ship container images to AWS Lambda, and the pure functions beside them.

Import from the modules themselves: content.py and its neighbours then load without the cloud SDKs.
"""
