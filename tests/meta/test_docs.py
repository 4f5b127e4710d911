"""The documentation names what there is: links lead somewhere, each setting, dependency and decision is explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meta.test_locks import PROJECT
from meta.tree import ROOT, python, tracked

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)")


def pages() -> list[Path]:
    """List the pages of the documentation and those at the project's root."""
    return [p for p in tracked() if p.suffix == ".md" and (p.is_relative_to(DOCS) or p.parent == ROOT)]


def links(page: Path) -> set[Path]:
    """List the files that a page links to."""
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text("utf-8"))}


def dependencies() -> list[str]:
    """Name every direct dependency, of the run time and of development."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    lists = [project["dependencies"], *project["optional-dependencies"].values(), *groups.values()]
    return sorted({re.split(r"[\[><=~!; ]", one)[0] for each in lists for one in each if isinstance(one, str)})


def settings() -> set[str]:
    """Name every environment variable that the program reads."""
    return {
        word for path in python(ROOT / "src") for word in re.findall(r"\bCOMITY_[A-Z_]+\b", path.read_text("utf-8"))
    }


def test_a_link_is_read_without_its_anchor() -> None:
    """A link inside the project is found without its anchor; an address and an anchor alone are none."""
    assert LINK.findall("[a](b/c.md#d) [e](https://example.org/) [f](#g)") == ["b/c.md"]


def test_every_link_leads_to_a_file() -> None:
    """Every relative link of every page leads to something that is there."""
    assert [f"{page.name}: {target}" for page in pages() for target in links(page) if not target.exists()] == []


def test_every_page_can_be_reached() -> None:
    """Every page of the documentation is reached from the index by links."""
    reached, ahead = set[Path](), {DOCS / "index.md"}
    while ahead:
        reached |= ahead
        ahead = {t for page in ahead for t in links(page) if t.suffix == ".md" and t.is_file()} - reached
    assert {p for p in pages() if p.is_relative_to(DOCS)} - reached == set()


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_has_its_reason(name: str) -> None:
    """Every direct dependency has its line, with reason and licence, in docs/develop/dependencies.md."""
    page = (DOCS / "develop" / "dependencies.md").read_text("utf-8")
    assert re.search(rf"(?m)^\| `{re.escape(name)}` \| [^|]+ \| [^|]+ \|$", page)


def test_no_dependency_is_explained_that_is_none() -> None:
    """docs/develop/dependencies.md has no line for a package that is no direct dependency."""
    page = (DOCS / "develop" / "dependencies.md").read_text("utf-8")
    assert set(re.findall(r"(?m)^\| `([\w.-]+)` \|", page)) == set(dependencies())


def test_every_setting_is_explained() -> None:
    """Every environment variable that the program reads is explained for those who operate it."""
    told = "".join(p.read_text("utf-8") for p in pages() if p.is_relative_to(DOCS / "operate"))
    assert {name for name in settings() if f"`{name}`" not in told} == set()


def test_every_decision_is_a_short_page() -> None:
    """Every decision record has a status, a context, a decision and consequences, and fits one page."""
    wanted = ["- Status: ", "## Context", "## Decision", "## Consequences"]
    records = {p: p.read_text("utf-8") for p in (DOCS / "adr").glob("0*.md")}
    assert [
        p.name for p, text in records.items() if len(text.splitlines()) > 60 or any(w not in text for w in wanted)
    ] == []
