"""The demonstration's second act: the same case between three running nodes, over lines that are cut and nodes that are killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from comity.kernel.clock import SystemClock, stamp
from comity.kernel.language import _

from .demonodes import Serving, settle
from .stage import DemoError, Stage

ADDRESSEES = {"sg": "SG.orchid", "ph": "PH.cicc"}
VOUCHED = "--vouch keys/{0}/registry-1.key --vouch keys/{0}/registry-2.key --online online.key"


def exchange(stage: Stage, nodes: Serving, references: list[str]) -> None:
    """Play the second act with a preservation, one for another desk, and a disclosure, by their *references* to be."""
    order, other, disclosure = references
    stage.scene(
        _("The same case without carrying files: three nodes serve, and know each other from the directory alone")
    )
    nodes.start(*nodes.ports)
    stage.run("peer check SG.orchid", home="vn")
    _cut(stage, nodes, order, other)
    _accept(stage, nodes, order)
    _disclose(stage, order, disclosure)
    _copied(stage, order)
    _alike(stage, references)
    nodes.stop()


def addresses(stage: Stage, points: dict[str, str], ports: dict[str, int]) -> None:
    """Give each node a TLS key and an address, and have the directory list both."""
    stage.say(_("Each node gets an address, and a TLS key that the directory lists:"))
    for home, party in points.items():
        port, document = ports[home], f"keys/{home}/{party.lower().replace('.', '-')}.yaml"
        entry = stage.run(f"node tls --url https://127.0.0.1:{port}/hi1", home=home, show=home == "vn")
        with (stage.folder / document).open("a", encoding="utf-8") as file:
            file.write(entry.partition("\n")[2])
        settle(stage.folder, home, listen=f"127.0.0.1:{port}")
        stage.run(f"directory update directory {document} {VOUCHED.format(home)}", show=home == "vn")
    settle(stage.folder, "sg", capability="../capabilities/sg-orchid.yaml")
    stage.run("directory mirror copy --from directory", show=False)
    for home in points:
        stage.run("node update copy", home=home, show=False)


def _cut(stage: Stage, nodes: Serving, order: str, other: str) -> None:
    """Send two orders while one addressee hangs, kill it with the order under way, and let it come back."""
    stage.scene(_("Two orders go out. Singapore's node hangs; Manila does not wait for it"))
    stage.run(
        "request draft VN-2022-RONIN --measure preserve --to SG.orchid --exercise --with sheets/preserve.yaml",
        home="vn",
    )
    _release(stage, order)
    wannacry = "--measure preserve --to PH.cicc --exercise --with sheets/preserve-wannacry.yaml"
    stage.run(f"request draft VN-2017-WANNACRY {wannacry}", home="vn")
    _release(stage, other)
    stage.say(_("Both are sealed by one person and released by another, as before."))
    nodes.hold("sg")
    stage.run(f"send {order}", home="vn")
    stage.run(f"send {other}", home="vn")
    stage.until("request list", lambda rows: _state(rows, other) == "received", home="vn")
    stage.run("inbox list", home="ph")
    stage.scene(_("Singapore's node is killed with the order half-way. Nothing is lost, and nothing is done twice"))
    nodes.kill("sg")
    stage.until("peer list", lambda rows: any(row["failures"] for row in rows), home="vn")
    stage.run("peer list", home="vn")
    nodes.start("sg")
    stage.run("peer resume SG.orchid", home="vn")
    stage.until("request list", lambda rows: _state(rows, order) == "received", home="vn")
    stage.say(_("It has arrived, and the node in Singapore has said so with its own signature:"))
    stage.run(f"request show {order}", home="vn")


def _accept(stage: Stage, nodes: Serving, order: str) -> None:
    """Answer at the provider's desk while the asker's node is down."""
    stage.scene(_("Singapore: the legal desk sees at a glance who asks, what, and what is due, and answers"))
    stage.run("answer queue", home="sg")
    stage.run(f"answer show {order}", home="sg")
    stage.run(f"request safeguards {order} --with sheets/execute.yaml", home="sg", rows=3)
    stage.say(_("Now Viet Nam's node is killed, so the answer waits in Singapore:"))
    nodes.kill("vn")
    until = stamp(SystemClock().now() + timedelta(days=60))
    stage.run(f"answer accept {order} --until {until} --key keys/sg/desk", home="sg")
    stage.until("peer list", lambda rows: any(row["failures"] for row in rows), home="sg")
    stage.run("peer list", home="sg")
    nodes.start("vn")
    stage.run("peer resume VN.a05", home="sg")
    stage.until("request list", lambda rows: _state(rows, order) == "accepted", home="vn")
    stage.run("request list", home="vn", rows=3)


def _disclose(stage: Stage, order: str, disclosure: str) -> None:
    """Ask for what was preserved; it is delivered, checked and written out."""
    stage.scene(_("The preserved data are asked for, with an order of the court"))
    line = f"request follow {order} --relation follows --measure disclose-subscriber --with sheets/disclose.yaml"
    stage.run(line, home="vn")
    stage.run(f"request fill {disclosure} --with sheets/order.yaml --attach orders/order.txt", home="vn")
    _release(stage, disclosure)
    stage.run(f"send {disclosure}", home="vn")
    stage.until("request list", lambda rows: _state(rows, disclosure) == "received", home="vn")
    stage.scene(
        _("Singapore accepts and delivers: one file in a message, one behind an address that only Viet Nam can open")
    )
    stage.run(f"request safeguards {disclosure} --with sheets/execute.yaml", home="sg", rows=1)
    stage.run(f"answer accept {disclosure} --key keys/sg/desk", home="sg")
    stage.run(f"answer deliver {disclosure} returns/subscribers.csv", home="sg")
    stage.run(f"answer deliver {disclosure} returns/logins.csv --way url", home="sg")
    stage.scene(_("Viet Nam: the files are there, each held against the digest that its sender signed"))
    stage.until("delivery list", lambda rows: len(rows) == 2 and all(row["whole"] for row in rows), home="vn")
    stage.run("delivery list", home="vn")
    stage.run(f"delivery export {disclosure} --to returned", home="vn")
    stage.tool("sha256sum -c SHA256SUMS", within="returned")


def _copied(stage: Stage, order: str) -> None:
    """Bring a copy of an order once more, and to another desk."""
    stage.scene(_("Somebody has copied the order on its way: again it does nothing, and at another desk it is refused"))
    stage.run(f"send {order} --file post/order.json", home="vn", show=False)
    stage.run("inbox take post/order.json --out post/again.json", home="sg")
    stage.run("inbox take post/order.json --out post/elsewhere.json", home="ph", expect=1)


def _alike(stage: Stage, references: list[str]) -> None:
    """Hold the two sides of every request against each other, and every log against itself."""
    stage.scene(_("Both sides say the same, and every log is whole"))
    for home in ("vn", *ADDRESSEES):
        stage.until("peer list", lambda peers: not any(peer["waiting"] for peer in peers), home=home)
    rows = {home: stage.data("request list", home=home) for home in ("vn", *ADDRESSEES)}
    for reference in references:
        there = next(home for home in ADDRESSEES if _state(rows[home], reference))
        ours, theirs = (_sides(stage, home, reference) for home in ("vn", there))
        if ours != theirs:
            raise DemoError(f"got {theirs} at {there} on {reference}, expected {ours} as at vn")
        stage.say(_("{reference}  {state} on both sides, by the same signed receipts ({count})").format(
            reference=reference, state=ours["state"], count=len(ours["receipts"])
        ))  # fmt: skip
    for home in rows:
        stage.run("log verify", home=home)
    stage.run("doctor", home="vn")


def _release(stage: Stage, reference: str) -> None:
    """Seal and release a request, as the first act shows it."""
    stage.run(f"request seal {reference} --key keys/vn/post-3", home="vn", show=False)
    stage.run(f"request release {reference} --key keys/vn/post-1b", home="vn", show=False)


def _state(rows: list[dict[str, Any]], reference: str) -> str:
    return next((str(row["state"]) for row in rows if row["reference"] == reference), "")


def _sides(stage: Stage, home: str, reference: str) -> dict[str, Any]:
    """Give what both sides of a request must agree on."""
    shown = stage.data(f"request show {reference}", home=home)
    return {"state": shown["state"], "package": shown["package"], "receipts": shown["receipts"]}
