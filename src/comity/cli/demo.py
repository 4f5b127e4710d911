"""The demonstration: three organisations on this machine, a case carried in files, three thieves, and a case over the wire."""

from __future__ import annotations

import re
import shutil
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from comity.kernel.clock import SystemClock, stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import _, said, word

from .demodesk import desks
from .demoexchange import addresses, exchange
from .demonodes import Serving
from .requestview import act
from .stage import Stage

POINTS = {"vn": "VN.a05", "ph": "PH.cicc", "sg": "SG.orchid"}
_OFFICE = ("post-3", "post-1", "post-0", "desk", "evidence")
POSTS = {"vn": _OFFICE, "ph": _OFFICE, "sg": ("desk", "counsel")}
MARK = ".comity-demo"
EXECUTE = "--safeguards sheets/execute.yaml"
SECRET = timedelta(days=90)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="demo")
@click.option(
    "--examples",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default="examples",
    show_default=True,
    help="Folder with the example cases, parties and sheets.",
)
def demo(folder: Path, examples: Path) -> None:
    """Play the whole of it in FOLDER, which is left to explore; an earlier demonstration there is replaced."""
    begun = time.monotonic()
    _clear(folder)
    for name in ("parties", "cases", "sheets", "orders", "capabilities", "returns"):
        shutil.copytree(examples / name, folder / name)
    (folder / "post").mkdir()
    stage = Stage(folder)
    today = SystemClock().now().date()
    _date(folder / "sheets", today + SECRET)
    references = [f"VN.a05-{today.year}-{n:04d}" for n in range(1, 9)]
    with Serving(stage, POINTS) as nodes:
        _directory(stage, nodes.ports)
        _preserve(stage, references[0])
        _extend(stage, references[0], references[1])
        _disclose(stage, references[0], references[2], references[3])
        _colleagues(stage, references[4])
        _thieves(stage, references[3])
        _timeline(stage)
        exchange(stage, nodes, references[5:])
    _close(stage, time.monotonic() - begun)
    desks(stage, nodes.desks)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            advice = "Name a new folder, or empty this one yourself."
            raise BadInput("got a folder with other things in it, expected a new one", file=str(folder), advice=advice)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def _date(sheets: Path, end: date) -> None:
    """Let the secrecy that the examples demand end on a day to come."""
    for sheet in sheets.glob("*.yaml"):
        sheet.write_text(re.sub(r"(?m)^(  until: )[0-9-]+$", rf"\g<1>{end}", sheet.read_text("utf-8")), "utf-8")


def _directory(stage: Stage, ports: dict[str, int]) -> None:
    """Make keys, the directory, three countries, three parties, three nodes."""
    stage.scene(_("A directory of who is who: two of three coordinators start it, two registries vouch for every desk"))
    for name in (*(f"root-{n}" for n in "abc"), *(f"targets-{n}" for n in "abc"), "online"):
        stage.run(f"key new {name}.key --unsealed", show=False)
    roots = " ".join(f"--root-key root-{n}.key.pub --targets-key targets-{n}.key.pub" for n in "abc")
    signing = "--sign root-a.key --sign root-b.key"
    stage.run(f"directory create directory {roots} --online-key online.key.pub {signing}")
    root = "directory/metadata/1.root.json"
    shutil.copy(stage.folder / root, stage.folder / "root.json")
    for country, party in POINTS.items():
        _enrol(stage, country, party)
    stage.run("directory mirror copy --from directory --root root.json")
    stage.run("directory lookup SG.orchid --mirror copy")
    for country, party in POINTS.items():
        stage.run(
            f"node init --home {country} --party {party} --root root.json --directory copy --key keys/{country}/node.key --desk="
        )
    addresses(stage, POINTS, ports)


def _enrol(stage: Stage, country: str, party: str) -> None:
    keys = stage.folder / "keys" / country
    keys.mkdir(parents=True)
    for voucher in ("registry-1", "registry-2"):
        stage.run(f"key new keys/{country}/{voucher}.key --unsealed", show=False)
    for post in POSTS[country]:
        stage.run(f"key new keys/{country}/{post}", show=False)
    stage.run(f"key new keys/{country}/node.key --unsealed", show=False)
    shutil.copy(keys / "node.key.pub", keys / "node.pub")
    document = party.lower().replace(".", "-") + ".yaml"
    shutil.copy(stage.folder / "parties" / document, keys / document)
    vouchers = " ".join(f"--vouch keys/{country}/registry-{n}.key" for n in "12")
    publics = " ".join(f"--key keys/{country}/registry-{n}.key.pub" for n in "12")
    delegators = "--sign targets-a.key --sign targets-b.key --online online.key"
    stage.run(f"directory delegate directory {country.upper()} {publics} {delegators} {vouchers}", show=country == "vn")
    stage.run(f"directory enrol directory keys/{country}/{document} {vouchers} --online online.key")


