"""Bech32 and Bech32m against the published vectors of BIP-173 and BIP-350."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.identifiers.bech32 import BECH32, BECH32M, decode, witness
from comity.identifiers.errors import InvalidIdentifier

VALID_BECH32 = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11" + "q" * 82 + "c8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
VALID_BECH32M = [
    "A1LQFN3A",
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "11" + "l" * 82 + "ludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
INVALID = {
    "BIP-173 prefix 0x20": "\x201nwldj5",
    "BIP-173 prefix 0x7f": "\x7f1axkwrx",
    "BIP-173 prefix 0x80": "\x801eym55h",
    "BIP-173 too long": "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
    "BIP-173 no separator": "pzry9x0s0muk",
    "BIP-173 empty prefix": "1pzry9x0s0muk",
    "BIP-173 data character": "x1b4n0q5v",
    "BIP-173 short checksum": "li1dgmt3",
    "BIP-173 checksum character": "de1lg7wt\xff",
    "BIP-173 capital prefix in checksum": "A1G7SGD8",
    "BIP-173 empty prefix a": "10a06t8",
    "BIP-173 empty prefix b": "1qzzfhee",
    "BIP-350 prefix 0x20": "\x201xj0phk",
    "BIP-350 prefix 0x7f": "\x7f1g6xzxy",
    "BIP-350 prefix 0x80": "\x801vctc34",
    "BIP-350 too long": "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
    "BIP-350 no separator": "qyrz8wqd2c9m",
    "BIP-350 empty prefix": "1qyrz8wqd2c9m",
    "BIP-350 data character a": "y1b0jsk6g",
    "BIP-350 data character b": "lt1igcx5c0",
    "BIP-350 short checksum": "in1muywd",
    "BIP-350 checksum character a": "mm1crxm3i",
    "BIP-350 checksum character b": "au1s5cgom",
    "BIP-350 capital prefix in checksum": "M1VUXWEZ",
    "BIP-350 empty prefix a": "16plkw9",
    "BIP-350 empty prefix b": "1p2gdwpf",
}
WITNESS = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": (
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy": (
        "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c": (
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
}
INVALID_WITNESS = {
    "BIP-350 Bech32 instead of Bech32m a": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "BIP-350 Bech32 instead of Bech32m b": "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
    "BIP-350 Bech32 instead of Bech32m c": "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
    "BIP-350 Bech32m instead of Bech32 a": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
    "BIP-350 Bech32m instead of Bech32 b": "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
    "BIP-350 checksum character": "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
    "BIP-350 witness version": "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
    "BIP-350 program of 1 byte": "bc1pw5dgrnzv",
    "BIP-350 program of 41 bytes": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
    "BIP-350 version 0 of 16 bytes": "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "BIP-350 mixed case": "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
    "BIP-350 padding of over 4 bits": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
    "BIP-350 padding not zero": "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j",
    "BIP-350 no data": "bc1gmk9yu",
    "BIP-173 checksum": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "BIP-173 witness version": "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2",
    "BIP-173 program of 1 byte": "bc1rw5uspcuh",
    "BIP-173 mixed case": "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",
    "BIP-173 padding of over 4 bits": "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du",
    "BIP-173 padding not zero": "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv",
}


@pytest.mark.parametrize("text", VALID_BECH32)
def test_valid_bech32_is_decoded(text: str) -> None:
    """Every valid vector of BIP-173 has the old constant."""
    assert decode(text).constant == BECH32


@pytest.mark.parametrize("text", VALID_BECH32M)
def test_valid_bech32m_is_decoded(text: str) -> None:
    """Every valid vector of BIP-350 has the new constant."""
    assert decode(text).constant == BECH32M


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID.keys())
def test_invalid_strings_are_refused(text: str) -> None:
    """Every invalid vector of both norms is refused."""
    with pytest.raises(InvalidIdentifier):
        decode(text)


@pytest.mark.parametrize(("text", "script"), WITNESS.items())
def test_witness_programs_are_decoded(text: str, script: str) -> None:
    """Version and program give the output script that the vector names."""
    found = witness(text)
    opcode = found.version + 0x50 if found.version else 0
    assert bytes((opcode, len(found.program))) + found.program == bytes.fromhex(script)


@pytest.mark.parametrize("text", INVALID_WITNESS.values(), ids=INVALID_WITNESS.keys())
def test_invalid_witness_addresses_are_refused(text: str) -> None:
    """Every invalid address of both norms is refused, whatever is wrong with it."""
    with pytest.raises(InvalidIdentifier):
        witness(text)


@settings(deadline=None)
@given(st.sampled_from(sorted(WITNESS)), st.data())
def test_up_to_four_wrong_characters_are_noticed(text: str, data: st.DataObject) -> None:
    """BIP-173 promises that up to four substitutions are always found."""
    letters = list(text.lower())
    places = data.draw(st.sets(st.integers(3, len(letters) - 1), min_size=1, max_size=4))
    for place in places:
        others = "qpzry9x8gf2tvdw0s3jn54khce6mua7l".replace(letters[place], "")
        letters[place] = data.draw(st.sampled_from(others))
    with pytest.raises(InvalidIdentifier):
        witness("".join(letters))
