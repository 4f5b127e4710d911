"""The texts people read, collected from the program itself: `make messages` writes them down, a test compares them.

Collected are the texts marked with `_()` and `counted()`; the codes that are shown as words, each under its kind; and
the sentences that some rooms say in English, in which `{0}`, `{1}` ... stand for what varies.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from comity.cli.request import MEASURES
from comity.directory.model import shape
from comity.evidence.describing import DESCRIPTION, TREE_LAYER
from comity.evidence.disclosure import PROOF_LAYER
from comity.evidence.reading import BAG, BYTES, COMPLETE, TAGS
from comity.evidence.verification import ABSENT, FAILED, PROVED, UNCHECKED
from comity.exchange import custody, emergency, outcomes, proposals, sending, tables, verbs
from comity.exchange.part import STATES as PART_STATES
from comity.law.worksheet import PROVISION, ROWS
from comity.ledger.model import TYPES
from comity.packages.sealing import request_shape
from comity.requests import model
from comity.requests.states import STATES
from comity.requests.vocabulary import case_shape
from comity.web.desk.returns import COLUMNS
from meta.tree import SOURCE, parsed, python, tracked

LOCALE = SOURCE / "locale"
TEMPLATE = LOCALE / "comity.pot"
WHOLE = (
    "vi",
)  # languages that all of Comity speaks; the others speak at the desk, where a catalogue may lack the rest
DESK = ("web/", "accounts/", "law/")
SPEAKING = (
    "exchange/capabilities.py",
    "exchange/probe.py",
    "exchange/worklist.py",
    "identifiers/",
    "kernel/shape.py",
    "law/assembly.py",
    "law/basis.py",
    "law/gaps.py",
    "law/gate.py",
    "law/matrix.py",
    "law/matter.py",
    "law/policies/convention.py",
    "law/policies/domestic.py",
    "law/policies/provider.py",
    "law/policies/treaty.py",
    "law/policies/union.py",
    "law/policy.py",
    "law/question.py",
    "law/status.py",
    "law/worksheet.py",
    "node/doctor.py",
    "packages/contents.py",
    "packages/provenance.py",
    "packages/receipt.py",
    "packages/reprint.py",
    "packages/verification.py",
    "requests/choosing.py",
    "requests/clocks.py",
    "requests/limits.py",
    "requests/preflight.py",
    "requests/receipts.py",
    "requests/safeguards.py",
)
MESSAGES = (
    *(sending.ORDER, sending.NOTICE, sending.CANCEL, outcomes.OUTCOME, custody.DELIVERY, custody.WORD, verbs.ACTIONS),
    *(tables.QUEUED, tables.ANSWERED, tables.STUCK, "refused"),
)
NOTES = (emergency.CALLBACK, emergency.OVERRIDE, proposals.REVIEW, proposals.REFUSAL)
CALLBACKS = ("confirmed", "denied", "not reached", "overridden", "not called back")
WITNESSES = ("statement", "signature", "time", "log")
LAYERS = (BAG, COMPLETE, BYTES, TAGS, DESCRIPTION, TREE_LAYER, PROOF_LAYER, *WITNESSES)
FILE_STATES = ("read", "doubtful", "untouched")
ELEMENTS = (PROVISION, "conduct", "penalty", *ROWS)
DELIVERED = ("received", "error", "under way", "done")
ACTS = ("draft", "change", "seal", "reopen", "confirm", "release", "withdraw", "receive", "received", "accepted")
SENT = ("send", "notify", "cancel")  # acts that may be said with what became of them
DUTIES = "accounts/data/duties.yaml"
LAW = "law/data/"
NATIONAL = ("authorised_by", "renewal", "urgent_route", "data", "obliged", "effect")
UNSTABLE = tuple(f'"{name}' for name in ("POT-", "PO-", "Generated-", "Project-", "Report-", "Last-", "Language-Team"))
VAGUE = {"got {0}, expected {1}"}  # would also be found in messages of errors, which stay in English
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)

Text = str | tuple[str, str]


def marked(tree: ast.Module) -> Iterator[Text]:
    """Find the texts in `_()`, and both forms in `counted()`, also within f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id == "_" and len(given) == 1:
                yield given[0]
            elif node.func.id == "counted" and len(given) == 2:
                yield given[0], given[1]


