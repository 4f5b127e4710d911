"""The template of messages holds every text that the program marks for translation."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from meta.tree import SOURCE

KEYWORDS = {**DEFAULT_KEYWORDS, "counted": (1, 2)}


def marked(folder: Path) -> set[str]:
    """Collect the first form of every text marked for translation under *folder*."""
    found = extract_from_dir(folder, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_a_marked_text_is_collected(tmp_path: Path) -> None:
    """A text in `_()` and both forms in `counted()` are seen as marked."""
    (tmp_path / "m.py").write_text('_("one")\ncounted("a day", "{n} days", 3)\n')
    assert marked(tmp_path) == {"one", "a day"}


def test_the_template_is_up_to_date() -> None:
    """The template holds exactly the texts marked in the source; `make messages` writes it."""
    with (SOURCE / "locale" / "comity.pot").open("rb") as file:
        written = {one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file) if one.id}
    assert written == marked(SOURCE)
