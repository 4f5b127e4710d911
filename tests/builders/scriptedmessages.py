"""What a peer without any code of ours says: orders around a sealed package, notices, deliveries, words on them.

Each object begins as one of ETSI's examples and is edited from there, by what docs/develop/hi1-profile.md says. A package
and a receipt are files to this peer, made by the command line as any agency could make them; it looks into the package
with `zipfile` and `json`, as anybody can. Nothing of `comity` is imported here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builders.scriptedpeer import SPACES, Tree, end, entry, example_object, linked

OURS = "comity"
DELIVERY = "5f0f7f0e-3c1e-4a8e-9d57-2f6f5d6f1a01"
TASKS = {
    "preserve": ("LPTask", "Preserved", ""),
    "extend_preservation": ("LPTask", "Preserved", ""),
    "disclose_subscriber": ("LDTask", "Disclosed", "SubscriberData"),
}


def derived(text: str) -> str:
    """The identifier that both sides derive from a text (hi1-profile.md, section 4)."""
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


@dataclass(frozen=True)
class Package:
    """A sealed package as a file, and what can be read in it."""

    raw: bytes

    def read(self, path: str) -> bytes:
        """A file of the package."""
        with zipfile.ZipFile(io.BytesIO(self.raw)) as archive:
            top = archive.namelist()[0].partition("/")[0]
            return archive.read(f"{top}/{path}")

    @property
    def request(self) -> Tree:
        """The request."""
        found: Tree = json.loads(self.read("data/request.json"))
        return found

    @property
    def id(self) -> str:
        """The request's identifier."""
        return str(self.request["id"])

    @property
    def digest(self) -> str:
        """The package's digest."""
        return hashlib.sha256(self.read("tagmanifest-sha256.txt")).hexdigest()

    def task(self, number: int = 1) -> str:
        """The identifier of the task for a target."""
        return derived(f"{self.id}-{number}")

    @property
    def approvals(self) -> list[Tree]:
        """Who signed, as HI-1 says it."""
        envelope = json.loads(self.read("seal/statement.dsse.json"))
        at = json.loads(base64.b64decode(envelope["payload"]))["predicate"]["sealed_at"]
        keys = {key["keyid"]: key for key in json.loads(self.read("seal/role/party.json"))["keys"]}
        said = {"draft": "Drafted", "release": "Released", "emergency": "Emergency confirmed"}
        signed = zip(said, envelope["signatures"], strict=False)
        return [_approval(role, said[role], keys[one["keyid"]], at) for role, one in signed]


def _approval(role: str, said: str, key: Tree, at: str) -> Tree:
    return {
        "common:ApprovalType": said,
        "common:ApprovalReference": key["keyid"],
        "common:ApproverDetails": {"common:ApproverName": key["holder"], "common:ApproverRole": role},
        "common:ApprovalTimestamp": at,
        "common:ApprovalIsEmergency": role == "emergency",
    }


def order(package: Package, earlier: Package | None = None) -> list[Tree]:
    """The order around a package: authorisation, document, one task for each target; an extension updates the tasks."""
    things = [authorisation(package), document(package)]
    if earlier:
        return [*map(create, things), {"UPDATE": {"HI1Object": extension(package, earlier)}}]
    rows = enumerate(package.request["targets"], 1)
    return [*map(create, things), *(create(task(package, n, target)) for n, target in rows)]


def create(thing: Tree) -> Tree:
    """Ask for an object to be created."""
    return {"CREATE": {"HI1Object": thing}}


def authorisation(package: Package) -> Tree:
    """ETSI's authorisation, edited to be that of a request on a voluntary basis."""
    request = package.request
    thing = _of("request4-Preservation-Link.xml", package.id, request["from"]["party"])
    del thing["auth:AuthorisationTimespan"]
    return thing | {
        "auth:AuthorisationReference": request["reference"],
        "auth:AuthorisationLegalType": entry("AuthorisationLegalType", "Voluntary", OURS),
        "auth:AuthorisationPriority": entry("AuthorisationPriority", "Routine"),
        "auth:AuthorisationDesiredStatus": entry("AuthorisationDesiredStatus", "SubmittedToCSP"),
        "auth:AuthorisationCSPID": {"auth:CSPID": [end(request["to"]["party"])]},
        "auth:AuthorisationCreationTimestamp": request["drafted_at"],
        "auth:AuthorisationApprovalDetails": package.approvals,
        "auth:AuthorisationManualInformation": request["basis"]["text"],
        "auth:AuthorisationJurisdiction": request["from"]["party"][:2],
        "auth:AuthorisationLegalEntity": request["from"]["name"],
    }


