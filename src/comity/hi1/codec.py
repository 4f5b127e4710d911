"""Bytes to messages and back, in XML and in JSON.

`read` takes what the newest tables know, whatever version the header declares: senders, ETSI's own examples among them,
declare old versions while they use newer members. It refuses a version outside `OLDEST` to `NEWEST` (3021) unless it is
told to be lenient; a service that wants to answer a 3021 reads leniently and calls `check_version` itself. `write` is
strict: no member is newer than the version that the header declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .errors import BadMessage
from .jsonform import read_json, write_json
from .model import Action, Answer, Encoding, Endpoint, Fault, Header, Message, Thing, Version
from .schema import NEWEST, OLDEST, conform, number
from .things import party
from .xmlform import ROOT, read_xml, write_xml

MAX_BYTES = 32 * 1024 * 1024
BOM = b"\xef\xbb\xbf"


def encoding_of(raw: bytes) -> Encoding:
    """Tell XML from JSON by the first sign.

    Raises:
        BadMessage: it is neither (3019).
    """
    start = raw.removeprefix(BOM).lstrip()[:1]
    if start == b"<":
        return "xml"
    if start == b"{":
        return "json"
    raise BadMessage("got neither XML nor JSON, expected an HI-1 message", code=3019)


def read(raw: bytes, *, limit: int = MAX_BYTES, lenient: bool = False) -> Message:
    """Read a message; *lenient* takes any declared version.

    Raises:
        BadMessage: the bytes are no message that we can take; `code` says which HI-1 error that is.
    """
    message = message_of(read_tree(raw, limit=limit))
    if not lenient:
        check_version(message.header)
    return message


def write(message: Message, encoding: Encoding) -> bytes:
    """Write a message; the same message gives the same bytes.

    Raises:
        BadMessage: it has a member that the tables do not allow or that is newer than its declared version.
    """
    return write_tree(tree_of(message), encoding, version=message.header.version.etsi)


def check_version(header: Header) -> None:
    """Refuse a version that we do not speak.

    Raises:
        BadMessage: it is older or newer than what we support (3021).
    """
    if not number(OLDEST) <= number(header.version.etsi) <= number(NEWEST):
        text = f"got {header.version.etsi}, expected {OLDEST} to {NEWEST}"
        raise BadMessage(text, code=3021, field="Header/Version/ETSIVersion")


def read_tree(raw: bytes, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """Read bytes into a tree that conforms to the newest tables.

    Raises:
        BadMessage: they are no message.
    """
    tree = read_xml(raw, limit) if encoding_of(raw[:4096]) == "xml" else read_json(raw.removeprefix(BOM), limit)
    return conform(tree, ROOT)


def write_tree(tree: Mapping[str, Any], encoding: Encoding, *, version: str = NEWEST) -> bytes:
    """Write a tree.

    Raises:
        BadMessage: it does not conform to the tables of *version*.
    """
    checked = conform(tree, ROOT, version=version)
    return write_xml(checked, version) if encoding == "xml" else write_json(checked, version)


def message_of(tree: Mapping[str, Any]) -> Message:
    """See a tree that conforms as a message.

    Raises:
        BadMessage: two actions have one number (3002), or the time in the header cannot be told in UTC.
    """
    header = _header(tree["Header"])
    payload = tree["Payload"]
    if "RequestPayload" in payload:
        rows = payload["RequestPayload"]["ActionRequests"]["ActionRequest"]
        _numbered(rows)
        return Message(header, actions=tuple(_action(row) for row in rows))
    response = payload["ResponsePayload"]
    if "ErrorInformation" in response:
        return Message(header, fault=_fault(response["ErrorInformation"]))
    rows = response["ActionResponses"]["ActionResponse"]
    _numbered(rows)
    return Message(header, answers=tuple(_answer(row) for row in rows))


def tree_of(message: Message) -> dict[str, Any]:
    """See a message as a tree; `write_tree` checks it."""
    payload: dict[str, Any]
    if message.actions:
        payload = {"RequestPayload": {"ActionRequests": {"ActionRequest": [_action_row(a) for a in message.actions]}}}
    elif message.fault:
        payload = {"ResponsePayload": {"ErrorInformation": _fault_row(message.fault)}}
    else:
        rows = [_answer_row(a) for a in message.answers]
        payload = {"ResponsePayload": {"ActionResponses": {"ActionResponse": rows}}}
    return {"Header": _header_row(message.header), "Payload": payload}


def _numbered(rows: list[dict[str, Any]]) -> None:
    """Refuse a number that stands twice."""
    numbers = [row["ActionIdentifier"] for row in rows]
    if len(set(numbers)) != len(numbers):
        raise BadMessage("got an ActionIdentifier twice, expected each once", code=3002, field="Payload")


def _header(row: Mapping[str, Any]) -> Header:
    """Read the header."""
    version = row["Version"]
    try:
        at = datetime.fromisoformat(row["Timestamp"]).astimezone(UTC)
    except OverflowError as e:
        text = f"got {row['Timestamp']}, expected a time in UTC"
        raise BadMessage(text, code=3007, field="Header/Timestamp") from e
    return Header(
        sender=_endpoint(row["SenderIdentifier"]),
        receiver=_endpoint(row["ReceiverIdentifier"]),
        transaction=row["TransactionIdentifier"],
        at=at,
        version=Version(version["ETSIVersion"], version["NationalProfileOwner"], version["NationalProfileVersion"]),
        workflow=row.get("WorkflowIdentifier", ""),
    )


def _header_row(header: Header) -> dict[str, Any]:
    """Write the header; its time has exactly six decimals."""
    version = header.version
    row: dict[str, Any] = {
        "SenderIdentifier": party(header.sender),
        "ReceiverIdentifier": party(header.receiver),
        "TransactionIdentifier": header.transaction,
        "Timestamp": header.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "Version": {
            "ETSIVersion": version.etsi,
            "NationalProfileOwner": version.owner,
            "NationalProfileVersion": version.profile,
        },
    }
    return row | ({"WorkflowIdentifier": header.workflow} if header.workflow else {})


def _endpoint(row: Mapping[str, str]) -> Endpoint:
    """Read an endpoint."""
    return Endpoint(row["CountryCode"], row["UniqueIdentifier"])


def _fault(row: Mapping[str, Any]) -> Fault:
    """Read an error."""
    return Fault(row["ErrorCode"], row["ErrorDescription"])


def _fault_row(fault: Fault) -> dict[str, Any]:
    """Write an error."""
    return {"ErrorCode": fault.code, "ErrorDescription": fault.text}


def _thing(row: Mapping[str, Any] | None) -> Thing | None:
    """Read an object."""
    if row is None:
        return None
    members = {name: value for name, value in row.items() if name not in ("@type", "ObjectIdentifier")}
    return Thing(row["@type"], row["ObjectIdentifier"], members)


def _thing_row(thing: Thing) -> dict[str, Any]:
    """Write an object as a tree (HI1Object)."""
    return {"@type": thing.type, "ObjectIdentifier": thing.id, **thing.members}


def _action(row: Mapping[str, Any]) -> Action:
    """Read one action."""
    verb = next(name for name in row if name != "ActionIdentifier")
    body = row[verb]
    query = body if verb == "LIST" else None
    return Action(row["ActionIdentifier"], verb, _thing(body.get("HI1Object")), body.get("Identifier", ""), query)


def _action_row(action: Action) -> dict[str, Any]:
    """Write one action."""
    body: dict[str, Any] = dict(action.query or {}) if action.verb == "LIST" else {}
    if action.identifier:
        body["Identifier"] = action.identifier
    if action.thing:
        body["HI1Object"] = _thing_row(action.thing)
    return {"ActionIdentifier": action.n, action.verb: body}


def _answer(row: Mapping[str, Any]) -> Answer:
    """Read one answer; an error does not say which verb it answers."""
    n = row["ActionIdentifier"]
    name = next(name for name in row if name != "ActionIdentifier")
    body = row[name]
    verb = name.removesuffix("Response")
    if name == "ErrorInformation":
        return Answer(n, "", fault=_fault(body))
    if verb == "GETCSPCONFIG":
        return Answer(n, verb, config=body)
    records = tuple(body.get("ListResponseRecord", ()))
    return Answer(n, verb, body.get("Identifier", ""), _thing(body.get("HI1Object")), records)


def _answer_row(answer: Answer) -> dict[str, Any]:
    """Write one answer."""
    if answer.fault:
        return {"ActionIdentifier": answer.n, "ErrorInformation": _fault_row(answer.fault)}
    body: dict[str, Any] = dict(answer.config or {})
    if answer.verb == "LIST":
        body["ListResponseRecord"] = list(answer.records)
    if answer.identifier:
        body["Identifier"] = answer.identifier
    if answer.thing:
        body["HI1Object"] = _thing_row(answer.thing)
    return {"ActionIdentifier": answer.n, f"{answer.verb}Response": body}
