"""Signing at the desk: the person's own key, opened by his passphrase for this one act and kept nowhere."""

from __future__ import annotations

from comity.accounts import attempts
from comity.accounts.attempts import DEVICE
from comity.accounts.errors import BadAccount
from comity.crypto.errors import KeyFileError
from comity.crypto.keys import FileSigner

from .people import KEYS
from .visit import Visit


def signer_of(visit: Visit) -> FileSigner:
    """Open the key of the person who is signed in, with the passphrase in the form's field `passphrase`.

    Raises:
        BadAccount: he has no key, it is no longer his in the directory, or the passphrase is wrong.
        TooSoon: the passphrase was wrong too often.
    """
    person, staff, node = visit.person, visit.desk.staff, visit.desk.node
    if not person.key:
        advice = "An administrator says on your page among the people which key is yours."
        raise BadAccount("got nobody's key, expected yours", field="passphrase", advice=advice)
    counted = {f"key:{person.id}": DEVICE}
    with staff.store.write() as unit:
        attempts.begin(staff, unit, counted)
    try:
        signer = FileSigner.open(node.settings.home / KEYS / person.key, visit.field("passphrase"))
    except KeyFileError as e:
        raise BadAccount("got another passphrase, expected your key's", field="passphrase") from e
    with staff.store.write() as unit:
        attempts.forget(unit, counted)
    listed = node.office.me().key(signer.public.keyid)
    if listed is None or listed.holder != person.holder:
        advice = "Let an administrator look which key is yours in the directory."
        raise BadAccount("got a key that the directory does not have as yours", field="passphrase", advice=advice)
    return signer
