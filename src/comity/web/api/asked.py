"""The bodies that operations take: strict, every text bounded, no field beside those that are named."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, WithJsonSchema

from comity.evidence.courtpapers import languages as courts
from comity.evidence.custodyentry import CLOCK, acts
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests.states import INFO_NEEDED, REFUSED
from comity.requests.vocabulary import case_shape, codes, draft_shape, load

from .schemas import schema_of

MOST_IDENTIFIERS = 100


def _plain(text: str) -> str:
    """See that a text is one that people can read as it is stored."""
    try:
        return check_text(text, field="text") if text else text
    except BadInput as e:
        raise ValueError(e.message) from e


Short = Annotated[str, StringConstraints(max_length=300), AfterValidator(_plain)]
Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_plain)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_plain)]
Pasted = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Party = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,60}$")]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Seen = Annotated[str, StringConstraints(pattern="^([0-9a-f]{64})?$")]
Passphrase = Annotated[
    SecretStr,
    Field(
        min_length=1, max_length=1000,
        description="That of your own key at the node. It opens the key for this one call, and is kept nowhere.",
    ),
]  # fmt: skip
Signature = Annotated[str, StringConstraints(pattern="^[0-9a-f]{128}$")]
Moment = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
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


class Proved(Body):
    """A call in which a person proves that he is there: with the passphrase of his own key, as at the desk."""

    passphrase: Passphrase


class Sealing(Proved):
    """The draft is sealed as it was seen."""

    seen: Seen = Field(default="", description="The digest of the draft as it was read; or If-Match names it.")


class Reopening(Proved):
    """A sealed request goes back to its drafter, and why."""

    reason: Long


class Signed(Body):
    """A signature with the person's own key: made elsewhere over the prepared bytes, or here with the passphrase."""

    package: Digest = Field(description="The package that the signer saw, as the prepared signature named it.")
    keyid: Digest | None = Field(default=None, description="The id of the key, as the directory has it.")
    signature: Signature | None = Field(default=None, description="Ed25519, 64 bytes in hexadecimal.")
    passphrase: Passphrase | None = None


class Sending(Body):
    """How a released request goes to its addressee's node."""

    confidential: bool = Field(
        default=False, description="Encrypted to the addressee, where the directory has its key."
    )


class Following(Body):
    """A request that extends, follows or corrects an earlier one, or asks for assistance on it."""

    relation: Literal["extends", "follows", "corrects", "assistance"]
    measure: Measure | None = None
    to: Party | None = Field(default=None, description="The addressee of a request for assistance.")
    data: list[Short] = Field(default_factory=list, max_length=20, description="Which data assistance is asked for.")


class Membership(Body):
    """Who comes to know of a case, or does no longer, and why."""

    person: Short = Field(description="The id of the person, as the list of people has it.")
    reason: Long


class Choice(Body):
    """A legal basis that the caller chooses."""

    candidate: Short = Field(description="The id of the basis, as proposed.")
    text: Text = ""
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


class Naming(Body):
    """A request that came in, by its id."""

    request: Uuid


class Asking(Proved):
    """What is lacking in a request that came in."""

    code: Annotated[str, WithJsonSchema({"type": "string", "enum": list(codes(INFO_NEEDED))})]
    reason: Long
    reply_by: Moment = ""


class Accepting(Proved):
    """A request is accepted: a preservation until when, anything else answered by when."""

    until: Moment = ""
    reply_by: Moment = ""


class Extending(Proved):
    """What is preserved stays preserved for longer."""

    until: Moment


class Refusing(Proved):
    """A refusal that is proposed."""

    code: Annotated[str, WithJsonSchema({"type": "string", "enum": list(codes(REFUSED))})]
    reason: Long


class Word(Body):
    """What became of one target, by its number from 1; a refused one has a code and a reason."""

    target: Annotated[int, Field(ge=1, le=1000)]
    outcome: Literal["disclosed", "not_available", "refused"]
    code: Short = ""
    reason: Text = ""


class Parting(Proved):
    """What became of each target."""

    targets: list[Word] = Field(min_length=1, max_length=1000)


class Reviewing(Proved):
    """A legal review, in the caller's own words."""

    text: Long


class Calling(Proved):
    """A call back: under which number of the directory, what came of it, and who answered."""

    number: Short
    verdict: Literal["confirmed", "denied", "unreached"]
    answered_by: Short = ""
    note: Text = ""


class Considered(Body):
    """The caller's answer to one safeguards question."""

    id: Short
    answer: Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_plain)]
    concern: Literal["none", "raised"] = "none"


