from sandbox.offline.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.offline.plugins.shapes import Shape

NAMES = {"delay": "DelaySeconds", "fifo": "FifoQueue", "policy": "Policy"}
SHAPE = Shape("object", properties={"delay": Shape("integer"), "fifo": Shape("boolean"), "policy": Shape("string")})


def test_properties_are_converted_to_strings_and_back() -> None:
    attributes = {"DelaySeconds": "7", "FifoQueue": "true", "Policy": "{}"}
    assert to_attributes(NAMES, {"delay": 7, "fifo": True, "policy": "{}", "other": 1}) == attributes
    assert from_attributes(SHAPE, NAMES, attributes) == {"delay": 7, "fifo": True, "policy": "{}"}


def test_attributes_that_aws_does_not_return_are_zero() -> None:
    assert from_attributes(SHAPE, NAMES, {}) == {"delay": 0, "fifo": False, "policy": ""}


def test_only_changed_attributes_are_set_and_removed_ones_are_emptied() -> None:
    state = {"delay": 7, "fifo": False, "policy": "{}"}
    assert attribute_changes(NAMES, state, {"delay": 8, "fifo": False}) == {"DelaySeconds": "8", "Policy": ""}
    assert attribute_changes(NAMES, state, state) == {}