def menus(tree: ast.Module) -> Iterator[str]:
    """Find the words under which routes stand in the menu."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "menu" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def templated(text: str) -> Iterator[Text]:
    """Find the texts in `_()` and `counted()` in a template."""
    for _line, called, found in extract_from_ast(Environment().parse(text), ("_", "counted")):
        given = [one for one in (found if isinstance(found, tuple) else (found,)) if one]
        if given:
            yield (given[0], given[1]) if called == "counted" else given[0]


def sentences(node: ast.AST) -> Iterator[str]:
    """Find what is said below *node*: texts of several words, but no docstrings and no messages of errors."""
    for child in ast.iter_child_nodes(node):
        if _quiet(child):
            continue
        text, varying = _template(child)
        if " " in text.strip() and any(map(str.isalpha, text)) and text not in VAGUE:
            yield text
        for one in [ast.Expression(part) for part in varying] if text else [child]:
            yield from sentences(one)


def advice(tree: ast.Module) -> Iterator[str]:
    """Find what errors advise a person to do, also where the advice has a name of its own."""
    given = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "advice"]
    names = {"advice", "ADVICE"} | {one.id for one in given if isinstance(one, ast.Name)}
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and _named(node) in names]
    for one in (*given, *told):
        yield from sentences(ast.Expression(one))


def _named(node: ast.Assign) -> str:
    return ast.unparse(node.targets[0])


def recorded(tree: ast.Module) -> Iterator[str]:
    """Find what is written into the history of requests: the act, and the note on it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
            for one in (*node.args[2:3], *node.args[4:5]):
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
                    yield one.value
                else:
                    yield from sentences(ast.Expression(one))


