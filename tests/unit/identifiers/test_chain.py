"""The table of chains is sound."""

from __future__ import annotations

import re

from comity.identifiers.chain import default, find
from comity.identifiers.vocabulary import load

ROWS = load("chains")["chains"]


def test_every_row_is_a_caip_2_id_with_label_form_and_source() -> None:
    """CAIP-2 asks for a namespace of 3 to 8 and a reference of 1 to 32 characters."""
    for row in ROWS:
        assert re.fullmatch(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", row["id"]), row
        assert row["label"], row
        assert row["source"], row
        assert row["form"] in {"bitcoin", "bitcoin-test", "evm", "tron", "solana"}, row


def test_every_id_finds_its_chain() -> None:
    """Main and other ids lead to the row they stand in, and no id stands twice."""
    ids = [one for row in ROWS for one in (row["id"], *row.get("also", ()))]
    assert len(ids) == len(set(ids))
    assert [find(one).id for one in ids] == [row["id"] for row in ROWS for _ in (row["id"], *row.get("also", ()))]


def test_defaults_have_value() -> None:
    """Without a hint a chain with value is meant; a test form has no default."""
    assert default("evm") == find("eip155:1")
    assert default("tron") == find("tron:0x2b6653dc")
    assert default("bitcoin-test") is None


def test_tron_ids_in_both_bases_agree() -> None:
    """The decimal id is the same number as the hexadecimal one."""
    for row in ROWS:
        for other in row.get("also", ()):
            assert int(other.removeprefix("tron:")) == int(row["id"].removeprefix("tron:"), 16)
