"""A registered request can be followed until it is done, and taken back without leaving anything personal behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import pytest
import sqlalchemy as sa

from bot.handoff.openklant.client import Client
from bot.handoff.openklant.errors import NotFound, Unauthorized, Unavailable
from bot.handoff.openklant.submit import status, withdraw
from bot.handoff.openklant.values import Stappen, Taakstatus, Teruggetrokken
from bot.sandbox import openklant_tables as tables
from tests.handoff.openklant.conftest import Contract, Kept, Sandbox, Serve, make_verzoek
from tests.handoff.openklant.test_submit import ONCE, POSTS, register

T = TypeVar("T")
REFERENTIE = "4820017365"
ACTORS = {"actor": 2}
"""What stays after a withdrawal: Vraagbaak and the department."""


def ask(sandbox: Sandbox, question: Callable[[Client], Awaitable[T]], **changes: Any) -> T:
    async def run() -> T:
        async with sandbox.client(**changes) as client:
            return await question(client)

    return asyncio.run(run())


def take_back(sandbox: Sandbox, stappen: Stappen | None = None, **changes: Any) -> Teruggetrokken:
    return ask(
        sandbox,
        lambda client: withdraw(client, stappen or Stappen(), referentienummer=REFERENTIE),
        **changes,
    )


def handle(sandbox: Sandbox, stappen: Stappen, **fields: Any) -> None:
    """As an employee does, in KISS or ITA."""
    ask(sandbox, lambda client: client.send("PATCH", f"internetaken/{stappen.internetaak}", body=fields))


# Following


@pytest.mark.parametrize("by", ["internetaak", "referentienummer"])
def test_a_request_is_open_until_an_employee_handles_it(sandbox: Sandbox, by: str) -> None:
    stappen = register(sandbox)
    key = {"internetaak": stappen.internetaak} if by == "internetaak" else {"referentienummer": REFERENTIE}

    found = ask(sandbox, lambda client: status(client, **key))
    assert (found.internetaak, found.status, found.afgehandeld_op) == (stappen.internetaak, "te_verwerken", None)
    assert found.toegewezen_op is not None
    assert abs(found.toegewezen_op - datetime.now(UTC)) < timedelta(minutes=1)

    handle(sandbox, stappen, status="verwerkt")
    found = ask(sandbox, lambda client: status(client, **key))
    assert found.status == "verwerkt" and found.afgehandeld_op is not None
    assert abs(found.afgehandeld_op - datetime.now(UTC)) < timedelta(minutes=1)

    handle(sandbox, stappen, status="te_verwerken")
    found = ask(sandbox, lambda client: status(client, **key))
    assert (found.status, found.afgehandeld_op) == ("te_verwerken", None)


def test_the_moment_that_an_employee_gives_is_kept(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    handle(sandbox, stappen, status="verwerkt", afgehandeldOp="2026-09-02T10:00:00+02:00")
    found = ask(sandbox, lambda client: status(client, internetaak=stappen.internetaak))
    assert found.afgehandeld_op == datetime(2026, 9, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "key", [{"referentienummer": "1111111111"}, {"internetaak": "00000000-0000-4000-8000-00000000000a"}]
)
def test_what_is_not_there_is_not_found(sandbox: Sandbox, key: dict[str, str]) -> None:
    register(sandbox)
    with pytest.raises(NotFound):
        ask(sandbox, lambda client: status(client, **key))


def test_a_request_without_task_is_not_registered(sandbox: Sandbox) -> None:
    sandbox.faults.add("status", method="POST", path="internetaken", status=500)
    with pytest.raises(Unavailable):
        register(sandbox, pogingen=1)
    sandbox.faults.clear()
    with pytest.raises(NotFound):
        ask(sandbox, lambda client: status(client, referentienummer=REFERENTIE))


def test_a_moment_without_zone_is_in_utc(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    task = {
        "uuid": stappen.internetaak,
        "status": "verwerkt",
        "toegewezenOp": "2026-09-01T07:12:05",
        "afgehandeldOp": 7,
    }

    async def run() -> Taakstatus:
        async with Client(
            sandbox.config(), httpx.MockTransport(lambda _request: httpx.Response(200, json=task))
        ) as client:
            return await status(client, internetaak=stappen.internetaak)

    found = asyncio.run(run())
    assert (found.toegewezen_op, found.afgehandeld_op) == (datetime(2026, 9, 1, 7, 12, 5, tzinfo=UTC), None)


@pytest.mark.parametrize("word", [None, "bezig", 7])
def test_a_status_that_does_not_exist_is_no_answer(sandbox: Sandbox, word: object) -> None:
    uuid = "00000000-0000-4000-8000-00000000000a"
    answer = httpx.Response(200, json={"uuid": uuid, "status": word})

    async def run() -> None:
        async with Client(sandbox.config(), httpx.MockTransport(lambda _request: answer)) as client:
            await status(client, internetaak=uuid)

    with pytest.raises(Unavailable):
        asyncio.run(run())


def test_following_needs_something_to_follow(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="uuid of een referentienummer"):
        ask(sandbox, status)


# Taking back


@pytest.mark.parametrize("known", ["steps", "reference"])
def test_nothing_personal_stays(sandbox: Sandbox, known: str) -> None:
    stappen = register(sandbox)
    assert take_back(sandbox, stappen if known == "steps" else None) == Teruggetrokken(True, 2, 0)
    assert sandbox.counts() == ACTORS


def test_addresses_go_before_the_klantcontact(sandbox: Sandbox) -> None:
    """Afterwards nothing would lead to them any more."""
    stappen = register(sandbox)
    config, transport = sandbox.config(), sandbox.transport()

    async def run() -> None:
        async with Client(config, transport) as client:
            await withdraw(client, stappen, referentienummer=REFERENTIE)

    asyncio.run(run())
    deleted = [request.url.path.split("/")[-2] for request in transport.requests if request.method == "DELETE"]
    assert deleted == ["digitaleadressen", "digitaleadressen", "klantcontacten"]


def test_another_request_stays(sandbox: Sandbox) -> None:
    register(sandbox, make_verzoek(referentienummer="1111111111"))
    take_back(sandbox, register(sandbox))
    assert sandbox.counts() == ONCE


def test_taking_back_twice_does_no_harm(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    take_back(sandbox, stappen)
    assert take_back(sandbox, stappen) == Teruggetrokken(False, 0, 0)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("kind", ["status", "lost"])
def test_a_withdrawal_that_breaks_off_goes_on(sandbox: Sandbox, number: int, kind: str) -> None:
    stappen = register(sandbox)
    sandbox.faults.add(kind, method="DELETE", skip=number, status=500)
    with pytest.raises(Unavailable):
        take_back(sandbox, stappen, pogingen=1)
    sandbox.faults.clear()
    take_back(sandbox, stappen)
    assert sandbox.counts() == ACTORS


@pytest.mark.parametrize("number", range(len(POSTS)))
def test_a_half_registered_request_is_taken_back_too(sandbox: Sandbox, number: int) -> None:
    keep = Kept()
    sandbox.faults.add("lost", method="POST", skip=number)
    with pytest.raises(Unavailable):
        register(sandbox, keep=keep, pogingen=1)
    sandbox.faults.clear()
    take_back(sandbox, keep.last)
    assert sandbox.counts().keys() <= ACTORS.keys()


def test_loose_addresses_of_a_klantcontact_that_is_gone_are_taken_back(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    ask(sandbox, lambda client: client.delete("klantcontacten", str(stappen.klantcontact)))
    assert sandbox.counts() == {**ACTORS, "digitaal_adres": 2}
    assert take_back(sandbox, stappen) == Teruggetrokken(False, 2, 0)
    assert sandbox.counts() == ACTORS


def test_an_address_of_a_known_customer_stays_with_the_customer(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    partij = "00000000-0000-4000-8000-0000000000aa"
    with sandbox.database.begin() as connection:
        connection.execute(
            sa.insert(tables.partij).values(uuid=partij, soortPartij="persoon", naam={}, identificatoren=[])
        )
    path = f"digitaleadressen/{stappen.adressen['email']}"
    ask(sandbox, lambda client: client.send("PATCH", path, body={"verstrektDoorPartij": {"uuid": partij}}))
    assert take_back(sandbox, stappen) == Teruggetrokken(True, 1, 1)
    (left,) = sandbox.rows("digitaal_adres")
    assert (left["adres"], left["verstrektDoorPartij"]) == ("noor@voorbeeld.example", partij)


def test_an_address_that_a_colleague_added_goes_too(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    body = {
        "verstrektDoorBetrokkene": {"uuid": stappen.betrokkene},
        "adres": "0201234567",
        "soortDigitaalAdres": "telefoonnummer",
    }
    ask(sandbox, lambda client: client.send("POST", "digitaleadressen", body=body))
    assert take_back(sandbox, stappen) == Teruggetrokken(True, 3, 0)


def test_a_refusal_is_told_and_nothing_is_taken_for_gone(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    with pytest.raises(Unauthorized):
        take_back(sandbox, stappen, token="anders")
    assert sandbox.counts() == ONCE


@pytest.mark.parametrize("versie", ["2.14", "2.15"])
def test_what_open_klant_itself_leaves_behind(serve: Serve, versie: str) -> None:
    """Why addresses go first: from 2.15 a deleted klantcontact leaves them."""
    sandbox = serve(versie)
    stappen = register(sandbox)
    ask(sandbox, lambda client: client.delete("klantcontacten", str(stappen.klantcontact)))
    assert sandbox.counts() == (ACTORS if versie == "2.14" else {**ACTORS, "digitaal_adres": 2})


def test_onderwerpobjecten_can_take_all_along(sandbox: Sandbox) -> None:
    register(sandbox)
    (subject,) = sandbox.rows("onderwerpobject")
    transport: Contract = sandbox.transport()

    async def run() -> dict[str, Any]:
        async with Client(sandbox.config(), transport) as client:
            return await client.send("DELETE", f"onderwerpobjecten/{subject['uuid']}", params={"cascade": "true"})

    assert asyncio.run(run()) == {"behouden": []}
    assert sandbox.counts() == ACTORS
