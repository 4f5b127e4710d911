"""Returns of crypto exchanges, and lists of explorers for the same transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from .tables import table
from .truth import File
from .world import World

BITCOIN, TRON = "bip122:000000000019d6689c085ae165831e93", "tron:0x2b6653dc"
_STATEMENT = ("User_ID", "UTC_Time", "Account", "Operation", "Coin", "Change", "Remark")
_WITHDRAWALS = ("Time", "Coin", "Network", "Amount", "Fee", "Address", "TXID", "Status")
_LEDGER = ("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance")
_LOGINS = ("User ID", "Login Time (UTC)", "IP Address", "Port", "Device", "User Agent")
_TOKEN = "0x" + "11" * 20


def files(world: World) -> Iterator[File]:
    """Give the files of two exchanges, and of explorers."""
    yield _statement(world)
    yield _withdrawals(world)
    yield _ledger(world)
    yield _logins(world)
    yield _evm(world)
    yield _tokens(world)
    yield _bitcoin(world)
    yield _tron(world)


def _statement(world: World) -> File:
    rows, file = [], File("crypto/binance-statement.csv", b"", "account statement, until 2025", "delimited", aside=1)
    for row, act in enumerate(world.acts, 2):
        out = act.number % 3 == 0
        change = world.amount(8, 500) * (-1 if out else 1)
        shown = (f"{act.at:%Y-%m-%d %H:%M:%S}", "Spot", "Withdraw" if out else "Deposit", "USDT", f"{change:f}", "")
        rows.append((10_000_001, *shown))
        told = {"kind": "withdrawal" if out else "deposit", "direction": "out" if out else "in"}
        file.tell("transfer", row, account="10000001", time=act.at, asset="USDT", amount=change, **told)
    file.data = table(_STATEMENT, rows, quote=True)
    return file


def _withdrawals(world: World) -> File:
    label = "history of withdrawals, since 2025, the zone said beside it"
    rows, file = [], File("crypto/binance-withdrawals.csv", b"", label, "delimited", {"zone": "UTC"}, 1)
    for row, act in enumerate(world.acts, 2):
        amount, transaction = world.amount(6, 900), world.digest("tron", act.number)
        rows.append((f"{act.at:%y-%m-%d %H:%M:%S}", "USDT", "TRX", amount, 1, act.whom.tron, transaction, "Completed"))
        told = {"chain": TRON, "transaction": transaction, "time": act.at, "asset": "USDT"}
        file.tell("transfer", row, kind="withdrawal", to_address=act.whom.tron, amount=amount, **told)
        file.tell("transfer", row, kind="fee", amount="1", **told)
    file.data = table(_WITHDRAWALS, rows)
    return file


def _ledger(world: World) -> File:
    label = "ledger with trades in two rows, fees, and deposits that are announced in a row of their own"
    rows: list[tuple[object, ...]] = []
    file = File("crypto/kraken-ledger.csv", b"", label, "delimited", aside=1)
    for act in world.acts:
        at, reference, amount = f"{act.at:%Y-%m-%d %H:%M:%S}", f"R{act.number:05}", world.amount(4, 900)
        told = {"time": act.at, "reference": reference}
        if act.number % 2:
            rows.append(("", reference, at, "deposit", "", "currency", "ZEUR", amount, 0, ""))
            file.aside += 1
            rows.append((f"L{act.number:05}", reference, at, "deposit", "", "currency", "ZEUR", amount, 0, amount))
            file.tell("transfer", len(rows) + 1, kind="deposit", direction="in", asset="ZEUR", amount=amount, **told)
            continue
        coins = world.amount(10, 1)
        rows.append((f"L{act.number:05}", reference, at, "trade", "", "currency", "ZEUR", -amount, "0.2600", 0))
        file.tell("transfer", len(rows) + 1, kind="trade", direction="out", asset="ZEUR", amount=-amount, **told)
        file.tell("transfer", len(rows) + 1, kind="fee", asset="ZEUR", amount="0.26", **told)
        rows.append(
            (f"M{act.number:05}", reference, at, "trade", "", "currency", "XXBT", f"{coins:f}", 0, f"{coins:f}")
        )
        file.tell("transfer", len(rows) + 1, kind="trade", direction="in", asset="XXBT", amount=coins, **told)
    file.data = table(_LEDGER, rows, quote=True)
    return file


def _logins(world: World) -> File:
    rows, file = [], File("crypto/exchange-logins.csv", b"", "logins of an exchange's users", "delimited", aside=1)
    for row, act in enumerate(world.acts, 2):
        port, account = 1024 + act.number % 60_000, f"2000{act.who.phone[-2:]}"
        rows.append((account, f"{act.at:%Y-%m-%d %H:%M:%S}", act.who.address, port, "Android", "ExampleApp/3.1"))
        file.tell("session", row, account=account, event="login", address=act.who.address, port=port, time=act.at)
    file.data = table(_LOGINS, rows)
    return file


def _evm(world: World) -> File:
    rows, file = (
        [],
        File("crypto/etherscan.json", b"", "transactions of an EVM chain", "onchain", {"provider": "etherscan.io"}),
    )
    for row, act in enumerate(world.acts, 1):
        base, price = world.random.randint(1, 10**20), world.random.randint(10**9, 10**11)
        transaction, failed = f"0x{world.digest('eth', act.number)}", act.number % 10 == 9
        common = {"blockNumber": str(19_000_000 + row), "hash": transaction}
        common["timeStamp"] = str(int(act.at.timestamp()))
        ends = {"from": act.who.ethereum, "to": act.whom.ethereum, "value": str(base), "gasPrice": str(price)}
        rows.append(
            common | ends | {"gasUsed": "21000", "isError": str(int(failed)), "contractAddress": "", "input": "0x"}
        )
        told = {
            "chain": "eip155:1",
            "transaction": transaction,
            "time": act.at,
            "asset": "ETH",
            "from_address": act.who.ethereum,
        }
        moved = {
            "amount": Decimal(base).scaleb(-18),
            "amount_base": str(base),
            "status": "failed" if failed else "done",
        }
        file.tell("transfer", row, kind="on-chain", to_address=act.whom.ethereum, **told, **moved)
        file.tell("transfer", row, kind="fee", amount=Decimal(21_000 * price).scaleb(-18), **told)
    file.data = json.dumps({"status": "1", "message": "OK", "result": rows}).encode()
    return file


def _tokens(world: World) -> File:
    label, given = "token transfers of an EVM chain", {"provider": "eip155:56"}
    rows, file = [], File("crypto/bscscan-tokens.json", b"", label, "onchain", given)
    for row, act in enumerate(world.acts, 1):
        base, transaction = world.random.randint(1, 10**24), f"0x{world.digest('bsc', act.number)}"
        common = {"blockNumber": str(38_000_000 + row), "timeStamp": str(int(act.at.timestamp())), "hash": transaction}
        token = {"contractAddress": _TOKEN, "tokenName": "Example Dollar", "tokenSymbol": "USDX", "tokenDecimal": "18"}
        rows.append(common | {"from": act.who.ethereum, "to": act.whom.ethereum, "value": str(base)} | token)
        told = {"transaction": transaction, "asset": "USDX", "asset_id": f"eip155:56/erc20:{_TOKEN}", "time": act.at}
        moved = {"amount": Decimal(base).scaleb(-18), "amount_base": str(base)}
        ends = {"from_address": act.who.ethereum, "to_address": act.whom.ethereum}
        file.tell("transfer", row, kind="on-chain", chain="eip155:56", **told, **moved, **ends)
    file.data = json.dumps({"status": "1", "message": "OK", "result": rows}).encode()
    return file


def _bitcoin(world: World) -> File:
    rows, file = [], File("crypto/bitcoin.json", b"", "transactions of Bitcoin: inputs, outputs, fee", "onchain")
    for row, act in enumerate(world.acts, 1):
        paid, change, fee = (world.random.randint(1, 10**9) for _ in range(3))
        transaction = world.digest("btc", act.number)
        spent = {"prevout": _output(act.who.bitcoin, paid + change + fee), "is_coinbase": False}
        status = {"confirmed": True, "block_height": 830_000 + row, "block_time": int(act.at.timestamp())}
        outs = [_output(act.whom.bitcoin, paid), _output(act.who.bitcoin, change)]
        rows.append({"txid": transaction, "vin": [spent], "vout": outs, "fee": fee, "status": status})
        told = {"chain": BITCOIN, "transaction": transaction, "time": act.at, "from_address": act.who.bitcoin}
        for number, (to, base) in enumerate(((act.whom, paid), (act.who, change))):
            moved = {"to_address": to.bitcoin, "amount": Decimal(base).scaleb(-8), "amount_base": str(base)}
            file.tell("transfer", row, kind="on-chain", log_index=number, **told, **moved)
        file.tell("transfer", row, kind="spent", amount=Decimal(paid + change + fee).scaleb(-8), **told)
        file.tell("transfer", row, kind="fee", amount=Decimal(fee).scaleb(-8), **told)
    file.data = json.dumps(rows).encode()
    return file


def _output(address: str, base: int) -> dict[str, object]:
    return {"scriptpubkey_type": "p2pkh", "scriptpubkey_address": address, "value": base}


def _tron(world: World) -> File:
    rows, file = [], File("crypto/tron.json", b"", "token transfers of TRON", "onchain")
    token = {"symbol": "USDX", "address": world.people[0].tron, "decimals": 6, "name": "Example Dollar"}
    for row, act in enumerate(world.acts, 1):
        base, transaction = world.random.randint(1, 10**12), world.digest("tron", act.number)
        ends = {"from": act.who.tron, "to": act.whom.tron, "type": "Transfer", "value": str(base)}
        when = {"transaction_id": transaction, "token_info": token, "block_timestamp": int(act.at.timestamp()) * 1000}
        rows.append(when | ends)
        told = {"chain": TRON, "transaction": transaction, "time": act.at, "asset": "USDX", "amount_base": str(base)}
        sides = {"from_address": act.who.tron, "to_address": act.whom.tron}
        file.tell("transfer", row, kind="on-chain", amount=Decimal(base).scaleb(-6), **told, **sides)
    file.data = json.dumps({"data": rows, "success": True, "meta": {"page_size": len(rows)}}).encode()
    return file
