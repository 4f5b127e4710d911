"""Directory metadata in the TUF 1.0 format, read strictly.

Stricter than TUF asks: a file is canonical JSON (RFC 8785, which for this data is the same as the OLPC form that is
signed), holds no field that Comity does not know, only Ed25519 keys whose id is the SHA-256 of the raw public key, and
only sensible thresholds. So two readers cannot understand one file in two ways.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from comity.crypto.errors import KeyFileError
from comity.crypto.keys import PublicKey, Signer
from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadKeys, BadMetadata

if TYPE_CHECKING:
    from securesystemslib.signer import Key  # type: ignore[attr-defined]  # re-exported without __all__
    from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp  # type: ignore[attr-defined]  # likewise

LIMITS = {"root": 512_000, "timestamp": 16_384, "snapshot": 2_000_000, "targets": 5_000_000}
MAX_ROOTS = 256
MIN_VOUCHERS = 2
Kind = Literal["root", "timestamp", "snapshot", "targets"]
Check = Callable[[Any, str], None]


@overload
def read(data: bytes, kind: Literal["root"], *, file: str) -> Metadata[Root]: ...
@overload
def read(data: bytes, kind: Literal["timestamp"], *, file: str) -> Metadata[Timestamp]: ...
@overload
def read(data: bytes, kind: Literal["snapshot"], *, file: str) -> Metadata[Snapshot]: ...
@overload
def read(data: bytes, kind: Literal["targets"], *, file: str) -> Metadata[Targets]: ...
def read(data: bytes, kind: Kind, *, file: str) -> Any:
    """Read one metadata file of the given kind; its signatures are not yet checked.

    Raises:
        BadMetadata: the file is too large, not canonical, of another kind, or holds something unknown or senseless.
    """
    from tuf.api.metadata import Metadata

    try:
        document = canonical.load_canonical(data, file=file, limit=LIMITS[kind])
        _FORMS[kind](document, "")
        metadata: Any = Metadata.from_dict(json.loads(data))
    except BadInput as e:
        raise BadMetadata(e.message, file=file, field=e.field) from e
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise BadMetadata(f"got {e}, expected TUF 1.0 metadata", file=file) from e
    if dump(metadata) != data:
        raise BadMetadata("got a value in an unusual spelling, expected its one canonical form", file=file)
    return metadata


def dump(metadata: Any) -> bytes:
    """Write metadata in its one canonical form."""
    return canonical.dump(metadata.to_dict())


def tuf_key(public: PublicKey) -> Key:
    """Give a public key in the form in which TUF metadata lists it."""
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # likewise

    return cast("Key", SSlibKey(public.keyid, "ed25519", "ed25519", {"public": public.hex}))


def distinct(keys: Sequence[PublicKey], threshold: int, *, least: int = MIN_VOUCHERS) -> list[str]:
    """Give the ids of a role's keys, after checking that *threshold* of them make sense.

    Raises:
        BadKeys: a key stands twice, there are too few, or fewer than *least* would suffice.
    """
    ids = [key.keyid for key in keys]
    if len(set(ids)) != len(ids):
        raise BadKeys("got the same key twice, expected different ones", field="keys")
    if not least <= threshold <= len(ids):
        expected = f"at least {least} and no more than there are keys"
        raise BadKeys(f"got threshold {threshold} of {len(ids)} keys, expected {expected}", field="threshold")
    return ids


def sign(metadata: Any, signer: Signer) -> None:
    """Add a signature to metadata, replacing an earlier one by the same key."""
    from securesystemslib.signer import Signature  # type: ignore[attr-defined]  # likewise

    keyid = signer.public.keyid
    metadata.signatures[keyid] = Signature(keyid, signer.sign(metadata.signed_bytes).hex())


def _fault(message: str, at: str) -> BadInput:
    return BadInput(message, field=at)


def _matches(pattern: str, expected: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any, at: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise _fault(f"got {str(value)[:80]!r}, expected {expected}", at)

    return check


def _whole(low: int) -> Check:
    def check(value: Any, at: str) -> None:
        if type(value) is not int or value < low:
            raise _fault(f"got {str(value)[:80]!r}, expected a whole number from {low}", at)

    return check


def _flag(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        raise _fault(f"got {str(value)[:80]!r}, expected true or false", at)


def _record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise _fault("got no object, expected one with " + ", ".join(sorted(known)), at)
        if unknown := sorted(set(value) - set(known)):
            raise _fault(f"got the unknown field {unknown[0][:80]!r}, expected only " + ", ".join(sorted(known)), at)
        if missing := sorted(set(required) - set(value)):
            raise _fault(f"got no {missing[0]}, expected one", at)
        for name, one in value.items():
            known[name](one, f"{at}.{name}" if at else name)

    return check


def _mapping(name: Check, item: Check) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise _fault("got no object, expected one", at)
        for key, one in value.items():
            name(key, at)
            item(one, f"{at}[{key}]")

    return check


def _listing(item: Check, most: int) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, list) or len(value) > most:
            raise _fault(f"got no list or more than {most} items, expected a list of at most {most}", at)
        for i, one in enumerate(value):
            item(one, f"{at}[{i}]")

    return check


def _keys(value: Any, at: str) -> None:
    """Keys are Ed25519, and each is named by its own hash, so that no key can stand under two names."""
    kind = _matches("ed25519", "ed25519")
    key = _record({"keytype": kind, "scheme": kind, "keyval": _record({"public": _DIGEST})})
    _mapping(_DIGEST, key)(value, at)
    for keyid, one in value.items():
        try:
            own = PublicKey.from_hex(one["keyval"]["public"]).keyid
        except KeyFileError as e:
            raise _fault(e.message, f"{at}[{keyid}]") from e
        if own != keyid:
            raise _fault(f"got the id {keyid}, expected the SHA-256 of the public key, {own}", f"{at}[{keyid}]")


def _role(low: int, extra: Mapping[str, Check] | None = None) -> Check:
    """A role needs at least *low* signatures, and has at least as many different keys."""
    form = _record({"keyids": _listing(_DIGEST, 50), "threshold": _whole(low), **(extra or {})})

    def check(value: Any, at: str) -> None:
        form(value, at)
        if not value["threshold"] <= len(set(value["keyids"])) == len(value["keyids"]):
            raise _fault(
                f"got threshold {value['threshold']} of {len(set(value['keyids']))} keys, expected as many different keys",
                at,
            )

    return check


def _delegation(value: Any, at: str) -> None:
    """A country is delegated exactly its own paths, for good, and needs two vouchers (package format, section 4)."""
    paths = _listing(_matches(r"[A-Z]{2}/\*", "the path of one country"), 1)
    _role(MIN_VOUCHERS, {"name": _COUNTRY, "terminating": _flag, "paths": paths})(value, at)
    if value["paths"] != [f"{value['name']}/*"] or not value["terminating"]:
        raise _fault(f'got paths {value["paths"]}, expected terminating and exactly ["{value["name"]}/*"]', at)


def _listed(value: Any, at: str) -> None:
    """Every key that a role names stands among the keys."""
    roles = value["roles"].values() if isinstance(value["roles"], dict) else value["roles"]
    for role in roles:
        if missing := sorted(set(role["keyids"]) - set(value["keys"])):
            raise _fault(f"got a role with the unlisted key {missing[0]}, expected it among the keys", at)


def _file(kind: Kind, fields: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    common = {
        "_type": _matches(kind, f"{kind} metadata"),
        "spec_version": _matches(r"1\.\d{1,4}(\.\d{1,4})?", "a version of TUF that starts with 1."),
        "version": _whole(1),
        "expires": _matches(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "a time as YYYY-MM-DDTHH:MM:SSZ"),
    }
    signature = _record({"keyid": _DIGEST, "sig": _matches("[0-9a-f]{128}", "an Ed25519 signature in hexadecimal")})
    return _record({"signatures": _listing(signature, 50), "signed": _record({**common, **fields}, optional)})


def _root(value: Any, at: str) -> None:
    """The root names four roles; root and targets need two signatures, the online roles one."""
    roles = {"root": _role(2), "targets": _role(2), "snapshot": _role(1), "timestamp": _role(1)}
    _file("root", {"keys": _keys, "roles": _record(roles), "consistent_snapshot": _flag})(value, at)
    _listed(value["signed"], "signed")


def _targets(value: Any, at: str) -> None:
    """Targets metadata either delegates countries (targets.json) or lists party files (CC.json), never both."""
    target = _record({"length": _whole(1), "hashes": _HASHES})
    files = _mapping(_matches(r"[A-Z]{2}/[a-z0-9][a-z0-9-]{0,40}\.json", "the path of a party file"), target)
    delegations = _record({"keys": _keys, "roles": _listing(_delegation, 700)})
    _file("targets", {"targets": files}, {"delegations": delegations})(value, at)
    if "delegations" in value["signed"]:
        _listed(value["signed"]["delegations"], "signed.delegations")
        if value["signed"]["targets"]:
            raise _fault(
                "got party files beside delegations, expected them in the files of the countries", "signed.targets"
            )


_DIGEST = _matches("[0-9a-f]{64}", "64 small hexadecimal digits")
_COUNTRY = _matches("[A-Z]{2}", "the ISO code of a country")
_HASHES = _record({"sha256": _DIGEST})
_META = _record({"version": _whole(1)}, {"length": _whole(1), "hashes": _HASHES})
_SNAPSHOT_NAME = _matches(r"targets\.json|[A-Z]{2}\.json", "targets.json or the file of a country")
_FORMS: dict[Kind, Check] = {
    "root": _root,
    "timestamp": _file("timestamp", {"meta": _record({"snapshot.json": _META})}),
    "snapshot": _file("snapshot", {"meta": _mapping(_SNAPSHOT_NAME, _META)}),
    "targets": _targets,
}
