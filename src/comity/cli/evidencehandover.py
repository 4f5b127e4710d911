"""Evidence between two parties: handed over within use limits, accepted, called back, and who holds what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted

from . import evidenceway
from .evidencecustody import deed_of, who_options
from .evidenceway import KEY_HELP, Way, identity_of, identity_option, paper_desk, parcel_file, send_option
from .home import home_option
from .output import console, emit, json_option, plain
from .secret import open_signer, passphrase_option

if TYPE_CHECKING:
    from comity.evidence.handover import HandedOver
    from comity.evidence.holding import Holder, Marks
    from comity.evidence.limits import UseLimits
    from comity.evidence.papers import Desk, SignedPaper
    from comity.exchange.deliverytables import Parcel
    from comity.node.service import Node

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("hand-over")
@click.argument("item")
@click.option("--to", "party", required=True, help="The party that is to have it.")
@click.option("--to-post", default="", help="The post there.")
@click.option("--to-person", default="", help="The name of the person there.")
@click.option("--out", type=FOLDER, help="Folder for the encrypted file.")
@send_option
@click.option(
    "--days", type=click.IntRange(1, 365), default=14, show_default=True, help="How long the other node may fetch it."
)
@click.option(
    "--part",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Only files shown of it: a folder made by disclose.",
)
@click.option("--copy", is_flag=True, help="Hand over a copy: the item stays with its post here.")
@click.option("--only-case", default="", help="Use limit: for this case only.")
@click.option("--only-offence", default="", help="Use limit: for this offence only.")
@click.option("--intelligence-only", is_flag=True, help="Use limit: for intelligence only.")
@click.option("--not-as-evidence", is_flag=True, help="Use limit: not as evidence.")
@click.option("--delete-by", type=click.DateTime(["%Y-%m-%d"]), help="Use limit: to be deleted by this day.")
@click.option("--no-onward", is_flag=True, help="Use limit: not to be handed on.")
@click.option("--key", type=FILE, required=True, help=KEY_HELP)
@passphrase_option
@who_options
@home_option
@json_option
def hand_over(
    item: str,
    out: Path | None,
    send: bool,
    days: int,
    part: Path | None,
    copy: bool,
    key: Path,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **rest: Any,
) -> None:
    """Hand ITEM over to a party: encrypted to it, with a signed note, complete with its signed acceptance only.

    The use limits under which the item is held here go along; yours can only narrow them. Broken off, the same command
    writes the file of the same note.
    """
    from comity.evidence.custodyentry import Hand
    from comity.evidence.handover import Order
    from comity.evidence.handover import hand_over as give
    from comity.exchange.handing import check_way
    from comity.node.ports import desk_of

    Way(out, send).check(folder=True)
    to = Hand(rest.pop("to_post"), rest.pop("party"), rest.pop("to_person"))
    limits = _limits(rest)
    signer = open_signer(key, passphrase_file)
    with paper_desk(home) as (node, desk):
        deed = deed_of("noted", node.settings.party, **rest)
        folder = out or node.blobs.stage().parent
        if send:
            check_way(desk_of(node), to.party)
        made = give(desk, Order(item, to, folder, deed, limits=limits, part=part, copy=copy), signer)
        sent = _send(node, made, days, keep=out is not None) if send else None
    said = made.paper.document

    def people() -> None:
        screen = console()
        text = (
            _("[green]written[/] {file}: {item} for {party}, not complete before its acceptance is taken in")
            if out
            else _("[green]on offer[/] {file}: {item} for {party}, not complete before its acceptance is taken in")
        )
        screen.print(text.format(file=plain(made.file if out else said["id"]), item=plain(item), party=plain(to.party)))
        show_limits([made.limits])

    data = {"hand_over": said["id"], "note": made.paper.digest, "limits": made.limits.plain()}
    data |= {"file": str(made.file) if out else None, "sent": sent.plain() if sent else None}
    emit(data, as_json, people)


def _send(node: Node, made: HandedOver, days: int, *, keep: bool) -> Parcel:
    """Put the file of a hand-over on offer for its receiver's node."""
    from comity.exchange.handing import offer
    from comity.node.ports import desk_of

    file = node.blobs.copy(made.file, "the file of the hand-over").path if keep else made.file
    return offer(desk_of(node), made.paper, file, days=days)


