"""Field 86 of a statement, the details of an entry, in the structures that banks agree on; else all of it is purpose.

1. Subfields (`166?00...?20...?32...`), as the German banks write: code, text of the entry, purpose, other side. Within
   the purpose, SEPA codewords such as `EREF+` and `SVWZ+`.
2. Codewords between slashes (`/EREF/.../NAME/...`), as the Dutch and others write. Only known ones count, and only where
   none comes twice.
3. Everything else is free text and stays whole.
"""

from __future__ import annotations

import re

_HEAD = re.compile(r"[0-9]{3}([?>~^|])[0-9]{2}", re.ASCII)
_PURPOSE = frozenset(map(str, (*range(20, 30), *range(60, 64))))
_SEPA = re.compile(
    r"(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|SQTP|ORCR|ORMR|DDAT|PURP|RCUR)\+"
)
_SLASHED = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|ORDP|BENM|PREF|RTRN|ISDT|ULTB|ULTD|PURP|CNTP|ADDR|UETR|OCMT|CHGS"
    r"|EXCH|IREF|SVCL|PY|ID|BO1|MSGID|SVWZ|KREF)/"
)
_BREAK = re.compile(r"\r\n|\r|\n")


def details(text: str) -> dict[str, str]:
    """Give the values of field 86 by the names of a transaction's columns, and `name`, `account`, `bank` of the other side."""
    if head := _HEAD.match(text):
        return _subfields(text.replace("\r", "").replace("\n", ""), head[1])
    joined = _BREAK.sub("\n", text)
    if joined.startswith("/") and (found := _slashed(joined.replace("\n", ""))):
        return found
    return {"purpose": joined.strip()}


def _subfields(text: str, mark: str) -> dict[str, str]:
    """Read `?NN` subfields: lines are wrapped at 65 characters, so breaks mean nothing."""
    code, *pieces = text.split(mark)
    parts: dict[str, str] = {}
    purpose = ""
    last = ""
    for piece in pieces:
        tag = piece[:2]
        if tag in _PURPOSE:
            last, purpose = tag, purpose + piece[2:]
        elif tag.isdigit():
            last, parts[tag] = tag, parts.get(tag, "") + piece[2:]
        elif last in _PURPOSE:
            purpose += mark + piece
        else:
            parts[last] = parts.get(last, "") + mark + piece
    get = parts.get
    return {
        "code": code,
        "booking_text": get("00", ""),
        "bank": get("30", ""),
        "account": get("31", "").strip(),
        "name": (get("32", "") + get("33", "")).strip(),
        **_sepa(purpose),
    }


def _sepa(purpose: str) -> dict[str, str]:
    """Read the codewords within a purpose; without `SVWZ+` the purpose stays as it is."""
    if "+" not in purpose:
        return {"purpose": purpose}
    pieces = _SEPA.split(purpose)
    words = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if len(words) * 2 + 1 != len(pieces):
        return {"purpose": purpose}
    found = {"purpose": words.get("SVWZ", "").strip() or purpose, "end_to_end": words.get("EREF", "").strip()}
    if "IBAN" in words:
        found["account"] = words["IBAN"].strip()
    if "BIC" in words:
        found["bank"] = words["BIC"].strip()
    return found


def _slashed(text: str) -> dict[str, str]:
    pieces = _SLASHED.split(text)
    words = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    if len(words) * 2 + 1 != len(pieces) or pieces[0] or not words:
        return {}
    account, bank, name = [*words.get("CNTP", "").split("/"), "", "", ""][:3]
    remittance = words.get("REMI", "") or words.get("SVWZ", "")
    return {
        "purpose": remittance.removeprefix("USTD//").removeprefix("/").rstrip("/") or text,
        "booking_text": words.get("TRTP", ""),
        "end_to_end": words.get("EREF", "").rstrip("/"),
        "uetr": words.get("UETR", "").rstrip("/"),
        "account": words.get("IBAN", account).strip("/ "),
        "bank": words.get("BIC", bank).strip("/ "),
        "name": words.get("NAME", name).rstrip("/"),
        "counter": words.get("OCMT", "").rstrip("/"),
    }
