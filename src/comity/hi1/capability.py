"""What a provider accepts: a YAML file that a person wrote, and the configuration that GETCSPCONFIG answers with.

The file names the kinds of identifier, and for each which data may be preserved or disclosed, the languages, the hours
and the addresses. A mistake is named by file and line. Interception cannot be offered: there is no word for it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.identifiers.kinds import kinds
from comity.kernel.input import read_input
from comity.law.errors import BadLaw
from comity.law.reading import Page, compose, decode, entries

from .errors import BadCapability
from .formats import PLATFORM, Format, formats
from .profile import data_of
from .schema import NEWEST, known
from .vocabulary import OWNER, entry, load, values

if TYPE_CHECKING:
    import yaml

FORMAT = "comity-capability/1"
MAX_BYTES = 1024 * 1024
_PARTY = re.compile(r"[A-Z]{2}\.[a-z0-9][a-z0-9-]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_HTTPS = re.compile(r"https://[!-~]{1,2000}")
_CONFIG = "core:GETCSPCONFIGResponse"


class Data(StrEnum):
    """The kinds of data, from least to most protected."""

    SUBSCRIBER = "subscriber"
    TRAFFIC = "traffic"
    CONTENT = "content"


class Step(StrEnum):
    """What an address is for."""

    NEW_PRESERVATION = "NewPreservation"
    PRESERVATION_EXTENSION = "PreservationExtension"
    PRESERVATION_CANCELLATION = "PreservationCancellation"
    NEW_DISCLOSURE = "NewDisclosure"
    DISCLOSURE_CANCELLATION = "DisclosureCancellation"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A kind of identifier, which data may be preserved and disclosed for it, what exactly, and a word to the asker."""

    kind: str
    preserve: tuple[Data, ...] = ()
    disclose: tuple[Data, ...] = ()
    subtypes: tuple[str, ...] = ()
    guidance: str = ""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a step is asked for."""

    step: Step
    url: str
    guidance: str = ""


@dataclass(frozen=True, kw_only=True)
class Capability:
    """All that a provider accepts."""

    format: str
    provider: str
    changed: dt.date
    languages: tuple[str, ...]
    hours: str
    accepts: tuple[Accepted, ...]
    endpoints: tuple[Address, ...] = ()


def read_capability(path: Path) -> Capability:
    """Read a provider's file.

    Raises:
        BadCapability: it has a mistake; the error names file and line.
        BadInput: there is no such file.
    """
    return parse_capability(read_input(path, MAX_BYTES, "a capability file"), file=str(path))


def parse_capability(data: bytes, *, file: str = "") -> Capability:
    """Read the text of a provider's file.

    Raises:
        BadCapability: it has a mistake.
    """
    page = Page(file)
    try:
        node = compose(data, page)
        capability = decode(node, Capability, page)
        for found, at, message in _faults(capability, entries(node, page)):
            raise page.wrong(found, message, at=at)
    except BadLaw as e:
        raise BadCapability(e.message, file=e.file, field=e.field, advice=e.advice) from e
    return capability


def config(capability: Capability, version: str = NEWEST) -> dict[str, Any]:
    """Write the configuration for an answer to GETCSPCONFIG, with what *version* knows."""
    used = [(accepted, one) for accepted in capability.accepts for one in formats() if one.kind == accepted.kind]
    tree = {
        "LastChanged": f"{capability.changed.isoformat()}T00:00:00Z",
        "Dictionaries": {"Dictionary": list(_dictionaries(capability))},
        "TargetFormatTypeDefinitions": _definitions([one for _, one in used]),
        "TargetingConfigurations": {"TargetingConfiguration": [_targeting(*pair) for pair in used]},
        **_endpoints(capability),
    }
    return known(tree, _CONFIG, version)


def _faults(capability: Capability, nodes: dict[str, yaml.Node]) -> Iterator[tuple[yaml.Node, str, str]]:
    """List what a type cannot say: the node, its field, and what was got and expected."""
    if capability.format != FORMAT:
        yield nodes["format"], "format", f"got {capability.format!r}, expected {FORMAT!r}"
    if not _PARTY.fullmatch(capability.provider):
        yield nodes["provider"], "provider", f"got {capability.provider!r}, expected a party such as XB.csp01"
    for n, language in enumerate(capability.languages):
        if not _LANGUAGE.fullmatch(language):
            yield nodes["languages"], f"languages[{n}]", f"got {language!r}, expected two letters such as en"
    kinds_seen = [one.kind for one in capability.accepts]
    for n, one in enumerate(capability.accepts):
        for at, message in _lacks(one, kinds_seen[:n]):
            yield nodes["accepts"].value[n], f"accepts[{n}]{at}", message
    for n, address in enumerate(capability.endpoints):
        if not _HTTPS.fullmatch(address.url):
            yield nodes["endpoints"].value[n], f"endpoints[{n}].url", f"got {address.url!r}, expected an https address"


def _lacks(one: Accepted, seen: list[str]) -> Iterator[tuple[str, str]]:
    """List what is wrong with one accepted kind."""
    if one.kind not in kinds() or one.kind in seen:
        yield ".kind", f"got {one.kind!r}, expected each of {', '.join(kinds())} at most once"
    if not one.preserve and not one.disclose:
        yield "", "got neither preserve nor disclose, expected at least one"
    subtypes = values("LDRequestSubtype", OWNER)
    for subtype in one.subtypes:
        if subtype not in subtypes:
            yield ".subtypes", f"got {subtype!r}, expected one of: {', '.join(subtypes)}"
        elif data_of(subtype) not in {*one.preserve, *one.disclose}:
            yield ".subtypes", f"got {subtype}, expected it with {data_of(subtype)} data only"


def _dictionaries(capability: Capability) -> Iterator[dict[str, Any]]:
    """Write the dictionaries of ours that a request to the provider may use, and its languages and hours."""
    names = ("AuthorisationLegalType", "LDNatureOfDeadline", "DocumentType", "EncryptionScheme")
    tables = {name: values(name, OWNER) for name in names}
    subtypes = {name: values("LDRequestSubtype", OWNER)[name] for one in capability.accepts for name in one.subtypes}
    tables |= {"LDRequestSubtype": subtypes, "LPRequestSubtype": subtypes}
    tables["AcceptedLanguage"] = dict.fromkeys(capability.languages, "a language that is read here")
    tables["Availability"] = {"Hours": capability.hours}
    for name, rows in ((name, rows) for name, rows in tables.items() if rows):
        found = [{"Value": value, "Meaning": meaning} for value, meaning in rows.items()]
        yield {"Owner": OWNER, "Name": name, "DictionaryEntries": {"DictionaryEntry": found}}


def _definitions(used: list[Format]) -> dict[str, Any]:
    """Define the formats of ours that are in use."""
    ours = [one for one in formats() if one.owner == OWNER and (one in used or one.name == PLATFORM)]
    rows = [{"FormatName": f.name, "Description": f.description, "FormatRegex": f"^{f.regex}$"} for f in ours]
    return {"FormatOwner": OWNER, "TargetFormatTypeDefinitionEntries": {"TargetFormatTypeDefinitionEntry": rows}}


def _targeting(accepted: Accepted, one: Format) -> dict[str, Any]:
    """Say what may be asked about one format."""
    row: dict[str, Any] = {"FormatName": one.name, "FormatOwner": one.owner}
    if accepted.guidance:
        row["Guidance"] = accepted.guidance
    for prefix, data in (("LD", accepted.disclose), ("LP", accepted.preserve)):
        types = [entry("RequestType", load("profile")["request_types"][kind]) for kind in data]
        subtypes = [entry(f"{prefix}RequestSubtype", s, OWNER) for s in accepted.subtypes if data_of(s) in data]
        for name, rows in (("Types", types), ("Subtypes", subtypes)):
            if rows:
                row[f"Associated{prefix}Request{name}"] = {"DictionaryEntry": rows}
    return row


def _endpoints(capability: Capability) -> dict[str, Any]:
    """Write the addresses, by what they are for."""
    found: dict[str, Any] = {}
    for address in capability.endpoints:
        kind, owner = ("LD", OWNER) if "Disclosure" in address.step else ("LP", "ETSI")
        row = {f"{kind}WorkflowEndpoint": entry(f"{kind}WorkflowEndpoint", address.step, owner), "URL": address.url}
        if address.guidance:
            row["Guidance"] = address.guidance
        rows = found.setdefault(f"Supported{kind}WorkflowEndpoints", {})
        rows.setdefault(f"Supported{kind}WorkflowEndpoint", []).append(row)
    return found
