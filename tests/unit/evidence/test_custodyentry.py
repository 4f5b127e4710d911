"""An entry of custody is read back as it was written, and nothing else is an entry."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.caseitems import TEXT, chain
from builders.custody import LAB, ROOM
from comity.evidence.custodychain import Standing, check_chain, stand
from comity.evidence.custodyentry import CustodyEntry, Deed, acts, read
from comity.evidence.errors import BadCustody, WrongHand
from comity.kernel.errors import ComityError

ACTS = st.sampled_from(sorted(acts()))
HANDS = st.sampled_from([ROOM, LAB])


@st.composite
def deeds(draw: st.DrawFn) -> Deed:
    """Deeds that are well-formed."""
    act = draw(ACTS)
    to = draw(HANDS) if act in ("transferred", "received") else None
    hashes = draw(st.dictionaries(TEXT, st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=3))
    made = Deed(
        act, draw(HANDS), draw(TEXT), "a reason", draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT), to
    )
    made = Deed(**{**vars(made), "hashes": hashes})
    try:
        made.check()
    except BadCustody:  # a drawn text that is not in normal form
        return Deed(act, ROOM, why="a reason", to=to)
    return made


@given(st.lists(deeds(), min_size=1, max_size=4))
def test_an_entry_is_read_back(drawn: list[Deed]) -> None:
    """Reading what was written gives the same entry, and writes the same bytes."""
    for entry in chain(*drawn):
        assert read(entry.dump()) == entry
        assert read(entry.dump()).dump() == entry.dump()


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_anything_else_is_refused(data: bytes) -> None:
    """Other bytes are refused, and with our own error only."""
    with pytest.raises(BadCustody):
        read(data)


@pytest.mark.parametrize("name", ["format", "item", "number", "at", "salt", "previous", "act", "by"])
@pytest.mark.parametrize("value", [None, 0, True, "", [], {}, "x"])
def test_a_field_of_another_kind_is_refused(name: str, value: object) -> None:
    """An entry with a field that is not what it should be is no entry."""
    document = json.loads(chain(Deed("acquired", ROOM), Deed("opened", ROOM))[1].dump())
    changed = json.dumps(document | {name: value}, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    if name == "item" and isinstance(value, str):
        assert read(changed).item == value
    else:
        with pytest.raises(BadCustody):
            read(changed)


@given(st.lists(deeds(), max_size=12))
def test_there_is_never_a_second_holder(drawn: list[Deed]) -> None:
    """Whatever is tried, each act goes on from one holder, and the check of the chain agrees with what was allowed."""
    done: list[Deed] = []
    standing = Standing()
    for one in drawn:
        try:
            standing = standing.after(one)
        except WrongHand:
            assert [fault.code for fault in check_chain("E-2026-17", rows([*done, one])).faults] == ["hands"]
            continue
        done.append(one)
    assert stand(done) == standing
    assert not done or check_chain("E-2026-17", rows(done)).faults == ()
    assert not (standing.gone and standing.coming)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_the_check_takes_any_rows(data: list[bytes]) -> None:
    """Rows of any bytes are findings, never a crash."""
    assert check_chain("E", data).faults


def rows(given_deeds: list[Deed]) -> list[bytes]:
    """The rows of a chain."""
    entries: list[CustodyEntry] = chain(*given_deeds)
    return [entry.dump() for entry in entries]


def test_the_errors_are_ours() -> None:
    """The errors of a chain are of the one root."""
    assert issubclass(BadCustody, ComityError)
