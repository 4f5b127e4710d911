"""Coming in by the word of the organisation's identity provider.

- Who has a key of his own here and gave a second factor at the provider is in; he counts as proved from when he gave it.
- Who gave none there still gives one here: his six digits, or a passkey.
- Who has no key of his own yet, and was linked by an administrator, may only make one, as with a one-time code.
- Who is in already proves anew that it is he only by a second factor that he gave there after he was asked.
"""

from __future__ import annotations

from dataclasses import replace

from comity.store.engine import Unit

from . import errands, identities, people, sessions, tables
from .entering import keyed
from .errands import LINK, PROVE
from .errors import NotLinked, NotSignedIn, NotVouched
from .idtoken import LEEWAY, Vouched
from .issuer import Client
from .model import CODE, IDENTITY, Errand, Person, Session
from .sessions import FRESH, Caller, Opened
from .staff import Staff

OTHERWISE = "Sign in with a key of your own."


def enter(
    staff: Staff, client: Client, errand: Errand, vouched: Vouched, word: str, caller: Caller, session: Session | None
) -> Opened | None:
    """Let a person in for whom the provider vouches; gives nothing where a second factor is still wanted, or he linked himself.

    Raises:
        NotLinked: he is nobody here who may come in.
        NotVouched: it does not prove what it was to prove.
        BadAccount: a link is there already.
    """
    if errand.purpose == LINK:
        _same(errand, session)
        identities.link(staff, errand.person, vouched)
        return None
    with staff.store.write(durable=True) as unit:
        person = _person(staff, unit, vouched)
        if person is None:
            sign = identities.sign(vouched.issuer, vouched.subject)
            staff.log(unit, "failed", identity=sign, address=caller.address)
        elif errand.purpose == PROVE:
            return _proved(staff, unit, client, errand, vouched, person, session)
        else:
            return _in(staff, unit, client, errand, vouched, person, word, caller)
    raise NotLinked(
        f"got {vouched.subject!r} of {vouched.issuer}, expected somebody who is linked with it here",
        advice="Sign in with a key of your own, and link it under My account; or tell an administrator what stands here.",
    )


def by_digits(staff: Staff, word: str, code: str, caller: Caller) -> tuple[Opened, str]:
    """Let in who still had to give a second factor, by his six digits; gives also which page he wants.

    Raises:
        NotSignedIn: they do not fit, or nobody is waited for.
        TooSoon: too many attempts failed.
    """
    from .entering import by_digits as entered

    with staff.store.read() as unit:
        errand = errands.waiting(staff, unit, word)
    if errand is None:
        raise NotSignedIn("got six digits too late, expected the provider's word first", advice="Begin anew.")
    opened = entered(staff, errand.person, code, caller)
    with staff.store.write() as unit:
        tables.remove(unit, errand)
    return opened, errand.next


def _person(staff: Staff, unit: Unit, vouched: Vouched) -> Person | None:
    """Find who is linked, if he may come in, and note that the link was used."""
    found = identities.find(unit, vouched.issuer, vouched.subject)
    person = staff.person(unit, found.person) if found else None
    if found is None or person is None or not person.active:
        return None
    tables.change(unit, replace(found, used_at=staff.now))
    return person


def _in(
    staff: Staff,
    unit: Unit,
    client: Client,
    errand: Errand,
    vouched: Vouched,
    person: Person,
    word: str,
    caller: Caller,
) -> Opened | None:
    if not keyed(unit, person):
        people.end_codes(staff, unit, person.id)
        return sessions.begin(staff, unit, person, CODE, caller)
    if client.proven(vouched):
        at = min(vouched.at, staff.now) if vouched.at else staff.now - FRESH
        return sessions.begin(staff, unit, person, IDENTITY, caller, at)
    errands.half(staff, unit, word, person.id, errand.next)
    return None


def _proved(
    staff: Staff, unit: Unit, client: Client, errand: Errand, vouched: Vouched, person: Person, session: Session | None
) -> Opened:
    mine = _same(errand, session)
    if person.id != mine.person:
        raise NotVouched("got another person's sign-in, expected your own", advice=OTHERWISE)
    if not client.proven(vouched) or vouched.at is None or vouched.at < errand.made_at - LEEWAY:
        raise NotVouched("got no proof that you signed in anew with a second factor, expected one", advice=OTHERWISE)
    staff.log(unit, "proved", person=person.id, way=IDENTITY)
    return sessions.prove(staff, unit, mine, IDENTITY)


def _same(errand: Errand, session: Session | None) -> Session:
    """Find that whoever was sent is still signed in."""
    if session is None or session.person != errand.person:
        raise NotVouched("got an answer to somebody else's errand, expected your own", advice="Begin anew.")
    return session
