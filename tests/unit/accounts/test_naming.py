"""Names typed in commands are those of accounts, where the node has some."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.staff import at_work
from comity.accounts import people
from comity.accounts.naming import called
from comity.kernel.errors import BadInput


def test_a_node_without_accounts_takes_any_name(tmp_path: Path) -> None:
    """Where nobody has an account the name stays what was typed."""
    with at_work(tmp_path) as made:
        assert called(made.staff.store, "Legal desk, head", field="by") == "Legal desk, head"


def test_a_name_is_that_of_one_account_at_work(tmp_path: Path) -> None:
    """A person is found by account, name or holder, however it is written; who left or never was here is refused, and so is nobody."""
    with at_work(tmp_path) as made:
        admin, lan = made.person("admin"), made.person("lan", "drafter")
        minh = made.person("minh", "releaser")
        people.bind_key(made.staff, admin, lan.id, "lan.key", "Officer 1")
        for text in ("lan", "LAN", " Lan ", "officer  1"):
            assert called(made.staff.store, text, field="by") == "Officer 1"
        assert called(made.staff.store, "Minh", field="by") == "Minh"
        assert called(made.staff.store, "", field="released-by") == ""
        people.deactivate(made.staff, admin, minh.id, "moved on")
        for text in ("Minh", "Minh Probe", "Officer 2", "-"):
            with pytest.raises(BadInput, match="expected the name of one account") as e:
                called(made.staff.store, text, field="released-by")
            assert e.value.field == "released-by"
