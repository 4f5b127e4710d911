"""Any order of acts by two offices and a bad post: no illegal state, nothing twice, both sides' clocks agree."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from builders.world import SG, VN, Desk, Nodes, build_nodes
from comity.requests import release
from comity.requests.errors import WrongState
from comity.requests.intake import Received
from comity.requests.receipts import Taken
from comity.requests.states import ANSWERS, allowed

MOST = 5
ANY = st.integers(0, 1_000)
CODES = {"refused": "no_data", "info_needed": "clarify_period"}
KEPT = ("reply_by", "information_due", "preserved_until")


@dataclass
class Expected:
    """What a request should be: its own state until it is answered, and the answers in the order they were given."""

    state: str = "draft"
    arrived: bool = False
    extends: str = ""
    given: list[str] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    @property
    def asked(self) -> str:
        """The state on the side that asks: that of the latest answer that came, unless it was withdrawn."""
        return self.given[max(self.taken)] if self.taken and self.state == "released" else self.state

    @property
    def answering(self) -> str:
        """The state on the side that answers."""
        return self.given[-1] if self.given else "received"

    def has(self, which: int) -> bool:
        """Whether a letter came: the package (-1), or the answer of that number."""
        return self.arrived if which < 0 else which in self.taken

    @property
    def settled(self) -> bool:
        """Whether every answer came, and both sides go on."""
        return self.state == "released" and self.arrived and len(self.taken) == len(self.given)


class Model(RuleBasedStateMachine):
    """Two nodes, one that asks and one that answers, and what is expected of their requests."""

    nodes: Nodes
    requests: dict[str, Expected]

    def pick(self, number: int) -> tuple[str, Expected]:
        """One of the requests."""
        return list(self.requests.items())[number % len(self.requests)]

    def tried(self, act: str, reference: str, possible: bool) -> bool:
        """Try an act of the asking side; it succeeds if it is possible, and is refused if not."""
        acts = {
            "seal": self.nodes.vn.seal,
            "reopen": self.nodes.vn.reopen,
            "release": self.nodes.vn.release,
            "withdraw": lambda name: release.withdraw(self.nodes.vn.office, name, "No longer needed."),
            "fill": self.nodes.vn.fill,
        }
        if possible:
            acts[act](reference)
            return True
        with pytest.raises(WrongState):
            acts[act](reference)
        return False

    def may_be_sealed(self, one: Expected) -> bool:
        """Whether what it extends, if anything, is still accepted."""
        return not one.extends or self.requests[one.extends].asked == "accepted"

    def accepted(self) -> list[str]:
        """The requests that the asking side knows as accepted."""
        return [reference for reference, one in self.requests.items() if one.asked == "accepted"]

    def withdrawn_kin(self, reference: str) -> bool:
        """Whether a request that extends this one was withdrawn with an answer still under way."""
        kin = [(name, one) for name, one in self.requests.items() if one.extends == reference]
        return any(len(one.taken) < len(one.given) or self.withdrawn_kin(name) for name, one in kin)


class Offices(Model):
    """Any order of acts on them."""

    @initialize()
    def begin(self) -> None:
        """Open both nodes."""
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.stack = ExitStack()
        self.nodes = self.stack.enter_context(build_nodes(self.folder, parties=(VN, SG)))
        self.requests = {}
        self.letters: list[tuple[str, Path, int]] = []
        self.reasons = count(1)
        self.fresh = self.nodes.now()
        self.whole()
        self.whole()

    def teardown(self) -> None:
        """Look at both logs: they verify, and each act that was done is in them once; no history holds an illegal step."""
        for reference in self.requests:
            assert_legal(self.nodes.vn, reference)
        asked, answered = self.nodes.vn.events(), self.nodes.sg.events()
        assert asked.count("receipt.received") == sum(len(one.taken) for one in self.requests.values())
        assert answered.count("receipt.issued") == sum(len(one.given) for one in self.requests.values())
        assert answered.count("package.received") == sum(one.arrived for one in self.requests.values())
        self.stack.close()
        shutil.rmtree(self.folder)

    @precondition(lambda self: len(self.requests) < MOST)
    @rule()
    def draft(self) -> None:
        """Draft a preservation request."""
        self.requests[self.nodes.vn.begin()] = Expected()

    def whole(self) -> None:
        """Draft a preservation request, send it, and see it arrive."""
        reference = self.nodes.vn.begin()
        self.nodes.vn.seal(reference)
        self.requests[reference] = Expected("sealed")
        self.send(len(self.requests) - 1)
        self.deliver(len(self.letters) - 1, again=False)

    @precondition(lambda self: len(self.requests) < MOST and self.accepted())
    @rule(number=ANY)
    def extend(self, number: int) -> None:
        """Send an extension of an accepted preservation."""
        reference = self.accepted()[number % len(self.accepted())]
        extension = self.nodes.vn.follow(reference, "extends")
        self.nodes.vn.seal(extension)
        self.requests[extension] = Expected("sealed", extends=reference)
        self.send(len(self.requests) - 1)

    @rule(number=ANY, act=st.sampled_from(["fill", "seal", "seal", "reopen", "withdraw"]))
    def act(self, number: int, act: str) -> None:
        """Act on a request of whatever state."""
        reference, one = self.pick(number)
        possible = {
            "fill": one.state == "draft",
            "seal": one.state == "draft" and self.may_be_sealed(one),
            "reopen": one.state == "sealed",
            "withdraw": one.asked not in ("refused", "withdrawn"),
        }
        if act == "seal" and one.state == "draft" and not self.may_be_sealed(one):
            return
        if self.tried(act, reference, possible[act]):
            one.state = {"fill": "draft", "seal": "sealed", "reopen": "draft", "withdraw": "withdrawn"}[act]

    @rule(number=ANY)
    def send(self, number: int) -> None:
        """Release a request."""
        reference, one = self.pick(number)
        if one.state == "sealed" and not self.may_be_sealed(one):
            return
        if self.tried("release", reference, one.state == "sealed"):
            one.state = "released"
            self.letters.append((reference, self.nodes.post.letters.pop().path, -1))

    @rule(number=ANY, state=st.sampled_from(ANSWERS), days=st.integers(1, 200), reply=st.booleans())
    def answer(self, number: int, state: str, days: int, reply: bool) -> None:
        """Answer a request that arrived with any state."""
        arrived = [(reference, one) for reference, one in self.requests.items() if one.arrived]
        reference, one = arrived[number % len(arrived)]
        code = CODES.get(state, "")
        word = {"code": code, "reason": f"Reason {next(self.reasons)}." if code else ""}
        word |= {"reply_by": self.nodes.later(days=days)} if reply else {}
        days = days if state == "accepted" else 0
        if state in allowed("in", one.answering):
            before = len(self.nodes.sg.look(reference).answers)
            path = self.nodes.sg.answer(reference, state, days=days, **word)
            self.nodes.post.letters.clear()
            if len(self.nodes.sg.look(reference).answers) > before:
                one.given.append(state)
                self.letters.append((reference, path, len(one.given) - 1))
        else:
            with pytest.raises(WrongState):
                self.nodes.sg.answer(reference, state, days=days, **word)

    @rule(number=ANY)
    def deliver_new(self, number: int) -> None:
        """Deliver a letter that is under way, not always the first."""
        new = [i for i, (name, _path, which) in enumerate(self.letters) if not self.requests[name].has(which)]
        if new:
            self.deliver(new[number % len(new)], again=False)

    @rule(number=ANY, again=st.booleans())
    def deliver(self, number: int, again: bool) -> None:
        """Deliver any letter of all ever sent, once or twice in a row."""
        reference, path, which = self.letters[number % len(self.letters)]
        one = self.requests[reference]
        for _ in range(1 + again):
            if which < 0:
                got = self.nodes.sg.take_in(path)
                assert isinstance(got, Received)
                assert got.new != one.arrived
                one.arrived = True
            else:
                taken = self.nodes.vn.take_in(path)
                assert isinstance(taken, Taken)
                assert taken.new == (which not in one.taken)
                one.taken.add(which)

    @rule(minutes=st.integers(1, 1500))
    def wait(self, minutes: int) -> None:
        """Let time pass, with the directory kept fresh."""
        self.nodes.advance(minutes=minutes)
        if self.nodes.now() > self.fresh + timedelta(days=2):
            self.fresh = self.nodes.now()
            self.nodes.spread()

    @invariant()
    def states_are_those_of_the_last_answer_that_counts(self) -> None:
        """Each side's state is what the acts and the answers that came make it, whatever their order."""
        for reference, one in self.requests.items():
            assert self.nodes.vn.state(reference) == one.asked
            if one.arrived:
                assert self.nodes.sg.state(reference) == one.answering

    @invariant()
    def clocks_agree(self) -> None:
        """When every answer came, both sides wait for the same times."""
        requests = self.requests
        if all(one.settled or not one.given for one in requests.values() if one.state != "withdrawn"):
            for reference, one in requests.items():
                if one.settled and not self.withdrawn_kin(reference):
                    assert self.nodes.vn.clocks(reference, *KEPT) == self.nodes.sg.clocks(reference, *KEPT)


def assert_legal(desk: Desk, reference: str) -> None:
    """Follow a history step by step."""
    states = [entry.state for entry in desk.look(reference).history]
    for before, after in pairwise(states):
        assert after == before or after in allowed("out", before).values(), states


@pytest.mark.parametrize(
    ("examples", "steps"), [(8, 25), pytest.param(200, 50, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_any_order_of_acts_keeps_the_rules(examples: int, steps: int) -> None:
    """Draft, fill, seal, reopen, release, withdraw, answer, deliver late, twice and out of order: the rules hold."""
    run_state_machine_as_test(
        Offices,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )
