"""The court bundle: items, custody, papers and reports in one folder that can be checked with `sha256sum` alone.

    items/NAME-1/...            each bag of each item, copied and verified where it now stands
    custody/NAME.pdf            who held it and what was done; NAME.jsonl and NAME-proofs/ are the same for machines;
                                NAME.case.jsonld is the item with its custody as a CASE/UCO graph
    papers/...                  requests, orders and receipts, as they were given
    guide.pdf  report.pdf  certificate.pdf  in the court's language; report.json for machines
    settings.json               with what all this was made
    verify.html                 checks signed papers in a browser, without a network
    SHA256SUMS                  every file above
    hash-list.pdf               the SHA-256 of SHA256SUMS, on paper, with a QR code; it stands outside SHA256SUMS

All is made beside its place and appears there whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from comity import __version__
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import speaking
from comity.kernel.typesetting import renderer
from comity.ledger.errors import NoSuchEntry
from comity.packages.names import portable

from .aside import made_aside
from .casegraph import Described, write_graph
from .courtpapers import Court, Exhibit, languages
from .custody import Custodian
from .custodychain import Checked
from .custodysheet import print_custody
from .custodytables import Bag, find_bags, find_tokens
from .custodytime import check_times
from .disclosure import check_disclosure, is_disclosure
from .errors import EvidenceUnwritable, LimitsForbid, NoItem
from .holding import check_not_recalled, limits_here
from .journal import to_disk
from .limits import UseLimits, combined
from .model import Entry
from .paper import print_paper
from .sealing import FILES, read_generation, sources_of
from .verification import Verdict, verify
from .witness import Given

SUMS, HASH_LIST = "SHA256SUMS", "hash-list.pdf"


@dataclass(frozen=True)
class Order:
    """What a bundle is to hold: items by name, papers, in which language; *page* is the verification page."""

    items: Sequence[str]
    target: Path
    given: Given
    language: str = "en"
    papers: Sequence[Path] = ()
    page: bytes = b""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was made: the SHA-256 of its SHA256SUMS, and its items as they were found."""

    folder: Path
    digest: str
    exhibits: tuple[Exhibit, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing was found to be wrong with any item or its custody."""
        return all(
            not one.checked.faults and all(verdict.sound for verdict in one.bags.values()) for one in self.exhibits
        )


def make_bundle(keeper: Custodian, order: Order) -> Bundle:
    """Make a bundle; what is wrong with an item stands in its report, and does not keep it out.

    Raises:
        LimitsForbid, ItemRecalled: an item came under limits that forbid it, or was called back.
        NoItem: an item is not registered here, or its bag is not where it was.
        BadInput: the place is taken, a paper cannot be read, the language is not known.
        EvidenceUnwritable: the machine cannot write.
        PrintError: a paper has a sign that no font on this machine has.
    """
    if order.language not in languages():
        raise BadInput(f"got {order.language!r}, expected one of: {', '.join(languages())}", field="language")
    if order.target.exists():
        raise BadInput("got an existing file or folder, expected a new one", file=str(order.target))
    try:
        with speaking(order.language), made_aside(order.target) as aside:
            made = aside / "bundle"
            made.mkdir()
            court = Court(order.language, keeper.clock.now())
            exhibits = tuple(_exhibit(keeper, made, item, order.given) for item in dict.fromkeys(order.items))
            _papers(made, order, court, exhibits)
            digest = _sums(made, court, exhibits)
            to_disk(made)
            made.rename(order.target)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(e.filename or order.target)) from e
    return Bundle(order.target, digest, exhibits)


def _exhibit(keeper: Custodian, made: Path, item: str, given: Given) -> Exhibit:
    """Copy an item and its custody into the bundle, and verify the copies."""
    checked = keeper.look(item)
    if checked.standing.gone:
        raise NoItem("got an item that was destroyed or given back, expected one that is here", field=item)
    limits = _limits(keeper, item)
    with keeper.store.read() as unit:
        checked = check_times(checked, find_tokens(unit, item), given.authorities)
    name, bags = portable(item), _here(keeper, item)
    while (made / f"custody/{name}.pdf").exists():
        name += "_"
    verdicts: dict[str, Verdict] = {}
    for bag in bags:
        inside = f"items/{name}-{bag.number}"
        _copy(Path(bag.path), made / inside)
        partly = is_disclosure(made / inside)
        judged = check_disclosure(made / inside, given, root=bag.root) if partly else verify(made / inside, given)
        verdicts[inside] = judged
    _custody(keeper, made / "custody", name, item=item, checked=checked, bags=bags)
    if bags:
        _graph(made / f"items/{name}-{bags[-1].number}", made / f"custody/{name}.case.jsonld", checked)
    return Exhibit(item, checked, verdicts, limits)


def _limits(keeper: Custodian, item: str) -> UseLimits:
    """Give the limits under which an item came, which must let it be shown to a court."""
    with keeper.store.read() as unit:
        check_not_recalled(unit, item)
        limits = combined(limits_here(unit, item))
    limits.check_day(keeper.clock.now().date())
    if limits.not_as_evidence or limits.intelligence_only:
        advice = "Ask the party that it came from."
        raise LimitsForbid(f"got {item}, which may not be used as evidence, expected one that may", advice=advice)
    return limits


def _here(keeper: Custodian, item: str) -> list[Bag]:
    """Give the item's bags, which must be where they were registered."""
    with keeper.store.read() as unit:
        bags = find_bags(unit, item=item)
    for bag in bags:
        if not bag.path or not Path(bag.path).exists():
            advice = "Register it anew where it is now: comity evidence register."
            raise NoItem(f"got no bag at {bag.path or 'its place'}, expected one", field=item, advice=advice)
    return bags


def _custody(keeper: Custodian, folder: Path, name: str, *, item: str, checked: Checked, bags: Sequence[Bag]) -> None:
    """Write an item's custody for people and for machines, each entry with its proof where the log still has it."""
    proofs = folder / f"{name}-proofs"
    proofs.mkdir(parents=True, exist_ok=True)
    with keeper.store.write(durable=True) as unit, (folder / f"{name}.jsonl").open("wb") as out:
        for number, row in enumerate(keeper.rows(unit, item), 1):
            out.write(row.data + b"\n")
            try:
                (proofs / f"{number:05}.tlog-proof").write_bytes(keeper.ledger.prove(unit, row.index))
            except NoSuchEntry:
                continue  # erased: the chain's check says so, and the report with it
        for number, token in find_tokens(unit, item).items():
            times = folder / f"{name}-times"
            times.mkdir(exist_ok=True)
            (times / f"{number:05}.tsr").write_bytes(token)
    pdf = print_custody(item, checked, bags, at=keeper.clock.now(), log=keeper.ledger.origin)
    (folder / f"{name}.pdf").write_bytes(pdf)


@dataclass(frozen=True)
class _Listed:
    """The entries of a bag, read anew each time they are gone through."""

    path: Path

    def __iter__(self) -> Iterator[Entry]:
        with self.path.open("rb") as rows:
            for row in rows:
                yield Entry.read(canonical.load(row))


def _graph(bag: Path, target: Path, checked: Checked) -> None:
    """Write the item with its custody as a graph, if its own description can be read."""
    try:
        described = Described(read_generation(bag), _Listed(bag / FILES), checked.entries, sources_of(bag))
        with target.open("wb") as out:
            write_graph(described, out)
    except (BadInput, KeyError, ValueError, FileNotFoundError, NotADirectoryError):
        target.unlink(missing_ok=True)  # a bag of another make, or one that the report finds broken


def _papers(made: Path, order: Order, court: Court, exhibits: Sequence[Exhibit]) -> None:
    """Write the papers that were given, and those that are made here."""
    if order.papers:
        (made / "papers").mkdir()
    for paper in order.papers:
        target = made / "papers" / portable(paper.name)
        if target.exists():
            raise BadInput("got two papers of one name, expected names that differ", file=str(paper))
        _copy(paper, target)
    for name in ("guide", "report", "certificate"):
        (made / f"{name}.pdf").write_bytes(print_paper(getattr(court, name)(exhibits)))
    report = [
        {"item": one.item, "bags": {path: verdict.plain() | {"path": path} for path, verdict in one.bags.items()},
         "custody": {"entries": len(one.checked.entries), "faults": [fault.plain() for fault in one.checked.faults]}}
        for one in exhibits
    ]  # fmt: skip
    settings = {
        "comity": __version__, "python": platform.python_version(), "system": platform.system(),
        "renderer": renderer(), "made_at": stamp(court.at), "language": order.language,
    }  # fmt: skip
    for file, data in (("report.json", report), ("settings.json", settings)):
        (made / file).write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    if order.page:
        (made / "verify.html").write_bytes(order.page)


def _sums(made: Path, court: Court, exhibits: Sequence[Exhibit]) -> str:
    """Write the sums of all files and the paper that names the sum of them; gives that one."""
    rows = []
    for path in sorted(_files(made)):
        with path.open("rb") as f:
            rows.append((str(path.relative_to(made)), hashlib.file_digest(f, "sha256").hexdigest()))
    data = "".join(map(_line, rows)).encode("utf-8", "surrogateescape")
    (made / SUMS).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    (made / HASH_LIST).write_bytes(print_paper(court.hashes(digest, exhibits, rows)))
    return digest


def _line(row: tuple[str, str]) -> str:
    """Write a line as sha256sum does: a name with a backslash or the end of a line in it is escaped, and so marked."""
    name, digest = row
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{chr(92) if escaped != name else ''}{digest}  {escaped}\n"


def _files(folder: Path) -> Iterator[Path]:
    for here, _folders, names in os.walk(folder):
        yield from (Path(here) / name for name in names if not (Path(here) / name).is_symlink())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.is_file():
        shutil.copyfile(source, target)
    else:
        raise BadInput("got no file, expected one", file=str(source))
