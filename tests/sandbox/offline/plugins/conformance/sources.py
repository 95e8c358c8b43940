"""The event sources in the recordings: queues, topics, a bucket."""

from collections.abc import Callable
from typing import Any


def build(cloud: Callable[[str], Any]) -> None:
    for queue in ("cf-q1", "cf-q2"):
        cloud("sqs").create_queue(QueueName=queue)
    for topic in ("cf-t1", "cf-t2"):
        cloud("sns").create_topic(Name=topic)
    cloud("s3").create_bucket(Bucket="cf-bucket-fix")
