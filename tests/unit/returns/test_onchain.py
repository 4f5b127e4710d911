"""Lists of transactions: exact amounts, renamed names, cut-off lists, changed bytes."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.returns import SAMPLES, parts
from builders.trials import tries
from comity.returns.coverage import FileCoverage
from comity.returns.model import Record
from comity.returns.readers.explorers import from_base, tron_address

FILES = {
    path.name: path.read_bytes() for path in sorted((SAMPLES / "onchain").glob("*.json")) if "expected" not in path.name
}


def ledger(data: bytes, **given: Any) -> FileCoverage:
    """Read bytes and give their ledger."""
    entry = FileCoverage("f", reader="by the head")
    for part in parts("f", data, **given):
        entry.take(part)
    return entry


@given(number=st.integers(0, 2**256), digits=st.integers(0, 18))
def test_an_amount_in_base_units_is_exact_or_none(number: int, digits: int) -> None:
    """A whole number of smallest units becomes exactly that decimal, or, where it is too large to be held, none and a flag."""
    found = from_base(str(number), digits)
    with localcontext(prec=100):
        wanted = Decimal(number).scaleb(-digits)
    assert found.text == str(number)
    assert found.value == wanted if wanted < 10**20 else found.flags == ("amount_too_large",)


@pytest.mark.parametrize("digits", ["", "-1", "1e2", "six", "999"])
def test_digits_that_are_none_give_no_amount(digits: str) -> None:
    """A token that does not say its digits keeps its base units and gets no amount."""
    assert from_base("1500000", digits).value is None


def test_more_digits_than_are_held_are_kept_where_they_are_zeros() -> None:
    """A token of 24 digits has an amount as long as nothing is cut."""
    assert from_base("1500000000000000000000000", 24).value == Decimal("1.5")
    assert from_base("1500000000000000000000001", 24).flags == ("amount_too_large",)


def test_a_hexadecimal_address_of_tron_becomes_the_one_people_know() -> None:
    """41 and twenty bytes are the address in Base58Check; any other text stays."""
    assert tron_address("41ca978112ca1bbdcafac231b39a23dc4da786eff8") == "TUSQzWDnJfWTmvXrQAx4Vk13LLdp1BJMgC"
    assert tron_address("TUSQzWDnJfWTmvXrQAx4Vk13LLdp1BJMgC") == "TUSQzWDnJfWTmvXrQAx4Vk13LLdp1BJMgC"


@pytest.mark.parametrize("name", [b"timeStamp", b"value", b"hash"])
def test_a_renamed_name_rejects_what_cannot_be_read(name: bytes) -> None:
    """A list whose times, amounts or hashes have another name is claimed and rejected row by row, never empty and well."""
    entry = ledger(FILES["transactions.json"].replace(b'"%s"' % name, b'"%s2"' % name))
    assert (entry.parsed, entry.rejected, entry.state) == (0, 2, "doubtful")
    assert entry.codes["layout_unknown"] == 2


def test_an_explorers_refusal_is_no_empty_list() -> None:
    """An answer that is a refusal is reported; one that says that there are none is read as none."""
    refused = ledger(b'{"status":"0","message":"NOTOK","result":"Max rate limit reached"}')
    assert (refused.units, refused.state) == (0, "doubtful")
    empty = ledger(b'{"status":"0","message":"No transactions found","result":[]}')
    assert (empty.units, empty.state) == (0, "read")


def test_a_list_as_long_as_the_explorer_gives_is_taken_for_cut_off() -> None:
    """Exactly ten thousand transactions are reported as a part; one fewer is not."""
    row = json.loads(FILES["internal.json"])["result"][0]
    for count, odd in ((10_000, 1), (9_999, 0)):
        data = json.dumps({"status": "1", "message": "OK", "result": [row] * count}).encode()
        entry = ledger(data, provider="etherscan.io")
        assert (entry.parsed, entry.codes["part_missing"]) == (count, odd)


def test_the_explorers_own_count_is_compared() -> None:
    """A total that differs from the transactions that are there is reported."""
    assert not ledger(FILES["tron-scan.json"]).codes["count_mismatch"]
    assert ledger(FILES["tron-scan.json"].replace(b'"total":2', b'"total":3')).codes["count_mismatch"] == 1


def test_a_chain_named_as_provider_is_taken() -> None:
    """A list in the form of Etherscan is of the chain that people say; without that it is of none."""
    chains = {
        name: next(
            p.values.get("chain") for p in parts("f", FILES["tokens.json"], provider=name) if isinstance(p, Record)
        )
        for name in ("bscscan.com", "eip155:137", "")
    }
    assert chains == {"bscscan.com": "eip155:56", "eip155:137": "eip155:137", "": None}


def test_what_goes_into_a_bitcoin_transaction_comes_out() -> None:
    """Of a whole transaction the outputs and the fee add up to the inputs."""
    rows = [p for p in parts("f", FILES["bitcoin.json"]) if isinstance(p, Record) and p.row == 1]
    sums = {
        kind: sum(p.values["amount"].value for p in rows if p.values["kind"] == kind)
        for kind in ("spent", "on-chain", "fee")
    }
    assert sums["spent"] == sums["on-chain"] + sums["fee"] == Decimal("1.000015")


@pytest.mark.parametrize("name", FILES)
def test_every_unit_is_accounted_for_wherever_a_list_is_cut(name: str) -> None:
    """A list cut at any place reconciles and gives the records of its whole transactions."""
    data = FILES[name]
    whole = [part for part in parts("f", data) if isinstance(part, Record)]
    for end in range(500, len(data) - 2, 173):
        found = [part for part in parts("f", data[:end]) if isinstance(part, Record)]
        assert found == whole[: len(found)]
        entry = ledger(data[:end])
        assert entry.accounted or "no_reader" in entry.codes


@settings(max_examples=tries(40), deadline=None)
@given(data=st.data())
def test_changed_bytes_never_break_the_reader(data: st.DataObject) -> None:
    """Whatever bytes change, the reader ends by itself and its units reconcile."""
    raw = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))])
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=8)):
        raw[at] = data.draw(st.integers(0, 255))
    entry = ledger(bytes(raw))
    assert "reader_failed" not in entry.codes
    assert entry.accounted or entry.codes.keys() & {"no_reader", "undecided"}


def test_who_paid_is_not_said_where_an_input_is_not_shown() -> None:
    """With one of two inputs unknown, the address of the other did not pay all, and no output names it as the sender."""
    transaction = json.loads(FILES["bitcoin.json"])[0]
    transaction["vin"][1]["prevout"] = None
    outputs = [part for part in parts("f", json.dumps([transaction]).encode()) if isinstance(part, Record)]
    assert [one.values.get("from_address") for one in outputs if one.values["kind"] == "on-chain"] == [None] * 3


def test_what_a_contract_of_tron_moves_is_told() -> None:
    """TRX sent with a call, and tokens of TRC-10 whose digits nobody states, are transfers; the cost is a fee."""
    called, sent = json.loads(FILES["tron.json"])["data"][1], json.loads(FILES["tron.json"])["data"][0]
    called["raw_data"]["contract"][0]["parameter"]["value"]["call_value"] = 2_000_000
    sent["raw_data"]["contract"][0]["type"] = "TransferAssetContract"
    sent["raw_data"]["contract"][0]["parameter"]["value"]["asset_name"] = "31303032303030"
    found = [
        part.values for part in parts("f", json.dumps({"data": [called, sent]}).encode()) if isinstance(part, Record)
    ]
    assert [(one["kind"], one["asset"], one["amount_base"]) for one in found] == [
        ("on-chain", "TRX", "2000000"),
        ("fee", "TRX", "27000000"),
        ("on-chain", "1002000", "1500001"),
    ]
    assert found[0]["to_address"] == "TED22ysmcTgSyozPqXaeZgYN4x68bRs2Cs"
    assert "amount" not in found[2]
