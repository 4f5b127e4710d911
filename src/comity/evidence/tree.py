"""The tree over an item's files, so that one file can be shown with proof that it belongs to the item, and no other.

Each payload file, in the order of paths, is a leaf `SHA-256(0x00 ‖ SHA-256(salt ‖ row))`, the ledger's commitment, over
the row in canonical JSON. Its salt is `HMAC-SHA-256(secret, path)`: the secret stays in the item, and a leaf's own salt,
which is given away with its file, tells nothing about the others: neither their names nor their content can be tried out.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Any

from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.ledger import merkle
from comity.ledger.errors import BadProof
from comity.ledger.model import commitment

from .errors import BadItem

SECRET_BYTES = 32
_FIELDS = {"path", "size", "sha256", "salt", "index", "of", "audit_path"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A payload file as the tree knows it."""

    path: str
    size: int
    sha256: str

    def salt(self, secret: bytes) -> bytes:
        """Give its salt."""
        return hmac.digest(secret, self.path.encode(), "sha256")

    def hash(self, salt: bytes) -> bytes:
        """Give its hash in the tree."""
        row = f'{{"path":{quoted(self.path)},"sha256":{quoted(self.sha256)},"size":{self.size}}}'
        return commitment(salt, row.encode())


class Tree:
    """The tree over the leaves of one item."""

    def __init__(self, leaves: Sequence[Leaf], secret: bytes) -> None:
        """Grow the tree; *leaves* are in the order of paths."""
        self.leaves = leaves
        self._secret = secret
        self._levels = _levels([leaf.hash(leaf.salt(secret)) for leaf in leaves])

    @property
    def root(self) -> str:
        """Give the root."""
        return (self._levels[-1][0] if self.leaves else merkle.EMPTY).hex()

    def disclose(self, path: str) -> dict[str, Any]:
        """Give what proves that one file belongs to the item; it says nothing of the others but how many they are.

        Raises:
            BadInput: there is no such file.
        """
        index = next((i for i, leaf in enumerate(self.leaves) if leaf.path == path), -1)
        if index < 0:
            raise BadInput(f"got {path!r}, expected a payload path of the item", field="path")
        leaf = self.leaves[index]
        audit = merkle.inclusion(index, len(self.leaves), self._nodes)
        return {
            "path": leaf.path, "size": leaf.size, "sha256": leaf.sha256, "salt": leaf.salt(self._secret).hex(),
            "index": index, "of": len(self.leaves), "audit_path": [part.hex() for part in audit],
        }  # fmt: skip

    def _nodes(self, places: Sequence[merkle.Place]) -> list[bytes]:
        return [self._levels[level][index] for level, index in places]


def check_disclosed(shown: Any, root: str) -> Leaf:
    """Check what was disclosed of a file against the *root* that was signed; gives the file it speaks of.

    Raises:
        BadItem: it proves nothing.
    """
    try:
        if set(shown) != _FIELDS:
            raise ValueError("other fields")
        leaf = Leaf(str(shown["path"]), int(shown["size"]), str(shown["sha256"]))
        hashed = leaf.hash(bytes.fromhex(shown["salt"]))
        audit = [bytes.fromhex(part) for part in shown["audit_path"]]
        merkle.verify_inclusion(audit, shown["index"], shown["of"], leaf=hashed, root=bytes.fromhex(root))
    except BadProof as e:
        raise BadItem(e.message, field="audit_path") from e
    except (TypeError, ValueError, KeyError, AttributeError) as e:
        raise BadItem("got a malformed disclosure, expected " + ", ".join(sorted(_FIELDS))) from e
    return leaf


def root_of(hashes: Iterable[bytes]) -> str:
    """Give the root over leaves whose hashes come in the order of paths; no more than a hash a level is kept."""
    full: list[bytes] = []
    for count, hashed in enumerate(hashes, 1):
        for _ in range((count & -count).bit_length() - 1):
            hashed = merkle.node_hash(full.pop(), hashed)
        full.append(hashed)
    if not full:
        return merkle.EMPTY.hex()
    root = full.pop()
    while full:
        root = merkle.node_hash(full.pop(), root)
    return root.hex()


def _levels(hashes: list[bytes]) -> list[list[bytes]]:
    """Give the hashes of each level, the leaves first; one without a neighbour goes up as it is, which is RFC 9162's tree."""
    levels = [hashes]
    while len(hashes) > 1:
        pairs = [merkle.node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
        levels.append(hashes)
    return levels


def read_secret(data: bytes, *, file: str = "") -> tuple[bytes, str, int]:
    """Read `metadata/tree.json`: the secret, the root and the number of leaves it states.

    Raises:
        BadItem: it is malformed.
    """
    try:
        document = canonical.load_canonical(data, file=file)
        secret = bytes.fromhex(document["secret"])
        if len(secret) != SECRET_BYTES or set(document) != {"format", "leaves", "root", "secret"}:
            raise ValueError("other fields")
        return secret, str(document["root"]), int(document["leaves"])
    except (BadInput, ValueError, TypeError, KeyError) as e:
        raise BadItem(f"got a malformed tree ({e}), expected format, leaves, root and secret", file=file) from e


def write_tree(root: str, leaves: int, secret: bytes) -> bytes:
    """Write `metadata/tree.json`."""
    return canonical.dump({"format": "comity-tree/1", "leaves": leaves, "root": root, "secret": secret.hex()})
