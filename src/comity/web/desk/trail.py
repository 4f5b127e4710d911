"""What happened, as sentences that a person reads: one for each act in the history of a request, one for each event of the log.

A sentence has places for who did it (`{who}`), on whose word (`{by}`), and what else varies (`{what}`). An act that nobody
signed for, and an event that does not say who, is told without a person. A star stands for what varies in an act.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from comity.kernel.language import _, language, said, word
from comity.ledger.model import TYPES

NOTED = {
    "review": "legal review",
    "refusal": "release the refusal",
    "declined": "decline the refusal",
    "superseded": "end the proposed refusal",
    "callback": "call back",
    "override": "go on without a call back",
    "acquired": "acquire",
}


def told(act: str, who: str) -> Markup:
    """Say what was done to a request, by whom where that is known."""
    act = NOTED.get(act, act)
    for pattern, (by_somebody, by_nobody) in acts().items():
        if fnmatchcase(act, pattern):
            return _filled(by_somebody if who else by_nobody, who=who, what=_varying(pattern, act))
    return _filled(said(word("act", act)).replace("{", "(").replace("}", ")") + (" ({who})" if who else ""), who=who)


def noted(note: Mapping[str, Any]) -> Markup:
    """Say what a person noted about a request, or what ended by itself."""
    act = NOTED.get(note["kind"], note["kind"])
    act = "propose a refusal" if note["kind"] == "review" and note.get("code") else act
    return told(f"{act}, withdrawn" if note.get("decided") == "withdrawn" else act, note["who"])


def happened(event: Mapping[str, Any], known: Mapping[str, str]) -> Markup:
    """Say what an event of the log tells; *known* are the names of persons by their ids."""
    kind = str(event["type"])
    places = {name: known.get(str(event.get(name, "")), str(event.get(name, ""))) for name in ("person", "by", "who")}
    who, by = places["person"] or places["by"] or places["who"], places["by"] if places["person"] else ""
    sentence = events().get(kind, "")
    if not sentence or ("{who}" in sentence and not who) or ("{by}" in sentence and not by):
        return escape(said(TYPES.get(kind, kind)))
    return _filled(sentence, who=who, by=by)


def acts() -> dict[str, tuple[str, str]]:
    """Give the sentences on what is done to a request: by somebody, and where nobody is named."""
    return _acts(language())


@cache
def _acts(_language: str) -> dict[str, tuple[str, str]]:
    return _ours() | _theirs() | _over_the_exchange() | _receipts()


def _ours() -> dict[str, tuple[str, str]]:
    """Give the sentences on what people do with a request of their own."""
    return {
        "draft": (_("{who} drafted the request."), _("The request was drafted.")),
        "change": (_("{who} changed the draft."), _("The draft was changed.")),
        "seal": (_("{who} sealed the request."), _("The request was sealed.")),
        "reopen": (
            _("{who} gave the request back to be drafted on."),
            _("The request was given back to be drafted on."),
        ),
        "confirm": (_("{who} confirmed the emergency."), _("The emergency was confirmed.")),
        "release": (_("{who} released the request."), _("The request was released.")),
        "withdraw": (_("{who} withdrew the request."), _("The request was withdrawn.")),
        "fetch": (_("{who} had the delivered files fetched at once."), _("The delivered files were fetched at once.")),
        "take a copy": (_("{who} took a copy of a delivered file."), _("A copy of a delivered file was taken.")),
        "acquire": (
            _("{who} took what was delivered into evidence."),
            _("What was delivered was taken into evidence."),
        ),
    }


def _theirs() -> dict[str, tuple[str, str]]:
    """Give the sentences on what people do with a request that came in."""
    return {
        "receive": (_("The request of {who} came in and was verified."), _("The request came in and was verified.")),
        "open": (_("{who} was the first to open it."), _("It was opened for the first time.")),
        "take up": (_("{who} took it up."), _("It was taken up.")),
        "legal review": (_("{who} recorded a legal review."), _("A legal review was recorded.")),
        "propose a refusal": (_("{who} proposed to refuse the request."), _("A refusal was proposed.")),
        "decline the refusal": (
            _("{who} declined to release the proposed refusal."),
            _("The proposed refusal was not released."),
        ),
        "release the refusal": (_("{who} released the refusal."), _("The refusal was released.")),
        "end the proposed refusal": (
            _("The proposed refusal ended by itself: {who} decided otherwise."),
            _("The proposed refusal ended by itself."),
        ),
        "end the proposed refusal, withdrawn": (
            _("The proposed refusal ended by itself: {who} withdrew the request."),
            _("The proposed refusal ended by itself: the request was withdrawn."),
        ),
        "call back": (_("{who} called the sender back."), _("The sender was called back.")),
        "go on without a call back": (
            _("{who} went on although nobody had called back."),
            _("It went on although nobody had called back."),
        ),
    }


def _over_the_exchange() -> dict[str, tuple[str, str]]:
    """Give the sentences on what nodes say to each other about a request."""
    return {
        "queue": (_("{who} put the request on its way."), _("The request was put on its way.")),
        "send": (_("The node of {who} took the request in."), _("The addressee's node took the request in.")),
        "notify": (_("The node of {who} took our answer in."), _("The sender's node took our answer in.")),
        "cancel": (
            _("The node of {who} took note of the withdrawal."),
            _("The addressee's node took note of the withdrawal."),
        ),
        "*, given up": (
            _("A message about it to {who} was given up."),
            _("A message about it was given up: somebody has to look at it."),
        ),
        "*, refused by the peer": (
            _("The node of {who} refused a message about it."),
            _("The other node refused a message about it."),
        ),
        "outcome": (_("{who} said what became of a target."), _("It was said what became of a target.")),
        "deliver": (_("{who} delivered a part of the data."), _("Data were made ready for the sender.")),
        "delivery *": (
            _("{who} said of what was delivered: {what}."),
            _("It was said of what was delivered: {what}."),
        ),
        "asked to be Cancelled": (
            _("{who} asked for the request to be cancelled."),
            _("It was asked to cancel the request."),
        ),
        "asked to be *": (_("{who} asked for the request to be {what}."), _("It was asked to be {what}.")),
    }


def _receipts() -> dict[str, tuple[str, str]]:
    """Give the sentences on the signed answers to a request, those that came too late among them."""
    late, overtaken = _("It came too late to count."), _("A later answer had overtaken it.")
    answers = {
        "received": (_("{who} confirmed that the request came."), _("It was confirmed that the request came.")),
        "accepted": (_("{who} accepted the request."), _("The request was accepted.")),
        "info_needed": (_("{who} asked for more about the request."), _("More was asked for about the request.")),
        "refused": (_("{who} refused the request."), _("The request was refused.")),
    }
    found = dict(answers)
    for state, (by_somebody, by_nobody) in answers.items():
        found[f"receipt {state}, too late to count"] = f"{by_somebody} {late}", f"{by_nobody} {late}"
        found[f"receipt {state}, overtaken by a later one"] = f"{by_somebody} {overtaken}", f"{by_nobody} {overtaken}"
    return found


def events() -> dict[str, str]:
    """Give the sentences on the events that say who; every other one is told as the ledger describes its type."""
    return _events(language())


@cache
def _events(_language: str) -> dict[str, str]:
    return _on_requests() | _on_peers() | _on_doors() | _on_rights() | _on_the_log()


def _on_requests() -> dict[str, str]:
    return {
        "request.drafted": _("{who} drafted a request."),
        "request.changed": _("{who} changed a draft."),
        "request.sealed": _("{who} sealed a request."),
        "request.confirmed": _("{who} confirmed an emergency."),
        "request.reopened": _("{who} gave a sealed request back to its drafter."),
        "request.released": _("{who} released a request."),
        "request.withdrawn": _("{who} withdrew a request."),
        "request.queued": _("{who} put a request on its way to its addressee's node."),
        "receipt.issued": _("{who} signed an answer to a request."),
        "receipt.readback": _("{who} read an answer back over the telephone, unsigned."),
        "desk.reviewed": _("{who} recorded the legal review of a request."),
        "desk.proposed": _("{who} proposed a refusal, for another person to release."),
        "desk.declined": _("{who} declined to release a refusal."),
        "desk.refusal": _("{who} released a refusal."),
        "desk.calledback": _("{who} called the sender of a request back."),
        "desk.overridden": _("{who} went on with an emergency although nobody had called back."),
        "matching.decided": _("{who} decided what two linked cases have to do with each other."),
    }


def _on_peers() -> dict[str, str]:
    return {
        "peer.checked": _("{who} tried the way to a peer's node, step by step."),
        "desk.drilled": _("{who} tried a call-back number of the directory."),
        "delivery.wanted": _("{who} had what a peer delivered fetched at once."),
        "delivery.copied": _("{who} took a copy of a file that a peer delivered."),
        "return.kept": _("{who} kept a return for a case."),
    }


def _on_doors() -> dict[str, str]:
    return {
        "account.entered": _("{who} signed in."),
        "account.failed": _("Somebody failed to sign in as {who}."),
        "account.proved": _("{who} proved anew who they are."),
        "account.left": _("{who} was signed out."),
        "account.keyed": _("{who} made a key to their door."),
        "account.unkeyed": _("{who} ended a passkey."),
        "account.cloned": _("A passkey of {who} was ended, because its counter went back."),
        "account.read": _("{who} looked at something of a case."),
        "account.broke": _("{who} broke the glass: went into a case without being a member of it."),
        "account.reviewed": _("{by} reviewed the glass that {who} broke."),
        "account.membered": _("{by} let {who} know of a case."),
        "account.unmembered": _("{by} ended that {who} knows of a case."),
    }


def _on_rights() -> dict[str, str]:
    return {
        "account.invited": _("{by} made {who} known to the node."),
        "account.coded": _("{by} made a code that lets {who} in once."),
        "account.bound": _("{by} said with which key file {who} signs."),
        "account.granted": _("{by} gave {who} a role."),
        "account.withdrawn": _("{by} took a role of {who} back."),
        "account.deactivated": _("{by} ended that {who} is let in."),
        "account.reactivated": _("{by} let {who} in again."),
        "account.deputed": _("{by} had another person stand in for {who}."),
        "account.undeputed": _("{by} ended the standing in for {who} before its time."),
        "account.recovering": _("{by} said that {who} lost their keys."),
        "account.recovered": _("A second administrator agreed with {by}; the keys of {who} ended."),
        "account.unrecovered": _("{by} ended the recovery of {who} without effect."),
        "account.linked": _("{by} linked {who} with whom the identity provider means."),
        "account.unlinked": _("{by} ended the link of {who} with the identity provider."),
        "account.tokened": _("{who} made a token for a program."),
        "account.untokened": _("{who} ended a token."),
        "account.tokenused": _("A program used a token of {who}."),
    }


def _on_the_log() -> dict[str, str]:
    return {
        "audit.read": _("{who} looked through the log."),
        "audit.checked": _("{who} had the log checked."),
        "log.exported": _("{who} wrote the log to a file."),
    }


def _varying(pattern: str, act: str) -> str:
    """Give what varies in an act, as a word where there is one."""
    kind, _star, _rest = pattern.partition(" *")
    found = act.removeprefix(kind).strip() if pattern.endswith(" *") else ""
    return word("delivery", found) if kind == "delivery" else found


def _filled(sentence: str, **values: str) -> Markup:
    """Fill the places of a sentence; what is filled in stands apart in its direction."""
    pieces = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
    return Markup(escape(sentence)).format(**pieces)  # noqa: S704 - escaped here
