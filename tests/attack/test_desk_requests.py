"""Attacks on the pages of cases and requests: another's case, the same form twice, a stale form, script, too much, formulas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from builders.desk import Served, Visitor, served
from builders.officers import FORM, KNOWN, SECRET, complete, draft, hidden, known, signer
from comity.accounts import people
from comity.requests.cases import import_case
from comity.requests.model import OUT
from comity.requests.register import show_request
from comity.requests.tables import requests_of
from comity.web.desk import cases, drafting, request
from comity.web.desk.drafting import by_ours

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
UNKNOWN = "got something that is not here"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk for attacks that leave nothing behind."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made


def count(desk: Served, case: str = KNOWN) -> int:
    """How many requests of a case there are."""
    with desk.nodes.node().store.read() as unit:
        return len(requests_of(unit, [case], OUT))


def look(visitor: Visitor, **changes: object) -> str:
    """The form of a new case, with its lines as they were read."""
    return visitor.post("/cases/new", FORM | changes | {"do": "look"}, page="/cases/new").text


def test_the_request_of_anothers_case_is_not_there(desk: Served) -> None:
    """Every page and form of a case and a request that one does not know of answers as if there were none."""
    made = desk.nodes.sealed()
    desk.person("owner", "drafter")
    known(desk, "owner")
    stranger = desk.client("stranger", "drafter", "releaser", "confirmer", "officer", "lawyer")
    for route in (*cases.ROUTES, *drafting.ROUTES, *request.ROUTES):
        if route.case is None:
            continue
        path = route.path.replace("{case:path}", KNOWN).replace("{request}", made.id)
        way = stranger.get(path) if route.method == "GET" else stranger.post(path, page="/cases")
        assert way.status_code == 404, path
        assert made.reference not in way.text, path
    assert show_request(desk.nodes.office(), made.id).request == made


def test_a_request_that_came_in_is_none_of_ours(desk: Served) -> None:
    """A request that came in is not found among those of this node, whatever case it names."""
    desk.nodes.received()
    there = desk.nodes.office("SG.orchid")
    with there.store.read() as unit:
        from comity.requests.tables import find_requests

        came = find_requests(unit, direction="in")[0]

    class There:
        node = desk.nodes.node("SG.orchid")

    from comity.requests.errors import NoRequest

    with pytest.raises(NoRequest):
        by_ours(There, {"request": came.id})  # type: ignore[arg-type]


def test_who_drafted_does_not_release_even_with_both_roles_and_keys(desk: Served) -> None:
    """A person who drafted and has both roles is refused the release, also of what somebody else sealed for him."""
    both = desk.client("both", "drafter", "releaser")
    request = draft(desk, "both")
    path = f"/request/{request.id}"
    page = both.get(f"{path}/draft").text
    both.post(f"{path}/draft", complete(page) | {"use_limits": "For this case.", "do": "keep"}, page=path)
    lan = signer(desk, "lan", "drafter")
    known(desk, "lan")
    assert lan.post(f"{path}/seal", {"passphrase": SECRET}, page=path).status_code == 303
    keys = desk.nodes.home() / "keys"
    desk.nodes.key("release").save(keys / "both.key", SECRET)
    holder = desk.nodes.office().me().key(desk.nodes.key("release").public.keyid)
    assert holder is not None
    people.bind_key(desk.crew.staff, desk.person("admin"), desk.person("both").id, "both.key", holder.holder)
    assert 'action="' + path + '/release"' not in both.get(path).text
    refused = both.post(f"{path}/release", {"passphrase": SECRET}, page=path)
    assert refused.status_code == 409
    assert "have somebody else release it" in refused.text
    assert show_request(desk.nodes.office(), request.id).request.state == "sealed"


def test_the_same_form_twice_has_one_effect(desk: Served) -> None:
    """A case opened twice, a draft begun twice, a seal and a release sent twice: each happens once."""
    lan, minh = signer(desk, "lan", "drafter"), signer(desk, "minh", "releaser")
    seen = look(lan)
    form = FORM | {"do": "keep", "looked": hidden(seen, "looked"), "take": re.findall(r'"take" value="(\d+)"', seen)}
    assert {lan.post("/cases/new", form, page="/cases/new").status_code for _ in range(2)} == {303}
    case = "VN-2026-0042"
    begin = {"once": hidden(lan.get(f"/case/{case}").text, "once"), "measure": "preserve", "to": "SG.orchid"}
    found = {lan.post(f"/cases/draft/{case}", begin, page="/cases").headers["location"] for _ in range(2)}
    assert (len(found), count(desk, case)) == (1, 1)
    request = draft(desk, "lan", "minh")
    path = f"/request/{request.id}"
    seal = {"passphrase": SECRET, "seen": hidden(lan.get(path).text, "seen")}
    assert [lan.post(f"{path}/seal", seal, page=path).status_code for _ in range(2)] == [303, 303]
    release = {"passphrase": SECRET, "seen": hidden(minh.get(path).text, "seen")}
    assert [minh.post(f"{path}/release", release, page=path).status_code for _ in range(2)] == [303, 303]
    assert desk.nodes.events().count("request.sealed") == desk.nodes.events().count("request.released") == 1


def test_an_id_of_another_case_begins_nothing(desk: Served) -> None:
    """A draft begun under the id of a request of another case is refused, and tells nothing of it."""
    other = desk.nodes.draft()
    lan = desk.client("lan", "drafter")
    import_case(desk.nodes.office(), desk.nodes.sheet(_case("VN-2026-0001")))
    known(desk, "lan", "VN-2026-0001")
    form = {"measure": "preserve", "to": "SG.orchid"}
    for once in (other.id, "x", "../../etc"):
        refused = lan.post("/cases/draft/VN-2026-0001", form | {"once": once}, page="/cases")
        assert refused.status_code == 422
        assert other.reference not in refused.text
    assert count(desk, "VN-2026-0001") == 0


def test_a_stale_form_overwrites_nothing(desk: Served) -> None:
    """What somebody else changed meanwhile is not lost: the draft, the case, and what one is about to sign."""
    lan, minh = signer(desk, "lan", "drafter"), desk.client("minh", "drafter")
    request = draft(desk, "lan", "minh")
    path = f"/request/{request.id}"
    first = complete(lan.get(f"{path}/draft").text)
    seal = {"passphrase": SECRET, "seen": hidden(lan.get(path).text, "seen")}
    assert minh.post(f"{path}/draft", first | {"use_limits": "By Minh.", "do": "keep"}, page=path).status_code == 303
    late = lan.post(f"{path}/draft", first | {"use_limits": "By Lan.", "do": "keep"}, page=path)
    assert (late.status_code, "By Lan." in late.text) == (409, True)
    assert lan.post(f"{path}/seal", seal, page=path).status_code == 409
    assert show_request(desk.nodes.office(), request.id).request.document["use_limits"] == "By Minh."
    edit = f"/cases/change/{KNOWN}"
    before = {"before": hidden(lan.get(edit).text, "before"), "do": "keep", "offence-0": "Fraud", "title": "T"}
    assert minh.post(edit, before | {"facts": "Minh says."}, page=edit).status_code == 303
    late = lan.post(edit, before | {"facts": "Lan says."}, page=edit)
    assert (late.status_code, "Lan says." in late.text) == (409, True)
    assert "Minh says." in lan.read(f"/case/{KNOWN}")


def test_a_releaser_signs_what_he_saw(desk: Served) -> None:
    """A request that was given back and sealed anew with other words is not released by the form for the old ones."""
    lan, minh = signer(desk, "lan", "drafter"), signer(desk, "minh", "releaser")
    request = draft(desk, "lan", "minh")
    path = f"/request/{request.id}"
    lan.post(f"{path}/seal", {"passphrase": SECRET}, page=path)
    old = {"passphrase": SECRET, "seen": hidden(minh.get(path).text, "seen")}
    minh.post(f"{path}/reopen", {"passphrase": SECRET, "reason": "Look again"}, page=path)
    typed = complete(lan.get(f"{path}/draft").text)
    lan.post(f"{path}/draft", typed | {"use_limits": "Anything at all.", "do": "keep"}, page=path)
    lan.post(f"{path}/seal", {"passphrase": SECRET}, page=path)
    assert minh.post(f"{path}/release", old, page=path).status_code == 409
    assert show_request(desk.nodes.office(), request.id).request.state == "sealed"


def test_script_in_what_is_typed_is_text(desk: Served) -> None:
    """Facts, titles, relations and answers with markup in them are shown as they were typed, on every page."""
    lan = desk.client("lan", "drafter")
    seen = look(lan, facts=SCRIPT, title=SCRIPT, relation=SCRIPT, pasted=f"Mule@example.com\n{SCRIPT}")
    form = FORM | {"facts": SCRIPT, "title": SCRIPT, "relation": SCRIPT, "pasted": f"Mule@example.com\n{SCRIPT}"}
    form |= {"do": "keep", "looked": hidden(seen, "looked"), "take": ["1"]}
    case = lan.post("/cases/new", form, page="/cases/new").headers["location"]
    begin = {"once": hidden(lan.get(case).text, "once"), "measure": "preserve", "to": "SG.orchid"}
    path = lan.post(case.replace("/case/", "/cases/draft/"), begin, page=case).headers["location"]
    pages = [seen, lan.get(case).text, lan.get("/cases").text, lan.get(path).text, lan.get("/").text]
    pages.append(lan.get(path.removesuffix("/draft")).text)
    pages.append(lan.post(path, {"use_limits": SCRIPT, "necessity": SCRIPT, "do": "check"}, page=path).text)
    pages.append(lan.post(path.replace("/draft", "/preflight"), {"reply-by": SCRIPT}, page=path).text)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("pasted", "status"),
    [
        ("a@example.com\n" * 302, 422),
        ("x" * 300_000, 200),
        ("1\n" * 100_000, 422),
        ("x" * 600_000, 413),
        ('value\n"a', 422),
        ("kind,value,port\nip,192.0.2.1,99999999999", 200),
        ("kind,value,since\nip,192.0.2.1,yesterday", 200),
    ],
)
def test_too_much_or_broken_tables_are_told(shared: Served, pasted: str, status: int) -> None:
    """A list beyond the limits, or a table that is none, is refused in words; nothing breaks off."""
    lan = shared.client("lan", "drafter")
    answer = lan.post("/cases/new", FORM | {"pasted": pasted, "do": "look"}, page="/cases/new")
    assert answer.status_code == status


def test_a_formula_is_no_identifier(desk: Served) -> None:
    """Cells that a table program would run are recognised as nothing, and what is carried out is JSON."""
    lan = desk.client("lan", "drafter")
    page = look(lan, pasted="value,relation\n=1+1,=cmd|' /C calc'!A0\n@SUM(1),x\n-2+3,y\n+1 202 555 0143,=2+2")
    assert page.count("Not taken") == 3
    form = FORM | {"pasted": "value,relation\n+1 202 555 0143,=2+2", "do": "keep", "take": ["2"]}
    seen = look(lan, pasted=form["pasted"])
    where = lan.post("/cases/new", form | {"looked": hidden(seen, "looked")}, page="/cases/new").headers["location"]
    out = lan.get(where.replace("/case/", "/cases/export/"))
    assert out.headers["content-type"].startswith("application/json")
    assert json.loads(out.text)["identifiers"][0]["relation"] == "=2+2"


def test_nobody_takes_a_case_by_opening_it_again(desk: Served) -> None:
    """A reference that is taken opens nothing, brings nobody in, and changes nothing, whether somebody knows of it or not."""
    draft(desk)
    lan = desk.client("lan", "drafter")
    seen = look(lan, reference=KNOWN)
    form = FORM | {"reference": KNOWN, "do": "keep", "looked": hidden(seen, "looked"), "take": ["1"]}
    refused = lan.post("/cases/new", form, page="/cases/new")
    assert refused.status_code == 403
    assert lan.get(f"/case/{KNOWN}").status_code == 404


def test_lines_that_were_not_shown_are_not_taken(desk: Served) -> None:
    """Lines that changed after they were looked at are shown again, and nothing is kept."""
    lan = desk.client("lan", "drafter")
    looked = hidden(look(lan), "looked")
    form = FORM | {"pasted": "other@example.com", "do": "keep", "looked": looked, "take": ["1"]}
    answer = lan.post("/cases/new", form, page="/cases/new")
    assert (answer.status_code, "Are these right?" in answer.text) == (200, True)
    assert lan.get("/case/VN-2026-0042").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("measure", "destroy"),
        ("to", "../../etc"),
        ("language", "<b>"),
        ("secrecy-until", "tomorrow"),
        ("reply-by", "9999999"),
        ("target", "0000000000000000"),
        ("candidate", "no-such-basis"),
        ("contents-nothing", "x"),
        ("answer-gate-none", "x"),
        ("necessity", "a\u202eb\x00c"),
        ("since", "never"),
    ],
)
def test_a_field_that_no_form_sends_breaks_nothing(shared: Served, field: str, value: str) -> None:
    """A field with a value that the page never offers is refused or left out, live and kept, and never a fault of ours."""
    lan = shared.client("lan", "drafter")
    request = draft(shared, "lan")
    path = f"/request/{request.id}/draft"
    typed = complete(lan.get(path).text) | {field: value}
    for do, where in (("check", path), ("", path.replace("/draft", "/preflight")), ("keep", path)):
        assert lan.post(where, typed | {"do": do}, page=path).status_code < 500, (field, do)
    assert lan.get(path).status_code == 200
    assert lan.get(path.removesuffix("/draft")).status_code == 200
    assert lan.get(path.replace("/draft", "/document")).status_code < 500


@pytest.mark.parametrize("name", ["../../evil.txt", "..", "a\x00b", "CON", "x" * 300])
def test_an_attachment_has_a_plain_name(shared: Served, name: str) -> None:
    """A file whose name leads elsewhere is kept under its last part alone, or refused."""
    lan = shared.client("lan", "drafter")
    request = draft(shared, "lan")
    path = f"/request/{request.id}/attach"
    answer = lan.post(path, page="/cases", files={"file": (name, b"order")})
    assert answer.status_code < 500
    kept = show_request(shared.nodes.office(), request.id).request.document.get("attachments", [])
    assert all("/" not in one["path"] for one in kept)


def _case(reference: str) -> dict[str, object]:
    from builders.world import CASE

    return CASE | {"reference": reference}
