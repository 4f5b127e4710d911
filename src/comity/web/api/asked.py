"""The bodies that operations take: strict, every text bounded, no field beside those that are named."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests.vocabulary import case_shape, draft_shape, load

from .schemas import schema_of

MOST_IDENTIFIERS = 100


def _plain(text: str) -> str:
    """See that a text is one that people can read as it is stored."""
    try:
        return check_text(text, field="text") if text else text
    except BadInput as e:
        raise ValueError(e.message) from e


Short = Annotated[str, StringConstraints(max_length=300), AfterValidator(_plain)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_plain)]
Pasted = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Party = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,60}$")]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Seen = Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]
Signature = Annotated[str, StringConstraints(pattern="^[0-9a-f]{128}$")]
Uuid = Annotated[
    str, StringConstraints(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
Measure = Annotated[
    str, StringConstraints(max_length=60), WithJsonSchema({"type": "string", "enum": list(load("measures.yaml"))})
]
CaseDocument = Annotated[dict[str, Any], WithJsonSchema(schema_of(case_shape()))]
Sheet = Annotated[dict[str, Any], WithJsonSchema(schema_of(draft_shape()))]


class Body(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CaseChange(Body):
    """A case as it shall be from now on."""

    seen: Seen = Field(default="", description="The digest of the case as it was read; or If-Match names it.")
    document: CaseDocument


class Draft(Body):
    """A request to be drafted in a case; facts, offences and targets come from the case."""

    measure: Measure
    to: Party = Field(description="The addressee, a party of the directory.")
    unit: Short = Field(default="", description="Your unit, as it should appear.")
    exercise: bool = Field(default=False, description="Marks the request as an exercise, in every place it appears.")


class DraftChange(Body):
    """Fields of a draft to be set anew."""

    seen: Seen = Field(default="", description="The digest of the draft as it was read; or If-Match names it.")
    fields: Sheet


class Reason(Body):
    """Why something is done."""

    reason: Long


class Signed(Body):
    """A signature made with a person's own key over the prepared bytes."""

    keyid: Digest = Field(description="The id of the key, as the directory has it.")
    package: Digest = Field(description="The package that the signer saw, as the prepared signature named it.")
    signature: Signature = Field(description="Ed25519, 64 bytes in hexadecimal.")


class Choice(Body):
    """A legal basis that a named person chooses."""

    candidate: Short = Field(description="The id of the basis, as proposed.")
    by: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
    text: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_plain)] = ""
    answers: dict[Annotated[str, StringConstraints(pattern="^[0-9]{1,4}$")], Long] = Field(
        default_factory=dict, max_length=100, description="Answers on open questions, by their number."
    )


class Paste(Body):
    """Identifiers as text, one a line, or as a table with a head."""

    text: Pasted
    region: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = Field(
        default="", description="How telephone numbers in national form are meant."
    )


class Named(Body):
    """One identifier with its kind and what stands beside it."""

    kind: Short
    value: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    chain: Short = ""
    platform: Short = ""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    since: Short = ""
    until: Short = ""
    region: Annotated[str, StringConstraints(pattern="^([A-Z]{2})?$")] = ""


class Wanted(Body):
    """One identifier to be looked up."""

    kind: Short
    value: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class LookUp(Body):
    """Identifiers to be looked up in the cases that the person knows of."""

    identifiers: list[Wanted] = Field(min_length=1, max_length=MOST_IDENTIFIERS)


class Question(Body):
    """A request for which a legal basis is looked for."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    here: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = Field(alias="from", description="Who asks.")
    there: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = Field(alias="to", description="Who is asked.")
    article: Annotated[int, Field(ge=1, le=68)] | None = Field(default=None, description="The offence, 7 to 17.")
    offence: Short = Field(default="", description="The title of another offence.")
    measure: Short
    to_whom: Literal["authority", "provider"] = "authority"
    emergency: bool = False
    years_here: Annotated[float, Field(ge=0, le=100)] | None = None
    years_there: Annotated[float, Field(ge=0, le=100)] | None = None
