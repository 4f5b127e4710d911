"""A sealed request as an HI-1 order; pure.

The order is derived, never stored: the sender derives it from the package that two people signed, and the receiver
derives it again from the package that came with it (see `agreement`).

An order is: one AuthorisationObject, whose identifier is the request's; one DocumentObject, which carries the package;
one task for each target, in their order. An extension has no tasks of its own: it updates those of the preservation
that it extends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from comity.hi1 import profile, things
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Endpoint, Thing
from comity.hi1.things import body, derived, linked, party
from comity.hi1.vocabulary import entry
from comity.kernel.clock import stamp
from comity.packages.result import Signer

from .errors import NotCarried

ZIP, AGE = "application/zip", "application/age"
PACKAGE, RECEIPT = "Package", "Receipt"
SHA256 = "SHA-256"


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed package as it travels: its digest, who signed it and when, the bytes sent and what they are."""

    digest: str
    sealed_at: datetime
    signers: tuple[Signer, ...]
    body: bytes
    media: str = ZIP


@dataclass(frozen=True)
class Preserved:
    """An earlier preservation that is extended: the request that first asked for it."""

    request: str
    document: Mapping[str, Any]


def document_id(request: str) -> str:
    """Give the identifier of the DocumentObject that carries a request's package."""
    return derived(f"{request}-package")


def task_id(request: str, number: int) -> str:
    """Give the identifier of the task for the target *number*, counted from 1."""
    return derived(f"{request}-{number}")


def order(document: Mapping[str, Any], sealed: Sealed, earlier: Preserved | None = None) -> tuple[Action, ...]:
    """Derive the order of a sealed request; an extension needs the *earlier* preservation.

    Raises:
        NotCarried: the request cannot be said in HI-1.
    """
    things = [_authorisation(document, sealed), _package(document, sealed)]
    if _row(document).get("extends"):
        tasks = [Action(n, "UPDATE", thing) for n, thing in enumerate(_extended(document, earlier), len(things))]
    else:
        made = enumerate(document["targets"], 1)
        tasks = [Action(n + 1, "CREATE", _task(document, n, target)) for n, target in made]
    return (*(Action(n, "CREATE", thing) for n, thing in enumerate(things)), *tasks)


def ours(name: str, value: str) -> dict[str, str]:
    """Write a value of a dictionary of our profile."""
    return entry(name, value, profile.OWNER)


def owner(party_id: str) -> dict[str, str]:
    """Write the members that say whose an object is."""
    return things.owner(Endpoint.of(party_id))


def _authorisation(document: Mapping[str, Any], sealed: Sealed) -> Thing:
    emergency = _emergency(document)
    flags = _flags(document, "AuthorisationFlag")
    basis = document["basis"]
    members = {
        **owner(document["from"]["party"]),
        "AuthorisationReference": document["reference"],
        "AuthorisationLegalType": ours("AuthorisationLegalType", _legal_type(basis)),
        "AuthorisationPriority": entry("AuthorisationPriority", "High" if emergency else "Routine"),
        "AuthorisationDesiredStatus": entry("AuthorisationDesiredStatus", "SubmittedToCSP"),
        "AuthorisationCSPID": {"CSPID": [party(Endpoint.of(document["to"]["party"]))]},
        "AuthorisationCreationTimestamp": document["drafted_at"],
        "AuthorisationApprovalDetails": [_approval(signer, sealed) for signer in sealed.signers],
        **({"AuthorisationFlags": {"AuthorisationFlag": flags}} if flags else {}),
        "AuthorisationManualInformation": basis["text"],
        "AuthorisationJurisdiction": _instrument(basis) or document["from"]["party"][:2],
        "AuthorisationLegalEntity": document["from"]["name"],
    }
    return Thing("AuthorisationObject", document["id"], members)


def _package(document: Mapping[str, Any], sealed: Sealed) -> Thing:
    said = {"PackageDigest": sealed.digest, "Measure": document["measure"], "Language": document["language"]}
    if secrecy := document.get("secrecy"):
        said |= {"SecrecyUntil": secrecy["until"], "SecrecyReason": secrecy["reason"]}
    if reply := document.get("reply"):
        said |= {"ReplyBy": reply["by"], "ReplyReason": reply["reason"]}
    if limits := document.get("use_limits"):
        said["UseLimits"] = limits
    members = {
        **owner(document["from"]["party"]),
        **linked(document["id"]),
        "DocumentReference": document["reference"],
        "DocumentName": _file(document, sealed.media),
        "DocumentDesiredStatus": entry("DocumentDesiredStatus", "Approved"),
        "DocumentType": ours("DocumentType", PACKAGE),
        "DocumentProperties": properties(said),
        "DocumentBody": body(sealed.body, sealed.media),
    }
    return Thing("DocumentObject", document_id(document["id"]), members)


def properties(said: Mapping[str, str]) -> dict[str, Any]:
    """Write the properties of a document."""
    rows = [{"PropertyType": ours("DocumentProperty", name), "PropertyValue": value} for name, value in said.items()]
    return {"DocumentProperty": rows}


def _task(document: Mapping[str, Any], number: int, target: Mapping[str, Any]) -> Thing:
    row = _row(document)
    make = _preservation if row["task"] == "LPTaskObject" else _disclosure
    members = {
        **owner(document["from"]["party"]),
        **linked(document["id"]),
        **make(document, number),
        "RequestDetails": _details(document, target),
        "CSPID": party(Endpoint.of(document["to"]["party"])),
    }
    return Thing(row["task"], task_id(document["id"], number), members)