def _preserve(stage: Stage, reference: str) -> None:
    stage.scene(_("Viet Nam, 03:00: a case becomes a preservation request to an exchange in Singapore"))
    stage.run("case import cases/ronin.yaml", home="vn")
    stage.run("request draft VN-2022-RONIN --measure preserve --to SG.orchid --exercise", home="vn")
    stage.say(_("The draft is not complete; nothing can force it out:"))
    stage.run(f"request check {reference}", home="vn", expect=1)
    stage.run(f"request seal {reference} --key keys/vn/post-3", home="vn", expect=1)
    stage.run(f"request fill {reference} --with sheets/preserve.yaml", home="vn")
    stage.run(f"request check {reference}", home="vn")
    stage.run(f"request seal {reference} --key keys/vn/post-3", home="vn")
    stage.say(_("The drafter cannot release their own draft:"))
    stage.run(f"request release {reference} --key keys/vn/post-3", home="vn", expect=1)
    stage.run(f"request release {reference} --key keys/vn/post-1 --out post", home="vn")
    stage.scene(
        _("Singapore: the legal desk has never heard of us, and checks the file with nothing but the pinned root")
    )
    stage.run(f"verify post/{reference}.comity.zip --root root.json --as SG.orchid")
    stage.run(f"receive post/{reference}.comity.zip", home="sg")
    until = stamp(SystemClock().now() + timedelta(days=60))
    stage.say(_("Nothing is accepted before named persons have answered the safeguards questions:"))
    line = f"receipt {reference} --state accepted --until {until} --key keys/sg/desk"
    stage.run(line, home="sg", expect=1)
    _answer(stage, "sg", reference, f"--state accepted --until {until} {EXECUTE}")
    stage.scene(_("Viet Nam: the signed receipt starts the same clock on both sides"))
    _take(stage, "vn", reference, "accepted")
    stage.run("request due", home="vn")
    stage.run("request due", home="sg")


def _extend(stage: Stage, earlier: str, reference: str) -> None:
    stage.scene(_("The order takes longer: the preservation is extended"))
    stage.run(f"request extend {earlier} --with sheets/extend.yaml", home="vn")
    _send(stage, reference)
    until = stamp(SystemClock().now() + timedelta(days=150))
    _answer(stage, "sg", reference, f"--state accepted --until {until} {EXECUTE}")
    _take(stage, "vn", reference, "accepted")
    stage.run("request due", home="vn")


def _disclose(stage: Stage, earlier: str, first: str, second: str) -> None:
    stage.scene(_("Disclosure is asked for; the exchange refuses, with a code that says what is missing"))
    line = f"request follow {earlier} --relation follows --measure disclose-subscriber --with sheets/disclose.yaml"
    stage.run(line, home="vn")
    _send(stage, first)
    reason = _("An order of a court or authority is needed; please attach it.")
    _answer(
        stage, "sg", first, f'--state refused --code order_missing --reason "{reason}" --released-by "Legal desk, head"'
    )
    _take(stage, "vn", first, "refused")
    stage.scene(_("The order is attached, the request corrected and sent again: accepted"))
    stage.run(f"request follow {first} --relation corrects --with sheets/order.yaml", home="vn")
    stage.run(f"request fill {second} --attach orders/order.txt", home="vn")
    _send(stage, second)
    by = stamp(SystemClock().now() + timedelta(days=10))
    _answer(stage, "sg", second, f"--state accepted --reply-by {by} {EXECUTE}")
    _take(stage, "vn", second, "accepted")


def _colleagues(stage: Stage, reference: str) -> None:
    stage.scene(_("Philippines: the other 24/7 point answers first by telephone, then with a signed receipt"))
    stage.run("case import cases/wannacry.yaml", home="vn")
    stage.run(
        "request draft VN-2017-WANNACRY --measure preserve --to PH.cicc --exercise --with sheets/preserve-wannacry.yaml",
        home="vn",
    )
    _send(stage, reference, to="ph")
    code = stage.data(f"request show {reference}", home="ph")["read_back_code"]
    stage.run(f'receipt {reference} --state received --phone "{code}" --who "Duty officer, Manila"', home="vn")
    _answer(stage, "ph", reference, "--state received")
    _take(stage, "vn", reference, "received")


