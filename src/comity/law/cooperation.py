"""What the Convention says on cooperation: kinds of request, their contents, refusal, time limits, the safeguards gate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .dates import Period, When
from .model import Fact


@dataclass(frozen=True, kw_only=True)
class Tier(Fact):
    """A class of offence and the cooperation it gives."""

    id: str
    name: str
    test: str
    gives: str


@dataclass(frozen=True, kw_only=True)
class SeriousCrime(Fact):
    """The test of serious crime."""

    threshold_years: int
    article: str
    open_point: str


@dataclass(frozen=True, kw_only=True)
class BasisStep(Fact):
    """A step of choosing a legal basis."""

    step: int
    rule: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class DualCriminalityRule(Fact):
    """A rule on when dual criminality is asked for."""

    applies: str
    rule: str
    ref: str


class DualCriminalityNeed(StrEnum):
    """Whether dual criminality may be asked for."""

    NOT_REQUIRED = "not_required"
    MAY_BE_REQUIRED = "may_be_required"
    REQUIRED = "required"


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that a request states."""

    id: str
    text: str
    need: str


@dataclass(frozen=True, kw_only=True)
class ExtraContents:
    """What a request states in one case besides the general items."""

    when: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RequestType(Fact):
    """A kind of cooperation that the Convention knows, and what it asks of a request."""

    article: str
    scope: tuple[str, ...]
    channel: tuple[str, ...]
    contents: tuple[Item, ...] = ()
    contents_as: str = ""
    contents_note: str = ""
    extra_contents: tuple[ExtraContents, ...] = ()
    extra_advice: str = ""
    dual_criminality: DualCriminalityNeed | None = None
    dual_criminality_note: str = ""
    refusal: tuple[str, ...] = ()
    time_limits: tuple[str, ...] = ()
    precondition: str = ""
    trigger: str = ""
    duty: str = ""
    duties: tuple[str, ...] = ()
    expedited_if: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    language: str = ""
    purposes: tuple[str, ...] = ()
    more_information: str = ""
    execution: str = ""
    use_limitation: str = ""
    confidentiality: str = ""
    before_refusal: str = ""
    reasons: str = ""
    costs: str = ""
    speed: str = ""
    optional: bool = False
    conditions: str = ""
    output: str = ""
    effect: str = ""
    nationals: str = ""
    parallel: str = ""
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class Ground(Fact):
    """A ground on which a request may be refused, put off, or is owed nothing."""

    ref: str
    nature: str
    text: str
    applies_to: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotGround(Fact):
    """Something that is no ground for refusal."""

    ref: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TimeLimit(Fact):
    """A time limit that the Convention itself sets, or its plain silence (no period)."""

    id: str
    article: str
    kind: str
    period: Period | None = None
    until: When | None = None
    starts: str = ""
    text: str = ""
    parallel: str = ""


@dataclass(frozen=True, kw_only=True)
class Network(Fact):
    """The network of points of contact."""

    article: str
    used_for: tuple[str, ...]
    must_facilitate_or_do: tuple[str, ...]
    must_be_able_to: tuple[str, ...]
    register: str
    other_networks: str
    parallel: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonalData(Fact):
    """The rules on personal data."""

    article: str
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GateQuestion(Fact):
    """A question of the safeguards gate."""

    id: str
    ref: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Notification(Fact):
    """Something that a party tells the Secretary-General."""

    ref: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Cooperation:
    """What the Convention says on cooperation."""

    tiers: tuple[Tier, ...]
    serious_crime: SeriousCrime
    basis_steps: tuple[BasisStep, ...]
    dual_criminality: tuple[DualCriminalityRule, ...]
    request_types: dict[str, RequestType]
    refusal_grounds: dict[str, Ground]
    not_grounds: tuple[NotGround, ...]
    time_limits: tuple[TimeLimit, ...]
    network: Network
    personal_data: PersonalData
    use_limitation: str
    confidentiality: tuple[str, ...]
    gate: tuple[GateQuestion, ...]
    notifications: tuple[Notification, ...]
