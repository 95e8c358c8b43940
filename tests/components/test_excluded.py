from components.excluded import MODULES, Excluded

BEFORE = {"a": {"version": "1"}, "b": {"version": "2"}}


def test_excluded_modules_keep_the_outputs_that_the_stack_has() -> None:
    assert Excluded.of({}).outputs(BEFORE) == {}
    assert Excluded.of({MODULES: "b new"}).outputs(BEFORE) == {"b": {"version": "2"}}
