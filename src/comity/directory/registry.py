"""The publisher's side: countries are delegated, parties enrolled and keys revoked, by those whose signatures it takes.

Every act writes the next version of one file, signed by its own people: the top targets by the coordinators, a country's
file by at least two of its registries. `refresh`, with the online key, then publishes what has been written, so that
registries and the machine that publishes can be far apart; an act that is given the online key publishes at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.crypto.keys import PublicKey, Signer
from comity.kernel import canonical
from comity.kernel.clock import Clock, stamp

from . import ceremony, model, publication, trust
from .errors import BadParty, NotVouched
from .metadata import MIN_VOUCHERS, distinct, tuf_key
from .publication import Lifetimes
from .shelf import Shelf

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Targets  # type: ignore[attr-defined]  # re-exported without __all__

MAX_DRILLS = 100
_COUNTRY = re.compile("[A-Z]{2}", re.ASCII)


class Registry:
    """A directory as its publishers see it: a folder, changed one act at a time."""

    def __init__(self, folder: Path, clock: Clock, lifetimes: Lifetimes | None = None) -> None:
        """Stand on a folder that `ceremony.create` has made."""
        self.shelf = Shelf(folder)
        self.clock = clock
        self.lifetimes = lifetimes or Lifetimes()

    def delegate(
        self,
        country: str,
        keys: Sequence[PublicKey],
        *,
        signers: Sequence[Signer],
        threshold: int = MIN_VOUCHERS,
        vouchers: Sequence[Signer] = (),
        online: Signer | None = None,
    ) -> None:
        """Entrust a country's parties to its registries, or change whose keys they are.

        If the country has a file that the new keys did not sign, *vouchers* sign it again.

        Raises:
            BadParty: that is no country's code.
            BadKeys: the keys and the threshold make no sense.
            NotVouched: the signatures do not suffice.
        """
        if not _COUNTRY.fullmatch(country):
            raise BadParty(f"got {country!r}, expected the ISO code of a country, like VN", field="country")
        from tuf.api.metadata import DelegatedRole, Delegations  # type: ignore[attr-defined]  # likewise

        with self._act(online) as root:
            metadata = self.shelf.targets()
            delegations = metadata.signed.delegations or Delegations({}, {})
            role = DelegatedRole(
                country, distinct(keys, threshold), threshold, terminating=True, paths=[f"{country}/*"]
            )
            delegations.roles = {**(delegations.roles or {}), country: role}
            delegations.keys |= {key.keyid: tuf_key(key) for key in keys}
            metadata.signed.delegations = delegations
            data = self._targets(metadata, signers)
            above = trust.delegating(root, data)
            files = {"targets": data}
            if not vouchers and not self.shelf.still_vouched(above, country):
                advice = "Let the registries with the new keys sign it again: --vouch, at least twice."
                got = f"got a file of {country} that the new keys did not sign"
                raise NotVouched(f"{got}, expected their signatures", file=f"{country}.json", advice=advice)
            if vouchers:
                files = {country: self._country(above, country, self.shelf.country(country), vouchers), **files}
            self.shelf.put(files)

    def undelegate(self, country: str, *, signers: Sequence[Signer], online: Signer | None = None) -> None:
        """Cut a country off: none of its parties counts any more in a fresh copy.

        Raises:
            NotVouched: the country is not delegated, or the signatures do not suffice.
        """
        with self._act(online) as root:
            metadata = self.shelf.targets()
            trust.delegation(metadata.signed, country)
            assert metadata.signed.delegations is not None
            assert metadata.signed.delegations.roles is not None
            del metadata.signed.delegations.roles[country]
            data = self._targets(metadata, signers)
            trust.delegating(root, data)
            self.shelf.put({"targets": data})

    def renew(self, country: str = "", *, signers: Sequence[Signer], online: Signer | None = None) -> None:
        """Sign the top targets, or a country's file, again before it expires or after its keys changed.

        Raises:
            DirectoryError: the signatures do not suffice.
        """
        with self._act(online) as root:
            if country:
                data = self._country(self.shelf.above(root), country, self.shelf.country(country), signers)
            else:
                data = self._targets(self.shelf.targets(), signers)
                trust.delegating(root, data)
            self.shelf.put({country or "targets": data})

    def enrol(
        self, document: Mapping[str, Any], *, vouchers: Sequence[Signer], online: Signer | None = None
    ) -> model.Party:
        """Take up a new party that its country's registries vouch for.

        Raises:
            BadParty: the document is malformed, or the party stands in the directory already.
            NotVouched: the registries' signatures do not suffice.
        """
        party = _checked(document)
        with self._act(online) as root:
            metadata = self.shelf.country(party.country)
            if party.path in metadata.signed.targets:
                raise BadParty(
                    f"got {party.id}, which is enrolled already, expected a new party", field="id", advice="Use update."
                )
            return self._put(root, metadata, party, vouchers)

    def update(
        self, document: Mapping[str, Any], *, vouchers: Sequence[Signer], online: Signer | None = None
    ) -> model.Party:
        """Replace a party's document. Keys may be added; those that are there stay as they are.

        Raises:
            BadParty: the document is malformed, or drops or changes a key.
            NotVouched: the registries' signatures do not suffice.
        """
        party = _checked(document)
        return self._change(party.id, lambda old: _kept(old, party, self.clock.now()), vouchers, online)

    def revoke(
        self,
        party_id: str,
        keyid: str,
        *,
        reason: str,
        invalid_from: datetime,
        vouchers: Sequence[Signer],
        online: Signer | None = None,
    ) -> model.Party:
        """Take a key back: what it signs from *invalid_from* on does not count. A second time can only be stricter.

        Raises:
            NoParty: there is no such party or key.
            BadParty: the key is revoked already, and this would not say more.
            NotVouched: the registries' signatures do not suffice.
        """
        revocation = model.Revocation(self.clock.now(), invalid_from, reason)
        return self._change(party_id, lambda old: _revoked(old, keyid, revocation), vouchers, online)

    def drill(
        self, party_id: str, drill: model.Drill, *, vouchers: Sequence[Signer], online: Signer | None = None
    ) -> model.Party:
        """Record a test call to one of the party's call-back numbers; the last hundred are kept.

        Raises:
            BadParty: the number is none of the party's.
            NotVouched: the registries' signatures do not suffice.
        """
        return self._change(party_id, lambda old: _drilled(old, drill), vouchers, online)

    def refresh(self, online: Signer) -> None:
        """Publish what has been written: a new snapshot, then the timestamp, which alone makes it visible.

        Raises:
            DirectoryError: a file does not verify, so nothing is published.
        """
        with self._act(online):
            pass

    @contextmanager
    def _act(self, online: Signer | None) -> Iterator[Root]:
        """Run one act under the lock; publish afterwards if the online key is at hand."""
        with self.shelf.folder.locked(exclusive=True):
            root = ceremony.history(self.shelf.folder)[-1]
            if online is not None:
                publication.require_online(root, online)
            yield root
            if online is not None:
                publication.publish(self.shelf, root, online, now=self.clock.now(), lifetimes=self.lifetimes)

    def _targets(self, metadata: Metadata[Targets], signers: Sequence[Signer]) -> bytes:
        """Make the next top targets, with the keys that some country uses and no others."""
        delegations = metadata.signed.delegations
        if delegations is not None:
            used = {keyid for role in (delegations.roles or {}).values() for keyid in role.keyids}
            delegations.keys = {keyid: key for keyid, key in delegations.keys.items() if keyid in used}
        return self.shelf.signed(metadata, "targets", self.clock.now() + self.lifetimes.targets, signers)

    def _country(self, above: Targets, code: str, metadata: Metadata[Targets], vouchers: Sequence[Signer]) -> bytes:
        """Make the next file of a country, checked for its signatures."""
        data = self.shelf.signed(metadata, code, self.clock.now() + self.lifetimes.country, vouchers)
        trust.vouching(above, code, data)
        return data

    def _change(
        self,
        party_id: str,
        change: Callable[[model.Party], model.Party],
        vouchers: Sequence[Signer],
        online: Signer | None,
    ) -> model.Party:
        with self._act(online) as root:
            new = change(self.shelf.party(party_id))
            return self._put(root, self.shelf.country(new.country), new, vouchers)

    def _put(
        self, root: Root, metadata: Metadata[Targets], party: model.Party, vouchers: Sequence[Signer]
    ) -> model.Party:
        """Write a party file and the country's file that names it; nothing if the vouchers do not suffice."""
        metadata.signed.targets[party.path] = self.shelf.stated(party)
        data = self._country(self.shelf.above(root), party.country, metadata, vouchers)
        self.shelf.put_party(party)
        self.shelf.put({party.country: data})
        return party


