"""The Convention's own kinds of request, grounds and time limits, taken into its terms as a basis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from .cooperation import Cooperation, RequestType
from .library import Library
from .model import Fact
from .terms import Act, Content, Limit, Refusal, Rule, Terms

R = TypeVar("R", bound=Rule)
_RECEIVERS = {
    "24/7 point of contact": "contact_point",
    "central authority": "central_authority",
    "central authority (40(12))": "central_authority",
}


def adopt(found: Terms, library: Library) -> Terms:
    """Fill the terms of the Convention with what stands in its data on cooperation."""
    law, named = library.cooperation, {key: one.what for key, one in library.contents.sources.items()}

    def rest(rule: R, fact: Fact) -> R:
        return replace(rule, source="; ".join(named[key] for key in fact.source.split("; ")), verified=fact.verified)

    grounds = {
        key: rest(Refusal(article=one.ref, nature=one.nature, text=one.text, yields=_yields(one.ref)), one)
        for key, one in law.refusal_grounds.items()
    }
    limits = {
        one.id: rest(
            Limit(article=one.article, kind=one.kind, period=one.period, starts=one.starts, text=one.text or one.kind),
            one,
        )
        for one in law.time_limits
    }
    contents, rules = dict(found.contents), dict(found.rules)
    for key, kind in law.request_types.items():
        source = law.request_types[kind.contents_as] if kind.contents_as else kind
        contents[key] = tuple(rest(one, source) for one in _contents(source))
        rules |= {f"{key}.{place}": rest(rule, kind) for place, rule in enumerate(_channel(kind))}
    acts = tuple(_filled(act, law) for act in found.acts)
    return replace(found, grounds=grounds, limits=limits, contents=contents, rules=rules, acts=acts)


def _contents(kind: RequestType) -> Iterator[Content]:
    article = "advice of this program" if kind.contents_note else kind.article
    for one in kind.contents:
        yield Content(id=one.id, article=article, need=one.need, text=one.text, yields=_yields(kind.article))


def _channel(kind: RequestType) -> Iterator[Rule]:
    for text in kind.channel:
        yield Rule(article=kind.article, text=f"Received by: {text}")


def _filled(act: Act, law: Cooperation) -> Act:
    kind = law.request_types[act.request]
    silent = ("mla_execution",) if "dual_criminality" in kind.refusal else ()
    return replace(
        act,
        article=kind.article,
        text=kind.duty or kind.effect or kind.output or act.text,
        reception=tuple(_RECEIVERS[one] for one in kind.channel if one in _RECEIVERS),
        channel=tuple(f"{act.request}.{place}" for place in range(len(kind.channel))),
        contents=act.request,
        grounds=kind.refusal,
        limits=kind.time_limits or silent,
    )


def _yields(ref: str) -> bool:
    """Tell whether a paragraph is one of 40(8) to (31), or Article 40 as a whole."""
    paragraph = ref.removeprefix("40(").partition(")")[0]
    return ref == "40" or (ref.startswith("40(") and paragraph.isdigit() and 8 <= int(paragraph) <= 31)
