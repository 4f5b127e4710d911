"""Statements of one straw man's account: the same payments as camt.053, MT940 and OFX, cards and payments as tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple
from xml.sax.saxutils import escape

from .tables import table
from .truth import File
from .world import START, Act, World

_CARD = ("Card Number", "Transaction Date", "Merchant Name", "Transaction Amount", "Transaction Currency", "Auth Code")
_PAYMENT = ("Payment ID", "Created (UTC)", "Payer", "Payee", "Amount", "Currency", "Fee", "Status")
_DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
_OPENING = Decimal("1000.00")


class Payment(NamedTuple):
    """A payment to the account or from it; the amount has the sign of the account."""

    act: Act
    amount: Decimal
    reference: str


def files(world: World) -> Iterator[File]:
    """Give the files of a bank, a card issuer and a payment service."""
    payments = [Payment(act, _amount(world, act), f"E2E-{act.number:06}") for act in world.acts]
    yield _camt(world, payments)
    yield _mt940(world, payments)
    yield _ofx(world, payments)
    yield _cards(world)
    yield _payments(world)


def _amount(world: World, act: Act) -> Decimal:
    return world.amount(2, 9000) * (-1 if act.number % 4 == 3 else 1)


def _balances(file: File, account: str, payments: list[Payment]) -> Decimal:
    """Say the two balances, and give the one at the end."""
    closing = _OPENING + sum((payment.amount for payment in payments), Decimal())
    for about, amount in (("opening_balance", _OPENING), ("closing_balance", closing)):
        file.tell("statement", 0, account=account, about=about, amount=amount, currency="EUR")
    return closing


def _told(payment: Payment, account: str, amount: Decimal) -> dict[str, object]:
    direction = "debit" if payment.amount < 0 else "credit"
    return {"account": account, "amount": amount, "currency": "EUR", "direction": direction}


def _camt(world: World, payments: list[Payment]) -> File:
    account, entries = world.people[0].iban, []
    file = File("bank/camt053.xml", b"", "ISO 20022 camt.053", "camt", {"zone": "UTC"})
    for payment in payments:
        act, side = payment.act, "DBIT" if payment.amount < 0 else "CRDT"
        other = "Cdtr" if payment.amount < 0 else "Dbtr"
        parties = f"<{other}><Pty><Nm>{escape(act.whom.name)}</Nm></Pty></{other}>"
        parties += f"<{other}Acct><Id><IBAN>{act.whom.iban}</IBAN></Id></{other}Acct>"
        details = f"<Refs><EndToEndId>{payment.reference}</EndToEndId></Refs><RltdPties>{parties}</RltdPties>"
        head = f'<Amt Ccy="EUR">{abs(payment.amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        when = f"<BookgDt><DtTm>{act.at:%Y-%m-%dT%H:%M:%SZ}</DtTm></BookgDt><ValDt><Dt>{act.at:%Y-%m-%d}</Dt></ValDt>"
        entries.append(f"<Ntry>{head}{when}<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>")
        ends = {"counterparty_name": act.whom.name, "counterparty_account": act.whom.iban}
        told = _told(payment, account, abs(payment.amount)) | ends
        file.tell("transaction", 0, time=act.at, valued=f"{act.at:%Y-%m-%d}", end_to_end=payment.reference, **told)
    closing = _balances(file, account, payments)
    balances = "".join(_balance(*pair) for pair in (("OPBD", _OPENING), ("CLBD", closing)))
    head = f"<Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}"
    body = f"<Stmt>{head}\n{chr(10).join(entries)}\n</Stmt>"
    top = f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>{START:%Y-%m-%dT%H:%M:%SZ}</CreDtTm></GrpHdr>"
    file.data = f"{_DOCUMENT}<BkToCstmrStmt>{top}{body}</BkToCstmrStmt></Document>\n".encode()
    return file


def _balance(code: str, amount: Decimal) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    date = f"<Dt><Dt>{START:%Y-%m-%d}</Dt></Dt>"
    return f'<Bal>{kind}<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>{date}</Bal>'


def _mt940(world: World, payments: list[Payment]) -> File:
    account = world.people[0].iban
    file = File("bank/mt940.sta", b"", "SWIFT MT940", "mt940", {"zone": "UTC"})
    lines = [":20:STMT1", f":25:{account}", ":28C:1/1", f":60F:C{START:%y%m%d}EUR{_comma(_OPENING)}"]
    for payment in payments:
        act, side = payment.act, "D" if payment.amount < 0 else "C"
        lines.append(
            f":61:{act.at:%y%m%d%m%d}{side}{_comma(abs(payment.amount))}NTRF{payment.reference}//B{act.number:06}"
        )
        lines.append(f":86:166?20EREF+{payment.reference}?31{act.whom.iban}?32{_plain(act.whom.name)}")
        ends = {"counterparty_name": _plain(act.whom.name), "counterparty_account": act.whom.iban}
        told = _told(payment, account, abs(payment.amount)) | ends
        reference = {"bank_reference": f"B{act.number:06}", "end_to_end": payment.reference}
        file.tell("transaction", 0, valued=f"{act.at:%Y-%m-%d}", **reference, **told)
    closing = _balances(file, account, payments)
    end = payments[-1].act.at
    lines += [f":62F:{'D' if closing < 0 else 'C'}{end:%y%m%d}EUR{_comma(abs(closing))}", "-"]
    file.data = "\r\n".join([*lines, ""]).encode("ascii")
    return file


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _plain(name: str) -> str:
    """Write a name in the letters of SWIFT."""
    return name.translate(str.maketrans("íụẫ", "iua"))


def _ofx(world: World, payments: list[Payment]) -> File:
    account, rows = "000123", []
    file = File("bank/statement.ofx", b"", "OFX 2", "ofx")
    for payment in payments:
        act, kind = payment.act, "DEBIT" if payment.amount < 0 else "CREDIT"
        when = f"<DTPOSTED>{act.at:%Y%m%d%H%M%S}[0:GMT]</DTPOSTED><TRNAMT>{payment.amount}</TRNAMT>"
        name = f"<FITID>{payment.reference}</FITID><NAME>{escape(act.whom.name)}</NAME>"
        rows.append(f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE>{when}{name}</STMTTRN>")
        told = _told(payment, account, payment.amount) | {"counterparty_name": act.whom.name}
        file.tell("transaction", 0, time=act.at, entry=payment.reference, **told)
    closing = _OPENING + sum((payment.amount for payment in payments), Decimal())
    end = payments[-1].act.at + timedelta(days=1)
    span = f"<DTSTART>{START:%Y%m%d%H%M%S}[0:GMT]</DTSTART><DTEND>{end:%Y%m%d%H%M%S}[0:GMT]</DTEND>"
    who = f"<BANKACCTFROM><BANKID>000</BANKID><ACCTID>{account}</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>"
    rows_text = f"<BANKTRANLIST>{span}\n{chr(10).join(rows)}\n</BANKTRANLIST>"
    balance = f"<LEDGERBAL><BALAMT>{closing}</BALAMT><DTASOF>{end:%Y%m%d%H%M%S}[0:GMT]</DTASOF></LEDGERBAL>"
    body = f"<STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF>{who}{rows_text}{balance}</STMTRS></STMTTRNRS>"
    file.tell("statement", 0, account=account, about="period", time=START, end=end)
    file.tell("statement", 0, account=account, about="closing_balance", amount=closing, currency="EUR")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    file.data = f"{head}<OFX><BANKMSGSRSV1>{body}</BANKMSGSRSV1></OFX>\n".encode()
    return file


def _cards(world: World) -> File:
    rows, file = [], File("bank/cards.csv", b"", "transactions of payment cards", "delimited", {"decimal": "."}, 1)
    for row, act in enumerate(world.acts, 2):
        amount, code = world.amount(2, 3000), f"{act.number:06}"
        rows.append(("411111******1111", f"{act.at:%Y-%m-%dT%H:%M:%SZ}", "EXAMPLE SHOP", f"{amount:,}", "USD", code))
        told = {"account": "411111******1111", "counterparty_name": "EXAMPLE SHOP", "currency": "USD"}
        file.tell("transaction", row, time=act.at, amount=amount, entry=code, **told)
    file.data = table(_CARD, rows)
    return file


def _payments(world: World) -> File:
    rows, file = [], File("bank/payments.csv", b"", "payments of a payment service", "delimited", {"decimal": "."}, 1)
    for row, act in enumerate(world.acts, 2):
        amount, number = world.amount(2, 3000), f"P{act.number:06}"
        when = f"{act.at:%Y-%m-%dT%H:%M:%SZ}"
        rows.append((number, when, act.who.email, act.whom.email, amount, "USD", "0.30", "done"))
        told = {"account": act.who.email, "time": act.at, "currency": "USD", "entry": number}
        file.tell("transaction", row, amount=amount, counterparty_account=act.whom.email, **told)
        file.tell("transaction", row, amount="0.3", purpose="fee", **told)
    file.data = table(_PAYMENT, rows)
    return file
