"""Sessions behind an address that many share: without source port and second they name nobody (RFC 6302, BCP 162).

Shared is an address that the source itself sets beside a translated one, and one of the space that carriers keep for that
(RFC 6598). Of any other address the source does not say whether it is shared, and nothing is flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .joining import join_filled

if TYPE_CHECKING:
    import pyarrow as pa

SESSION = "session"
_CARRIERS = r"^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\."
# Hours, minutes and seconds; a count of seconds or less; digits run together; a spreadsheet's day with its fraction.
_EXACT = r"\d[:.hH]\d{2}[:.mM]\d{2}|^\d{10,}(?:\.\d+)?$|\d{8}[T ]?\d{6}|^\d{5}\.\d{4,}$"


def add_sharing(kind: str, arrays: dict[str, pa.Array], rows: int) -> dict[str, pa.Array]:
    """Give the arrays of a batch of sessions with `port_missing` and `time_coarse` where an address is shared."""
    if kind != SESSION or not {"nat_address", "address"} & arrays.keys():
        return arrays
    import pyarrow as pa
    import pyarrow.compute as pc

    def column(name: str) -> pa.Array:
        return arrays[name] if name in arrays else pa.nulls(rows, pa.string())

    translated = pc.is_valid(column("nat_address"))
    carriers = pc.fill_null(pc.match_substring_regex(column("address"), _CARRIERS), False)
    shared = pc.or_(translated, carriers)
    if not pc.any(shared).as_py():
        return arrays
    port = pc.if_else(translated, pc.is_valid(column("nat_port")), pc.is_valid(column("port")))
    exact = pc.match_substring_regex(column("time_text"), _EXACT)
    nothing = pa.scalar(None, pa.string())
    missing = pc.if_else(pc.and_(shared, pc.invert(port)), "port_missing", nothing)
    coarse = pc.if_else(pc.and_(shared, pc.invert(pc.fill_null(exact, False))), "time_coarse", nothing)
    return arrays | {"flags": join_filled([column("flags").cast(pa.string()), missing, coarse])}
