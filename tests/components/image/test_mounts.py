from pathlib import Path

import pytest

from components.errors import ComponentError
from components.image.content import BuildSpec
from components.image.mounts import mounts_in, refuse_undeclared

FILE = r"""# syntax=docker/dockerfile:1
FROM base
run --mount=type=secret,id=one --network=none cat /run/secrets/one
RUN \
    # why
    --mount=type=cache,target=/root/.cache \

    --mount=type=secret,target=/root/.npmrc,required=false \
    npm ci
RUN --mount=type=ssh git clone
RUN --mount=type=ssh,id=git "--mount=type=secret,id=of-the-command"
RUN <<EOF cat
RUN --mount=type=secret,id=of-a-heredoc true
EOF
RUN --mount=type=secret,"id=quoted",dst=/x echo $((1<<EOF))
RUN echo --mount=type=secret,id=an-argument
COPY --from=other --mount=type=secret,id=of-no-command a b
"""


def test_mounts_are_found_with_their_lines_and_names_and_nothing_else() -> None:
    found = [(mount.line, mount.kind, mount.name, mount.optional) for mount in mounts_in(FILE)]
    assert found == [
        (3, "secret", "one", False),
        (4, "secret", ".npmrc", True),
        (10, "ssh", "default", False),
        (11, "ssh", "git", False),
        (15, "secret", "quoted", False),
    ]


def refusal(dockerfile: str, **declared: object) -> str:
    Path("Dockerfile").write_text(dockerfile)
    spec = BuildSpec(context=".", platform="linux/amd64", **declared)  # type: ignore[arg-type]
    try:
        refuse_undeclared(spec)
    except ComponentError as refused:
        return str(refused)
    return ""


def test_what_is_mounted_has_to_be_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secret, ssh = "RUN --mount=type=secret,id=pip true\n", "RUN --mount=type=ssh true\n"
    assert refusal(f"FROM a\n{secret}{ssh}") == (
        "Dockerfile, line 2, mounts the secret 'pip', which the module doesn't declare: name it below `buildSecrets` "
        "in its module.yaml, or write `required=false` in the Dockerfile if it works without\n"
        "Dockerfile, line 3, mounts an SSH agent: set `buildSsh: true` in the module's module.yaml, or write "
        "`required=false` in the Dockerfile if it works without"
    )
    assert refusal(f"FROM a\n{secret}{ssh}", secrets=["pip"], ssh=True) == ""
    assert refusal("FROM a\nRUN --mount=type=secret,id=a,required=false true\n") == ""
    assert refusal("FROM a\nRUN --mount=type=secret,id=$NAME true\n") == ""
    assert "builds have only the default one" in refusal("FROM a\nRUN --mount=type=ssh,id=git true\n", ssh=True)
