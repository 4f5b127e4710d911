"""Returns of telecom operators: calls, sessions behind shared addresses, subscribers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta, timezone

from .tables import table
from .truth import File
from .world import World

HANOI = timezone(timedelta(hours=7))
_CDR = (
    *("Calling Number", "Called Number", "Call Type", "Start Time (UTC)", "End Time (UTC)", "Duration (s)"),
    *("IMSI", "IMEI", "First Cell ID"),
)
_CELLS = (
    *("A_NUMBER", "B_NUMBER", "RECORD_TYPE", "START_DATE", "START_TIME", "DURATION", "IMEI", "IMSI"),
    *("MCC", "MNC", "LAC", "CI"),
)
_VIETNAM = ("STT", "Số chủ gọi", "Số bị gọi", "Loại dịch vụ", "Thời gian bắt đầu", "Thời lượng (giây)", "Mã trạm")
_NAT = ("MSISDN", "Private IP", "Public IP", "Public Port", "Destination IP", "Destination Port", "Start Time")
_BLOCKS = ("MSISDN", "Private IP", "Public IP", "Port Block Start", "Port Block End", "Start Time (UTC)")
_PORTLESS = ("MSISDN", "Private IP", "Public IP", "Start Time (UTC)")
_SUBSCRIBERS = ("MSISDN", "Name", "IMSI", "Activation Date")


def files(world: World) -> Iterator[File]:
    """Give the files of an operator."""
    yield _international(world)
    yield _cells(world)
    yield _vietnam(world)
    yield from _addresses(world)
    yield _subscribers(world)


def _international(world: World) -> File:
    rows, file = (
        [],
        File("telecom/cdr-international.csv", b"", "call detail records, UTC in the header", "delimited", aside=1),
    )
    for row, act in enumerate(world.acts, 2):
        seconds = world.random.choice((0, 12, 75, 600))
        kind = "SMS-MO" if seconds == 0 else "MOC"
        cell, end = f"001-01-4001-{act.number % 90:04}", act.at + timedelta(seconds=seconds)
        start = f"{act.at:%Y-%m-%dT%H:%M:%SZ}"
        rows.append(
            (
                act.who.phone,
                act.whom.phone,
                kind,
                start,
                f"{end:%Y-%m-%dT%H:%M:%SZ}",
                seconds,
                act.who.imsi,
                act.who.imei,
                cell,
            )
        )
        told = {"kind": "sms" if seconds == 0 else "voice", "time": act.at, "end": end, "duration_s": str(seconds)}
        ids = {"imsi": act.who.imsi, "imei": act.who.imei, "cell_first": cell}
        file.tell(
            "call",
            row,
            a_party=act.who.phone,
            b_party=act.whom.phone,
            a_party_key=f"phone:{act.who.phone}",
            **told,
            **ids,
        )
    file.data = table(_CDR, rows)
    return file


def _cells(world: World) -> File:
    given = {"zone": "Asia/Ho_Chi_Minh", "region": "US"}
    rows, file = (
        [],
        File("telecom/cdr-cells.csv", b"", "call detail records, local time, cells in parts", "delimited", given, 1),
    )
    for row, act in enumerate(world.acts, 2):
        local, cell = act.at.astimezone(HANOI), ("001", "01", "16385", str(2000 + act.number % 90))
        shown = (f"{local:%d.%m.%Y}", f"{local:%H:%M:%S}", "0:01:05", act.who.imei, act.who.imsi)
        rows.append((act.who.phone[2:], act.whom.phone[2:], "MOC", *shown, *cell))
        told = {"time": act.at, "time_basis": "assumed", "duration_s": "65", "cell_first": "-".join(cell)}
        file.tell(
            "call",
            row,
            a_party_key=f"phone:{act.who.phone}",
            b_party_key=f"phone:{act.whom.phone}",
            direction="out",
            **told,
        )
    file.data = table(_CELLS, rows, mark=";")
    return file


def _vietnam(world: World) -> File:
    given = {"zone": "Asia/Ho_Chi_Minh", "decimal": "."}
    label = "call detail records, Vietnamese header, a row of totals"
    rows: list[tuple[object, ...]] = []
    file = File("telecom/cdr-vietnam.csv", b"", label, "delimited", given, 2)
    for row, act in enumerate(world.acts, 2):
        local = act.at.astimezone(HANOI)
        cell = f"001-01-4001-{act.number % 90:04}"
        rows.append((row - 1, act.who.phone, act.whom.phone, "Gọi thoại", f"{local:%d/%m/%Y %H:%M:%S}", 30, cell))
        told = {"kind": "voice", "time": act.at, "time_basis": "assumed", "duration_s": "30", "cell_first": cell}
        file.tell("call", row, a_party=act.who.phone, b_party=act.whom.phone, **told)
    rows.append(("Tổng cộng", "", "", "", "", "", ""))
    file.data = table(_VIETNAM, rows)
    return file


def _addresses(world: World) -> Iterator[File]:
    """Give three logs of the same sessions: with port, with blocks of ports, and without."""
    label = "sessions behind shared addresses"
    nat = File("telecom/nat-sessions.csv", b"", f"{label}, with port", "delimited", aside=1)
    blocks = File("telecom/nat-blocks.csv", b"", f"{label}, in blocks of ports", "delimited", aside=1)
    bare = File("telecom/nat-portless.csv", b"", f"{label}, without port", "delimited", aside=1)
    bare.flags = {"port_missing": len(world.acts)}
    rows: tuple[list[tuple[object, ...]], ...] = ([], [], [])
    for row, act in enumerate(world.acts, 2):
        number, port = act.who.phone[1:], 1024 + act.number % 60_000
        ends, start = (number, act.who.inside, act.who.address), f"{act.at:%Y-%m-%d %H:%M:%S}"
        told = {"account": number, "address": act.who.inside, "nat_address": act.who.address, "time": act.at}
        rows[0].append((*ends, port, "203.0.113.5", 443, f"{act.at.astimezone(HANOI):%Y-%m-%d %H:%M:%S}+07:00"))
        nat.tell("session", row, nat_port=port, to_address="203.0.113.5", to_port=443, time_zone="+07:00", **told)
        rows[1].append((*ends, port, port + 511, start))
        blocks.tell("session", row, nat_port=port, nat_port_last=port + 511, **told)
        rows[2].append((*ends, start))
        bare.tell("session", row, **told)
    nat.data, blocks.data, bare.data = table(_NAT, rows[0]), table(_BLOCKS, rows[1]), table(_PORTLESS, rows[2])
    yield from (nat, blocks, bare)


def _subscribers(world: World) -> File:
    rows, file = [], File("telecom/subscribers.csv", b"", "subscriber data", "delimited", {"zone": "UTC"}, 1)
    for row, person in enumerate(world.people, 2):
        rows.append((person.phone, person.name, person.imsi, "2024-01-15"))
        file.tell("account", row, account=person.phone, name=person.name, service="telephony")
        file.tell("claim", row, account=person.phone, about="name", value=person.name)
        file.tell("claim", row, account=person.phone, about="imsi", value=person.imsi)
    file.data = table(_SUBSCRIBERS, rows)
    return file
