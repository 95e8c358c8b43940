"""What holds of the content identity for any tree and any build inputs."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from components.errors import ComponentError
from components.image.content import BuildSpec, Content
from components.image.context import files_below
from components.image.dockerignore import IgnoreRules
from components.printable import printable
from tests.components.image.test_dockerignore import ignores

SPEC = BuildSpec(context="fn", platform="linux/amd64")

Tree = dict[str, tuple[bytes, int]]
"""Contents and mode by path."""

NAMES = st.sampled_from(["a", "b", "A", "ab", "a b", "a.py", ".a", "é", "\n", "a\\"])
FOLDERS = st.sampled_from(["", "d/", "d/e/", "f/"])
FILES = st.tuples(st.binary(max_size=12), st.sampled_from([0o644, 0o755, 0o600]))
TREES = st.dictionaries(st.builds(str.__add__, FOLDERS, NAMES), FILES, max_size=6)
SPECS = st.builds(
    BuildSpec,
    context=st.just("fn"),
    platform=st.sampled_from(["linux/amd64", "linux/arm64"]),
    target=st.none() | st.text(max_size=3),
    args=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
)


@contextmanager
def written(tree: Tree, mtime: int = 1, ignore: str = "") -> Iterator[Path]:
    """The tree as a context `fn` in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        for path, (content, mode) in {"Dockerfile": (b"FROM scratch\n", 0o644), **tree}.items():
            file = Path(folder, "fn", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(mode)
            os.utime(file, (mtime, mtime))
        if ignore:
            Path(folder, "fn", ".dockerignore").write_text(ignore)
        yield Path(folder)


def identity_of(tree: Tree, spec: BuildSpec = SPEC) -> str:
    with written(tree) as root:
        return Content.read(spec, root).identity


@given(TREES, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_same_tree_elsewhere_in_another_order_at_another_time_is_the_same(tree: Tree, random: Any) -> None:
    paths = sorted(tree)
    random.shuffle(paths)
    with written(tree) as here, written({path: tree[path] for path in paths}, mtime=10**9) as there:
        (there / "fn" / "empty" / "folder").mkdir(parents=True)
        assert Content.read(SPEC, here).identity == Content.read(SPEC, there).identity
        assert Content.read(SPEC, here).file_hashes == Content.read(SPEC, there).file_hashes


@given(TREES, TREES)
@settings(max_examples=100)
def test_different_trees_have_different_identities(one: Tree, other: Tree) -> None:
    assume(one != other)
    assert identity_of(one) != identity_of(other)


@given(TREES.filter(bool), st.data())
@settings(max_examples=100)
def test_any_single_change_of_a_file_is_seen_and_names_that_file(tree: Tree, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(tree)))
    content, mode = tree[path]
    at = data.draw(st.integers(0, max(len(content) - 1, 0)))
    flipped = bytes([*content[:at], (content[at] if content else 0) ^ 1, *content[at + 1 :]])
    changed: Tree = {
        **tree,
        path: data.draw(st.sampled_from([(flipped, mode), (content + b"\0", mode), (content, mode ^ 0o010)])),
    }
    with written(tree) as before, written(changed) as after:
        assert Content.read(SPEC, before).identity != Content.read(SPEC, after).identity
        old, new = Content.read(SPEC, before).file_hashes, Content.read(SPEC, after).file_hashes
        assert {name for name in old | new if old.get(name) != new.get(name)} == {printable(path)}


@given(TREES.filter(bool), st.data())
@settings(max_examples=50)
def test_a_file_that_moves_is_seen(tree: Tree, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(tree)))
    moved = {name: file for name, file in tree.items() if name != path} | {"moved/" + path: tree[path]}
    assert identity_of(tree) != identity_of(moved)


@given(TREES, TREES)
@settings(max_examples=50)
def test_ignored_files_never_count(tree: Tree, ignored: Tree) -> None:
    ignore = "out\n**/*.log\n"
    more: Tree = {f"out/{path}": file for path, file in ignored.items()}
    more |= {f"{path}.log": file for path, file in ignored.items()}
    with written(tree, ignore=ignore) as without, written({**tree, **more}, ignore=ignore) as with_them:
        assert Content.read(SPEC, without).identity == Content.read(SPEC, with_them).identity
        assert Content.read(SPEC, without).file_hashes == Content.read(SPEC, with_them).file_hashes


PATTERNS = st.lists(
    st.builds(
        lambda mark, parts: mark + "/".join(parts),
        st.sampled_from(["", "!"]),
        st.lists(st.sampled_from(["a", "b", "d", "e", "f", "*", "**", "a*", "?", "[ab]"]), min_size=1, max_size=3),
    ),
    max_size=5,
)


@given(TREES, st.sampled_from([[], ["*"], ["**"], ["d"]]), PATTERNS)
@settings(max_examples=300)
def test_what_is_not_looked_into_has_nothing_to_send(tree: Tree, first: list[str], patterns: list[str]) -> None:
    rules = IgnoreRules.parse("\n".join(first + patterns))
    with written(tree) as root:
        try:
            found = {*files_below(root / "fn", rules)}
        except ComponentError as refused:
            assert "not every version of Docker looks into it" in str(refused)
        else:
            assert found == {path for path in {*tree, "Dockerfile"} if not ignores(rules, path)}


@given(SPECS, SPECS)
@settings(max_examples=200)
def test_different_build_inputs_have_different_identities(one: BuildSpec, other: BuildSpec) -> None:
    assume(one != other)
    assert identity_of({}, one) != identity_of({}, other)


def test_the_order_of_arguments_has_no_meaning() -> None:
    one = replace(SPEC, args={"A": "1", "B": "2"})
    assert identity_of({}, one) == identity_of({}, replace(one, args={"B": "2", "A": "1"}))
