"""Requests for tests: one plain example, and any request that a shape accepts."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from comity.kernel.shape import MAX_TEXT, Field, Shape, load_shape
from comity.kernel.text import odd

SHAPE: Shape = load_shape("comity.packages", "request.yaml")
ANY_SIGN = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]).filter(lambda sign: not odd(sign)) | st.just("\n")


def example_request(**changes: Any) -> dict[str, Any]:
    """Make a complete, invented request from VN.a05 to SG.orchid; *changes* replace whole fields."""
    request: dict[str, Any] = {
        "format": "comity-request/1",
        "reference": "A05/2026/0117",
        "id": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
        "exercise": True,
        "measure": "preserve",
        "language": "en",
        "drafted_at": "2026-11-25T03:00:00Z",
        "from": {"party": "VN.a05", "name": "Department of Cybersecurity", "unit": "24/7 contact point"},
        "to": {"party": "SG.orchid", "name": "Orchid Exchange Pte. Ltd."},
        "case": {"reference": "VA-2026-338", "authority": "Investigation Police", "facts": FACTS},
        "offences": [OFFENCE],
        "basis": {
            "kind": "treaty",
            "instrument": "United Nations Convention against Cybercrime",
            "article": "42",
            "text": "Both states are exercise parties; the data are at risk of routine deletion after 30 days.",
        },
        "targets": [WALLET, ADDRESS],
        "contents": [{"id": "necessity", "text": "The accounts were emptied within two hours of each payment."}],
        "safeguards": [
            {"id": "gate-specific", "answer": "Case VA-2026-338 is open since 20 November 2026.", "by": "Tran Van Mau"}
        ],
        "secrecy": {"reason": "The suspects would move the funds.", "until": "2027-02-25"},
        "reply": {"by": "2026-11-26T03:00:00Z", "reason": "Logs are overwritten after 24 hours."},
        "use_limits": "For this investigation only.",
    }
    return request | changes


FACTS = (
    "On 20 November 2026 callers who said they were a bank's fraud desk made Nguyễn Thị Mẫu transfer savings worth "
    "2.4 ETH to the address below.\nThe address forwarded the funds within two hours."
)
OFFENCE = {
    "title": "Theft or fraud by means of a computer system",
    "provision": "Penal Code, Art. 290",
    "convention_article": "13",
}
WALLET = {
    "kind": "wallet",
    "value": "0x52908400098527886E0F7030069857D2E4169EE7",
    "chain": "eip155:1",
    "platform": "Orchid Exchange",
    "relation": "Received the victim's payment.",
}
ADDRESS = {
    "kind": "ip",
    "value": "192.0.2.44",
    "port": 51644,
    "since": "2026-11-20T02:00:00Z",
    "until": "2026-11-20T04:30:00Z",
    "relation": "Logged in to the account during the payment.",
}


def requests_from(shape: Shape, signs: st.SearchStrategy[str] = ANY_SIGN) -> st.SearchStrategy[dict[str, Any]]:
    """Generate any document that *shape* accepts, with free texts made of *signs*."""
    return _object(shape, shape.fields, signs)


def _object(
    shape: Shape, fields: tuple[Field, ...], signs: st.SearchStrategy[str]
) -> st.SearchStrategy[dict[str, Any]]:
    made = {field.name: _value(shape, field, signs) for field in fields}
    must = {field.name: made[field.name] for field in fields if field.required}
    may = {name: strategy for name, strategy in made.items() if name not in must}
    return st.fixed_dictionaries(must, optional=may)


def _value(shape: Shape, field: Field, signs: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    match field.type:
        case "object":
            return _object(shape, field.fields, signs)
        case "objects":
            return st.lists(_object(shape, field.fields, signs), min_size=max(field.min, 1), max_size=max(field.min, 3))
        case "texts":
            return st.lists(_text(field, signs), min_size=max(field.min, 1), max_size=max(field.min, 3))
        case "code":
            return st.sampled_from(sorted(shape.codes[field.codes]))
        case "integer":
            return st.integers(field.min, field.max or 2**53 - 1)
        case "flag":
            return st.booleans()
        case "digest":
            return st.binary(min_size=32, max_size=32).map(bytes.hex)
        case "date":
            return st.dates().map(date.isoformat)
        case "time":
            return st.datetimes().map(lambda moment: datetime.isoformat(moment, timespec="seconds") + "Z")
        case _:
            return _text(field, signs)


def _text(field: Field, signs: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    if field.const:
        return st.just(field.const)
    longest = field.max or MAX_TEXT
    if field.pattern:
        return st.from_regex(re.compile(field.pattern, re.ASCII), fullmatch=True).filter(
            lambda text: len(text) <= longest
        )
    made = st.text(signs, min_size=1, max_size=min(longest, 60)).map(lambda text: unicodedata.normalize("NFC", text))
    return made.filter(lambda text: text.strip() != "" and len(text) <= longest)
