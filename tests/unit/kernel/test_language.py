"""Texts come in the person's language, in English where there is no translation."""

from __future__ import annotations

import pytest

from comity.kernel.language import _, counted, language


@pytest.mark.parametrize(
    ("own", "system", "expected"),
    [
        ("vi", "en_US.UTF-8", "vi"), (None, "vi_VN.UTF-8", "vi"), (None, "pt_BR", "pt"), ("", "fr", "fr"), (None, None, "en"),
        (None, "", "en"), ("VI", None, "vi"),
    ],
)  # fmt: skip
def test_language_of_the_person(
    own: str | None, system: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMITY_LANGUAGE goes before LANG, country and encoding are left off, and English is the last resort."""
    for name, value in (("COMITY_LANGUAGE", own), ("LANG", system)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert language() == expected


@pytest.mark.parametrize("chosen", ["en", "tlh", "../../etc", "C"])
def test_a_language_without_catalogue_speaks_english(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no catalogue, the English source is said."""
    monkeypatch.setenv("COMITY_LANGUAGE", chosen)
    assert _("no such text in any catalogue") == "no such text in any catalogue"


@pytest.mark.parametrize(("n", "expected"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_counted(n: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing is said in the singular, none or several in the plural, with the number filled in."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    assert counted("{n} day", "{n} days", n) == expected
