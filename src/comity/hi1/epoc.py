"""European Production and Preservation Orders (Regulation (EU) 2023/1543) as HI-1 objects: mapped, not conformant.

The Commission's schemas of the forms were not at hand; what each line of the mapping rests on stands in `data/epoc.yaml`
under `verified`. Nothing here may be called conformant, or used without a look at the Regulation and its forms.

    Form 1, EPOC     an Authorisation (its id is the form's), an LDTask for each identifier, the form as a Document
    Form 2, EPOC-PR  an Authorisation, an LPTask for each identifier (60 days), the form as a Document
    Form 3           a Notification: the Authorisation and the tasks are Invalid, for these reasons; the form as a Document
    Form 5, Form 6   an UPDATE of each LPTask: a production request follows; 30 days more

Both sides derive the identifiers of tasks from the form's, so that they agree without having talked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from comity.kernel.clock import stamp

from .epocorder import Epoc, EpocPr, Order, Wanted, known, span, table
from .errors import BadMessage
from .model import Action, Endpoint, Thing
from .things import body, derived, entry, linked, owner, party


def task_id(form: str, number: int) -> str:
    """Give the identifier of the task for the identifier *number* of a form."""
    return derived(f"{form}-{number}")


def things(order: Epoc | EpocPr) -> tuple[Thing, ...]:
    """Map an order: the Authorisation, a task for each identifier, and the form itself."""
    tasks = [_disclosure(order, one) if isinstance(order, Epoc) else _preservation(order, one) for one in order.wanted]
    name = "Form1" if isinstance(order, Epoc) else "Form2"
    return (_authorisation(order), *tasks, _document(order, name, order.document, order.media))


def extension(order: EpocPr) -> tuple[Action, ...]:
    """Map Form 6: ask that every task's data are kept for 30 days more than the first 60."""
    until = _preserved_until(order) + span("extension")
    return tuple(_updates(order, {"DesiredPreservationExpiration": stamp(until)}))


def confirmation(order: EpocPr) -> tuple[Action, ...]:
    """Map Form 5: a request for production has been issued, so that the data are kept as long as it needs them."""
    return tuple(_updates(order, {"DesiredStatus": _eu("EPOCLPTaskDesiredStatus", "SubsequentProductionRequest")}))


def impossibility(
    order: Epoc | EpocPr, reasons: Mapping[int, str], at: datetime, document: bytes, media: str = "application/pdf"
) -> tuple[Thing, ...]:
    """Map Form 3, the provider's word that it cannot carry out the order; *reasons* by the identifiers' numbers.

    Raises:
        BadMessage: a reason is unknown, or is given for an identifier that the order has not.
    """
    numbers = {one.number for one in order.wanted}
    if not reasons or not set(reasons) <= numbers:
        raise BadMessage(f"got reasons for {sorted(reasons)}, expected for some of {sorted(numbers)}", code=3007)
    words = {number: known("reasons", reason)["label"]["en"] for number, reason in sorted(reasons.items())}
    rows = [_status(order.form, "AuthorisationStatus", "; ".join(dict.fromkeys(words.values())))]
    name = "LDTaskStatus" if isinstance(order, Epoc) else "LPTaskStatus"
    rows += [_status(task_id(order.form, number), name, word) for number, word in words.items()]
    members = {
        **owner(order.addressee),
        **linked(order.form),
        "NotificationType": _eu("EPOCNotificationType", "DeFactoImpossibility"),
        "NewNotification": True,
        "NotificationTimestamp": stamp(at),
        "StatusOfAssociatedObjects": {"AssociatedObjectStatus": rows},
    }
    notification = Thing("NotificationObject", derived(f"{order.form}-Form3-notification"), members)
    return notification, _document(order, "Form3", document, media, by=order.addressee)


def _authorisation(order: Epoc | EpocPr) -> Thing:
    production = isinstance(order, Epoc)
    members: dict[str, Any] = {
        **owner(order.sender),
        "AuthorisationReference": str(order.case),
        "AuthorisationLegalType": _eu("EPOCLegalType", "EPOC" if production else "EPOCPR"),
        "AuthorisationDesiredStatus": entry("AuthorisationDesiredStatus", "SubmittedToCSP"),
        "AuthorisationCSPID": {"CSPID": [party(order.addressee)]},
        "AuthorisationApprovalDetails": list(_approvals(order)),
    }
    if isinstance(order, Epoc):
        members["AuthorisationPriority"] = _eu("EPOCPriority", order.deadline)
        if flags := list(_flags(order)):
            members["AuthorisationFlags"] = {"AuthorisationFlag": flags}
    if order.remarks:
        members["AuthorisationManualInformation"] = order.remarks
    return Thing("AuthorisationObject", order.form, members)


