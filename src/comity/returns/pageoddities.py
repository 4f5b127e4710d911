"""What a person should know of a page beside its units: programs in it, and text that could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from .markup import Page
from .model import Finding


def oddities(page: Page) -> Iterator[Finding]:
    """Yield what was odd about a page that was heard to its end."""
    if page.active:
        found = ", ".join(f"{name} {count} times" for name, count in sorted(page.active.items()))
        yield Finding("active_content", found[:300], "a page without programs", advice="It was not run; open no page.")
    if page.unread:
        yield Finding("text_undecodable", f"{page.unread} signs replaced", f"text in {page.encoding}")
    if page.assumed:
        yield Finding("encoding_assumed", page.encoding, "an encoding that the page declares")
    if page.too_deep:
        yield Finding("too_deep", "elements in each other beyond what is read", advice="Look at the page's source.")
