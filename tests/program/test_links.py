"""Every relative link in the documentation leads to a file that exists, and to a heading that it has."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    + list((PROJECT / "docs").rglob("*.md"))
)
CODE_BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)


def links(markdown: str) -> list[str]:
    """The targets of links and images. Links in code are not links."""
    return LINK.findall(CODE.sub("", CODE_BLOCK.sub("", markdown)))


def anchors(markdown: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings: https://docs.github.com/en/get-started/writing-on-github/\
getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links

    A link in a heading counts by its text. The second of two equal headings gets `-1`, the third `-2`.
    """
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(CODE_BLOCK.sub("", markdown)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def broken_links(page: Path, root: Path = PROJECT) -> Iterator[str]:
    for link in links(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.is_relative_to(root) or not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and (target.suffix != ".md" or anchor not in anchors(target.read_text())):
            yield f"{link}: there is no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_relative_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    docs = PROJECT / "docs"
    index = docs / "README.md"
    listed = {(docs / link.partition("#")[0]).resolve() for link in links(index.read_text())}
    pages = {page for page in docs.glob("*.md") if page != index} | {docs / "decisions" / "README.md"}
    assert pages - listed == set()


BROKEN = {
    "a file that does not exist": "[x](nowhere.md)",
    "a heading that does not exist": "[x](other.md#nothing)",
    "a heading of the page itself that does not exist": "[x](#nothing)",
    "an anchor of a file that has no headings": "[x](data.json#a-heading)",
    "a file outside the repository": "[x](../../etc)",
    "an image that does not exist": "![x](nowhere.svg)",
}


@pytest.mark.parametrize("markdown", BROKEN.values(), ids=BROKEN)
def test_the_check_finds(markdown: str, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A heading\n")
    (tmp_path / "data.json").write_text("{}")
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{markdown}\n")
    assert len(list(broken_links(page, tmp_path))) == 1


def test_the_check_accepts_what_github_resolves(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(
        "# A `code` heading, [linked](x.md)\n## Twice\n## Twice\n```\n# no heading\n```\n"
    )
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n[a](other.md#a-code-heading-linked) [b](other.md#twice-1) [c](#page) [d](https://x.example#y)\n"
        "`[e](nowhere.md)`\n```\n[f](nowhere.md)\n```\n"
    )
    assert list(broken_links(page, tmp_path)) == []
    assert anchors((tmp_path / "other.md").read_text()) == {"a-code-heading-linked", "twice", "twice-1"}
