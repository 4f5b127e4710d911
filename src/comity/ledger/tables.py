"""The ledger's tables.

`ledger_leaf` and `ledger_node` hold hashes only and stay for ever; `ledger_detail` holds what was hashed, with its
salt, and a row of it may be erased without breaking a proof.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from comity.store.schema import Big, UtcDateTime, append_only, metadata

leaf = append_only(
    Table(
        "ledger_leaf",
        metadata,
        Column("index", Big, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
        Column("appended_at", UtcDateTime, nullable=False),
    )
)

node = append_only(
    Table(
        "ledger_node",
        metadata,
        Column("level", Integer, primary_key=True, autoincrement=False),
        Column("index", Big, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
    )
)

detail = append_only(
    Table(
        "ledger_detail",
        metadata,
        Column("index", Big, ForeignKey("ledger_leaf.index"), primary_key=True, autoincrement=False),
        Column("salt", LargeBinary, nullable=False),
        Column("event", Text, nullable=False),
    ),
    erasable=True,
)

checkpoint = append_only(
    Table(
        "ledger_checkpoint",
        metadata,
        Column("size", Big, primary_key=True, autoincrement=False),
        Column("keyid", String(64), primary_key=True),
        Column("note", Text, nullable=False),
    )
)
