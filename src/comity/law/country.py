"""The law of one country: offences, powers, mutual legal assistance; what is not there was not researched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from .dates import Period, When
from .model import Fact

FOUR_YEARS = 4

OFFENCES = {
    "illegal_access": 7,
    "illegal_interception": 8,
    "interference_with_electronic_data": 9,
    "interference_with_ict_system": 10,
    "misuse_of_devices": 11,
    "ict_related_forgery": 12,
    "ict_related_theft_or_fraud": 13,
    "online_child_sexual_abuse_material": 14,
    "solicitation_or_grooming": 15,
    "non_consensual_intimate_images": 16,
    "laundering_of_proceeds": 17,
}
POWERS = {
    "preservation_of_stored_data": 25,
    "preservation_and_partial_disclosure_of_traffic_data": 26,
    "production_order": 27,
    "search_and_seizure_of_stored_data": 28,
    "real_time_collection_of_traffic_data": 29,
    "interception_of_content_data": 30,
}


class Found(StrEnum):
    """What a search in national law gave; only `none_found` may be read as a gap, and only as a question."""

    FOUND = "found"
    GENERAL_LAW_ONLY = "general_law_only"
    SUBSTITUTE_POWER = "substitute_power"
    NONE_FOUND = "none_found"
    NOT_RESEARCHED = "not_researched"


class MaxKind(StrEnum):
    """How an act states the maximum penalty."""

    FIXED = "fixed"
    FINE_ONLY = "fine_only"
    LIFE = "life"
    COURT_JURISDICTION = "court_jurisdiction"
    SAME_AS_TARGET_OFFENCE = "same_as_target_offence"
    SAME_AS_INTENDED_OFFENCE = "same_as_intended_offence"
    BY_VALUE_AND_FAULT = "by_value_and_fault"
    UNKNOWN = "unknown"


class Commencement(StrEnum):
    """Whether a provision has begun to apply."""

    IN_FORCE = "in_force"
    NOT_COMMENCED = "not_commenced"
    BILL = "bill"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What must also be true, or what takes the act out."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """The maximum prison term of the base form and of the highest aggravated form found, in years."""

    kind: MaxKind
    base: float | None
    aggravated: float | None

    @property
    def base_serious(self) -> bool | None:
        """Tell whether the base form reaches four years (Article 2(h), at least); None: not known."""
        if self.kind is MaxKind.LIFE:
            return True
        if self.kind is MaxKind.FINE_ONLY:
            return False
        return None if self.kind is not MaxKind.FIXED or self.base is None else self.base >= FOUR_YEARS

    @property
    def aggravated_serious(self) -> bool | None:
        """Tell whether the aggravated form reaches four years; None: no figure was found."""
        return None if self.aggravated is None else self.aggravated >= FOUR_YEARS


@dataclass(frozen=True, kw_only=True)
class Provision(Fact):
    """A provision that makes conduct an offence."""

    act: str
    section: str = ""
    base_max_years: float | None = None
    max_kind: MaxKind
    base_min_years: float | None = None
    aggravated_max_years: float | None = None
    aggravated_verified: bool = False
    elements: str
    conditions: tuple[Condition, ...] = ()
    commencement: Commencement
    in_force_from: When | None = None

    @property
    def penalty(self) -> Penalty:
        """Give the penalty."""
        return Penalty(kind=self.max_kind, base=self.base_max_years, aggravated=self.aggravated_max_years)

    def applies(self, on: date) -> bool | None:
        """Tell whether the provision applies on a date; None: the date of its beginning is not known well enough."""
        return _applies(self.commencement, self.in_force_from, on)


@dataclass(frozen=True, kw_only=True)
class OffenceScope:
    """The offences for which a power may be used."""

    kind: str
    min_penalty_years: float | None = None


@dataclass(frozen=True, kw_only=True)
class PowerProvision(Fact):
    """A provision that gives an investigative power."""

    act: str
    section: str = ""
    authorised_by: str = ""
    default_duration: Period | None = None
    renewal: str = ""
    max_total_duration: Period | None = None
    offence_scope: OffenceScope
    urgent_route: str = ""
    commencement: Commencement
    in_force_from: When | None = None

    def applies(self, on: date) -> bool | None:
        """Tell whether the provision applies on a date; None: the date of its beginning is not known well enough."""
        return _applies(self.commencement, self.in_force_from, on)


@dataclass(frozen=True, kw_only=True)
class Offence(Fact):
    """How a country punishes the conduct of one article of the Convention; each provision has its source."""

    source_elsewhere: ClassVar[bool] = True

    article: int
    status: Found
    provisions: tuple[Provision, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Power(Fact):
    """Which power of one article of the Convention a country has; each provision has its source."""

    source_elsewhere: ClassVar[bool] = True

    article: int
    status: Found
    provisions: tuple[PowerProvision, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AssistanceStatute(Fact):
    """The act on mutual legal assistance.

    *other_grounds* are grounds for refusal besides dual criminality; *request_states* is what a request must state under
    this act beyond what is usual.
    """

    act: str = ""
    section: str = ""
    in_force_from: When | None = None
    channel: str = ""
    executing_authority: str = ""
    reciprocity: str = ""
    other_grounds: tuple[str, ...] = ()
    request_states: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CentralAuthority(Fact):
    """The authority that receives requests."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Languages(Fact):
    """The languages in which requests are accepted."""

    accepted: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DualCriminality(Fact):
    """What the law of a country asks about dual criminality when it gives assistance."""

    requirement: str
    section: str = ""
    decided_by: str = ""
    text: str


@dataclass(frozen=True, kw_only=True)
class Contact(Fact):
    """The body that keeps the 24/7 point of contact."""

    body: str


@dataclass(frozen=True, kw_only=True)
class Assistance:
    """Mutual legal assistance."""

    statute: AssistanceStatute | None = None
    central_authority: CentralAuthority | None = None
    languages: Languages | None = None
    dual_criminality: DualCriminality | None = None
    contact: Contact | None = None


@dataclass(frozen=True, kw_only=True)
class DataProtection(Fact):
    """The act on data protection."""

    act: str
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class Retention(Fact):
    """How long a kind of data must be kept by whom."""

    data: str
    period: Period | None = None
    obliged: str
    act: str
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class Threshold(Fact):
    """An amount on which something turns; `unit` is a currency or a unit of measure."""

    what: str
    amount: str
    unit: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class Remark(Fact):
    """A remark that changes how the profile must be read."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Country:
    """What is known about the law of one country."""

    country: str
    name: str = ""
    as_of: When | None = None
    legal_system: str = ""
    currency: str = ""
    offences: dict[str, Offence] = field(default_factory=dict)
    powers: dict[str, Power] = field(default_factory=dict)
    mutual_legal_assistance: Assistance = Assistance()
    data_protection: DataProtection | None = None
    retention: tuple[Retention, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def offence(self, article: int) -> Offence | None:
        """Give what is known for one of Articles 7 to 17."""
        return next((one for one in self.offences.values() if one.article == article), None)

    def power(self, article: int) -> Power | None:
        """Give what is known for one of Articles 25 to 30."""
        return next((one for one in self.powers.values() if one.article == article), None)


def _applies(commencement: Commencement, begins: When | None, on: date) -> bool | None:
    if commencement is not Commencement.IN_FORCE:
        return False
    if begins is None or begins.last <= on:
        return True
    return None if begins.first <= on else False
