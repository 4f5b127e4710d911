"""What a provider's file says reaches its peers, and makes remarks at its own desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.orders import _Hand
from builders.provider import Provider, provider
from builders.requests import example_request
from comity.exchange.capabilities import ask, line
from comity.exchange.desk import Desk
from comity.exchange.worklist import remarks
from comity.hi1.capability import Capability, config, parse_capability

FILE = b"""
format: comity-capability/1
provider: SG.orchid
changed: 2026-11-01
languages: [en]
hours: 24/7
accepts:
- {kind: wallet, preserve: [subscriber], disclose: [subscriber, traffic]}
- {kind: email, preserve: [subscriber], disclose: [subscriber]}
"""


class Telling(Provider):
    """A street on which SG.orchid says what it accepts."""

    def desk(self, party: str, **changes: Any) -> Desk:
        """A party's desk."""
        made = super().desk(party, **changes)
        return replace(made, config=partial(config, capability())) if party == SG else made


def capability() -> Capability:
    """What SG.orchid accepts."""
    return parse_capability(FILE)


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Telling]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield Telling(made.link, encoding=made.encoding)


def test_a_peer_is_told_what_is_accepted(sg: Telling) -> None:
    """The signed answer names each format with the data that may be asked for it."""
    said = line(ask(sg.desk(VN), _Hand(sg, VN), SG))
    assert "CryptoAddress (SubscriberData, TrafficData)" in said
    assert "EmailAddress (SubscriberData)" in said


def test_a_node_that_says_nothing_is_said_so(sg: Telling) -> None:
    """A node without a file, such as an authority's, is no fault."""
    assert line(ask(sg.desk(SG), _Hand(sg, SG), VN)) == "it does not say what it accepts"


REQUESTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "in order": ({"measure": "disclose_subscriber", "targets": ["wallet"]}, []),
    "kind not accepted": ({"measure": "preserve", "targets": ["ip"]}, ["target 1 is of the kind ip, which the company's file does not accept"]),
    "data not offered": ({"measure": "disclose_content", "targets": ["wallet"]}, ["content data are not offered for the kind wallet in the company's file"]),
    "language": ({"measure": "disclose_subscriber", "targets": ["wallet"], "language": "vi"}, ["in vi, which the company's file does not list"]),
    "no period": ({"measure": "disclose_traffic", "targets": ["bare"]}, ["no period for target 1"]),
    "long period": ({"measure": "disclose_traffic", "targets": ["long"]}, ["a period of 365 days for target 1"]),
    "many targets": ({"measure": "disclose_subscriber", "targets": ["wallet"] * 11}, ["11 targets in one request"]),
}  # fmt: skip
SPAN = {"since": "2026-11-20T02:00:00Z", "until": "2026-11-20T04:30:00Z"}
TARGETS: dict[str, dict[str, Any]] = {
    "wallet": {"kind": "wallet", "value": "0x52908400098527886E0F7030069857D2E4169EE7", **SPAN},
    "bare": {"kind": "wallet", "value": "0x52908400098527886E0F7030069857D2E4169EE7"},
    "long": {"kind": "wallet", "value": "0x5290", "since": "2025-11-20T00:00:00Z", "until": "2026-11-20T00:00:00Z"},
    "ip": {"kind": "ip", "value": "192.0.2.44", **SPAN},
}


@pytest.mark.parametrize(("change", "expected"), REQUESTS.values(), ids=REQUESTS.keys())
def test_what_is_unusual_is_remarked(change: dict[str, Any], expected: list[str]) -> None:
    """Breadth and what the file does not offer are remarks, and nothing else is."""
    targets = [TARGETS[name] for name in change["targets"]]
    document = example_request(**{**change, "targets": targets})
    assert [remark.text for remark in remarks(document, capability())] == expected