class Considering(Proved):
    """The caller's answers before a request is executed; what is left out stays as it is."""

    answers: list[Considered] = Field(default_factory=list, max_length=50)
    necessity: Text = ""
    proportionality: Text = ""
    second: Short = Field(default="", description="A question whose concern the caller looked at as the second person.")


class Existing(Body):
    """Whether data exist for a target, and nothing else; going on without a call back needs a reason and a passphrase."""

    exists: bool
    target: Annotated[int, Field(ge=1, le=1000)] = 1
    override: Text = ""
    passphrase: Passphrase | None = None


class Delivery(BaseModel):
    """A delivery of files on a target, as a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: Annotated[int, Field(ge=1, le=1000)] = 1
    days: Annotated[int, Field(ge=1, le=365)] = 14
    override: Text = ""
    passphrase: Passphrase | None = None


class Drilled(Body):
    """A number of the directory that was tried."""

    number: Short
    answered_by: Short = Field(default="", description="Who answered; empty if nobody did.")
    note: Text = ""


class Pause(Body):
    """Whether messages to a peer are held back."""

    paused: bool


class Verdict(Body):
    """What a person says of a link between two cases."""

    verdict: Literal["confirmed", "dismissed"]
    reason: Long


class Done(Proved):
    """What the caller did with an item of evidence."""

    act: Annotated[str, WithJsonSchema({"type": "string", "enum": [one for one in acts() if one != CLOCK]})]
    post: Short = Field(default="", description="The caller's post; else that of their role.")
    place: Short = ""
    why: Text = ""
    authority: Short = ""
    tool: Short = ""
    version: Short = ""
    result: Text = ""
    note: Text = ""
    to_post: Short = Field(default="", description="The post of the other hand, where there is one.")
    to_party: Party | None = None
    to_person: Short = ""
    happened: Moment = Field(default="", description="When it was done, if not now.")


class Limits(Body):
    """What the receiver of an item may do with it."""

    case: Short = ""
    offence: Short = ""
    intelligence_only: bool = False
    not_as_evidence: bool = False
    no_onward: bool = False
    delete_by: Annotated[str, StringConstraints(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class HandingOver(Proved):
    """An item that is handed over to a party's node."""

    to: Party
    why: Long
    post: Short = Field(default="", description="The caller's post; else that of their role.")
    to_post: Short = ""
    to_person: Short = ""
    authority: Short = ""
    limits: Limits = Limits()
    copy_only: bool = Field(default=False, description="The item stays here, and a copy goes.")
    days: Annotated[int, Field(ge=1, le=365)] = 14


class TakingOver(Proved):
    """Evidence that another party handed over is taken over."""

    name: Short = Field(default="", description="Its name here, where the sender's is taken.")
    post: Short = Field(default="", description="The caller's post; else that of their role.")
    place: Short = ""


class TurningDown(Proved):
    """Evidence that another party handed over is refused, and why."""

    why: Long
    post: Short = Field(default="", description="The caller's post; else that of their role.")


class Recalling(Proved):
    """An item is called back, or said to be wrong, and why."""

    kind: Literal["recalled", "corrected"] = "recalled"
    to: Annotated[
        list[Party], Field(max_length=100, description="Only to these; else to every party that has it.")
    ] = []
    why: Long
    post: Short = Field(default="", description="The caller's post; else that of their role.")


class Confirming(Proved):
    """A recall or correction that came is confirmed."""

    post: Short = Field(default="", description="The caller's post; else that of their role.")


class Showing(Proved):
    """Some files of an item are shown, and why."""

    bag: Digest
    files: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=100_000)]
    why: Long
    recipient: Short = ""
    authority: Short = ""
    post: Short = Field(default="", description="The caller's post; else that of their role.")


class Bundling(Proved):
    """An item is bundled for a court, and why; with *papers*, together with the released requests of its case and their receipts."""

    language: Annotated[
        str, StringConstraints(pattern="^[a-z]{2}$"), WithJsonSchema({"type": "string", "enum": list(courts())})
    ] = "en"
    why: Long
    authority: Short = ""
    papers: bool = False
    post: Short = Field(default="", description="The caller's post; else that of their role.")


class Acquiring(Proved):
    """A whole delivery becomes an item of evidence; *sign* puts the caller's signature on the seal."""

    item: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
    why: Long
    place: Short = ""
    opens: bool = Field(default=False, description="Open what is sealed to us.")
    sign: bool = True
