"""An entry of camt.05x: which elements say what, over all versions, and how they become the columns of a transaction.

A detail (`TxDtls`) that stands alone is one with its entry. Of several, each is a record of its own, with what the entry
says beside it. Of two parties the other side is the one that pays when money comes, and the one that is paid when it
goes; of a reversal the other way round.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .shapes import Leaf, Program, leaves

Path = tuple[str, ...]
DETAIL = "TxDtls"
_ENTRY: dict[str, str] = {
    "Amt": "amount",
    "CdtDbtInd": "side",
    "RvslInd": "reversal",
    "Sts": "status",
    "Sts/Cd": "status",
    "Sts/Prtry": "status",
    "BookgDt/Dt": "booked",
    "BookgDt/DtTm": "booked",
    "ValDt/Dt": "valued",
    "ValDt/DtTm": "valued",
    "NtryRef": "entry",
    "AcctSvcrRef": "entry_reference",
    "BkTxCd/Domn/Cd": "entry_domain",
    "BkTxCd/Domn/Fmly/Cd": "entry_family",
    "BkTxCd/Domn/Fmly/SubFmlyCd": "entry_subfamily",
    "BkTxCd/Prtry/Cd": "entry_code",
    "AddtlNtryInf": "note",
    "AmtDtls/InstdAmt/Amt": "instructed",
    "AmtDtls/CntrValAmt/Amt": "counter",
    "NtryDtls/Btch/NbOfTxs": "batch_count",
    "NtryDtls/Btch/TtlAmt": "batch_total",
    "NtryDtls/Btch/PmtInfId": "batch_reference",
    "NtryDtls/Btch/MsgId": "batch_message",
}
_DETAIL: dict[str, str] = {
    "Amt": "part_amount",
    "CdtDbtInd": "part_side",
    "AmtDtls/TxAmt/Amt": "part_transaction_amount",
    "AmtDtls/InstdAmt/Amt": "instructed",
    "AmtDtls/CntrValAmt/Amt": "counter",
    "Refs/EndToEndId": "end_to_end",
    "Refs/UETR": "uetr",
    "Refs/AcctSvcrRef": "reference",
    "Refs/TxId": "transaction",
    "Refs/InstrId": "instruction",
    "Refs/PmtInfId": "payment",
    "Refs/MsgId": "message",
    "BkTxCd/Domn/Cd": "domain",
    "BkTxCd/Domn/Fmly/Cd": "family",
    "BkTxCd/Domn/Fmly/SubFmlyCd": "subfamily",
    "BkTxCd/Prtry/Cd": "code",
    "RmtInf/Ustrd": "purpose",
    "RmtInf/Strd/CdtrRefInf/Ref": "structured",
    "RmtInf/Strd/CdtrRefInf/CdtrRef": "structured",
    "RmtInf/Strd/AddtlRmtInf": "purpose",
    "AddtlTxInf": "note",
    **{
        f"RltdPties/{who}{path}": f"{name}_{what}"
        for who, name in (("Dbtr", "payer"), ("Cdtr", "payee"))
        for path, what in (
            ("/Nm", "name"),
            ("/Pty/Nm", "name"),
            ("/Agt/FinInstnId/Nm", "name"),
            ("Acct/Id/IBAN", "account"),
            ("Acct/Id/Othr/Id", "account"),
            ("Acct/Id/PrtryAcct/Id", "account"),
        )
    },
    **{
        f"RltdAgts/{who}Agt/FinInstnId/{path}": f"{name}_bank"
        for who, name in (("Dbtr", "payer"), ("Cdtr", "payee"))
        for path in ("BIC", "BICFI", "ClrSysMmbId/MmbId", "Nm")
    },
}
_IN_DETAIL = ("NtryDtls", DETAIL)
_PART = re.compile(r"(?:[^\s/]*:)?TxDtls(?:\s.*)?/?", re.DOTALL)
# What may come several times and belongs together; of everything else the first counts.
_JOINED = ("purpose", "structured")


class Party(NamedTuple):
    """One side of a payment."""

    name: str
    account: str
    bank: str


def understand(tags: list[str]) -> Program | None:
    """Say what is wanted of an entry, with one detail or none, or of a detail by itself."""
    found = leaves(tags)
    if found is None:
        return None
    texts: dict[str, int] = {}
    fixed: dict[str, str] = {}
    for leaf in found:
        name = _name(leaf)
        if not name:
            continue
        while name in texts:
            if name.rstrip("+") not in _JOINED:
                break
            name += "+"
        if name not in texts:
            texts[name] = leaf.at
            if currency := leaf.attributes.get("Ccy"):
                fixed[name + "_currency"] = currency.strip()
    parts = sum(_PART.fullmatch(tag) is not None for tag in tags)
    return Program(tuple(texts.items()), fixed, parts)


def _name(leaf: Leaf) -> str:
    path = leaf.path[1:]
    if leaf.path[0] == DETAIL:
        return _DETAIL.get("/".join(path), "")
    if path[:2] == _IN_DETAIL:
        return _DETAIL.get("/".join(path[2:]), "")
    return _ENTRY.get("/".join(path), "")


def joined(values: dict[str, str], name: str) -> str:
    """Give what came several times, a line each."""
    if name + "+" not in values:
        return values.get(name, "")
    found = []
    while name in values:
        found.append(values[name])
        name += "+"
    return "\n".join(found)


def code(values: dict[str, str]) -> str:
    """Give the bank transaction code, of the detail before that of the entry: PMNT-RCDT-ESCT, or the bank's own."""
    get = values.get
    for domain, family, subfamily, own in (
        ("domain", "family", "subfamily", "code"),
        ("entry_domain", "entry_family", "entry_subfamily", "entry_code"),
    ):
        if found := get(domain):
            return f"{found}-{get(family, '')}-{get(subfamily, '')}"
        if found := get(own):
            return found
    return ""


def other(values: dict[str, str], account: str, *, incoming: bool) -> Party:
    """Give the other side: never the account itself, where the one expected is that."""
    sides = ("payer", "payee") if incoming else ("payee", "payer")
    get = values.get
    first = sides[0]
    if account and get(sides[0] + "_account") == account and get(sides[1] + "_account", account) != account:
        first = sides[1]
    return Party(get(first + "_name", ""), get(first + "_account", ""), get(first + "_bank", ""))
