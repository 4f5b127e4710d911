"""What is new at the desk: a request in a known case until somebody opened it; what a withdrawal leaves of a refusal."""

from __future__ import annotations

from pathlib import Path

from builders.desk import served_on
from builders.exchange import VN
from builders.incoming import desks
from comity.exchange.sending import withdrawn
from comity.requests.release import withdraw

NEW, HERE = "1 request in your cases is new; nobody has opened it.", "1 request here is new; nobody has opened it."


def test_a_request_in_a_known_case_is_new_until_a_member_opens_it(tmp_path: Path) -> None:
    """Home, inbox and queue mark and count it for every member; a stranger's glass does not end that, a member's look does."""
    with desks(tmp_path) as own:
        own.signer("lan", "provider")
        first = own.taken("lan")
        lan, ngan = own.served.client("lan"), own.served.client("ngan", "auditor")
        lan.get(f"/incoming/{first.id}")
        assert NEW not in lan.read("/")
        second = own.arrived()
        pages = (("/", NEW), ("/inbox", HERE), ("/queue", NEW))
        for path, words in pages:
            shown = lan.read(path)
            assert words in shown
            assert f"{second.reference} new" in shown
            assert f"{first.reference} new" not in shown
        broken = {"case": f"{VN}:{second.case}", "reason": "An audit of the night."}
        assert ngan.post("/glass", broken, page="/glass").status_code == 303
        assert ngan.get(f"/incoming/{second.id}").status_code == 200
        assert NEW in lan.read("/")
        page = lan.read(f"/incoming/{second.id}")
        assert "Lan was the first to open it." in page
        for path, words in pages:
            shown = lan.read(path)
            assert words not in shown
            assert f"{second.reference} new" not in shown
        assert lan.read(f"/incoming/{second.id}").count("was the first to open it") == 1


def test_a_withdrawal_ends_a_proposed_refusal_on_both_pages(tmp_path: Path) -> None:
    """The provider reads that the proposal ended with the request, and the asker that the other node took note of it."""
    with desks(tmp_path) as own:
        own.signer("lan", "provider")
        request = own.taken("lan")
        lan, here = own.served.client("lan"), f"/incoming/{request.id}"
        said = {"code": "too_broad", "reason": "A year of mails."}
        assert lan.post(f"{here}/refuse", said, page=here).status_code == 303
        desk = own.street.desk(VN)
        withdraw(desk.office, request.id, "Solved.", by="Minh", also=withdrawn(desk))
        own.street.rounds()
        page = lan.read(here)
        assert "The refusal that was proposed ended with it." in page
        assert f"The proposed refusal ended by itself: {VN} withdrew the request." in page
        assert "A refusal is proposed" not in page
        assert lan.post(f"{here}/refuse", said, page=here).status_code == 422
        with served_on(own.street.nodes) as asker:
            minh = asker.client("minh", "releaser")
            asker.member("minh", request.case)
            page = minh.read(f"/request/{request.id}")
        assert "The addressee's node took note of it; a refusal that was proposed there ended with it." in page
        assert "Minh withdrew the request." in page
