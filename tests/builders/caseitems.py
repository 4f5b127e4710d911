"""Items of evidence as values, for the tests of what describes them: entries of every kind, and hypothesis' own."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

from hypothesis import strategies as st

from builders.custody import ABROAD, ITEM, LAB, ROOM, WARRANT, deed
from builders.logs import NOON
from comity.evidence.casegraph import Described, write_graph
from comity.evidence.custodyentry import CustodyEntry, Deed, acts
from comity.evidence.model import FILE, FOLDER, LINK, SPECIAL, Act, Entry, Generation, Origin

ORIGIN = Origin(0o100644, 1000, 1000, 5, 1_760_000_000_123_456_789, 1_760_000_000_000_000_000, 1_760_000_000, 1, 2, 1)
ACT = Act(ITEM, "Trần Thị Bình", "Hà Nội", "investigation 7", WARRANT, "C-7/2026", "", "VN.a05")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=20)


def generation(act: Act = ACT, files: int = 1, size: int = 5) -> Generation:
    """A generation that was sealed at noon."""
    return Generation(act, "", "cd" * 32, NOON, NOON, files, size)


def file_entry(name: bytes = b"photos/a.jpg", data: bytes = b"bytes") -> Entry:
    """A file whose bytes were taken."""
    digests = {"sha256": sha256(data).hexdigest(), "blake3": "00" * 32, "sha512": "ab" * 64}
    return Entry(FILE, name, ORIGIN, f"data/{name.hex()}", len(data), digests)


def chain(*deeds: Deed) -> list[CustodyEntry]:
    """Entries that hang on each other."""
    made: list[CustodyEntry] = []
    for number, one in enumerate(deeds, 1):
        made.append(CustodyEntry(ITEM, number, NOON, one, f"{number:032x}", made[-1].digest if made else ""))
    return made


CAPTURE = {
    "address": "https://www.example.org/shop?x=1", "machine": "192.0.2.7", "port": 443, "status": 302, "answer_bytes": 9,
    "begun_at": "2026-01-02T03:04:05.000000Z", "ended_at": "2026-01-02T03:04:06.000000Z",
    "tls": {"protocol": "TLSv1.3", "cipher": "X", "trusted": True}, "redirect": {"to": "https://www.example.net/"},
}  # fmt: skip
ABOUT = {
    "captures": [CAPTURE, {**CAPTURE, "machine": "2001:db8::7", "tls": {}, "redirect": {"to": "file:///x"}}],
    "delivery": {
        "identifier": "0d9c2a1e", "reference": "VN-1", "from": "SG.orchid", "announced_at": CAPTURE["begun_at"],
        "whole_at": CAPTURE["ended_at"],
    },
}  # fmt: skip


def whole() -> Described:
    """An item with an entry of every kind and some custody."""
    entries = [
        file_entry(),
        file_entry(b"\xff\xfe", b""),
        Entry(FILE, b"locked", ORIGIN),
        Entry(FOLDER, b"photos", ORIGIN),
        Entry(LINK, b"link", ORIGIN, target=b"\xffaway"),
        Entry(SPECIAL, b"pipe", ORIGIN),
        Entry(FILE, b"twin", ORIGIN, twin=b"photos/a.jpg"),
    ]
    deeds = [
        deed("acquired", place="Hà Nội", authority=WARRANT),
        deed("transferred", to=LAB),
        deed("received", LAB),
        deed("analysed", LAB, tool="example reader", version="4.2", result="two accounts"),
        deed("transferred", LAB, to=ABROAD),
    ]
    return Described(generation(), entries, chain(*deeds))


def written(item: Described) -> bytes:
    """The graph of an item."""
    out = BytesIO()
    write_graph(item, out)
    return out.getvalue()


@st.composite
def items(draw: st.DrawFn) -> Described:
    """Items with any names, times, texts and acts of custody."""
    act = Act(ITEM, *(draw(TEXT) for _ in range(7)))
    names = draw(st.lists(st.binary(min_size=1, max_size=8), unique=True, max_size=4))
    kinds = st.sampled_from([FILE, FOLDER, LINK, SPECIAL])
    times = st.integers(-(2**62), 2**62)
    entries = []
    for name in names:
        origin = Origin(0, 0, 0, 5, draw(times), draw(times), draw(times), 1, 2, 1)
        taken = file_entry(name)
        entries.append(
            draw(
                st.sampled_from(
                    [taken, Entry(draw(kinds), name, origin, target=b"t", twin=draw(st.binary(max_size=3)))]
                )
            )
        )
    deeds = draw(
        st.lists(
            st.builds(
                Deed, st.sampled_from(sorted(acts())), st.just(ROOM), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT,
                st.sampled_from([None, LAB]),
            ),
            max_size=3,
        )
    )  # fmt: skip
    return Described(generation(act), entries, chain(*deeds))
