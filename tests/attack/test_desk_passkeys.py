"""Attacks with passkeys: copied, replayed, from another site, by another person, without the owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.authenticator import PRESENT, VERIFIED, Authenticator
from builders.staff import Crew, at_work
from comity.accounts import entering, passkeys
from comity.accounts.errors import BadAccount, ClonedPasskey, NotSignedIn
from comity.accounts.passkeys import Site
from comity.accounts.sessions import Caller

SITE = Site("localhost", "http://localhost:8480")
HERE = Caller("192.0.2.7")


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """People at work."""
    with at_work(tmp_path) as made:
        yield made


@pytest.fixture
def device(crew: Crew) -> Authenticator:
    """A device whose passkey Lan has enrolled."""
    lan, device = crew.person("lan", "drafter"), Authenticator(SITE.origin)
    session = crew.sessions["lan"].session
    options = passkeys.ask_new(crew.staff, SITE, "word", lan)
    opened = entering.add_passkey(crew.staff, SITE, "word", session, device.make(options), "Lan's key")
    crew.sessions["lan"] = opened
    return device


def entered(crew: Crew, device: Authenticator, word: str = "visitor") -> str:
    """Whom a device signs in, by a challenge of just now."""
    device.count += 1
    options = passkeys.ask(crew.staff, SITE, word)
    return entering.by_passkey(crew.staff, SITE, word, device.use(options), HERE).person.name


def test_a_passkey_signs_its_owner_in(crew: Crew, device: Authenticator) -> None:
    """The device answers a challenge, and its owner is signed in; so again the next time."""
    assert [entered(crew, device), entered(crew, device)] == ["lan", "lan"]


def test_a_copied_passkey_is_found_by_its_counter_and_ended(crew: Crew, device: Authenticator) -> None:
    """A counter that does not go up tells of a copy: nobody is let in, and the passkey counts no more, nor does its owner's."""
    entered(crew, device)
    device.count -= 1
    with pytest.raises(ClonedPasskey):
        entered(crew, device)
    device.count += 10
    with pytest.raises(NotSignedIn):
        entered(crew, device)
    assert "account.cloned" in crew.events()


def test_a_device_that_does_not_count_is_let_in(crew: Crew) -> None:
    """A passkey that shows zero always, as synced ones do, is no copy."""
    lan, device = crew.person("lan", "drafter"), Authenticator(SITE.origin, count=0)
    options = passkeys.ask_new(crew.staff, SITE, "word", lan)
    entering.add_passkey(crew.staff, SITE, "word", crew.sessions["lan"].session, device.make(options), "synced")
    for _ in range(2):
        options = passkeys.ask(crew.staff, SITE, "visitor")
        assert entering.by_passkey(crew.staff, SITE, "visitor", device.use(options), HERE).person.name == "lan"


def test_an_answer_counts_once(crew: Crew, device: Authenticator) -> None:
    """The same answer a second time is refused: its challenge is used up."""
    device.count += 1
    answer = device.use(passkeys.ask(crew.staff, SITE, "visitor"))
    entering.by_passkey(crew.staff, SITE, "visitor", answer, HERE)
    with pytest.raises(NotSignedIn):
        entering.by_passkey(crew.staff, SITE, "visitor", answer, HERE)


def test_an_answer_belongs_to_the_visitor_who_asked(crew: Crew, device: Authenticator) -> None:
    """An answer to the challenge of one visitor lets no other visitor in."""
    device.count += 1
    answer = device.use(passkeys.ask(crew.staff, SITE, "visitor"))
    passkeys.ask(crew.staff, SITE, "thief")
    with pytest.raises(NotSignedIn):
        entering.by_passkey(crew.staff, SITE, "thief", answer, HERE)


def test_a_late_answer_is_refused(crew: Crew, device: Authenticator) -> None:
    """A challenge is open for five minutes."""
    device.count += 1
    answer = device.use(passkeys.ask(crew.staff, SITE, "visitor"))
    crew.clock.advance(timedelta(minutes=5))
    with pytest.raises(NotSignedIn):
        entering.by_passkey(crew.staff, SITE, "visitor", answer, HERE)


