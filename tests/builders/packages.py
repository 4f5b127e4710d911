"""Packages for tests: a good one, taken apart, changed, and put together again, by outsiders or by insiders with keys."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from builders.directory import World
from comity.crypto.envelope import Envelope
from comity.crypto.keys import FileSigner, PublicKey
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.packages import statement
from comity.packages.bag import INFO, MANIFEST, TAG_MANIFEST
from comity.packages.opening import open_container
from comity.packages.printer import print_pdf
from comity.packages.receipt import write_receipt
from comity.packages.sealing import PROOF, STATEMENT, seal, seal_files
from comity.packages.writer import ZipWriter
from comity.packages.zipfiles import append, entry_for

Parts = dict[str, bytes]
TOP = "VN.a05-2026-0001"
REQUEST, PDF = "data/request.json", "data/request.pdf"
RECEIPT_ID = "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a78"
_MADE: dict[bytes, bytes] = {}


class Maker:
    """Makes packages of VN.a05 for SG.orchid in a world."""

    def __init__(self, world: World, folder: Path) -> None:
        """Work in *folder*."""
        self.world = world
        self.folder = folder
        self.count = 0

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.world.clock.now()

    def key(self, role: str, party: str = "VN.a05") -> FileSigner:
        """The key of a role."""
        return self.world.keys[party][role]

    def request(self, **changes: Any) -> dict[str, Any]:
        """A complete request, drafted now."""
        base: dict[str, Any] = {
            "format": "comity-request/1",
            "reference": TOP,
            "id": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
            "exercise": False,
            "measure": "preserve",
            "language": "en",
            "drafted_at": stamp(self.now),
            "from": {"party": "VN.a05", "name": "Department for Cyber Security"},
            "to": {"party": "SG.orchid", "name": "Orchid Exchange"},
            "case": {"reference": "VA-2026-338", "facts": "Savings were moved to the address below within two hours."},
            "offences": [{"title": "Fraud by means of a computer", "provision": "Penal Code, Art. 290"}],
            "basis": {"kind": "voluntary", "text": "Voluntary preservation until an order arrives."},
            "targets": [
                {
                    "kind": "email",
                    "value": "mule@example.org",
                    "relation": "Registered the account that received the money.",
                }
            ],
            "contents": [{"id": "necessity", "text": "Logs are overwritten after thirty days."}],
        }
        return base | changes

    def path(self, suffix: str = ".comity.zip") -> Path:
        """A new path."""
        self.count += 1
        return self.folder / f"p{self.count}{suffix}"

    def good(
        self, request: dict[str, Any] | None = None, attachments: Mapping[str, bytes] | None = None, **how: Any
    ) -> Path:
        """A package as a node makes it; *how* goes to `finish`."""
        document = request or self.request()
        if not attachments and not how:
            return _copied(self, document)
        return _made(self, document, attachments or {}, **how)

    def finish(
        self,
        stated: statement.Statement,
        *,
        signers: Sequence[FileSigner] = (),
        role: Mapping[str, bytes] | None = None,
        proof: bytes | None = None,
    ) -> Parts:
        """Sign a statement and give the files of `seal/`."""
        envelope = stated.envelope()
        for signer in signers or self.signers(stated.measure):
            envelope = envelope.sign(signer)
        return seal_files(envelope, role or self.world.slice("VN.a05"), proof=proof)

    def signers(self, measure: str) -> list[FileSigner]:
        """The people who must sign."""
        roles = ["draft", "release", *(["emergency"] if measure == "disclose_emergency" else [])]
        return [self.key(role) for role in roles]

    def parts(self, path: Path | None = None) -> Parts:
        """Take a package apart."""
        with open_container(path or self.good()) as container:
            return {name: container.read(name, 1 << 24) for name in container.sizes}

    def pack(self, parts: Mapping[str, bytes], top: str = TOP) -> Path:
        """Put parts together as a zip, whatever they say."""
        path = self.path()
        with zipfile.ZipFile(path, "w") as z:
            for name, data in parts.items():
                z.writestr(entry_for(f"{top}/{name}", len(data)), data)
        return path

    def resigned(
        self,
        parts: Parts,
        *,
        info: Mapping[str, str] | None = None,
        say: Mapping[str, Any] | None = None,
        **how: Any,
    ) -> Parts:
        """Parts after a change, sealed and signed again by insiders; *say* changes the statement, *how* its signing."""
        fixed = rebagged(parts, info)
        request = json.loads(fixed[REQUEST])
        _, old = statement.load(parts[STATEMENT])
        new = replace(
            old,
            package=hashlib.sha256(fixed[TAG_MANIFEST]).hexdigest(),
            request=request["id"],
            request_sha256=hashlib.sha256(fixed[REQUEST]).hexdigest(),
            measure=request["measure"],
            language=request["language"],
        )
        body = {name: data for name, data in fixed.items() if not name.startswith("seal/")}
        kept = {PROOF: parts[PROOF]} if PROOF in parts else {}
        return body | self.finish(replace(new, **(say or {})), **how) | kept

    def restated(self, request: dict[str, Any], **how: Any) -> Parts:
        """Parts of a package of another request, in any form, printed and signed by insiders."""
        parts = self.parts()
        parts[REQUEST] = canonical.dump(request)
        parts[PDF] = print_pdf(request, digest=hashlib.sha256(parts[REQUEST]).hexdigest())
        return self.resigned(parts, **how)

    def reenveloped(self, parts: Parts, envelope: Envelope) -> Parts:
        """Parts with another envelope."""
        return parts | {STATEMENT: envelope.dump()}

    def receipt(
        self, package: str, *, signer: FileSigner | None = None, role: Mapping[str, bytes] | None = None, **changes: Any
    ) -> bytes:
        """A receipt of SG.orchid for a package of VN.a05."""
        payload: dict[str, Any] = {
            "format": "comity-receipt/1",
            "id": RECEIPT_ID,
            "package": package,
            "request": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
            "reference": TOP,
            "from": "SG.orchid",
            "to": "VN.a05",
            "state": "received",
            "at": stamp(self.now),
        }
        payload |= changes
        payload = {name: value for name, value in payload.items() if value is not None}
        return write_receipt(payload, signer or self.key("receipt", "SG.orchid"), role or self.world.slice("SG.orchid"))

    def new_key(
        self, party: str, holder: str, *roles: str, since: timedelta = timedelta(days=-1), days: int = 30
    ) -> FileSigner:
        """Enrol one more key of a party."""
        signer = FileSigner.generate()
        document = self.world.party(party).document()
        document["keys"].append(key_row(signer.public, holder, roles, self.now + since, days))
        self.world.registry.update(document, vouchers=self.world.registries[party[:2]])
        self.world.refresh()
        return signer


def key_row(public: PublicKey, holder: str, roles: Sequence[str], since: datetime, days: int) -> dict[str, Any]:
    """The row of a key in a party file."""
    until = since + timedelta(days=days)
    validity = {"valid_from": stamp(since), "valid_until": stamp(until)}
    return {"keyid": public.keyid, "public": public.hex, "holder": holder, "roles": list(roles), **validity}


def rebagged(parts: Parts, info: Mapping[str, str] | None = None) -> Parts:
    """Parts with manifests, byte count and *info* lines computed anew, as anybody could."""
    payload = {name: data for name, data in parts.items() if name.startswith("data/")}
    lines = dict(line.split(": ", 1) for line in parts[INFO].decode().splitlines())
    lines |= {"Payload-Oxum": f"{sum(map(len, payload.values()))}.{len(payload)}", **(info or {})}
    tags = {
        "bagit.txt": parts["bagit.txt"],
        INFO: "".join(f"{label}: {value}\n" for label, value in lines.items()).encode(),
        MANIFEST: manifest(payload),
    }
    return {**parts, **tags, TAG_MANIFEST: manifest(tags)}


def manifest(files: Mapping[str, bytes]) -> bytes:
    """A manifest of files."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def _copied(maker: Maker, document: dict[str, Any]) -> Path:
    """A package that was made once in this process from the same request by the same people at the same time."""
    people = [signer.public.keyid for signer in maker.signers(document["measure"])]
    role = {name: data.hex() for name, data in maker.world.slice("VN.a05").items()}
    asked = canonical.dump({"request": document, "people": people, "role": role, "at": stamp(maker.now)})
    if asked not in _MADE:
        _MADE[asked] = _made(maker, document, {}).read_bytes()
    path = maker.path()
    path.write_bytes(_MADE[asked])
    return path


def _made(maker: Maker, document: dict[str, Any], attachments: Mapping[str, bytes], **how: Any) -> Path:
    """A package made now."""
    sources = {}
    for name, data in attachments.items():
        sources[name] = maker.path(".attachment")
        sources[name].write_bytes(data)
    if attachments:
        rows = [{"path": n, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in attachments.items()]
        document = document | {"attachments": rows}
    path = maker.path()
    sealed_at = how.pop("sealed_at", maker.now)
    with ZipWriter(path, TOP) as writer:
        stated = seal(writer, document, sources, sealed_at=sealed_at)
    append(path, maker.finish(stated, **how))
    return path
