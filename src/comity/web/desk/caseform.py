"""The form of a case: what a person typed becomes a case file; identifiers that he pasted are shown before they are kept."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comity.identifiers.pasting import Pasted, recognise
from comity.kernel import canonical
from comity.requests.cases import targets_of

from .visit import Visit

OFFENCES = 12
TEXTS = ("reference", "title", "classification", "authority")


@dataclass(frozen=True)
class CaseForm:
    """What was typed: the case so far, the pasted lines as they were read, and whether the person saw them so."""

    typed: Mapping[str, str]
    offences: list[dict[str, str]]
    pasted: list[Pasted]
    kept: list[dict[str, Any]]
    looked: str
    seen: bool
    taken: frozenset[int] = field(default=frozenset())

    def document(self) -> dict[str, Any]:
        """Give the case file."""
        made: dict[str, Any] = {"format": "comity-case/1"}
        made |= {name: self.typed[name] for name in (*TEXTS, "facts") if self.typed[name]}
        sources = [line.strip() for line in self.typed["sources"].split("\n") if line.strip()]
        rows = [one.row(self.typed["relation"]) for one in self.pasted if one.line in self.taken]
        made |= {"sources": sources} if sources else {}
        return made | {"offences": self.offences, "identifiers": self.kept + [one for one in rows if one]}


def digest(document: Mapping[str, Any]) -> str:
    """Give the digest of a case file, by which a form says what it was made from."""
    return hashlib.sha256(canonical.dump(dict(document))).hexdigest()


def blank() -> CaseForm:
    """Give an empty form."""
    return filled({"identifiers": [], "offences": []})


def filled(document: Mapping[str, Any]) -> CaseForm:
    """Give the form of a case as it is kept."""
    typed = {name: str(document.get(name, "")) for name in (*TEXTS, "facts")}
    typed |= {"sources": "\n".join(document.get("sources", [])), "pasted": "", "relation": "", "region": ""}
    typed |= {"since": "", "until": ""}
    return CaseForm(typed, list(document["offences"]), [], list(document["identifiers"]), "", seen=True)


def read(visit: Visit, before: Mapping[str, Any] | None = None) -> CaseForm:
    """Read the form that was sent; *before* is the case it changes.

    Raises:
        BadInput: too much was pasted, or a time is malformed.
    """
    names = (*TEXTS, "facts", "sources", "pasted", "relation", "region")
    typed = {name: text(visit.field(name)) for name in names} | {
        name: instant(visit.field(name)) for name in ("since", "until")
    }
    if before is not None:
        typed["reference"] = str(before["reference"])
    pasted = recognise(typed["pasted"], region=typed["region"], since=typed["since"], until=typed["until"])
    gone = {one for one in visit.fields("drop") if one.isascii() and one.isdecimal()}
    kept = [row for i, row in enumerate(before["identifiers"] if before else []) if str(i) not in gone]
    looked = hashlib.sha256("\x00".join(typed[name] for name in ("pasted", "region", "since", "until")).encode())
    taken = frozenset(int(one) for one in visit.fields("take") if one.isascii() and one.isdecimal() and len(one) < 5)
    seen = not pasted or visit.field("looked") == looked.hexdigest()
    return CaseForm(typed, _offences(visit), pasted, kept, looked.hexdigest(), seen=seen, taken=taken)


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give identifiers of a case in their normal form."""
    return targets_of({"identifiers": rows})


def text(given: str) -> str:
    """Give what was typed as it is kept: in Unicode NFC, with plain ends of lines, without blanks around."""
    return unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n")).strip()


def instant(given: str) -> str:
    """Give a moment of a form, which is in UTC, as it is written in requests; what is no moment stays as it is."""
    given = given.strip()[:40]
    if len(given) == len("2026-11-20T02:00"):
        return f"{given}:00Z"
    return f"{given}Z" if len(given) == len("2026-11-20T02:00:00") else given


def _offences(visit: Visit) -> list[dict[str, str]]:
    found = []
    for i in range(OFFENCES):
        names = {"title": f"offence-{i}", "provision": f"provision-{i}", "convention_article": f"article-{i}"}
        row = {name: text(visit.field(one)) for name, one in names.items()}
        if row["title"] or row["provision"]:
            found.append({name: one for name, one in row.items() if one})
    return found
