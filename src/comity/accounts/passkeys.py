"""Passkeys (WebAuthn level 3): a challenge, answered once and soon by a key of the person's own device.

The counter of a key that counts must go up; when it does not, somebody has a copy, and the key is ended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from comity.store.engine import Unit

from . import tables
from .errors import BadAccount, ClonedPasskey, NotSignedIn
from .model import Ceremony, Passkey, Person
from .staff import Staff, hashed

LASTS = timedelta(minutes=5)
MOST = 10
MOST_ANSWER = 16 * 1024
WRONG = "got an answer that is not this passkey's, expected one to the challenge of just now"


@dataclass(frozen=True)
class Site:
    """Where people come to: the name that a passkey is bound to, and the origin that it has to say."""

    host: str
    origin: str


def ask_new(staff: Staff, site: Site, word: str, person: Person) -> str:
    """Begin to make a passkey; gives the options for the browser as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    challenge = _begin(staff, word, person.id)
    with staff.store.read() as unit:
        known = [structs.PublicKeyCredentialDescriptor(id=_bytes(one.id)) for one in of(unit, person.id)]
    options = generate_registration_options(
        rp_id=site.host, rp_name=f"Comity {staff.party}", user_name=person.name, user_display_name=person.label,
        user_id=person.id.encode(), challenge=challenge, exclude_credentials=known,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )  # fmt: skip
    return str(options_to_json(options))


def ask(staff: Staff, site: Site, word: str) -> str:
    """Begin a sign-in by passkey, whoever it will be; gives the options for the browser as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.host, challenge=_begin(staff, word, ""), user_verification=UserVerificationRequirement.REQUIRED
    )
    return str(options_to_json(options))


def made(staff: Staff, site: Site, word: str, person: Person, answer: str) -> Passkey:
    """Check the browser's answer for a new passkey; it is kept by whoever asked.

    Raises:
        NotSignedIn: it does not answer the challenge.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, document = _challenge(staff, word, person.id), _document(answer)
    try:
        done = verify_registration_response(
            credential=document, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as e:
        raise NotSignedIn(WRONG) from e
    return Passkey(_text(done.credential_id), person.id, done.credential_public_key, done.sign_count, "", staff.now)


def answered(staff: Staff, site: Site, word: str, answer: str) -> Passkey:
    """Check the browser's answer of a known passkey; gives it with its new counter, not yet kept.

    Raises:
        NotSignedIn: it does not answer the challenge, or is no passkey of this node.
        ClonedPasskey: its counter went back; the passkey is ended.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, document = _challenge(staff, word, ""), _document(answer)
    with staff.store.read() as unit:
        known = tables.find(unit, Passkey, id=str(document.get("id")), ended_at=None)
    if known is None:
        raise NotSignedIn(WRONG)
    try:
        done = verify_authentication_response(
            credential=document, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=known.key, credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as e:
        raise NotSignedIn(WRONG) from e
    if (done.new_sign_count or known.count) and done.new_sign_count <= known.count:
        _cloned(staff, known)
    return replace(known, count=done.new_sign_count, used_at=staff.now)


def of(unit: Unit, person: str) -> list[Passkey]:
    """List a person's passkeys that count."""
    return tables.select(unit, Passkey, person=person, ended_at=None)


def _cloned(staff: Staff, passkey: Passkey) -> None:
    with staff.store.write(durable=True) as unit:
        tables.change(unit, replace(passkey, ended_at=staff.now))
        staff.log(unit, "cloned", person=passkey.person, passkey=hashed(passkey.id)[:16])
    raise ClonedPasskey(
        "got a passkey whose counter went back, expected it to go up",
        advice="The passkey was ended, since somebody may have a copy. Sign in in another way and make a new one.",
    )


def _begin(staff: Staff, word: str, person: str) -> bytes:
    """Keep a new challenge for the visitor whose cookie says *word*; an earlier one is forgotten."""
    challenge = staff.random(32)
    row = Ceremony(hashed(word), challenge, person, staff.now + LASTS)
    with staff.store.write() as unit:
        tables.sweep(unit, Ceremony, "ends_at", staff.now)
        (tables.change if tables.find(unit, Ceremony, id=row.id) else tables.add)(unit, row)
    return challenge


def _challenge(staff: Staff, word: str, person: str) -> bytes:
    """Take the challenge of a visitor: it counts once."""
    with staff.store.write() as unit:
        found = tables.find(unit, Ceremony, id=hashed(word))
        if found:
            tables.remove(unit, found)
    if found is None or found.person != person or found.ends_at <= staff.now:
        raise NotSignedIn("got an answer too late or twice, expected one to the challenge of just now")
    return found.challenge


def _document(answer: str) -> dict[str, Any]:
    try:
        document = json.loads(answer) if len(answer) <= MOST_ANSWER else None
    except ValueError:  # also RecursionError's kin: too deep is no JSON object of ours
        document = None
    except RecursionError:
        document = None
    if not isinstance(document, dict):
        raise BadAccount("got no JSON object, expected the answer of a passkey", field="answer")
    return document


def _bytes(text: str) -> bytes:
    from webauthn import base64url_to_bytes

    return base64url_to_bytes(text)


def _text(raw: bytes) -> str:
    from webauthn.helpers import bytes_to_base64url

    return str(bytes_to_base64url(raw))
