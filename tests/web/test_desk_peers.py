"""The way to a peer is tried by a button; what was found stays on the page with its time."""

from __future__ import annotations

from pathlib import Path

from builders.desk import served_on
from builders.exchange import SG, linked
from builders.nodes import opened


def test_a_peer_that_does_not_answer_is_named_step_by_step(tmp_path: Path) -> None:
    """Nothing listens there: the step that failed is kept with time and person, without a word of any case; another look shows it again."""
    with opened(tmp_path) as nodes, linked(nodes, tmp_path) as link, served_on(nodes) as desk:
        (nodes.home() / "tls.pem").write_bytes(link.identities["VN.a05"].file.read_bytes())
        huy = desk.client("huy", "officer")
        assert "not tried yet" in huy.read("/peers")
        assert huy.post(f"/peers/{SG}/check", page="/peers").status_code == 303
        text = huy.read("/peers")
        for words in ("✗ does not work", "1 certificate", "got no connection", "no firewall", "tried by Huy"):
            assert words in text, words
        assert "25 Nov 2026, 03:00" in text
        assert nodes.events()[-1] == "peer.checked"
        assert "does not work" in desk.client("admin").read("/peers")


def test_who_sees_no_peers_tries_none(tmp_path: Path) -> None:
    """A drafter and an auditor may not try the way; a party that is not there is no page."""
    with opened(tmp_path) as nodes, served_on(nodes) as desk:
        for name, role in (("lan", "drafter"), ("audit", "auditor")):
            assert desk.client(name, role).post(f"/peers/{SG}/check", page="/account").status_code == 403
        assert desk.client("huy", "officer").post("/peers/XX.none/check", page="/account").status_code == 404
