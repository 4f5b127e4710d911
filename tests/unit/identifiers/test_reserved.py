"""The table of reserved blocks and names is sound."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from comity.identifiers.reserved import address_doubt, name_doubt
from comity.identifiers.vocabulary import load


def test_every_row_has_label_and_source() -> None:
    """Blocks are networks without host bits; each row says what it is and which document says so."""
    table = load("reserved")
    assert all(ip_network(row["network"]) for row in table["networks"])
    assert all(row["label"] and row["source"] for part in table.values() for row in part)


@pytest.mark.parametrize("row", load("reserved")["networks"], ids=lambda row: str(row["network"]))
def test_first_and_last_address_of_each_block_are_doubted(row: dict[str, str]) -> None:
    """A block is doubted from end to end, under its own label unless a smaller block stands inside."""
    network = ip_network(row["network"])
    assert address_doubt(network[0])
    assert row["label"] in address_doubt(network[-1])


@pytest.mark.parametrize(
    "text", ["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0", "2606:4700::1"]
)
def test_neighbours_are_not_doubted(text: str) -> None:
    """Addresses beside a block can be held in public."""
    assert address_doubt(ip_address(text)) == ""


def test_names_are_matched_by_whole_labels() -> None:
    """A name is reserved at and below the reserved one, not when it merely ends alike."""
    assert name_doubt("a.example.org")
    assert name_doubt("example.org")
    assert name_doubt("notexample.org") == ""
    assert name_doubt("contest") == ""