def document(package: Package) -> Tree:
    """The document that carries the package."""
    request = package.request
    said = {"PackageDigest": package.digest, "Measure": request["measure"], "Language": request["language"]}
    if reply := request.get("reply"):
        said |= {"ReplyBy": reply["by"], "ReplyReason": reply["reason"]}
    rows = [
        {"doc:PropertyType": entry("DocumentProperty", name, OURS), "doc:PropertyValue": value}
        for name, value in said.items()
    ]
    return {
        **_owned("doc", "Document", derived(f"{package.id}-package"), request["from"]["party"], package.id),
        "doc:DocumentReference": request["reference"],
        "doc:DocumentName": f"{request['reference']}.comity.zip",
        "doc:DocumentDesiredStatus": entry("DocumentDesiredStatus", "Approved"),
        "doc:DocumentType": entry("DocumentType", "Package", OURS),
        "doc:DocumentProperties": {"doc:DocumentProperty": rows},
        "doc:DocumentBody": _body(package.raw, "application/zip"),
    }


def task(package: Package, number: int, target: Mapping[str, Any]) -> Tree:
    """ETSI's preservation or disclosure task, edited to be about an e-mail address."""
    request = package.request
    kind, desired, data = TASKS[request["measure"]]
    source = ("request8_LPTaskObject.json", 0) if kind == "LPTask" else ("request4-Preservation-Link.xml", 1)
    thing = _of(source[0], package.task(number), request["from"]["party"], source[1])
    for name in ("DesiredPreservationExpiration", "AlternativePreservationReferences"):
        thing.pop(f"task:{name}", None)
    details = thing["task:RequestDetails"]
    details["task:StartTime"], details["task:EndTime"] = target["since"], target["until"]
    (value,) = details["task:RequestValues"]["task:RequestValue"]
    value |= {"task:FormatType": {"task:FormatOwner": "ETSI", "task:FormatName": "EmailAddress"}}
    value |= {"task:Value": target["value"]}
    if data:
        thing["task:RequestDetails"] = {"task:Type": entry("RequestType", data), **details}
        (where,) = thing["task:DeliveryDetails"]["task:LDDeliveryDestination"]
        where["task:DeliveryAddress"] = {"task:EndpointID": end(request["from"]["party"])}
        where["task:LDHandoverFormat"] = entry("LDHandoverFormat", "TS103120")
    said: Tree = {
        "task:DesiredStatus": entry(f"{kind}DesiredStatus", desired),
        "task:CSPID": end(request["to"]["party"]),
    }
    if "task:Reference" in thing:
        said["task:Reference"] = f"{request['from']['party'].replace('.', '-')}-{package.id}-{number}"
    if "reply" in request and data:
        nature = entry("LDNatureOfDeadline", "Requested", OURS)
        row = {"task:DateTime": request["reply"]["by"], "task:NatureOfDeadline": nature}
        said["task:Deadlines"] = {"task:LDDeadline": [row | {"task:OtherInformation": request["reply"]["reason"]}]}
    return _ordered(thing | {"AssociatedObjects": linked(package.id)} | said)


def extension(package: Package, earlier: Package) -> Tree:
    """The update that asks for a preservation to last longer."""
    wanted = {"task:DesiredStatus": entry("LPTaskDesiredStatus", "Preserved")}
    head = {"@xsi:type": f"{{{SPACES['task']}}}LPTaskObject", "ObjectIdentifier": earlier.task()}
    return head | {"AssociatedObjects": linked(earlier.id, package.id)} | wanted


def notice(package: Package, provider: str, receipt: bytes, statuses: Mapping[str, tuple[str, str]]) -> list[Tree]:
    """A receipt, with the notification of what it means for each object: its dictionary and value."""
    paper = {
        **_owned("doc", "Document", str(uuid.uuid4()), provider, package.id),
        "doc:DocumentType": entry("DocumentType", "Receipt", OURS),
        "doc:DocumentBody": _body(receipt, "application/vnd.comity.receipt+json"),
    }
    return [create(news(provider, statuses)), create(paper)]


