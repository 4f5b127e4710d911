"""A node is made once, opened as it was made, and refuses to work when something is not in order."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from builders.nodes import Nodes
from builders.world import CASE
from comity.crypto.errors import KeyFileError
from comity.crypto.keys import FileSigner
from comity.directory.errors import DirectoryError
from comity.kernel.errors import BadInput, ComityError
from comity.node.errors import BadSettings, NodeUnusable, NoNode
from comity.node.service import make_node, migrate, open_node, update_directory
from comity.node.settings import Settings, load
from comity.requests.cases import import_case
from comity.requests.register import list_requests


class Place:
    """What is needed to make a node of VN.a05 in a new folder."""

    def __init__(self, nodes: Nodes, folder: Path) -> None:
        """Prepare root and key in *folder*."""
        self.nodes = nodes
        self.home = folder / "new"
        self.root = folder / "root.json"
        self.root.write_bytes(nodes.world.root)
        self.key = nodes.key_file("node")

    def make(self, **changes: str) -> None:
        """Make the node."""
        how = {"party": "VN.a05", "key": str(self.key)} | changes
        source = self.nodes.world.mirror.folder.path
        make_node(Settings(self.home, **how), root=self.root, source=source, clock=self.nodes.clock)  # type: ignore[arg-type]  # all are texts


@pytest.fixture
def place(nodes: Nodes, tmp_path: Path) -> Place:
    """A place for a new node."""
    return Place(nodes, tmp_path)


def test_a_new_node(place: Place) -> None:
    """A new node has its settings, mirror, database and the first entry of its log, in a folder of its own."""
    place.make()
    assert stat.S_IMODE(place.home.stat().st_mode) == 0o700
    with open_node(place.home, clock=place.nodes.clock) as node, node.store.read() as unit:
        assert node.office.me().id == "VN.a05"
        assert (node.ledger.size(unit), node.ledger.origin) == (1, "comity/VN.a05")
    assert load(place.home).party == "VN.a05"


def test_a_node_on_either_database(store_url: str, place: Place) -> None:
    """A node works on SQLite and on PostgreSQL: a case is kept there and found again."""
    place.make(database=store_url)
    for _ in range(2):
        with open_node(place.home, clock=place.nodes.clock) as node:
            _case, new = import_case(node.office, place.nodes.sheet(CASE))
            assert list_requests(node.office) == []
    assert not new


def test_a_node_is_made_once(place: Place) -> None:
    """A folder that holds a node is not made into another one."""
    place.make()
    before = (place.home / "comity.toml").read_bytes()
    with pytest.raises(NodeUnusable, match="a node already"):
        place.make()
    assert (place.home / "comity.toml").read_bytes() == before


BAD = {
    "no party": {"party": "a05"}, "unknown party": {"party": "VN.nobody"}, "another party's key": {"party": "PH.cicc"},
    "no key": {"key": "none.key"}, "no database": {"database": "mysql://host/name"},
}  # fmt: skip


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_a_node_that_cannot_be_made(changes: dict[str, str], place: Place) -> None:
    """What is wrong with party, key or database is told, and what is left is no node: it can be made afterwards."""
    with pytest.raises(ComityError):
        place.make(**changes)
    with pytest.raises(NoNode), open_node(place.home):
        pass
    place.make()


def test_the_nodes_key_has_its_role(place: Place) -> None:
    """An officer's key does not run the machine."""
    with pytest.raises(BadSettings, match="not enrolled as node"):
        place.make(key=str(place.nodes.key_file("release")))


def test_another_root_makes_no_node(place: Place) -> None:
    """A root of another directory, or what is no root at all, is refused."""
    place.root.write_bytes(b"{}")
    with pytest.raises(BadInput):
        place.make()
    place.root.unlink()
    with pytest.raises(BadInput):
        place.make()


def test_a_sealed_key_needs_its_passphrase_file(place: Place, tmp_path: Path) -> None:
    """A node whose key is sealed opens it with the first line of a file; without the file it does not open."""
    sealed, secret = tmp_path / "sealed.key", tmp_path / "secret"
    place.nodes.key("node").save(sealed, "long words")
    secret.write_text("long words\nnot this\n")
    place.make(key=str(sealed), key_passphrase_file=str(secret))
    with open_node(place.home, clock=place.nodes.clock) as node:
        assert node.office.me().id == "VN.a05"
    secret.unlink()
    with pytest.raises(KeyFileError, match="passphrase file"), open_node(place.home):
        pass


def test_what_is_not_in_order_is_not_opened(nodes: Nodes) -> None:
    """A node without its key, or whose database was made by an older program, is not opened."""
    home = nodes.home()
    (home / "node.db").unlink()
    with pytest.raises(ComityError), open_node(home):
        pass
    (home / "node.key").unlink()
    with pytest.raises(KeyFileError), open_node(home):
        pass


def test_an_update_of_the_directory_is_written_down(nodes: Nodes) -> None:
    """Bringing the directory up to date is in the log; an older one is refused, and the mirror stays as it was."""
    nodes.world.refresh()
    status = update_directory(nodes.node(), nodes.world.mirror.folder.path)
    assert nodes.events()[-1] == "directory.updated"
    with pytest.raises(DirectoryError):
        update_directory(nodes.node(), nodes.home("PH.cicc") / "directory")
    assert nodes.node().mirror.status() == status


def test_migration_is_written_down(nodes: Nodes) -> None:
    """Bringing a database to this program's schema is in the log, also when there was nothing to do."""
    migrate(nodes.home(), clock=nodes.clock)
    assert nodes.events() == ["node.created", "node.migrated"]


def test_missing_time_authorities_are_named(nodes: Nodes) -> None:
    """A certificate named in the settings that is not there is named in the error."""
    settings = nodes.home() / "comity.toml"
    settings.write_text(settings.read_text().replace("time_authorities = []", 'time_authorities = ["none.pem"]'))
    with pytest.raises(BadInput) as caught:
        nodes.office()
    assert caught.value.file.endswith("none.pem")


def test_the_node_signs_with_its_own_key(nodes: Nodes) -> None:
    """Checkpoints of the log are signed by the key enrolled with the role node."""
    key = FileSigner.open(nodes.home() / "node.key", "").public
    assert nodes.node().ledger.key.public == key
    assert key.keyid in {one.keyid for one in nodes.office().me().able("node", nodes.clock.now())}
