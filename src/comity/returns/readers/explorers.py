"""What block explorers give for a transaction, form by form: each form's own names, and the transfers it tells of.

Amounts are whole numbers of the smallest unit; they become decimals by the digits that the form or the chain states, and
stand beside it as delivered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

from ..amount import read_amount
from ..model import Amount, Moment
from ..moment import read_moment

Values = dict[str, Any]
TRON = "tron:0x2b6653dc"
SATOSHI, WEI, SUN = 8, 18, 6
_DIGITS = re.compile(r"\d{1,80}", re.ASCII)


@dataclass(frozen=True)
class Chain:
    """The chain of a list as people say it, and its own asset; both may be empty."""

    id: str = ""
    asset: str = ""


@dataclass(frozen=True)
class Form:
    """A form of transaction: the names by which it is known, and the transfers of one."""

    label: str
    names: frozenset[str]
    transfers: Callable[[Values, Chain], Iterator[Values]]


def chain_of(provider: str) -> Chain:
    """Find the chain that an explorer shows by its name, or by a CAIP-2 id in its place."""
    if re.fullmatch(r"eip155:[1-9]\d{0,31}", provider):
        return next((c for c in _explorers().values() if c.id == provider), Chain(provider))
    return _explorers().get(provider.strip().lower(), Chain())


@cache
def _explorers() -> dict[str, Chain]:
    import yaml

    text = files("comity.returns").joinpath("data", "explorers.yaml").read_text("utf-8")
    return {name: Chain(row["chain"], row["asset"]) for name, row in yaml.load(text, yaml.CSafeLoader).items()}


def form_of(value: Any) -> Form | None:
    """Find the form of one transaction by the names in it."""
    return next((form for form in FORMS if form.names <= value.keys()), None) if isinstance(value, dict) else None


def from_base(text: str, digits: str | int) -> Amount:
    """Read an amount in the smallest unit, of which a whole one has 10 to the power of *digits*; exactly."""
    places = int(digits) if re.fullmatch(r"\d{1,2}", str(digits), re.ASCII) else -1
    if places < 0 or not _DIGITS.fullmatch(text):
        return Amount(text, flags=("amount_unreadable",))
    padded = text.zfill(places + 1)
    whole, part = padded[: len(padded) - places].lstrip("0") or "0", padded[len(padded) - places :].rstrip("0")
    found = read_amount(f"{whole}.{part or '0'}")
    return Amount(text, found.value, found.flags)


def _moved(text: str, digits: str | int) -> Values:
    return {"amount": from_base(text, digits), "amount_base": text}


def _evm(row: Values, chain: Chain, kind: str) -> Values:
    """Give what every form of an EVM chain has."""
    return {
        "kind": kind,
        "chain": chain.id,
        "transaction": say(row, "hash"),
        "block": whole(row, "blockNumber"),
        "time": read_moment(say(row, "timeStamp"), "unix-s"),
        "from_address": say(row, "from"),
        "to_address": say(row, "to") or say(row, "contractAddress"),
        "status": {"1": "failed", "0": "done"}.get(say(row, "isError"), ""),
    }


def _normal(row: Values, chain: Chain) -> Iterator[Values]:
    common = _evm(row, chain, "on-chain")
    yield common | _moved(say(row, "value"), WEI) | {"asset": chain.asset}
    used, price = say(row, "gasUsed"), say(row, "gasPrice")
    if _DIGITS.fullmatch(used) and _DIGITS.fullmatch(price):
        fee = _moved(str(int(used) * int(price)), WEI)
        yield common | fee | {"kind": "fee", "asset": chain.asset, "to_address": "", "status": "done"}


def _internal(row: Values, chain: Chain) -> Iterator[Values]:
    yield _evm(row, chain, "internal") | _moved(say(row, "value"), WEI) | {"asset": chain.asset}


def _token(row: Values, chain: Chain) -> Iterator[Values]:
    found = _evm(row, chain, "on-chain") | _moved(say(row, "value"), say(row, "tokenDecimal"))
    yield found | {
        "to_address": say(row, "to"),
        "asset": say(row, "tokenSymbol"),
        "asset_id": f"{chain.id}/erc20:{say(row, 'contractAddress')}".removeprefix("/"),
    }


def _single(row: Values, chain: Chain) -> Iterator[Values]:
    """Give the transfer of a token that there is once; how many is not stated."""
    token = f"{chain.id}/erc721:{say(row, 'contractAddress')}/{say(row, 'tokenID')}".removeprefix("/")
    found = _evm(row, chain, "on-chain") | {"asset": say(row, "tokenSymbol"), "asset_id": token}
    yield found | {"to_address": say(row, "to")}


def _bitcoin(row: Values, chain: Chain) -> Iterator[Values]:
    """Give each output, each input that is spent, and the fee; who paid whom is said only where one address pays all."""
    status = row["status"] if isinstance(row.get("status"), dict) else {}
    paid = [(i, spent) for i, spent in enumerate(every(row, "vin")) if not spent.get("is_coinbase")]
    prevouts = [(i, spent["prevout"]) for i, spent in paid if isinstance(spent.get("prevout"), dict)]
    payers = {say(prevout, "scriptpubkey_address") for _, prevout in prevouts}
    outs = list(enumerate(every(row, "vout")))
    common = {
        "chain": _network([say(o, "scriptpubkey_address") for _, o in (*outs, *prevouts)]),
        "transaction": say(row, "txid"),
        "block": whole(status, "block_height"),
        "time": read_moment(say(status, "block_time"), "unix-s"),
        "asset": "BTC",
        "status": {"True": "done", "False": "unconfirmed"}.get(str(status.get("confirmed")), ""),
    }
    payer = payers.pop() if len(payers) == 1 and len(prevouts) == len(paid) else ""
    for i, out in outs:
        note = say(out, "scriptpubkey") if say(out, "scriptpubkey_type") == "op_return" else ""
        to = {"to_address": say(out, "scriptpubkey_address"), "from_address": payer, "tag": note, "log_index": i}
        yield common | {"kind": "on-chain"} | to | _moved(say(out, "value"), SATOSHI)
    for i, prevout in prevouts:
        spent = {"kind": "spent", "from_address": say(prevout, "scriptpubkey_address"), "log_index": i}
        yield common | spent | _moved(say(prevout, "value"), SATOSHI)
    if prevouts and (fee := say(row, "fee")):
        yield common | {"kind": "fee", "from_address": payer} | _moved(fee, SATOSHI)


def unbalanced(row: Values) -> str:
    """Say how the inputs, outputs and fee of a Bitcoin transaction disagree; empty where they do not."""
    spent, out = every(row, "vin"), every(row, "vout")
    values = [say(s.get("prevout"), "value") for s in spent] + [say(o, "value") for o in out] + [say(row, "fee")]
    if any(s.get("is_coinbase") for s in spent) or not all(map(_DIGITS.fullmatch, values)):
        return ""
    numbers = [int(value) for value in values]
    paid, got, fee = sum(numbers[: len(spent)]), sum(numbers[len(spent) : -1]), numbers[-1]
    return "" if paid == got + fee else f"{paid} in, {got} out, {fee} fee"


def _network(addresses: list[str]) -> str:
    """Name the network whose addresses stand in a transaction."""
    for address in addresses:
        try:
            return normalise("wallet", address).chain
        except InvalidIdentifier:
            continue
    return ""


def _tron_token(row: Values, chain: Chain) -> Iterator[Values]:
    token = row["token_info"] if isinstance(row["token_info"], dict) else {}
    yield (
        _tron(say(row, "transaction_id"), say(row, "block_timestamp"), say(row, "from"), say(row, "to"))
        | {
            "asset": say(token, "symbol"),
            "asset_id": f"{TRON}/trc20:{say(token, 'address')}",
        }
        | _moved(say(row, "value"), say(token, "decimals"))
    )


def _tron_scan(row: Values, chain: Chain) -> Iterator[Values]:
    token = row["tokenInfo"] if isinstance(row.get("tokenInfo"), dict) else {}
    common = _tron(say(row, "transaction_id"), say(row, "block_ts"), say(row, "from_address"), say(row, "to_address"))
    yield (
        common
        | _moved(say(row, "quant"), say(token, "tokenDecimal"))
        | {
            "block": whole(row, "block"),
            "asset": say(token, "tokenAbbr"),
            "asset_id": f"{TRON}/trc20:{say(token, 'tokenId')}",
            "status": _result(say(row, "contractRet")),
        }
    )


# By type of contract of TRON: where it goes, and how many of which asset go with it; digits of a TRC-10 token are not stated.
_TRON = {
    "TransferContract": ("to_address", "amount", "TRX"),
    "TriggerSmartContract": ("contract_address", "call_value", "TRX"),
    "TransferAssetContract": ("to_address", "amount", ""),
}


def _tron_native(row: Values, chain: Chain) -> Iterator[Values]:
    """Give what each contract moves, and what the transaction cost its first owner."""
    raw = row["raw_data"] if isinstance(row["raw_data"], dict) else {}
    result = next(iter(every(row, "ret")), {})
    common = {"block": whole(row, "blockNumber")}
    payer = ""
    for i, contract in enumerate(every(raw, "contract")):
        inner = contract.get("parameter")
        value = inner.get("value") if isinstance(inner, dict) else None
        owner = tron_address(say(value, "owner_address"))
        payer = payer or owner
        to, number, asset = _TRON.get(say(contract, "type"), ("", "", ""))
        moved = say(value, number)
        if not moved.strip("0"):
            continue
        found = _tron(say(row, "txID"), say(row, "block_timestamp"), owner, tron_address(say(value, to)))
        found |= common | {"log_index": i, "status": _result(say(result, "contractRet"))}
        yield found | (
            {"asset": asset} | _moved(moved, SUN) if asset else {"asset": _asset(value), "amount_base": moved}
        )
    if (fee := say(result, "fee")).strip("0"):
        found = _tron(say(row, "txID"), say(row, "block_timestamp"), payer, "") | common
        yield found | {"kind": "fee", "asset": "TRX", "status": "done"} | _moved(fee, SUN)


def _asset(value: Any) -> str:
    """Give the name of a TRC-10 token, which is a number in text, often written in hexadecimal."""
    name = say(value, "asset_name")
    try:
        plain = bytes.fromhex(name).decode("ascii")
    except ValueError:
        return name
    return plain if plain.isdecimal() else name


def _tron(transaction: str, time: str, from_address: str, to_address: str) -> Values:
    ends = {"from_address": from_address, "to_address": to_address}
    found = {"kind": "on-chain", "chain": TRON, "transaction": transaction}
    return found | {"time": _milliseconds(time)} | ends


def _milliseconds(text: str) -> Moment:
    return read_moment(text, "unix-ms")


def _result(text: str) -> str:
    return {"SUCCESS": "done", "": ""}.get(text, "failed")


def tron_address(text: str) -> str:
    """Write an address of TRON that is given in hexadecimal as people know it; any other text stays."""
    if not re.fullmatch(r"41[0-9a-fA-F]{40}", text):
        return text
    import base58

    return base58.b58encode_check(bytes.fromhex(text)).decode()


def say(row: Any, name: str) -> str:
    """Give a value as its text; empty for what is missing or no single value."""
    found = row.get(name, "") if isinstance(row, dict) else ""
    return found.strip() if isinstance(found, str) else ""


def whole(row: Values, name: str) -> int | None:
    """Give a whole number, or none."""
    text = say(row, name)
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def every(row: Values, name: str) -> list[Values]:
    """Give the objects of a list."""
    found = row.get(name)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


_EVM = {"blockNumber", "timeStamp", "hash", "from", "to"}
# The more particular stand first.
FORMS = (
    Form("token transfers of an EVM chain", frozenset({*_EVM, "value", "tokenDecimal", "contractAddress"}), _token),
    Form("single tokens of an EVM chain", frozenset({*_EVM, "tokenID", "contractAddress"}), _single),
    Form("internal transfers of an EVM chain", frozenset({*_EVM, "value", "traceId"}), _internal),
    Form("transactions of an EVM chain", frozenset({*_EVM, "value", "gasPrice", "gasUsed"}), _normal),
    Form("transactions of Bitcoin", frozenset({"txid", "vin", "vout", "status"}), _bitcoin),
    Form(
        "token transfers of TRON",
        frozenset({"transaction_id", "token_info", "block_timestamp", "from", "to", "value"}),
        _tron_token,
    ),
    Form(
        "token transfers of TRON (TronScan)",
        frozenset({"transaction_id", "block_ts", "quant", "from_address", "to_address"}),
        _tron_scan,
    ),
    Form("transactions of TRON", frozenset({"txID", "raw_data", "block_timestamp", "ret"}), _tron_native),
)