def _quiet(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return "Skip(" not in ast.unparse(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "startswith"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _template(node: ast.AST) -> tuple[str, list[ast.expr]]:
    """Give the text of a string, f-string or sum of such, and the parts that vary; no text if it is none of them."""
    parts = list(_parts(node))
    if not any(isinstance(part, str) for part in parts):
        return "", []
    varying = [part for part in parts if isinstance(part, ast.expr)]
    numbers = iter(range(len(varying)))
    return "".join(part if isinstance(part, str) else f"{{{next(numbers)}}}" for part in parts), varying


def _parts(node: ast.AST) -> Iterator[str | ast.AST]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node.value if isinstance(node, ast.FormattedValue) else node


def codes() -> Iterator[tuple[str, str]]:
    """List the codes that are shown as words, each with its kind."""
    kinds: dict[str, Iterable[str]] = {
        "state": (*STATES, *FILE_STATES),
        "act": (*ACTS, *STATES),
        "measure": (*MEASURES, *_loaded(SOURCE / "law" / "data" / "measures.yaml")["measures"]),
        "level": (model.MISSING, model.WRONG, model.DOUBTFUL),
        "role": shape().codes["roles"],
        "step": ("node", *_called("node"), *_called("packages"), *_called("exchange/probe.py")),
        "clock": _deadlines(),
        "concern": request_shape().codes["concerns"],
        "data": request_shape().codes["data"],
        "basis": request_shape().codes["bases"],
        "class": case_shape().codes["classes"],
        "record": _loaded(SOURCE / "returns" / "data" / "records.yaml")["kinds"],
        "column": (name for names in COLUMNS.values() for name in names),
        "layer": LAYERS,
        "layer state": (PROVED, FAILED, UNCHECKED, ABSENT),
        "kind": request_shape().codes["kinds"],
        "message": MESSAGES,
        "note": NOTES,
        "callback": CALLBACKS,
        "delivery": PART_STATES,
        "delivered": DELIVERED,
        "law": (*_enums("law"), *_law(), *ELEMENTS),
    }
    for kind, names in kinds.items():
        for name in dict.fromkeys(filter(None, names)):
            yield kind, name


def _called(place: str) -> Iterator[str]:
    """Find the names in pairs of a name and the function that it stands for."""
    for path in python(SOURCE / place):
        for node in ast.walk(parsed(path)):
            if (
                isinstance(node, ast.Tuple)
                and len(node.elts) == 2
                and isinstance(node.elts[1], ast.Attribute | ast.Name | ast.Lambda)
            ):
                name = node.elts[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield name.value


def _deadlines() -> Iterator[str]:
    for node in ast.walk(parsed(SOURCE / "requests" / "clocks.py")):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if name.isidentifier() and name.endswith(("_expected", "_by", "_until", "_due", "_before")):
                yield name


def _enums(room: str) -> Iterator[str]:
    for path in python(SOURCE / room):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                members = [one.value for one in node.body if isinstance(one, ast.Assign)]
                yield from (str(one.value) for one in members if isinstance(one, ast.Constant))


def _law() -> Iterator[str]:
    """Find what the law data call kinds of articles, relations to other treaties, offences and powers."""
    data = SOURCE / "law" / "data"
    for path in (*sorted((data / "terms").glob("*.yaml")), data / "measures.yaml"):
        yield from _coded(_loaded(path))
    for article in _loaded(data / "convention" / "articles.yaml")["articles"]:
        yield article["kind"]
        yield from (one["relation"] for one in article.get("budapest") or ())
    for path in sorted((data / "national").glob("*.yaml")):
        country = _loaded(path)
        yield from (*country.get("offences", ()), *country.get("powers", ()))


def _coded(value: Any) -> Iterator[str]:
    """Find the codes of who receives a request, and of grounds for refusal."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        if name in ("addressees", "nature", "reception"):
            yield from [one] if isinstance(one, str) else one
        else:
            yield from _coded(one)


def _loaded(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def vocabularies() -> Iterator[str]:
    """List the labels, items and names in the vocabularies that are shown and carry no translation of their own."""
    for one in (shape(), request_shape()):
        for words in one.codes.values():
            yield from (label["en"] for label in words.values() if "vi" not in label)
    yield from (field.label["en"] for field in case_shape().fields if "en" in field.label)
    data = SOURCE / "requests" / "data"
    for named in _loaded(data / "codes.yaml").values():
        yield from (row["label"]["en"] for row in named.values())
    yield from (deed["en"] for deed in _loaded(SOURCE / "evidence" / "data" / "custody.yaml").values())
    yield from TYPES.values()
    for rows in _loaded(SOURCE / "identifiers" / "data" / "reserved.yaml").values():
        yield from (row["label"] for row in rows if "label" in row)
    sets = _loaded(SOURCE / "requests" / "data" / "completeness.yaml")["sets"]
    for rules in sets.values():
        for item in rules["items"]:
            yield from (item["text"], item["need"], item["remedy"])
    for path in sorted((SOURCE / "law" / "data" / "instruments").glob("*.yaml")):
        instrument = _loaded(path)
        name = instrument["short_name"]
        yield from (name, f"{name}, {{0}}", instrument["depositary"])
    for group in _loaded(SOURCE / "law" / "data" / "countries.yaml")["groups"].values():
        yield group["name"]
    convention = SOURCE / "law" / "data" / "convention"
    yield from (chapter["title"] for chapter in _loaded(convention / "sources.yaml")["chapters"])
    yield from (article["title"] for article in _loaded(convention / "articles.yaml")["articles"])
    yield from _gate()


def duties() -> Iterator[str]:
    """List what the duty matrix says of roles and acts."""
    matrix = _loaded(SOURCE / DUTIES)
    for row in (*matrix["roles"].values(), *matrix["acts"].values(), *matrix["apart"]):
        yield from (row[name] for name in ("label", "does", "reason", "source") if name in row)


def _gate() -> Iterator[str]:
    """List the questions of the safeguards gate and its prompts, with their sources."""
    data = SOURCE / "law" / "data"
    sources = _loaded(data / "convention" / "sources.yaml")["sources"]
    for one in _loaded(data / "convention" / "cooperation.yaml")["gate"]:
        yield " ".join(one["question"].split())
        yield from (" ".join(sources[key]["what"].split()) for key in one["source"].split("; "))
        if not one["ref"][0].isdigit():
            yield one["ref"]
    for prompt in _loaded(data / "gate.yaml")["prompts"].values():
        yield from (prompt["text"], prompt["source"])


def terms() -> Iterator[str]:
    """List the rules, questions and titles of the instruments and routes that requests may rest on."""
    data = SOURCE / "law" / "data"
    for path in (*sorted((data / "terms").glob("*.yaml")), data / "measures.yaml"):
        yield from _texts(_loaded(path), "")


def _texts(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, key)
    elif key in ("text", "title", "label", "need") or (key == "article" and str(value)[0].isalpha()):
        yield value


def law() -> Iterator[str]:
    """List what the law data say in own words of articles and instruments: summaries, questions, notes, gaps, sources."""
    data = SOURCE / "law" / "data"
    convention = data / "convention"
    for article in _loaded(convention / "articles.yaml")["articles"]:
        yield from (one["question"] for one in article.get("checklist") or ())
        yield from (article["summary"], *(one["text"] for one in article.get("options") or ()))
        yield from (text for part in ("reservations", "notifications", "notes") for text in article.get(part) or ())
        yield from (one["note"] for one in article.get("budapest") or () if one.get("note"))
    for source in _loaded(convention / "sources.yaml")["sources"].values():
        yield from (source["what"], source["reliability"])
    for path in sorted((data / "instruments").glob("*.yaml")):
        instrument = _loaded(path)
        yield from (instrument.get("note") or "", (instrument.get("entry") or {}).get("condition") or "")
        yield from (instrument.get("coverage") or {}).get("gaps") or ()
    for path in sorted((data / "national").glob("*.yaml")):
        country = _loaded(path)
        yield from _stated(country, "")
        for entry in (*country.get("offences", {}).values(), *country.get("powers", {}).values()):
            yield entry.get("note") or ""
        yield ((country.get("mutual_legal_assistance") or {}).get("dual_criminality") or {}).get("text") or ""


def _stated(value: Any, key: str) -> Iterator[str]:
    """Find what the data say of who orders, how long, what and whom in national law; elements and conditions stay English."""
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else ((key, one) for one in value):
            yield from _stated(one, name)
    elif key in NATIONAL and isinstance(value, str):
        yield value


def numbered(text: str) -> str:
    """Number the places in a text of the law that name the two states or the instrument."""
    numbers = count()
    return re.sub(r"\{(from|to|instrument)}", lambda _: f"{{{next(numbers)}}}", text)


@cache
def collected() -> Catalog:
    """Put all texts into a catalogue without translations."""
    found = Catalog(charset="utf-8", fuzzy=False, header_comment="# The texts that people read, to be translated.")
    for path in python(SOURCE):
        place = str(path.relative_to(SOURCE))
        for text in (*marked(parsed(path)), *menus(parsed(path))):
            found.add(text, locations=[(place, 0)])
        for said in (
            *advice(parsed(path)),
            *recorded(parsed(path)),
            *(sentences(parsed(path)) if place.startswith(SPEAKING) else ()),
        ):
            found.add(numbered(said), locations=[(place, 0)])
    for page in (p for p in tracked() if p.suffix == ".html" and p.parent.name == "templates"):
        for text in templated(page.read_text("utf-8")):
            found.add(text, locations=[(str(page.relative_to(SOURCE)), 0)])
    for text in (*vocabularies(), *SENT, *map(numbered, terms())):
        found.add(text, locations=[("data", 0)])
    for text in filter(None, law()):
        found.add(text, locations=[(LAW, 0)])
    for text in duties():
        found.add(text, locations=[(DUTIES, 0)])
    for kind, name in codes():
        found.add(name, context=kind)
    return found


def shown(message: Message) -> bool:
    """Tell whether a message is one of the desk: also every code that is shown as a word."""
    return bool(message.context) or any(place.startswith(DESK) for place, _line in message.locations)


def complete(message: Message) -> bool:
    """Tell whether a message has all its forms in a language."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return all(forms)


def catalogues() -> list[Path]:
    """List the catalogues of the languages there are."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/comity.po"))


def read(path: Path) -> Catalog:
    """Read a catalogue, or the template."""
    with path.open("rb") as file:
        return read_po(file, locale=None if path == TEMPLATE else path.parent.parent.name)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without what would change at every writing: dates, line numbers."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(UNSTABLE)), "utf-8")


def keep(catalogue: Catalog, wanted: Callable[[Message], bool]) -> None:
    """Take out of a catalogue the messages that are not wanted."""
    for one in [one for one in catalogue if one.id and not wanted(one)]:
        catalogue.delete(one.id, one.context)


def main() -> None:
    """Write the template, bring every catalogue up to date, and compile it."""
    write(TEMPLATE, collected())
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(collected(), no_fuzzy_matching=True)
        if path.parent.parent.name not in WHOLE:
            keep(catalogue, lambda one: shown(one) or complete(one))
        write(path, catalogue)
        keep(catalogue, complete)
        catalogue.creation_date = catalogue.revision_date = SOME_DAY
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    main()