@click.command()
@click.argument("parcel")
@click.option("--to", type=FOLDER, required=True, help="New folder for what came.")
@click.option("--out", type=PATH, help="New file for the signed acceptance, to send back.")
@send_option
@click.option("--key", type=FILE, required=True, help=KEY_HELP)
@identity_option
@click.option("--name", default="", help="Name of the item here, where the sender's is taken.")
@click.option("--person", required=True, help="Who takes it over: the name of the person.")
@click.option("--post", required=True, help="Their post, which goes on when the person changes.")
@click.option("--place", default="", help="Where it is taken over.")
@passphrase_option
@home_option
@json_option
def accept(
    parcel: str,
    to: Path,
    out: Path | None,
    send: bool,
    key: Path,
    identity: Path | None,
    name: str,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Take over what another party handed over: verified first, then acknowledged with a signed acceptance.

    PARCEL is its file, or its number where it came over the exchange. Broken off, run the same command again. The same
    PARCEL a second time gives the same acceptance and changes nothing.
    """
    from comity.evidence.accepting import Reception
    from comity.evidence.accepting import accept as take_over
    from comity.kernel.shape import check_text

    way = Way(out, send)
    way.check()
    if name:
        check_text(name, field="name", max=200)
    signer = open_signer(key, passphrase_file)
    with paper_desk(home) as (node, desk):
        deed = deed_of("noted", node.settings.party, **who)
        reception = Reception(parcel_file(node, parcel), to, deed, name)
        made = take_over(desk, reception, identity_of(node, identity), signer, also=way.also(node))
    way.place(made.acceptance.data)
    said = made.note.document

    def people() -> None:
        words = _("{item} was accepted before") if made.again else _("[green]accepted[/] {item} from {party}")
        console().print(words.format(item=plain(made.item), party=plain(said["from"])))
        show_limits([made.limits])
        way.show()

    data = {"item": made.item, "hand_over": said["id"], "from": said["from"], "again": made.again}
    data |= {"limits": made.limits.plain(), "acceptance": str(out) if out else None, "sent": send}
    emit(data, as_json, people)


@click.command()
@click.argument("paper")
@click.option("--key", type=FILE, help=KEY_HELP + " Only a notice is answered.")
@click.option("--out", type=PATH, help="New file for the signed confirmation of a notice, to send back.")
@send_option
@passphrase_option
@click.option("--person", required=True, help="Who takes it in: the name of the person.")
@click.option("--post", required=True, help="Their post, which goes on when the person changes.")
@home_option
@json_option
def take(
    paper: str,
    key: Path | None,
    out: Path | None,
    send: bool,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Take in PAPER: an acceptance, a refusal, a notice of recall or correction, or the confirmation of one.

    It is a file, or the number of a notice that came over the exchange and is to be confirmed.
    """
    from comity.evidence.answering import take_answer
    from comity.evidence.papers import ACCEPTANCE, CONFIRMATION, RECALL, REFUSAL
    from comity.evidence.recall import take_confirmation

    with paper_desk(home) as (node, desk):
        read = _paper(desk, paper)
        deed = deed_of("noted", node.settings.party, **who)
        if read.kind == RECALL:
            _take_notice(node, desk, read, deed, key, Way(out, send), passphrase_file, as_json)
            return
        kept = (take_confirmation if read.kind == CONFIRMATION else take_answer)(desk, read, deed)
    words = {
        ACCEPTANCE: _("[green]handed over[/]: {party} has {item}"),
        REFUSAL: _("[yellow]refused[/]: {party} does not take {item}"),
        CONFIRMATION: _("[green]confirmed[/]: {party} on {item}"),
    }
    text = words[read.kind].format(party=plain(kept.party), item=plain(kept.item))
    emit({"item": kept.item, "party": kept.party, "paper": read.kind}, as_json, lambda: console().print(text))


def _paper(desk: Desk, named: str) -> SignedPaper:
    """Read a paper from a file, or find the notice of that number that came over the exchange."""
    from comity.evidence.holding import paper_of
    from comity.evidence.papers import ACCEPTANCE, CONFIRMATION, RECALL, REFUSAL, read_paper
    from comity.evidence.tables import IN, find_papers

    if not Path(named).is_file():
        with desk.keeper.store.read() as unit:
            for kept in find_papers(unit, id=named, way=IN, kind=RECALL):
                return paper_of(kept)
    return read_paper(_small(Path(named)), ACCEPTANCE, REFUSAL, RECALL, CONFIRMATION, file=named)


@click.command()
@click.argument("item")
@click.option("--to", "parties", multiple=True, help="Only to this holder; else to every party that it was handed to.")
@click.option("--correct", is_flag=True, help="It is not called back but wrong; what is right is handed over anew.")
@click.option("--out", type=FOLDER, help="Folder for the signed notices.")
@send_option
@click.option("--key", type=FILE, required=True, help=KEY_HELP)
@passphrase_option
@who_options
@home_option
@json_option
def recall(
    item: str,
    parties: tuple[str, ...],
    correct: bool,
    out: Path | None,
    send: bool,
    key: Path,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Call ITEM back from those it was handed to, or tell them that it is wrong: a signed notice for each."""
    from comity.evidence.holding import CORRECTED, RECALLED
    from comity.evidence.recall import recall as call_back
    from comity.packages.placing import place_bytes

    way, kind = Way(out, send), CORRECTED if correct else RECALLED
    way.check(folder=True)
    signer = open_signer(key, passphrase_file)
    with paper_desk(home) as (node, desk):
        deed = deed_of("noted", node.settings.party, **who)
        notices = call_back(desk, item, deed, signer, kind=kind, to=parties, also=way.also(node))
    rows = []
    for notice in notices:
        file = out / f"recall-{notice.document['id']}.json" if out else None
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            place_bytes(notice.data, file)
        row = {"to": notice.document["to"], "notice": notice.document["id"], "file": str(file) if file else None}
        rows.append(row | {"sent": send})

    def people() -> None:
        for row in rows:
            text = _("[green]written[/] {file} for {party}") if out else _("[green]on its way[/] {file} to {party}")
            console().print(text.format(file=plain(str(row["file"] or row["notice"])), party=row["to"]))

    emit(rows, as_json, people)


@click.command()
@click.argument("item")
@home_option
@json_option
def holders(item: str, home: Path, as_json: bool) -> None:
    """List to whom ITEM was handed over, who accepted it, and who confirmed a recall."""
    from comity.evidence.holding import holders as find

    with paper_desk(home) as (_node, desk), desk.keeper.store.read() as unit:
        desk.keeper.rows(unit, item)
        found = find(unit, item)

    def people() -> None:
        for one in found:
            console().print(_line(one))
        if not found:
            console().print(_("nobody"))

    emit([one.plain() for one in found], as_json, people)


def show_limits(limits: list[UseLimits]) -> None:
    """Print use limits for people, each in a line; nothing where there are none."""
    for words in dict.fromkeys(word for one in limits for word in one.words):
        console().print(f"  [yellow]{_('use limit')}: {plain(words)}[/]")


def show_marks(marks: Marks) -> None:
    """Print what must be seen with an item: a recall or correction, and its use limits."""
    if marks.notice:
        words = _("recalled") if marks.notice.act == "recalled" else _("corrected")
        console().print(f"  [red]{words}: {plain(marks.why)}[/]")
    show_limits(list(marks.limits))


def _line(one: Holder) -> str:
    from comity.kernel.clock import stamp

    parts = [plain(one.party), _("handed over at {time}").format(time=stamp(one.handed.at))]
    if one.refused_at:
        parts.append(_("refused at {time}").format(time=one.refused_at))
    else:
        parts.append(_("accepted at {time}").format(time=one.accepted_at) if one.accepted_at else _("not accepted yet"))
    if one.notice:
        words = _("recall") if one.notice == "recalled" else _("correction")
        state = _("confirmed at {time}").format(time=one.confirmed_at) if one.confirmed_at else _("not confirmed yet")
        parts.append(f"{words}: {state}")
    if one.onward:
        parts.append(_("handed on to {parties}").format(parties=", ".join(map(plain, one.onward))))
    return "  ".join(parts)


def _take_notice(
    node: Node,
    desk: Desk,
    notice: SignedPaper,
    deed: Any,
    key: Path | None,
    way: Way,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    from comity.evidence.recall import take_notice

    if key is None or not (way.out or way.send):
        raise BadInput("got a notice and no --key, or no --out or --send, expected them: it is answered", field="key")
    way.check()
    taken = take_notice(desk, notice, deed, open_signer(key, passphrase_file), also=way.also(node))
    way.place(taken.confirmation.data)
    onward = list(taken.confirmation.document.get("onward", ()))

    def people() -> None:
        said = notice.document
        words = _("recall") if said["kind"] == "recalled" else _("correction")
        console().print(f"[red]{words}[/] {plain(taken.item)}: {plain(said['why'])}")
        if onward:
            text = counted("{n} party has it from here", "{n} parties have it from here", len(onward))
            console().print(f"  {text}: {', '.join(map(plain, onward))}. {_('Call it back from them too.')}")
        way.show()

    data = {"item": taken.item, "kind": notice.document["kind"], "why": notice.document["why"], "again": taken.again}
    emit(
        data | {"handed_on_to": onward, "confirmation": str(way.out) if way.out else None, "sent": way.send},
        as_json,
        people,
    )


def _limits(rest: dict[str, Any]) -> UseLimits:
    from comity.evidence.limits import UseLimits
    from comity.kernel.shape import check_text

    day: datetime | None = rest.pop("delete_by")
    texts = {name: rest.pop(f"only_{name}") for name in ("case", "offence")}
    for name, text in texts.items():
        if text:
            check_text(text, field=f"only-{name}", max=200)
    flags = {name: rest.pop(name) for name in ("intelligence_only", "not_as_evidence", "no_onward")}
    return UseLimits(**texts, **flags, delete_by=day.date() if day else None)


def _small(path: Path) -> bytes:
    from comity.crypto.envelope import MAX_BYTES

    try:
        with path.open("rb") as f:
            return f.read(MAX_BYTES + 1)
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected a paper", file=str(path)) from e


COMMANDS = (accept, hand_over, holders, recall, take, *evidenceway.COMMANDS)
