from sandbox.cli.preview import _summary

BUILT = [
    "~ build",
    "~ image: build, imageName",
    "~ function: description, imageUri",
    "~ smoke: qualifier, triggers.lastModified",
    "~ live: functionVersion",
    "~ served",
]


def test_what_follows_from_a_build_is_not_listed_again() -> None:
    shown = list(_summary({"orders": ["~ app.py"]}, {"orders": BUILT}, []))
    assert shown == ["orders is built again, because of", "  ~ app.py"]


def test_what_changes_beside_a_build_is_listed() -> None:
    changes = [*(line.replace("imageUri", "imageUri, timeout") for line in BUILT), "~ duration: threshold", "+ queue"]
    assert list(_summary({"orders": ["~ app.py"]}, {"orders": changes}, [])) == [
        "orders is built again, because of",
        "  ~ app.py",
        "orders also changes",
        "  ~ function: timeout",
        "  ~ duration: threshold",
        "  + queue",
    ]


def test_a_new_module_is_one_line() -> None:
    shown = list(_summary({"orders": ["+ a new module"]}, {"orders": ["+ build", "+ role"]}, []))
    assert shown == ["orders is built again, because of", "  + a new module"]


def test_what_changes_of_the_stack_alone_is_listed() -> None:
    shown = list(_summary({}, {}, ["~ monitoring-dashboard: dashboardBody"]))
    assert shown == ["What all modules share changes", "  ~ monitoring-dashboard: dashboardBody"]
    assert list(_summary({}, {}, [])) == ["Nothing would change."]
