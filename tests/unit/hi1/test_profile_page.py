"""The page on our profile says what the data say."""

from __future__ import annotations

from pathlib import Path

from comity.hi1.capability import parse_capability
from comity.hi1.formats import formats
from comity.hi1.vocabulary import OWNER, load

PAGE = (Path(__file__).parents[3] / "docs" / "develop" / "hi1-profile.md").read_text("utf-8")


def test_every_value_of_our_dictionaries_is_on_the_page() -> None:
    """A value that the page does not name is red."""
    for name, rows in load("dictionaries")[OWNER].items():
        if name not in ("AcceptedLanguage", "Availability"):
            assert [value for value in rows if f"`{value}`" not in PAGE] == [], name


def test_every_format_reason_and_required_member_is_on_the_page() -> None:
    """Formats with their expressions, reasons with their numbers, and members with their objects are there."""
    for one in formats():
        assert f"| {one.owner} | `{one.name}` | {one.description} |" in PAGE
        if one.owner == OWNER:
            assert f"| `{one.name}` | `{one.regex}` |".replace("|", "\\|") in PAGE.replace("|", "\\|").replace(
                "\\\\|", "\\|"
            )
    for words in load("profile")["reasons"].values():
        for word, row in words.items():
            assert f"| {row['code']} | `{word}` | {row['name']} | {'yes' if row.get('rights') else ''} |" in PAGE
    for row in load("profile")["required"]:
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| {row['verb']} {row['object']} |"))
        assert all(f"`{path}`" in line for path in row["fields"])


def test_every_arrow_between_states_is_on_the_page() -> None:
    """Each state with its followers is there."""
    for row in load("states").values():
        for status, new in row["follows"].items():
            assert not new or f"{status} → {', '.join(new)}" in PAGE


def test_the_example_of_a_capability_file_is_one() -> None:
    """The file on the page can be read."""
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    assert parse_capability(example.encode()).provider == "XB.csp01"
