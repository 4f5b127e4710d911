"""Coming in: by passkey, by password and one-time code together, by the organisation's provider, or once by an invitation.

Whatever is wrong with password or code, the answer is the same and takes as long, also where nobody has that name. The
provider's word opens the door alone only where it says that the person gave a second factor there, as the settings ask;
otherwise the six digits, or a passkey, are still given here.
"""

from __future__ import annotations

from dataclasses import replace

from comity.store.engine import Unit

from . import attempts, passkeys, sessions, tables, totp
from .errors import BadAccount, NotSignedIn
from .model import CODE, IDENTITY, PASSKEY, PASSWORD, Device, Identity, OneTimeCode, Passkey, Person, Session
from .passwords import fit
from .sessions import Caller, Opened
from .staff import Staff, hashed

WRONG = "got a name, password or code that does not fit, expected all three"
ADVICE = "Check name, password and the six digits; wait for the next six digits if these were used already."

ADVICE_DIGITS = "See that the telephone's clock is right; wait for the next six digits if these were used already."


def by_password(
    staff: Staff, name: str, password: str, code: str, caller: Caller, session: Session | None = None
) -> Opened:
    """Sign in by name, password and code; *session* is the one that is proved anew, where there is one.

    Raises:
        NotSignedIn: something does not fit.
        TooSoon: too many attempts failed.
    """
    name = name.strip().casefold()[:200]
    staff.vault.prepare(staff.store)
    with staff.store.write() as unit:
        person = tables.find(unit, Person, name=name)
        counted = attempts.keys(name, caller.address, _known(unit, caller, person))
        attempts.begin(staff, unit, counted)
    right = staff.passwords.right(person.password if person else "", password)
    with staff.store.write(durable=True) as unit:
        person = tables.find(unit, Person, name=name)
        step = _step(staff, person, code) if person and right else 0
        if person and step and person.active and _fits(session, person):
            person = replace(person, step=step)
            tables.change(unit, person)
            attempts.forget(unit, counted)
            return _in(staff, unit, person, PASSWORD, caller, session)
        if person:
            staff.log(unit, "failed", person=person.id, address=caller.address)
    raise NotSignedIn(WRONG, advice=ADVICE)


def by_passkey(
    staff: Staff, site: passkeys.Site, word: str, answer: str, caller: Caller, session: Session | None = None
) -> Opened:
    """Sign in by passkey; *word* is the visitor's cookie, to which the challenge was given.

    Raises:
        NotSignedIn: the answer does not fit.
    """
    used = passkeys.answered(staff, site, word, answer)
    with staff.store.write(durable=True) as unit:
        known = tables.find(unit, Passkey, id=used.id, ended_at=None)
        person = tables.find(unit, Person, id=used.person)
        if known is None or person is None or not person.active or not _fits(session, person):
            raise NotSignedIn(passkeys.WRONG)
        tables.change(unit, used)
        return _in(staff, unit, person, PASSKEY, caller, session)


def by_digits(staff: Staff, person: str, code: str, caller: Caller) -> Opened:
    """Let in a person for whom the organisation's provider vouches, by the six digits of his own.

    Raises:
        NotSignedIn: they do not fit.
        TooSoon: too many attempts failed.
    """
    staff.vault.prepare(staff.store)
    with staff.store.write() as unit:
        found = staff.person(unit, person)
        counted = attempts.keys(found.name, caller.address, _known(unit, caller, found))
        attempts.begin(staff, unit, counted)
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        step = _step(staff, found, code)
        if step and found.active:
            found = replace(found, step=step)
            tables.change(unit, found)
            attempts.forget(unit, counted)
            return _in(staff, unit, found, IDENTITY, caller, None)
        staff.log(unit, "failed", person=found.id, address=caller.address)
    raise NotSignedIn("got six digits that do not fit, expected those of now", field="code", advice=ADVICE_DIGITS)


def by_code(staff: Staff, code: str, caller: Caller) -> Opened:
    """Come in once by a code that an administrator handed over; only to set up the account.

    Raises:
        NotSignedIn: the code is not known, used, or too old.
        TooSoon: too many attempts failed.
    """
    counted = {f"address:{hashed(caller.address)}": attempts.ADDRESS}
    with staff.store.write() as unit:
        attempts.begin(staff, unit, counted)
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, OneTimeCode, id=hashed(code.strip()), used_at=None)
        person = tables.find(unit, Person, id=found.person) if found else None
        if found and person and person.active and staff.now < found.ends_at:
            tables.change(unit, replace(found, used_at=staff.now))
            attempts.forget(unit, counted)
            return sessions.begin(staff, unit, person, CODE, caller)
    raise NotSignedIn(
        "got a code that is not known, used already or too old, expected a new one",
        field="code",
        advice="Ask an administrator for a new one.",
    )


