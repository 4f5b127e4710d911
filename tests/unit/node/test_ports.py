"""The ports of a node: what its settings give the desk of its exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders.exchange import VN
from builders.nodes import Nodes, opened
from comity.crypto.recipient import BadRecipient, new_identity, save_identity
from comity.node.ports import desk_of


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Nodes that know each other."""
    with opened(tmp_path) as nodes:
        yield nodes


def test_a_node_opens_what_is_sealed_to_its_identity(nodes: Nodes) -> None:
    """The desk has the identity that the settings name, and none if they name none."""
    node = nodes.node(VN)
    assert desk_of(node).identity is None
    identity = new_identity()
    save_identity(identity, node.settings.path("desk.age"))
    opened = desk_of(replace(node, settings=replace(node.settings, identity="desk.age"))).identity
    assert opened is not None
    assert opened.recipient == identity.recipient


def test_a_file_that_holds_no_identity_is_told(nodes: Nodes) -> None:
    """A wrong file stops the node's exchange at once, by name."""
    node = nodes.node(VN)
    node.settings.path("desk.age").write_text("not a secret\n")
    with pytest.raises(BadRecipient, match="AGE-SECRET-KEY"):
        desk_of(replace(node, settings=replace(node.settings, identity="desk.age")))