def _flags(order: Epoc) -> Iterator[dict[str, str]]:
    if order.emergency:
        yield entry("AuthorisationFlag", "IsEmergency")
    if order.delay_informing:
        yield _eu("EPOCAuthorisationFlag", "DelayInformingUser")
    if order.notified:
        yield _eu("EPOCAuthorisationFlag", "EnforcingAuthorityNotified")


def _approvals(order: Epoc | EpocPr) -> Iterator[dict[str, Any]]:
    """Write who approved; an emergency that nobody has validated yet is approved as such."""
    roles = [("IssuingAuthority", order.issuing), ("ValidatingAuthority", order.validating)]
    unvalidated = isinstance(order, Epoc) and order.emergency and order.validating is None
    for kind, authority in roles:
        if authority is None:
            continue
        details: dict[str, Any] = {"ApproverName": authority.person}
        if authority.role:
            details["ApproverRole"] = authority.role
        if authority.email:
            details["ApproverContactDetails"] = [{"EmailAddress": authority.email}]
        row = {"ApprovalType": kind, "ApprovalDescription": authority.name, "ApproverDetails": details}
        yield row | {"ApprovalTimestamp": stamp(authority.at), "ApprovalIsEmergency": unvalidated}


def _disclosure(order: Epoc, one: Wanted) -> Thing:
    to = {
        "DeliveryAddress": {"EndpointID": party(order.deliver_to)},
        "LDDeliveryProfile": _eu("EPOCDeliveryProfile", order.delivery),
    }
    members: dict[str, Any] = {
        **owner(order.sender),
        **linked(order.form),
        "DesiredStatus": entry("LDTaskDesiredStatus", "AwaitingDisclosure"),
        "RequestDetails": _request(one),
        "DeliveryDetails": {"LDDeliveryDestination": [to]},
        "CSPID": party(order.addressee),
    }
    if order.emergency:
        members["Flags"] = {"LDTaskFlag": [entry("LDTaskFlag", "IsEmergency")]}
    return Thing("LDTaskObject", task_id(order.form, one.number), members)


def _preservation(order: EpocPr, one: Wanted) -> Thing:
    members = {
        **owner(order.sender),
        **linked(order.form),
        "DesiredStatus": entry("LPTaskDesiredStatus", "AwaitingPreservation"),
        "RequestDetails": _request(one),
        "DesiredPreservationExpiration": stamp(_preserved_until(order)),
        "CSPID": party(order.addressee),
    }
    return Thing("LPTaskObject", task_id(order.form, one.number), members)


def _request(one: Wanted) -> dict[str, Any]:
    """Write what is wanted, in the order of HI-1."""
    row: dict[str, Any] = {"Type": entry("RequestType", known("categories", one.category)["type"])}
    times = {"StartTime": one.start, "EndTime": one.end}
    row |= {name: stamp(moment) for name, moment in times.items() if moment}
    format_type = {"FormatOwner": "ETSI", "FormatName": one.format}
    row["RequestValues"] = {"RequestValue": [{"FormatType": format_type, "Value": one.value}]}
    if one.subtypes:
        row["Subtype"] = {"RequestSubtype": [_eu("EPOCRequestSubtype", subtype) for subtype in one.subtypes]}
    return row


def _document(order: Order, name: str, data: bytes, media: str, by: Endpoint | None = None) -> Thing:
    members = {
        **owner(by or order.sender),
        **linked(order.form),
        "DocumentReference": str(order.case),
        "DocumentName": name,
        "DocumentType": _eu("EPOCDocumentType", name),
        "DocumentBody": body(data, media),
    }
    return Thing("DocumentObject", derived(f"{order.form}-{name}"), members)


def _updates(order: EpocPr, members: Mapping[str, Any]) -> Iterator[Action]:
    for n, one in enumerate(order.wanted):
        yield Action(n, "UPDATE", Thing("LPTaskObject", task_id(order.form, one.number), members))


def _status(identifier: str, name: str, details: str) -> dict[str, Any]:
    return {"AssociatedObject": identifier, "Status": entry(name, "Invalid"), "Details": details}


def _preserved_until(order: EpocPr) -> datetime:
    """Say until when Form 2 asks to keep the data: from the day it was issued, as its receipt is not known yet."""
    return order.issuing.at + span("preservation")


def _eu(name: str, value: str) -> dict[str, str]:
    """Write a value of a dictionary of the EU's profile."""
    return entry(name, value, table()["profile"]["owner"])