def news(provider: str, statuses: Mapping[str, tuple[str, str]]) -> Tree:
    """A notification that names the status of some objects."""
    rows = [
        {"notification:AssociatedObject": one, "notification:Status": entry(*status)}
        for one, status in statuses.items()
    ]
    return {
        **_owned("notification", "Notification", str(uuid.uuid4()), provider, *statuses),
        "notification:NotificationDetails": "We looked into it.",
        "notification:NotificationType": entry("NotificationType", "General"),
        "notification:NewNotification": True,
        "notification:NotificationTimestamp": "2026-11-26T09:00:00+07:00",
        "notification:StatusOfAssociatedObjects": {"notification:AssociatedObjectStatus": rows},
    }


def delivery(
    task_id: str, data: bytes, *, number: int = 1, last: bool = True, of: str = DELIVERY, name: str = "account.csv",
    url: str = "", expiry: str = "",
) -> Tree:  # fmt: skip
    """ETSI's delivery, edited to carry a file, or to say where it is."""
    thing = example_object("request5-JSON-Delivery.json")
    one = str(uuid.uuid4())
    del thing["delivery:Manifest"], thing["delivery:Reference"]
    size, kind = {"delivery:ContentLength": len(data)}, {"delivery:ContentType": "text/csv"}
    digest = {"delivery:Checksum": hashlib.sha256(data).hexdigest()}
    called, algorithm = {"delivery:OriginalFilename": name}, {"delivery:ChecksumType": "SHA-256"}
    carried = {"delivery:Data": base64.b64encode(data).decode(), **kind, **digest, **algorithm, **called, **size}
    placed = {"delivery:URL": url, **size, **kind, "delivery:Expiry": expiry, **digest, **called, **algorithm}
    body = {"delivery:URL": placed} if url else {"delivery:BinaryData": carried}
    thing |= {"ObjectIdentifier": one, "AssociatedObjects": linked(task_id)}
    thing |= {"delivery:DeliveryID": of, "delivery:SequenceNumber": number, "delivery:LastSequence": last}
    thing["delivery:Delivery"] = body
    return {"DELIVER": {"Identifier": one, "HI1Object": _ordered(thing)}}


def word(part: str, status: str) -> Tree:
    """The authority's word on a part that it was delivered."""
    head = {"@xsi:type": f"{{{SPACES['delivery']}}}DeliveryObject", "ObjectIdentifier": part}
    wish = {"delivery:DeliveryDesiredStatus": entry("DeliveryDesiredStatus", status)}
    return {"UPDATE": {"HI1Object": head | wish}}


def _of(source: str, one: str, owner: str, at: int = 0) -> Tree:
    country, _, name = owner.partition(".")
    thing = example_object(source, at)
    return thing | {"ObjectIdentifier": one, "CountryCode": country, "OwnerIdentifier": name}


def _owned(prefix: str, kind: str, one: str, owner: str, *about: str) -> Tree:
    country, _, name = owner.partition(".")
    head = {"@xsi:type": f"{{{SPACES[prefix]}}}{kind}Object", "ObjectIdentifier": one}
    return {**head, "CountryCode": country, "OwnerIdentifier": name, "AssociatedObjects": linked(*about)}


def _body(data: bytes, media: str) -> Tree:
    return {
        "doc:Contents": base64.b64encode(data).decode(),
        "doc:ContentType": media,
        "doc:Checksum": hashlib.sha256(data).hexdigest(),
        "doc:ChecksumType": "SHA-256",
    }


_ORDER = (
    "@xsi:type", "ObjectIdentifier", "CountryCode", "OwnerIdentifier", "Generation", "AssociatedObjects",
    "task:Reference", "task:DesiredStatus", "task:RequestDetails", "task:DesiredPreservationExpiration",
    "task:DeliveryDetails", "task:CSPID", "task:Flags", "task:AlternativePreservationReferences", "task:Deadlines",
    "delivery:DeliveryID", "delivery:SequenceNumber", "delivery:LastSequence", "delivery:Delivery",
)  # fmt: skip


def _ordered(thing: Tree) -> Tree:
    """Bring members into the order that ETSI's schema has for XML."""
    assert set(thing) <= set(_ORDER), set(thing) - set(_ORDER)
    return {name: thing[name] for name in _ORDER if name in thing}