def _checked(document: Mapping[str, Any]) -> model.Party:
    """Read a document as a party file, in its canonical form."""
    return model.check_exchange(model.parse(canonical.dump(dict(document))))


def _kept(old: model.Party, new: model.Party, now: datetime) -> model.Party:
    """Check that an update leaves every key as it is, unless it has expired and goes."""
    for key in old.keys:
        successor = new.key(key.keyid)
        if successor is None and now < key.valid_until:
            raise BadParty(
                f"got no key {key.keyid[:16]} any more, expected it to stay", field="keys", advice="Revoke it instead."
            )
        if successor is not None and successor != key:
            advice = "Revoke it, and add another key with the new roles, holder or dates."
            raise BadParty(f"got key {key.keyid[:16]} changed, expected it as it was", field="keys", advice=advice)
    return new


def _revoked(party: model.Party, keyid: str, new: model.Revocation) -> model.Party:
    known = party.require_key(keyid).revoked
    if (
        known
        and known.invalid_from <= new.invalid_from
        and (known.reason == model.COMPROMISED or new.reason != model.COMPROMISED)
    ):
        raise BadParty(
            f"got a key revoked from {stamp(known.invalid_from)} on already, expected a stricter date or reason",
            field="keyid",
        )
    since = min(known.invalid_from, new.invalid_from) if known else new.invalid_from
    reason = model.COMPROMISED if known and known.reason == model.COMPROMISED else new.reason
    document = party.document()
    row = {"at": stamp(new.at), "invalid_from": stamp(since), "reason": reason}
    document["keys"] = [{**key, "revoked": row} if key["keyid"] == keyid else key for key in document["keys"]]
    return _checked(document)


def _drilled(party: model.Party, drill: model.Drill) -> model.Party:
    numbers = [callback.number for callback in party.callback]
    if drill.number not in numbers:
        raise BadParty(f"got {drill.number}, expected one of: {', '.join(numbers)}", field="number")
    row = {"at": stamp(drill.at), "by": drill.by, "number": drill.number, "reached": drill.reached}
    document = party.document()
    return _checked({**document, "drills": [*document.get("drills", []), row][-MAX_DRILLS:]})
