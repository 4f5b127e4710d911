"""The commands around peers: the pair, the list, the check, holding back; and the party's card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from builders.commands import comity
from builders.exchange import SG, VN, Link
from builders.nodes import Nodes
from comity.exchange import outbox
from comity.node.ports import ports


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program speak English."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")


@pytest.fixture
def pair(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes whose homes hold their TLS pairs."""
    link = Link(today, tmp_path)
    for party in (VN, SG):
        link.enrol_by_command(party)
    link.spread()
    yield link


def waiting(pair: Link) -> None:
    """Put a message to SG.orchid into VN.a05's outbox."""
    node = pair.node(VN)
    with node.store.write() as unit:
        at = pair.nodes.clock.now()
        outbox.queue(unit, node.ledger, to=SG, transaction="t", raw=b"<a/>", about="r", kind="order", at=at)


def test_the_pair_is_made_once_and_printed_again(pair: Link) -> None:
    """`node tls` prints the same entry again, as YAML for the party's document, with the address the directory has."""
    home = pair.nodes.home(VN)
    again = comity("node", "tls", "--home", home, "--json").data
    assert again == pair.nodes.world.party(VN).document()["exchange"]
    said = comity("node", "tls", "--home", home)
    assert yaml.safe_load(said.out) == {"exchange": again}
    assert "registry" in said.err


def test_the_pair_is_followed_by_another(pair: Link) -> None:
    """`--next` lists both pairs, `--switch` takes the second into use, and the first is no longer listed."""
    home = pair.nodes.home(VN)
    both = comity("node", "tls", "--home", home, "--next", "--json").data["certificates"]
    assert len(both) == 2
    assert comity("node", "tls", "--home", home, "--switch", "--json").data["certificates"] == both[1:]
    assert comity("node", "tls", "--home", home, "--switch").code == 2


def test_no_address_yet(today: Nodes) -> None:
    """Without an address in the directory, `node tls` asks for one, and `serve` says what to do."""
    home = today.home(VN)
    assert comity("node", "tls", "--home", home, "--json").problem["field"] == "url"
    said = comity("serve", "--home", home, "--json")
    assert (said.code, "comity node tls" in said.problem["advice"]) == (2, True)


def test_the_list_of_peers(pair: Link) -> None:
    """The list names every peer but ourselves, with what waits and what went wrong."""
    home = pair.nodes.home(VN)
    assert "never heard" in comity("peer", "list", "--home", home).out
    waiting(pair)
    comity("work", "--home", home)
    (row,) = comity("peer", "list", "--home", home, "--json").data
    assert (row["party"], row["waiting"], row["failures"], row["stuck"]) == (SG, 1, 1, 0)
    assert row["url"] == pair.url(SG)
    assert "failed 1 time: " in comity("peer", "list", "--home", home).out


def test_nobody_takes_messages(today: Nodes) -> None:
    """Where no party has an address, the list says so."""
    assert comity("peer", "list", "--home", today.home(VN)).out == "no party in the directory takes messages\n"


def test_holding_back(pair: Link) -> None:
    """Paused, a peer is marked and gets nothing; resumed, its messages are due at once; a name misspelt is refused."""
    home = pair.nodes.home(VN)
    waiting(pair)
    assert comity("peer", "pause", SG, "--home", home, "--json").data == {"party": SG, "paused": True}
    assert comity("peer", "list", "--home", home, "--json").data[0]["paused"] is True
    assert "SG.orchid is paused" in comity("work", "--home", home).out
    assert comity("work", "--home", home, "--json").data == []
    comity("peer", "resume", SG, "--home", home)
    assert [one["outcome"] for one in comity("work", "--home", home, "--json").data] == ["later"]
    assert comity("peer", "pause", "SG.orchyd", "--home", home).code == 2


def test_checking_a_peer(pair: Link) -> None:
    """`peer check` leaves with 0 where everything fits, and with 1 and the step where it does not."""
    home = pair.nodes.home(VN)
    said = comity("peer", "check", SG, "--home", home, "--json")
    assert (said.code, said.data[-1]["step"], said.data[-1]["good"]) == (1, "connection", False)
    with pair.serving(SG, ports(pair.node(SG)).handle):
        assert comity("peer", "check", SG, "--home", home).code == 0
    assert "what to do" in comity("peer", "check", SG, "--home", home).out


def test_the_card_of_a_party(pair: Link) -> None:
    """A party's card shows where its node takes messages and by which key it is known."""
    mirror = pair.nodes.world.mirror.folder.path
    said = comity("directory", "lookup", SG, "--mirror", mirror)
    assert pair.url(SG) in said.out, said.err
    assert pair.identities[SG].pin in said.out
