"""The papers on custody say what the chain says, in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from builders.custody import ABROAD, ITEM, NIGHT, bag, begun, deed
from builders.logs import NOON
from comity.evidence.courtpapers import languages
from comity.evidence.custodychain import Fault
from comity.evidence.custodyentry import acts
from comity.evidence.custodysheet import checks, custody_paper, print_custody, standing
from comity.evidence.paper import Paper, code, print_paper
from comity.kernel.clock import FixedClock
from comity.store.engine import Store


def read(pdf: bytes) -> str:
    """The text of a paper in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_paper_says_what_the_chain_says(store: Store) -> None:
    """Every entry stands on the paper with who, when, what and its hash; the same chain gives the same bytes."""
    keeper = begun(store)
    checked = keeper.look(ITEM)
    pdf = print_custody(ITEM, checked, [bag()], at=NOON, log="comity/VN.a05")
    said = read(pdf)
    for entry in checked.entries:
        assert entry.deed.by.text in said
        assert entry.digest in said
    for text in ("7 entries, none missing", "Lê Văn Cường", "12 Example Street", "example reader 4.2"):
        assert text in said
    assert pdf == print_custody(ITEM, checked, [bag()], at=NOON, log="comity/VN.a05")
    assert b"pdfaid:part" in pdf


def test_a_broken_chain_is_said_on_paper(store: Store) -> None:
    """What a check found stands where else the good word stands."""
    checked = replace(begun(store).look(ITEM), faults=(Fault("gap", 3, "got the number 4, expected 3"),))
    assert checks(checked, "log") == ["entry 3: got the number 4, expected 3"]
    assert [
        block["mark"] for block in custody_paper(ITEM, checked, [], at=NOON, log="log").blocks if "mark" in block
    ] == ["!", "•"]


def test_markup_in_what_people_wrote_stays_text(store: Store) -> None:
    """What looks like a command of the typesetter is printed as it was written."""
    keeper = begun(store)
    keeper.note(
        ITEM, deed("noted", NIGHT, note='#panic("x") $1/0$ *bold* @ref <label> \\ [link] `raw` ' + "long" * 200)
    )
    said = read(print_custody(ITEM, keeper.look(ITEM), [], at=NOON, log="log"))
    assert '#panic("x") $1/0$ *bold* @ref <label> \\ [link] `raw`' in said


def test_where_it_stands_is_said_in_words(store: Store) -> None:
    """Held, under way, with another party and gone are told apart."""
    clock = FixedClock(NOON)
    keeper = begun(store, clock)
    assert standing(keeper.look(ITEM).standing) == "Lê Văn Cường (evidence room, VN.a05)"
    keeper.note(ITEM, deed("transferred", NIGHT, to=ABROAD))
    assert standing(keeper.look(ITEM).standing) == "under way to Maria Santos (digital evidence desk, PH.cicc)"
    clock.advance(timedelta(minutes=1))
    keeper.note(ITEM, deed("accepted", NIGHT))
    assert standing(keeper.look(ITEM).standing) == "Maria Santos (digital evidence desk, PH.cicc)"


def test_every_act_has_words() -> None:
    """Each act has a label and a description, and says who may do it and what becomes of the item."""
    for kind in acts().values():
        assert kind.en
        assert kind.description.endswith(".")
        assert kind.by in ("anyone", "party", "holder")
        assert kind.effect in ("begin", "take", "keep", "give", "arrive", "back", "end", "none")


def test_every_language_says_the_same() -> None:
    """Each language has every text of the court's papers, as many of each."""
    shape = {name: _shape(value) for name, value in languages()["en"].items()}
    for words in languages().values():
        assert {name: _shape(value) for name, value in words.items()} == shape
        assert "{date}" in words["about"]
        assert "{n}" in words["more"]
        assert all(command in words["steps"][1] for command in ("sha256sum -c SHA256SUMS",))


@pytest.mark.parametrize("value", ["ab" * 32, "0123456789abcdef" * 4])
def test_the_code_says_the_hash(value: str) -> None:
    """The QR code is drawn from the very digits that stand beside it."""
    import segno

    block = code(value, "caption")
    out = BytesIO()
    segno.make(value.upper(), error="q", micro=False).save(out, kind="svg", border=4, xmldecl=False, svgns=True)
    assert block["svg"] == out.getvalue().decode()
    assert json.loads(json.dumps(block)) == block
    assert value[:8] in read(print_paper(Paper("Title", "", NOON, "en", [block])))


def _shape(value: object) -> object:
    if isinstance(value, list):
        return len(value)
    return sorted(value) if isinstance(value, dict) else "text"
