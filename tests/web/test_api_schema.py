"""The API keeps what its description says: schemathesis calls every operation by it, with what fits and what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no stubs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.generation import GenerationMode

from builders.api import Program, program, returned, signs_as
from builders.desk import Served, served
from builders.exhibits import item
from builders.incoming import PASSPHRASE, Desks, desks
from builders.officers import SECRET
from builders.world import CASE
from comity.accounts import tables
from comity.accounts.model import Attempts
from comity.web.api.catalogue import OPERATIONS
from comity.web.api.operations import JSON, Operation

SHORT, LONG = 1, 60
CHECKS = [
    checks.not_a_server_error, checks.content_type_conformance, checks.status_code_conformance,
    checks.response_schema_conformance,
]  # fmt: skip
QUERIES = ["list_requests", "list_timeline", "list_flow", "read_country", "verify_package"]
ITEM = "E-17"
EVERYTHING = ["officer", "drafter", "releaser", "confirmer", "lawyer", "custodian", "provider"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk whose tokens may call as often as they like."""
    with served(tmp_path_factory.mktemp("desk"), token_calls=1_000_000) as made:
        yield made


@pytest.fixture(scope="module")
def lan(desk: Served, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program that may do everything on content, with a case, a draft and a return."""
    made = program(desk, "lan", *EVERYTHING)
    made.post("/cases", CASE)
    made.post(f"/requests?case={CASE['reference']}", {"measure": "preserve", "to": "SG.orchid"})
    returned(desk, tmp_path_factory.mktemp("return"), CASE["reference"])
    item(desk, tmp_path_factory.mktemp("item"), CASE["reference"], ITEM)
    keys = desk.nodes.home() / "keys"
    keys.mkdir(exist_ok=True)
    signs_as(desk, "lan", "draft").save(keys / "lan.key", SECRET)
    return made


@pytest.fixture(scope="module")
def schema(lan: Program) -> Any:
    """The description, as schemathesis reads it, with things in it that are there."""
    request = lan.get("/requests").json()["items"][0]["id"]
    return described(lan, {"case": CASE["reference"], "request": request, "item": ITEM}, SECRET)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The desk of a provider to which a request came."""
    with desks(tmp_path_factory.mktemp("desks"), token_calls=1_000_000) as made:
        made.signer("wei", *EVERYTHING)
        yield made


@pytest.fixture(scope="module")
def arrived(shared: Desks) -> tuple[Any, Program]:
    """The description with the request that came, and a program of somebody who knows of it."""
    request, wei = shared.taken("wei"), program(shared.served, "wei", *EVERYTHING)
    case = f"VN.a05:{request.case}"
    return described(wei, {"case": case, "request": request.id}, PASSPHRASE), wei


def described(calls: Program, there: dict[str, str], passphrase: str) -> Any:
    """The description with names of things that are there, and the passphrase of the caller's key."""
    document = calls.get("/openapi.json").json()
    document["components"].pop("securitySchemes")  # else it makes tokens up
    for shape in document["components"]["schemas"].values():
        if "passphrase" in shape.get("properties", {}):
            shape["properties"]["passphrase"] = {"enum": [passphrase]}
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security")
            for one in operation.get("parameters", []):
                if one["name"] in there:
                    one["schema"] = {"enum": [there[one["name"]], "X-NONE"]}
    return schemathesis.openapi.from_dict(document)


def forgotten(desk: Served) -> None:
    """Wrong passphrases are forgotten, so that none has to be waited for."""
    with desk.crew.staff.store.write() as unit:
        tables.sweep(unit, Attempts, "at", desk.crew.staff.now + timedelta(days=1))


def called(desk: Served, schema: Any, calls: Program, operation: str, examples: int, mode: GenerationMode) -> None:
    """Call an operation with examples made from the description, and hold each answer against it."""
    found = schema.find_operation_by_id(operation)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=examples == SHORT, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(found.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        headers = {"authorization": f"Bearer {calls.word}"}
        forgotten(desk)
        answer = case.call(base_url=f"{calls.client.base_url}".rstrip("/") + "/api/v1", headers=headers)
        assert answer.status_code not in (401, 429), answer.text
        case.validate_response(answer, checks=CHECKS, headers=headers)

    try:
        one()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # where every text is a fitting one


@pytest.mark.parametrize("operation", [*(one.id for one in OPERATIONS if one.takes == JSON), *QUERIES])
def test_an_operation_keeps_its_description(desk: Served, schema: Any, lan: Program, operation: str) -> None:
    """What fits the description and what does not gets an answer that the description has, and never a 500."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        called(desk, schema, lan, operation, SHORT, mode)


@pytest.mark.soak
@pytest.mark.parametrize("operation", [one.id for one in OPERATIONS])
def test_an_operation_keeps_its_description_for_long(desk: Served, schema: Any, lan: Program, operation: str) -> None:
    """The same with many examples."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        called(desk, schema, lan, operation, LONG, mode)


@pytest.mark.soak
@pytest.mark.parametrize("operation", [one.id for one in OPERATIONS if one.path.startswith("/incoming")])
def test_an_answer_keeps_its_description_for_long(shared: Desks, arrived: tuple[Any, Program], operation: str) -> None:
    """The same at a provider, on a request that came in and of which the caller knows."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        called(shared.served, *arrived, operation, LONG, mode)


def test_the_description_is_complete(lan: Program) -> None:
    """The description is OpenAPI 3.1 with every operation under its id, and leads to no other server."""
    document = lan.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api/v1"}]
    assert "://" not in json.dumps(document["paths"]).replace("https://in-toto.io", "")
    found = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert sorted(found) == sorted(one.id for one in OPERATIONS)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.takes == JSON], ids=lambda one: one.id)
def test_the_example_of_a_body_fits_its_description(lan: Program, operation: Operation) -> None:
    """Every operation that takes a document shows one, and it fits what the description says of it."""
    document = lan.get("/openapi.json").json()
    told = document["paths"][operation.path.replace(":path", "")][operation.method.lower()]["requestBody"]
    body = told["content"][JSON]
    example = body["examples"]["one"]["value"]
    jsonschema.Draft202012Validator(body["schema"] | {"components": document["components"]}).validate(example)
