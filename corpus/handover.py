"""Handover files of ETSI: TS 103 705, TS 103 707, TS 102 657."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from xml.sax.saxutils import escape

from .telecom import HANOI
from .truth import File
from .world import Act, World

_TYPES = "urn:etsi:li:103705:type-schema-id:v1.1.1#/$defs/"
_ITEMS = (
    '<handoverItemCollection xmlns="http://uri.etsi.org/03707/2020/02" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:p="http://uri.etsi.org/03707/2020/02">'
)
_RETAINED = '<RetainedDataMessage xmlns="http://uri.etsi.org/02657/v1.28.1#/RetainedData">'


def files(world: World) -> Iterator[File]:
    """Give one file of each standard."""
    yield _response(world)
    yield _items(world)
    yield _retained(world)


def _response(world: World) -> File:
    file = File("handover/ts103705.json", b"", "ETSI TS 103 705 response", "etsi705")
    for about, value in (("result_set", "rs-1"), ("request", "XA-2026-0042"), ("schema", "urn:example:records 1.0.0")):
        file.tell("statement", 1, provider="Example Mobile", about=about, value=value)
    records = [_record(file, row, act) for row, act in enumerate(world.acts, 2)]
    said = {
        "etsiSchemaId": "urn:etsi:li:103705:response-schema-id:v1.1.1",
        "etsiSpecificationVersion": "1.1.1",
        "cspName": "Example Mobile",
        "cspSchemaId": "urn:example:records",
        "cspSchemaVersion": "1.0.0",
        "resultSetId": "rs-1",
        "requestReference": "XA-2026-0042",
        "created": "2026-05-01T00:00:00.000000Z",
    }
    file.data = json.dumps({"recordSetDescription": said, "recordSet": records}).encode()
    return file


def _record(file: File, row: int, act: Act) -> dict[str, object]:
    """Make a call, a message or a data session, in turn."""
    start, end = act.at.astimezone(HANOI), act.at + timedelta(seconds=90)
    shown = f"{start:%Y-%m-%dT%H:%M:%S.000000}+07:00"
    who = {"phoneNumber": act.who.phone[1:], "iMSI": act.who.imsi}
    common = {"id": str(row)}
    if act.number % 3 == 0:
        sides = {"a_party": act.who.phone, "b_party": act.whom.phone, "imsi": act.who.imsi}
        file.tell("call", row, **sides, time=act.at, end=end, duration_s="90", time_zone="+07:00")
        parties = [_party("originating", who), _party("terminating", {"phoneNumber": act.whom.phone[1:]})]
        span = {"timeBegin": shown, "timeEnd": f"{end:%Y-%m-%dT%H:%M:%S.000000Z}", "callDuration": 90}
        return common | {"type": _TYPES + "CallRecord", "parties": parties} | span
    if act.number % 3 == 1:
        receivers = json.dumps([act.whom.phone])
        file.tell("message", row, sender=act.who.phone, receivers=receivers, time=act.at)
        parties = [_party("sender", who), _party("receiver", {"phoneNumber": act.whom.phone[1:]})]
        return common | {"type": _TYPES + "MessagingRecord", "parties": parties, "eventTime": shown}
    file.tell("session", row, account=act.who.phone, address=act.who.address, time=act.at, bytes_up=act.number)
    access = {"identity": who | {"iPv4Address": act.who.address}}
    volume = {"bytesUpload": act.number}
    return common | {"type": _TYPES + "DataAccessRecord", "parties": [access], "timeBegin": shown, "volume": volume}


def _party(role: str, identity: dict[str, str]) -> dict[str, object]:
    return {"role": role, "identity": identity}


def _items(world: World) -> File:
    given = {"provider": "Example Chat"}
    file, items = File("handover/ts103707.xml", b"", "ETSI TS 103 707 messages", "etsi707", given), []
    for row, act in enumerate(world.acts, 1):
        sender, receiver = escape(act.who.email), escape(act.whom.email)
        core = (
            f"<messageSender><identifiers><identifier>{sender}</identifier></identifiers>"
            "<isTargetedParty>true</isTargetedParty></messageSender>"
            f"<messageReceivers><recipient><identifiers><identifier>{receiver}</identifier></identifiers></recipient>"
            f"</messageReceivers><timestamp>{act.at:%Y-%m-%dT%H:%M:%S.000000Z}</timestamp>"
        )
        count = (
            f"<applicationLevelID>7</applicationLevelID><applicationSequenceNumber>{row}</applicationSequenceNumber>"
        )
        head = f"<header><applicationCorrelation>{count}</applicationCorrelation></header>"
        body = f'<payload xsi:type="p:MessagingPayload"><coreParameters>{core}</coreParameters></payload>'
        items.append(f'<handoverItem xsi:type="p:HandoverItem">{head}{body}</handoverItem>')
        told = {"sender": act.who.email, "account": act.who.email, "receivers": json.dumps([act.whom.email])}
        file.tell("message", row, direction="out", message=f"7.{row}", time=act.at, **told)
    file.data = f"{_ITEMS}\n{chr(10).join(items)}\n</handoverItemCollection>\n".encode()
    return file


def _retained(world: World) -> File:
    file, records = File("handover/ts102657.xml", b"", "ETSI TS 102 657 retained data", "etsi657"), []
    for row, act in enumerate(world.acts, 2):
        start = f"{act.at.astimezone(HANOI):%Y%m%d%H%M%S}+0700"
        when = f"<communicationTime><startTime>{start}</startTime><durationTime>30</durationTime></communicationTime>"
        ids = f"<partyNumber>{act.who.phone}</partyNumber><iMSI>{act.who.imsi}</iMSI>"
        sides = (
            f"<partyRole><originating-Party/></partyRole>{ids}{when}",
            f"<partyRole><terminating-Party/></partyRole><partyNumber>{act.whom.phone}</partyNumber>",
        )
        parties = "".join(f"<TelephonyPartyInformation>{side}</TelephonyPartyInformation>" for side in sides)
        usage = f"<telephonyServiceUsage><partyInformation>{parties}</partyInformation></telephonyServiceUsage>"
        payload = f"<recordPayload><telephonyRecord>{usage}</telephonyRecord></recordPayload>"
        records.append(f"<ResponseRecord><recordNumber>{row - 1}</recordNumber>{payload}</ResponseRecord>")
        told = {"a_party": act.who.phone, "b_party": act.whom.phone, "imsi": act.who.imsi, "time": act.at}
        file.tell("call", row, duration_s="30", time_zone="+07:00", **told)
    number = "<countryCode>XA</countryCode><requestNumber>42</requestNumber>"
    head = f"<retainedDataHeader><requestID>{number}</requestID><cSPID>EXMOB</cSPID></retainedDataHeader>"
    file.tell("statement", 1, provider="EXMOB", about="request")
    body = f"<retainedDataPayload><responseMessage><responsePayload>\n{chr(10).join(records)}\n</responsePayload></responseMessage></retainedDataPayload>"
    file.data = f"{_RETAINED}{head}{body}</RetainedDataMessage>\n".encode()
    return file
