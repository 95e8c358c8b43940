"""The example of two modules that share a library."""

import shutil

import pytest

from tests.end_to_end.checkout import PROJECT, Checkout

pytestmark = pytest.mark.sandbox

EXAMPLE = PROJECT / "examples" / "sharing"


def versions(checkout: Checkout) -> dict[str, str]:
    return {name: output["version"] for name, output in checkout.outputs().items()}


def test_an_edit_ships_the_modules_whose_image_has_the_file_and_no_others(tiny: Checkout) -> None:
    shutil.copytree(EXAMPLE, tiny.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    tiny.up().ok()
    first = versions(tiny)
    assert tiny.invoke("quote") == {"price": 5652}
    assert tiny.invoke("invoice") == {"net": 5750, "tax": 1092, "total": 6842}

    library = "shared/pricing/__init__.py"
    tiny.edit(library, "return amount * TAX_PERCENT // 100", "return -(-amount * TAX_PERCENT // 100)")
    assert tiny.preview().endswith(
        f"invoice is built again, because of\n  ~ {library}\nquote is built again, because of\n  ~ {library}\n"
    )
    tiny.edit("modules/quote/module.yaml", "5652", "5653")
    tiny.edit("modules/invoice/module.yaml", "6842", "6843")
    tiny.up().ok()
    assert tiny.invoke("quote") == {"price": 5653}
    assert versions(tiny) == {**first, "invoice": "2", "quote": "2"}

    tiny.edit("modules/adder/app.py", "def handler", "# edited\ndef handler")
    tiny.edit("modules/quote/handler.py", '"price"', '"toPay"')
    tiny.edit("modules/quote/module.yaml", "price:", "toPay:")
    reasons = {line.split()[0]: line for line in tiny.sandbox("status").ok().splitlines() if "differs" in line}
    assert reasons.keys() == {"adder", "quote"}
    assert "differs: ~ modules/quote/handler.py" in reasons["quote"]
    tiny.up().ok()
    assert tiny.invoke("quote") == {"toPay": 5653}
    assert versions(tiny) == {"adder": "2", "greeter": first["greeter"], "invoice": "2", "quote": "3"}