def _preservation(document: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {"DesiredStatus": entry("LPTaskDesiredStatus", _row(document)["desired"])}


def _disclosure(document: Mapping[str, Any], number: int) -> dict[str, Any]:
    members: dict[str, Any] = {
        "Reference": reference(document, number),
        "DesiredStatus": entry("LDTaskDesiredStatus", _row(document)["desired"]),
        "DeliveryDetails": _delivery(document["from"]["party"]),
    }
    if flags := _flags(document, "LDTaskFlag"):
        members["Flags"] = {"LDTaskFlag": flags}
    if earlier := [row for row in document.get("related", []) if row["relation"] == "follows"]:
        rows = [{"ReferenceValue": r["reference"], "NatureOfReference": f"package {r['package']}"} for r in earlier]
        members["AlternativePreservationReferences"] = {"AlternativePreservationReference": rows}
    if reply := document.get("reply"):
        nature = ours("LDNatureOfDeadline", "Requested")
        deadline = {"DateTime": reply["by"], "NatureOfDeadline": nature, "OtherInformation": reply["reason"]}
        members["Deadlines"] = {"LDDeadline": [deadline]}
    return members


def reference(document: Mapping[str, Any], number: int) -> str:
    """Give the reference (LDID) of a disclosure task."""
    sender = Endpoint.of(document["from"]["party"])
    return f"{sender.country}-{sender.name}-{document['id']}-{number}"


def _delivery(asker: str) -> dict[str, Any]:
    where = {"DeliveryAddress": {"EndpointID": party(Endpoint.of(asker))}}
    return {"LDDeliveryDestination": [where | {"LDHandoverFormat": entry("LDHandoverFormat", "TS103120")}]}


def _details(document: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if kind := _type(document):
        details["Type"] = entry("RequestType", kind)
    times = {"StartTime": target.get("since"), "EndTime": target.get("until")}
    details |= {name: time for name, time in times.items() if time}
    return details | {"RequestValues": {"RequestValue": _values(target)}}


def _values(target: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        return profile.to_wire(target)
    except (BadMessage, KeyError, ValueError) as e:
        got = f"got the {target['kind']} {target['value'][:80]!r}"
        advice = "Write it in its normal form, or carry the package as a file."
        raise NotCarried(f"{got}, expected one that an HI-1 format holds", field="targets", advice=advice) from e


def _legal_type(basis: Mapping[str, Any]) -> str:
    try:
        return profile.legal_type(basis["kind"], basis.get("instrument", ""), basis.get("article", ""))
    except BadMessage as e:
        raise NotCarried(e.message, field="basis.kind") from e


def _type(document: Mapping[str, Any]) -> str:
    """Give ETSI's word for the data that a request asks for."""
    kinds = sorted({row["kind"] for row in document.get("data", [])})
    kind = rules()["data"].get("+".join(kinds)) if kinds else None
    return str(kind or _row(document).get("type", ""))


def _extended(document: Mapping[str, Any], earlier: Preserved | None) -> Iterator[Thing]:
    """Derive the updates of the tasks that are extended: those whose targets the extension names."""
    if earlier is None:
        raise NotCarried(
            "got an extension of a request that is not known here, expected one that is",
            field="related",
            advice="Send the package by hand; the receiver finds the earlier one.",
        )
    numbers = {_key(target): n for n, target in enumerate(earlier.document["targets"], 1)}
    for target in document["targets"]:
        if _key(target) not in numbers:
            raise NotCarried(
                f"got the target {target['value'][:80]!r}, expected one of the request that is extended",
                field="targets",
                advice="Ask for the preservation of a new target in a request of its own.",
            )
    for key in dict.fromkeys(map(_key, document["targets"])):
        members = linked(earlier.request, document["id"]) | _preservation(document, numbers[key])
        yield Thing("LPTaskObject", task_id(earlier.request, numbers[key]), members)


def _key(target: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(target.get(name, "")) for name in ("kind", "value", "chain", "platform", "port"))


def _flags(document: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    found = {"IsEmergency": _emergency(document), "IsTest": document["exercise"]}
    return [entry(name, flag) for flag, stands in found.items() if stands]


def _emergency(document: Mapping[str, Any]) -> bool:
    return bool(_row(document).get("emergency"))


def _approval(signer: Signer, sealed: Sealed) -> dict[str, Any]:
    role = rules()["roles"][signer.role]
    return {
        "ApprovalType": role,
        "ApprovalReference": signer.keyid,
        "ApproverDetails": {"ApproverName": signer.holder, "ApproverRole": signer.role},
        "ApprovalTimestamp": stamp(sealed.sealed_at),
        "ApprovalIsEmergency": signer.role == "emergency",
    }


def _instrument(basis: Mapping[str, Any]) -> str:
    return ", ".join(basis[name] for name in ("instrument", "article") if name in basis)


def _file(document: Mapping[str, Any], media: str) -> str:
    return str(document["reference"]).replace("/", "-") + ".comity.zip" + (".age" if media == AGE else "")


def _row(document: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = rules()["measures"][document["measure"]]
    return row


@cache
def rules() -> dict[str, Any]:
    """Give the table by which requests become objects and answers become statuses."""
    import yaml

    text = files("comity.exchange").joinpath("data", "order.yaml").read_text("utf-8")
    rules: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return rules