def set_password(staff: Staff, session: Session, password: str, secret: str, code: str) -> Opened:
    """Set password and one-time codes together: the one is nothing without the other.

    Raises:
        BadAccount: the password is weak, or the code is not the secret's.
    """
    with staff.store.read() as unit:
        person = staff.person(unit, session.person)
    if len(secret) != 32 or not set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
        raise BadAccount("got another secret, expected the one shown", field="secret")
    step = totp.matching(secret, code, staff.now)
    if not step:
        advice = "See that the telephone's clock is right, and type the six digits it shows now."
        raise BadAccount("got six digits that do not fit, expected those shown now", field="code", advice=advice)
    kept = staff.passwords.hash(fit(password, person.name))
    staff.vault.prepare(staff.store)
    with staff.store.write(durable=True) as unit:
        person = replace(
            staff.person(unit, person.id), password=kept, totp=staff.vault.seal(person.id, secret), step=step
        )
        tables.change(unit, person)
        staff.log(unit, "keyed", person=person.id, way=PASSWORD)
        return _keyed(staff, unit, session, PASSWORD)


def add_passkey(staff: Staff, site: passkeys.Site, word: str, session: Session, answer: str, label: str) -> Opened:
    """Keep a new passkey of the person who is signed in.

    Raises:
        NotSignedIn: the answer does not fit.
        BadAccount: there are too many, or it is kept already.
    """
    with staff.store.read() as unit:
        person = staff.person(unit, session.person)
    new = replace(passkeys.made(staff, site, word, person, answer), label=label.strip()[:80] or "Passkey")
    with staff.store.write(durable=True) as unit:
        if len(passkeys.of(unit, person.id)) >= passkeys.MOST or tables.select(unit, Passkey, id=new.id):
            raise BadAccount(f"got one more passkey, expected at most {passkeys.MOST}, each once", field="passkey")
        tables.add(unit, new)
        staff.log(unit, "keyed", person=person.id, way=PASSKEY, passkey=hashed(new.id)[:16])
        return _keyed(staff, unit, session, PASSKEY)


def end_passkey(staff: Staff, session: Session, passkey: str) -> None:
    """End a passkey of the person who is signed in, if he can still come in without it.

    Raises:
        BadAccount: it is his only key, or none of his.
    """
    with staff.store.write(durable=True) as unit:
        person, mine = staff.person(unit, session.person), passkeys.of(unit, session.person)
        found = next((one for one in mine if one.id == passkey), None)
        if found is None or (len(mine) == 1 and not person.password):
            raise BadAccount("got the only way in, expected another one to be left", field="passkey")
        tables.change(unit, replace(found, ended_at=staff.now))
        staff.log(unit, "unkeyed", person=person.id, passkey=hashed(found.id)[:16])


def end_links(staff: Staff, unit: Unit, person: str) -> None:
    """End the links that others entered for a person: they let him in once, as a code does."""
    for one in tables.select(unit, Identity, person=person, ended_at=None):
        if one.by != person:
            tables.change(unit, replace(one, ended_at=staff.now))
            staff.log(unit, "unlinked", person=person, by=person)


def keyed(unit: Unit, person: Person) -> bool:
    """Tell whether a person can come in by a key of his own."""
    return bool(person.password or passkeys.of(unit, person.id))


def _keyed(staff: Staff, unit: Unit, session: Session, way: str) -> Opened:
    """Give the session a new word; a joining one becomes a whole one, and all else that let him in to join ends."""
    if session.way == CODE:
        sessions.end_all(staff, unit, session.person, but=session.id)
        end_links(staff, unit, session.person)
        return sessions.prove(staff, unit, session, way)
    return sessions.prove(staff, unit, session, session.way)


def _in(staff: Staff, unit: Unit, person: Person, way: str, caller: Caller, session: Session | None) -> Opened:
    if session:
        opened = sessions.prove(staff, unit, session, way)
        staff.log(unit, "proved", person=person.id, way=way)
    else:
        opened = sessions.begin(staff, unit, person, way, caller)
    return replace(opened, device=_remembered(staff, unit, caller, person))


def _known(unit: Unit, caller: Caller, person: Person | None) -> str:
    """Give the word of the caller's device, if this person has signed in from it."""
    row = tables.find(unit, Device, id=hashed(caller.device)) if caller.device and person else None
    return caller.device if row and person and row.person == person.id else ""


def _remembered(staff: Staff, unit: Unit, caller: Caller, person: Person) -> str:
    """Remember a device; gives the word for its cookie, empty if it has one."""
    if _known(unit, caller, person):
        return ""
    word = staff.secret()
    tables.add(unit, Device(hashed(word), person.id, staff.now))
    return word


def _fits(session: Session | None, person: Person) -> bool:
    return session is None or session.person == person.id


def _step(staff: Staff, person: Person, code: str) -> int:
    """Give the step of time of a code that fits; 0 where it does not, or the secret is none of this person's."""
    secret = staff.vault.open(person.id, person.totp) if person.totp else ""
    return totp.matching(secret, code, staff.now, after=person.step) if secret else 0