def test_a_phished_answer_is_refused(crew: Crew, device: Authenticator) -> None:
    """An answer that a device gave to a page of another origin lets nobody in here."""
    device.origin = "http://localhost.example.org:8480"
    with pytest.raises(NotSignedIn):
        entered(crew, device)


def test_an_answer_for_another_host_is_refused(crew: Crew, device: Authenticator) -> None:
    """A key that was made for another host lets nobody in here."""
    device.host = "example.org"
    with pytest.raises(NotSignedIn):
        entered(crew, device)


@pytest.mark.parametrize("flags", [PRESENT, VERIFIED, 0], ids=["only touched", "not touched", "neither"])
def test_a_device_has_to_see_its_owner(crew: Crew, device: Authenticator, flags: int) -> None:
    """A stolen device that was only plugged in, or only touched, lets nobody in."""
    device.flags = flags
    with pytest.raises(NotSignedIn):
        entered(crew, device)


def test_another_key_under_the_same_name_is_refused(crew: Crew, device: Authenticator) -> None:
    """Whoever knows a passkey's id, and has not its key, is refused."""
    with pytest.raises(NotSignedIn):
        entered(crew, Authenticator(SITE.origin, count=99))


def test_a_passkey_is_enrolled_once(crew: Crew, device: Authenticator) -> None:
    """Nobody enrols another person's passkey as his own."""
    minh = crew.person("minh", "drafter")
    options = passkeys.ask_new(crew.staff, SITE, "other", minh)
    with pytest.raises(BadAccount):
        entering.add_passkey(
            crew.staff, SITE, "other", crew.sessions["minh"].session, device.make(options), "not mine"
        )  # fmt: skip


def test_a_challenge_for_one_person_enrols_no_other(crew: Crew) -> None:
    """An answer to a challenge that was given for one person's account adds no key to another's."""
    lan, minh = crew.person("lan", "drafter"), crew.person("minh", "drafter")
    answer = Authenticator(SITE.origin).make(passkeys.ask_new(crew.staff, SITE, "word", lan))
    assert minh.id != lan.id
    with pytest.raises(NotSignedIn):
        entering.add_passkey(crew.staff, SITE, "word", crew.sessions["minh"].session, answer, "x")


def test_a_proof_anew_is_the_same_persons(crew: Crew, device: Authenticator) -> None:
    """Another person's passkey does not prove who is signed in."""
    crew.person("minh", "drafter")
    device.count += 1
    answer = device.use(passkeys.ask(crew.staff, SITE, "visitor"))
    with pytest.raises(NotSignedIn):
        entering.by_passkey(crew.staff, SITE, "visitor", answer, HERE, crew.sessions["minh"].session)


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", '{"id": 1}', "[" * 9000, "x" * 20_000, '{"id": "YQ", "rawId": "YQ", "type": "x"}']
)
def test_what_is_no_answer_is_refused(crew: Crew, answer: str) -> None:
    """Anything but the answer of a passkey is refused, and nothing breaks."""
    passkeys.ask(crew.staff, SITE, "visitor")
    with pytest.raises((NotSignedIn, BadAccount)):
        entering.by_passkey(crew.staff, SITE, "visitor", answer, HERE)


@pytest.mark.parametrize(
    "change", [{"response": {}}, {"response": None}, {"rawId": 5}, {"response": {"clientDataJSON": "é"}}]
)
def test_a_known_passkey_with_a_broken_answer_is_refused(
    crew: Crew, device: Authenticator, change: dict[str, object]
) -> None:
    """A known id with an answer that is cut, empty or of other types is refused, and nothing breaks."""
    import json

    device.count += 1
    answer = json.loads(device.use(passkeys.ask(crew.staff, SITE, "visitor")))
    with pytest.raises(NotSignedIn):
        entering.by_passkey(crew.staff, SITE, "visitor", json.dumps(answer | change), HERE)
