from pathlib import Path
from types import SimpleNamespace

from sandbox.emulator.ministack.allowed_calls import _recorded


def test_each_call_that_a_principal_is_allowed_is_recorded(tmp_path: Path) -> None:
    def evaluate(context: SimpleNamespace, policies: list[str]) -> SimpleNamespace:
        return SimpleNamespace(decision="Allow" if context.action in policies else "Deny")

    file = tmp_path / "calls"
    evaluated = _recorded(evaluate, file)
    for principal, action in [
        ("a", "s3:GetObject"),
        ("a", "s3:GetObject"),
        ("a", "s3:PutObject"),
        ("b", "s3:GetObject"),
    ]:
        context = SimpleNamespace(principal_arn=principal, action=action)
        assert evaluated(context, ["s3:GetObject"]) == evaluate(context, ["s3:GetObject"])
    assert file.read_text() == "a s3:GetObject\na s3:GetObject\nb s3:GetObject\n"
