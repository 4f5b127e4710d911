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
_SIGNED = {"keyid": _DIGEST, "package": _DIGEST, "signature": "0" * 128}

EXAMPLES: dict[str, Any] = {
    "open_case": CASE,
    "change_case": {"seen": _DIGEST, "document": CASE},
    "draft_request": {"measure": "preserve", "to": "SG.orchid", "unit": "Cyber unit", "exercise": False},
    "change_request": {"seen": _DIGEST, "fields": {"necessity": "Nobody else holds the data."}},
    "withdraw_request": {"reason": "The account was found to be another one."},
    "choose_basis": {"candidate": "voluntary", "by": "Officer 1", "text": "Until an order arrives.", "answers": {}},
    "release_request": _SIGNED,
    "confirm_request": _SIGNED,
    "recognise_identifiers": {"text": "Mule@example.org\n+1 202 555 0143\n192.0.2.7", "region": "US"},
    "normalise_identifier": {"kind": "email", "value": "Mule@example.org"},
    "look_up": {"identifiers": [{"kind": "email", "value": "mule@example.org"}]},
    "find_bases": {"from": "VN", "to": "SG", "article": 13, "measure": "preserve", "to_whom": "provider"},
}
