"""The people of the corpus and what they do: all invented, with names, numbers and addresses that nobody has.

A ring calls people, has them pay into accounts of straw men, changes the money into coins and moves those on. One seed gives
one world: the same telephone, address and transaction appear in the returns of several providers.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_GIVEN = ("Linh", "Minh", "An", "Bao", "Chi", "Dung", "Ha", "Khanh", "Lan", "Nga", "Ana", "Ben", "Cleo", "Dev", "Eva")
_FAMILY = ("Ví Dụ", "Mẫu", "Thí Dụ", "Example", "Sample", "Muster", "Ejemplo")
START = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """One of the people: a number of +1 202 555 01xx, test networks' card and device, addresses for documentation."""

    name: str
    phone: str
    email: str
    imsi: str
    imei: str
    address: str
    inside: str
    iban: str
    bitcoin: str
    ethereum: str
    tron: str


@dataclass(frozen=True)
class Act:
    """Something that one does to another at a time."""

    at: datetime
    who: Person
    whom: Person
    number: int


class World:
    """People and their acts, made from one seed."""

    def __init__(self, seed: int, size: int) -> None:
        """Make people, and *size* acts between them in the order of time."""
        self.random = random.Random(seed)  # noqa: S311 - a corpus that is the same each time, no secret
        self.people = [self._person(number) for number in range(12)]
        at, self.acts = START, []
        for number in range(size):
            at += timedelta(seconds=self.random.randint(20, 7200))
            who, whom = self.random.sample(self.people, 2)
            self.acts.append(Act(at, who, whom, number))

    def amount(self, digits: int, most: int) -> Decimal:
        """Give an amount below *most* with that many digits behind the mark."""
        return Decimal(self.random.randint(1, most * 10**digits)).scaleb(-digits)

    def digest(self, *parts: object) -> str:
        """Give 64 hexadecimal digits that stand for something, such as a transaction."""
        return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()

    def _person(self, number: int) -> Person:
        given, family = self.random.choice(_GIVEN), self.random.choice(_FAMILY)
        key = hashlib.sha256(f"person {number}".encode()).digest()
        return Person(
            name=f"{given} {family}",
            phone=f"+120255501{10 + number:02}",
            email=f"{given.lower()}{number}@example.org",
            imsi=f"00101{number:010}",
            imei=_luhn(f"00101700{number:06}"),
            address=f"198.51.100.{20 + number % 4}",
            inside=f"100.64.3.{10 + number}",
            iban=_iban("DE", f"00000000{number:010}"),
            bitcoin=_base58(b"\0" + key[:20]),
            ethereum=f"0x{key[:20].hex()}",
            tron=_base58(b"\x41" + key[:20]),
        )


def _luhn(digits: str) -> str:
    """Add the check digit of a device's number."""
    doubled = sum(sum(divmod(int(d) * 2, 10)) for d in digits[::-2])
    return f"{digits}{-(doubled + sum(int(d) for d in digits[-2::-2])) % 10}"


def _iban(country: str, account: str) -> str:
    """Make an IBAN of a bank that there is not."""
    number = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02}{account}"


def _base58(payload: bytes) -> str:
    """Write an address with its check in Base58."""
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, signs = int.from_bytes(data, "big"), ""
    while number:
        number, place = divmod(number, 58)
        signs = _BASE58[place] + signs
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + signs
