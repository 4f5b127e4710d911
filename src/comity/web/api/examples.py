"""An example of the body of each operation that takes one; all people, numbers and places are invented."""

from __future__ import annotations

from typing import Any

_DIGEST = "0" * 64
CASE: dict[str, Any] = {
    "format": "comity-case/1",
    "reference": "VA-2026-338",
    "title": "Savings moved by a false bank desk",
    "facts": "On 20 November 2026 callers moved savings to the account below within two hours.",
    "offences": [{"title": "Fraud by means of a computer", "provision": "Penal Code, Art. 290"}],
    "identifiers": [
        {
            "kind": "email",
            "value": "Mule@example.org",
            "since": "2026-11-20T02:00:00Z",
            "until": "2026-11-20T04:30:00Z",
            "relation": "Registered the account that received the money.",
        }
    ],
}
_SECRET = "the passphrase of your key"  # noqa: S105 - an example
_SOMEBODY = "01930000-0000-7000-8000-000000000001"
_REQUEST = "01930000-0000-7000-8000-000000000002"
_SIGNED = {"keyid": _DIGEST, "package": _DIGEST, "signature": "0" * 128}

EXAMPLES: dict[str, Any] = {
    "open_case": CASE,
    "change_case": {"seen": _DIGEST, "document": CASE},
    "draft_request": {"measure": "preserve", "to": "SG.orchid", "unit": "Cyber unit", "exercise": False},
    "change_request": {"seen": _DIGEST, "fields": {"necessity": "Nobody else holds the data."}},
    "withdraw_request": {"reason": "The account was found to be another one."},
    "choose_basis": {"candidate": "voluntary", "text": "Until an order arrives.", "answers": {}},
    "follow_request": {"relation": "extends"},
    "seal_request": {"seen": _DIGEST, "passphrase": _SECRET},
    "reopen_request": {"reason": "The period is one day too long.", "passphrase": _SECRET},
    "send_request": {"confidential": True},
    "bring_in": {"person": _SOMEBODY, "reason": "Takes over at night."},
    "let_go": {"person": _SOMEBODY, "reason": "Works on another case."},
    "take_up": {"request": _REQUEST},
    "receipt_request": {"passphrase": _SECRET},
    "ask_sender": {"code": "clarify_period", "reason": "Which two hours?", "passphrase": _SECRET},
    "record_call": {
        "number": "+1 202 555 0143",
        "verdict": "confirmed",
        "answered_by": "Duty officer",
        "passphrase": _SECRET,
    },
    "accept_request": {"until": "2027-02-24T23:59:59Z", "passphrase": _SECRET},
    "extend_preservation": {"until": "2027-05-24T23:59:59Z", "passphrase": _SECRET},
    "propose_refusal": {"code": "too_broad", "reason": "A year of mails.", "passphrase": _SECRET},
    "release_refusal": {"passphrase": _SECRET},
    "decline_refusal": {"reason": "Two hours would do.", "passphrase": _SECRET},
    "answer_safeguards": {
        "answers": [{"id": "gate-specific", "answer": "One account is named.", "concern": "none"}],
        "necessity": "Nobody else holds the data.",
        "passphrase": _SECRET,
    },
    "answer_partly": {
        "targets": [{"target": 1, "outcome": "disclosed"}, {"target": 2, "outcome": "not_available"}],
        "passphrase": _SECRET,
    },
    "review_request": {"text": "The second account is not named in the order.", "passphrase": _SECRET},
    "say_existence": {"exists": True, "target": 1},
    "enter_custody": {"act": "opened", "why": "To list the accounts in it.", "tool": "reader", "passphrase": _SECRET},
    "hand_over_item": {
        "to": "SG.orchid",
        "why": "Joint case.",
        "limits": {"no_onward": True},
        "copy_only": True,
        "passphrase": _SECRET,
    },
    "take_over": {"place": "Evidence room", "passphrase": _SECRET},
    "turn_down": {"why": "It is of another case.", "passphrase": _SECRET},
    "recall_item": {"to": ["SG.orchid"], "why": "Taken under an order that was quashed.", "passphrase": _SECRET},
    "confirm_notice": {"passphrase": _SECRET},
    "show_files": {"bag": _DIGEST, "files": [1, 4], "why": "For the expert.", "passphrase": _SECRET},
    "make_court_bundle": {"language": "fr", "why": "Hearing of 3 December.", "passphrase": _SECRET},
    "acquire_delivery": {"item": "E-2026-17", "why": "For the case file.", "opens": True, "passphrase": _SECRET},
    "record_drill": {"number": "+65 6555 0100", "answered_by": "Night desk", "note": "After two rings."},
    "pause_peer": {"paused": True},
    "decide_link": {"verdict": "confirmed", "reason": "One account in both, in the same week."},
    "deliver_files": {"target": 1, "days": 14, "files": ["subscriber.csv"]},
    "release_request": _SIGNED,
    "confirm_request": _SIGNED,
    "recognise_identifiers": {"text": "Mule@example.org\n+1 202 555 0143\n192.0.2.7", "region": "US"},
    "normalise_identifier": {"kind": "email", "value": "Mule@example.org"},
    "look_up": {"identifiers": [{"kind": "email", "value": "mule@example.org"}]},
    "find_bases": {"from": "VN", "to": "SG", "article": 13, "measure": "preserve", "to_whom": "provider"},
}
