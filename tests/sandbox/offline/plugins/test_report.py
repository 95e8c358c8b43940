from tests.sandbox.offline.plugins.report import PAGE, page


def test_the_page_about_the_local_plugins_is_current() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"