def _thieves(stage: Stage, reference: str) -> None:
    from .thieves import alter, forge

    good = stage.folder / "post" / f"{reference}.comity.zip"
    stage.scene(_("Three thieves: an altered package, a forged one, and an old one sent again"))
    stage.say(_("Altered: one account in the request becomes another."))
    alter(good, stage.folder / "post" / "altered.comity.zip")
    stage.run("receive post/altered.comity.zip", home="sg", expect=1)
    stage.say(_("Forged: everything is right, but the keys are the thief's own."))
    forge(good, stage.folder / "post" / "forged.comity.zip")
    stage.run("receive post/forged.comity.zip", home="sg", expect=1)
    stage.say(_("Replayed: the same file again has no second effect, and none at all at another desk."))
    stage.run(f"receive post/{reference}.comity.zip", home="sg")
    stage.run(f"receive post/{reference}.comity.zip", home="ph", expect=1)
    stage.scene(_("A key is lost: one command takes it back, and every later check sees it"))
    keyid = stage.data("key show keys/vn/post-1.pub")["keyid"]
    _renew(stage.folder / "keys" / "vn" / "vn-a05.yaml")
    stage.run("key new keys/vn/post-1b", show=False)
    vouchers = "--vouch keys/vn/registry-1.key --vouch keys/vn/registry-2.key --online online.key"
    stage.run(f"directory update directory keys/vn/vn-a05.yaml {vouchers}")
    stage.run(f"directory revoke directory VN.a05 --key {keyid} --reason compromised {vouchers}")
    stage.run("directory mirror copy --from directory")
    stage.run(f"verify post/{reference}.comity.zip --directory copy --as SG.orchid", expect=1)
    for home in POINTS:
        stage.run("node update copy", home=home)


def _renew(document: Path) -> None:
    """Give the head of shift a second key in the party document."""
    text = document.read_text("utf-8")
    row = next(row for row in text.splitlines(keepends=True) if "post-1.pub" in row)
    document.write_text(text.replace(row, row + row.replace("post-1.pub", "post-1b.pub")), "utf-8")


def _send(stage: Stage, reference: str, to: str = "sg") -> None:
    stage.run(f"request seal {reference} --key keys/vn/post-3", home="vn")
    stage.run(f"request release {reference} --key keys/vn/post-1 --out post", home="vn")
    stage.run(f"receive post/{reference}.comity.zip", home=to)


def _answer(stage: Stage, home: str, reference: str, said: str) -> None:
    state = said.split()[1]
    file = f"post/{reference}-{state}.receipt.json"
    stage.run(f"receipt {reference} {said} --key keys/{home}/desk --out {file}", home=home)


def _take(stage: Stage, home: str, reference: str, state: str) -> None:
    stage.run(f"receive post/{reference}-{state}.receipt.json", home=home)


def _timeline(stage: Stage) -> None:
    """Print what happened on all sides in the order of time."""
    stage.scene(_("What happened, from the three registers"))
    rows: list[tuple[str, str, int, str]] = []
    for home in POINTS:
        for row in stage.data("request list", home=home):
            shown = stage.data(f"request show {row['reference']}", home=home)
            rows += [(e["at"], row["reference"], _rank(shown, e), _line(home, shown, e)) for e in shown["history"]]
    for row in sorted(rows):
        stage.say(f"[dim]{row[0]}[/]  {row[-1]}")
    entries = {home: stage.data("log verify", home=home) for home in POINTS}
    stage.say(
        _("logs verified: {logs}").format(logs=", ".join(f"{home} {said['size']}" for home, said in entries.items()))
    )


def _rank(shown: dict[str, Any], entry: dict[str, str]) -> int:
    """Order what happens within one second: our own acts, the arrival there, the answer there, the answer here."""
    acts = ["draft", "change", "seal", "release", "receive"]
    return acts.index(entry["act"]) if entry["act"] in acts else len(acts) + (shown["direction"] == "out")


def _line(home: str, shown: dict[str, Any], entry: dict[str, str]) -> str:
    arrow = "→" if shown["direction"] == "out" else "←"
    who = f" ({entry['who']})" if entry["who"] else ""
    return f"{home.upper()} {shown['reference']} {arrow} {shown['peer']:<9} {act(entry['act']):<10} [bold]{word('state', entry['state'])}[/]{who} {said(entry['note'])}"


def _close(stage: Stage, seconds: float) -> None:
    root = stage.folder / "root.json"
    stage.run("page verify.html --root root.json", show=False)
    stage.scene(_("Done in {seconds:.1f} s. Look around:").format(seconds=seconds))
    for line in (
        "source .venv/bin/activate",
        f"ls {stage.folder}/post",
        f"comity verify {stage.folder}/post/altered.comity.zip --root {root}",
        f"comity request list --home {stage.folder}/vn",
        f"comity answer queue --all --home {stage.folder}/sg",
        _("open {page} in a browser and drag a package of {post} into it").format(
            page=f"{stage.folder}/verify.html", post=f"{stage.folder}/post"
        ),
    ):
        stage.say(line)
