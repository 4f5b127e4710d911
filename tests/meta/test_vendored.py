"""Files of other projects are what their projects published, unchanged, and named in NOTICE."""

from __future__ import annotations

import hashlib

import pytest

from meta.tree import ROOT

# From the packages htmx.org 4.0.1 (dist/htmx.min.js) and axe-core 4.14.1 (axe.min.js).
FILES = {
    "src/comity/web/desk/static/htmx.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "tests/web/axe/axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_project_is_unchanged_and_named(name: str) -> None:
    """A vendored file has the digest of the published one, and NOTICE says whose it is."""
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == FILES[name]
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert name in notice or name.rpartition("/")[0] in notice
