"""A table of unknown layout: where its header is, and which mapping reads it; or what was seen, and what to do.

1. The header is the first of the first rows that a mapping fits; what stands above it is set aside.
2. Own mappings go before shipped ones; a provider that a person names goes before others; then the mapping decides that
   leaves the fewest columns over. Two that are equal are a question for a person.
3. Where none fits, the nearest one is named with the columns that it lacks, and a mapping to start from is proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .header import Fit, folded, shown
from .mapping import TableMapping, own, shipped
from .model import Finding, Given

# How many rows are looked at for a header.
SEARCHED = 60


@dataclass(frozen=True)
class Choice:
    """The mapping that reads a table, where its header is, or the findings that say why none does."""

    mapping: TableMapping | None = None
    fit: Fit = field(default_factory=Fit)
    index: int = -1
    header: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def candidates(given: Given) -> list[TableMapping]:
    """Give the mappings that may read a table, own ones first.

    Raises:
        BadMapping: an own one is none.
    """
    mine = own(given.mappings)
    names = {mapping.name for mapping in mine}
    return [*mine, *(mapping for name, mapping in shipped().items() if name not in names)]


def settle(rows: Sequence[Sequence[str]], given: Given, *, first: int = 1) -> Choice:
    """Find header and mapping among the first rows of a table; *first* is the number of the first of them."""
    every = candidates(given)
    for index, row in enumerate(rows[:SEARCHED]):
        fitting = [(mapping, fit) for mapping in every if (fit := mapping.fit(row)).whole]
        if fitting:
            best = _best(fitting, given)
            if len(best) > 1:
                return _undecided(index, row, best, first)
            mapping, fit = best[0]
            return Choice(mapping, fit, index, tuple(row), tuple(_odd(mapping, fit, index + first)))
    return _unknown(rows, every, first)


def _best(fitting: list[tuple[TableMapping, Fit]], given: Given) -> list[tuple[TableMapping, Fit]]:
    """Keep the mappings that no other is better than."""
    mine = len(given.mappings)
    named = folded(given.provider)

    def rank(pair: tuple[TableMapping, Fit]) -> tuple[bool, bool, int, int]:
        mapping, fit = pair
        foreign = mine > 0 and mapping.name in shipped() and shipped()[mapping.name] is mapping
        return foreign, bool(named) and folded(mapping.provider) != named, len(fit.unknown), -len(fit.places)

    least = min(map(rank, fitting))
    return [pair for pair in fitting if rank(pair) == least]


def _odd(mapping: TableMapping, fit: Fit, row: int) -> Iterable[Finding]:
    if fit.unknown:
        advice = "Add them to the mapping, or to its `ignored`, when you know what they mean."
        found = ", ".join(map(shown, fit.unknown))[:400]
        yield Finding("columns_unknown", found, f"the columns of {mapping.stamp}", row, advice=advice)


def _undecided(index: int, row: Sequence[str], best: list[tuple[TableMapping, Fit]], first: int) -> Choice:
    names = ", ".join(mapping.stamp for mapping, _ in best)
    advice = "Say which: --mapping FILE or --provider NAME."
    finding = Finding(
        "layout_unknown", f"a header that {names} fit equally", "one mapping", index + first, advice=advice
    )
    return Choice(index=index, header=tuple(row), findings=(finding,))


def _unknown(rows: Sequence[Sequence[str]], every: list[TableMapping], first: int) -> Choice:
    """Say what was seen, and the nearest mapping if there is one."""
    index = likely(rows)
    header = tuple(rows[index]) if rows else ()
    advice = "`comity returns propose FILE` writes a mapping to start from; read again with --mapping."
    seen = " | ".join(map(shown, header))[:400] or "no row at all"
    findings = [Finding("layout_unknown", seen, "a header that a mapping knows", index + first, advice=advice)]
    if (near := _nearest(rows, every)) is not None:
        mapping, fit, at = near
        lacking = "; ".join(" or ".join(column.names[:4]) for column in fit.missing)
        lacking = lacking or f"{', '.join(fit.twice)} once"
        findings.append(
            Finding(
                "columns_missing",
                " | ".join(map(shown, rows[at]))[:400],
                f"{lacking} (for {mapping.stamp})"[:400],
                at + first,
                advice=advice,
            )
        )
    return Choice(index=index, header=header, findings=tuple(findings))


def _nearest(rows: Sequence[Sequence[str]], every: list[TableMapping]) -> tuple[TableMapping, Fit, int] | None:
    """Give the mapping that lacks the fewest columns, if it has at least half of those it needs, and two."""
    best: tuple[float, TableMapping, Fit, int] | None = None
    for at, row in enumerate(rows[:SEARCHED]):
        for mapping in every:
            fit = mapping.fit(row)
            needed = sum(not column.optional for column in mapping.columns)
            share = 1 - len(fit.missing) / needed
            if share >= 0.5 and needed - len(fit.missing) >= 2 and (best is None or share > best[0]):
                best = (share, mapping, fit, at)
    return best[1:] if best else None


def likely(rows: Sequence[Sequence[str]]) -> int:
    """Give the index of the row that looks most like a header: the first of the widest rows of different short texts."""

    def score(row: Sequence[str]) -> int:
        names = [folded(cell) for cell in row if folded(cell)]
        sound = len(set(names)) == len(names) and all(len(n) < 80 and not n.replace(".", "").isdigit() for n in names)
        return len(names) if sound else 0

    return max(range(min(len(rows), SEARCHED)), key=lambda i: (score(rows[i]), -i), default=0)


def above(mapping: TableMapping, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Read the values that stand above the header, by their labels."""
    found: dict[str, str] = {}
    for label in mapping.preamble:
        names = [folded(name).rstrip(":") for name in label.after]
        for row in rows:
            text = _after(row, names)
            if text and (part := _cut(text, label.part)):
                found.setdefault(label.name, part)
    return found


def _after(row: Sequence[str], names: list[str]) -> str:
    filled = [shown(cell) for cell in row if shown(cell)]
    for i, cell in enumerate(filled):
        plain = folded(cell)
        for name in names:
            if plain.rstrip(":").rstrip() == name and i + 1 < len(filled):
                return filled[i + 1]
            rest = plain.removeprefix(name)
            if rest != plain and rest.lstrip()[:1] == ":":
                return cell.partition(":")[2].strip()
    return ""


def _cut(text: str, pattern: str) -> str:
    if not pattern:
        return text
    import pyarrow as pa

    from .values import part_of

    return part_of(pa.array([text]), pattern)[0].as_py() or ""
