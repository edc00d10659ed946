"""Every version of Open Klant from 2.4 gets what it wants, and a request stays one request in all of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from bot.handoff.openklant.client import Client
from bot.handoff.openklant.errors import Refused, Unavailable
from bot.handoff.openklant.submit import status, submit, withdraw
from bot.handoff.openklant.values import Stappen, Teruggetrokken
from bot.handoff.openklant.versions import dialect, read_version
from bot.sandbox.openklant import VERSIES
from tests.handoff.openklant.conftest import Contract, Kept, Sandbox, Serve, make_verzoek
from tests.handoff.openklant.test_client import CONFIG
from tests.handoff.openklant.test_submit import ONCE, register

OLD = [versie for versie in VERSIES if versie not in ("2.16", "2.17", "2.18")]


def bodies(transport: Contract, resource: str) -> list[dict[str, Any]]:
    return [
        json.loads(request.content)
        for request in transport.requests
        if request.method == "POST" and request.url.path.endswith(f"/{resource}")
    ]


@pytest.mark.parametrize("versie", VERSIES)
def test_a_request_arrives_once(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    stappen = register(sandbox)
    assert sandbox.counts() == ONCE
    # Forgotten, and submitted again.
    assert register(sandbox) == stappen
    assert sandbox.counts() == ONCE


@pytest.mark.parametrize("versie", VERSIES)
@pytest.mark.parametrize("number", [0, 6], ids=["klantcontact", "internetaak"])
def test_a_lost_answer_makes_no_double(serve: Serve, versie: str, number: int) -> None:
    sandbox = serve(versie)
    sandbox.faults.add("lost", method="POST", skip=number, times=1)
    register(sandbox)
    assert sandbox.counts() == ONCE


@pytest.mark.parametrize("versie", OLD)
def test_a_version_that_keeps_no_reference_has_it_in_the_text(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    transport = sandbox.transport()
    register(sandbox, transport=transport)
    (contact,) = sandbox.rows("klantcontact")
    assert contact["inhoud"].split("\n")[-2:] == ["Terugbellen: Maandag tussen 9 en 12 uur", "Referentie: 4820017365"]
    assert contact["referentienummer"] is None and contact["nummer"] == "0000000001"
    (sent,) = bodies(transport, "maak-klantcontact")
    assert not {"referentienummer", "metadata", "nummer"} & sent["klantcontact"].keys()
    assert "referentienummer" not in bodies(transport, "internetaken")[0]


@pytest.mark.parametrize("versie", ["2.16", "2.17", "2.18"])
def test_a_version_that_keeps_a_reference_does_not_have_it_in_the_text(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    register(sandbox)
    (contact,) = sandbox.rows("klantcontact")
    (task,) = sandbox.rows("internetaak")
    assert (contact["referentienummer"], task["referentienummer"]) == ("4820017365", "4820017365")
    assert "4820017365" not in contact["inhoud"] and contact["nummer"] is None


@pytest.mark.parametrize("versie", VERSIES)
def test_nulls_are_sent_only_to_versions_that_want_them(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    transport = sandbox.transport()
    register(sandbox, transport=transport)
    (sent,) = bodies(transport, "maak-klantcontact")
    (address, _) = bodies(transport, "digitaleadressen")
    wanted = versie in ("2.4", "2.7")
    assert ("wasPartij" in sent["betrokkene"]) is wanted
    assert ("wasKlantcontact" in sent["onderwerpobject"]) is wanted
    assert ("verstrektDoorPartij" in address) is wanted
    assert address["omschrijving"] == "telefoonnummer"


@pytest.mark.parametrize(
    ("versie", "adres"),
    [("2.10", "0881234567"), ("2.13", "+31881234567"), ("2.16", "+31881234567"), ("2.17", "0881234567")],
)
def test_a_number_of_an_organisation_is_written_as_the_version_takes_it(serve: Serve, versie: str, adres: str) -> None:
    sandbox = serve(versie)
    register(sandbox, make_verzoek(telefoon="0881234567", email=None))
    register(sandbox, make_verzoek(telefoon="0881234567", email=None))
    assert [one["adres"] for one in sandbox.rows("digitaal_adres")] == [adres]


@pytest.mark.parametrize("versie", ["2.4", "2.10", "2.18"])
def test_a_service_number_is_refused_by_us_in_all_versions(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    with pytest.raises(Refused):
        register(sandbox, make_verzoek(telefoon="08001234567"))
    assert sandbox.counts() == {}


@pytest.mark.parametrize("versie", ["2.4", "2.13"])
def test_a_filter_that_is_ignored_does_not_give_us_what_is_anothers(serve: Serve, versie: str) -> None:
    """These versions ignore parameters that they do not know, and then give everything there is."""
    sandbox = serve(versie)
    other = register(sandbox, make_verzoek(referentienummer="1111111111", naam="Iemand Anders"))
    stappen = register(sandbox)
    assert stappen.klantcontact != other.klantcontact
    assert [one["contactnaam"]["achternaam"] for one in sandbox.rows("betrokkene")] == [
        "Iemand Anders",
        "Noor Voorbeeld",
    ]
    assert [one["aanleidinggevendKlantcontact"] for one in sandbox.rows("internetaak")] == [
        other.klantcontact,
        stappen.klantcontact,
    ]


@pytest.mark.parametrize("versie", VERSIES)
def test_a_version_that_is_not_told_gets_what_works_everywhere(serve: Serve, versie: str) -> None:
    sandbox = serve(versie, header=False)
    transport = Contract(strict=False)
    first = register(sandbox, make_verzoek(referentienummer="1111111111"), transport=transport)
    assert "wasPartij" in bodies(transport, "maak-klantcontact")[0]["betrokkene"]
    stappen = register(sandbox, transport=Contract(strict=False))
    assert register(sandbox, transport=Contract(strict=False)) == stappen != first
    assert len(sandbox.rows("internetaak")) == 2
    assert sandbox.rows("klantcontact")[1]["inhoud"].endswith("\nReferentie: 4820017365")


@pytest.mark.parametrize("versie", ["2.4", "2.13", "2.15", "2.16", "2.18"])
def test_a_request_is_followed_and_taken_back_by_its_reference_alone(serve: Serve, versie: str) -> None:
    sandbox = serve(versie)
    register(sandbox, make_verzoek(referentienummer="1111111111"))
    stappen = register(sandbox)

    async def follow() -> str:
        async with sandbox.client() as client:
            return (await status(client, referentienummer="4820017365")).internetaak

    async def take_back() -> Teruggetrokken:
        async with sandbox.client() as client:
            return await withdraw(client, Stappen(), referentienummer="4820017365")

    assert asyncio.run(follow()) == stappen.internetaak
    assert asyncio.run(take_back()) == Teruggetrokken(klantcontact=True, adressen=2, behouden=0)
    assert sandbox.counts() == ONCE, "het andere verzoek blijft"
    assert asyncio.run(take_back()) == Teruggetrokken(klantcontact=False, adressen=0, behouden=0)


def test_a_colleague_who_quotes_the_reference_is_not_taken_for_the_request(serve: Serve) -> None:
    sandbox = serve("2.15")
    stappen = register(sandbox)

    async def quote() -> None:
        async with sandbox.client() as client:
            body = {"onderwerp": "Nabellen", "taal": "nld", "vertrouwelijk": False}
            for kanaal, inhoud in (
                ("telefoon", "Gebeld over\nReferentie: 4820017365"),
                ("chatbot", "Gebeld over Referentie: 4820017365, niet bereikt"),
            ):
                await client.send("POST", "klantcontacten", body={**body, "kanaal": kanaal, "inhoud": inhoud})

    asyncio.run(quote())
    assert register(sandbox) == stappen
    assert len(sandbox.rows("internetaak")) == 1


def test_an_upgrade_while_a_request_is_on_its_way_makes_no_double(serve: Serve) -> None:
    old = serve("2.15")
    keep = Kept()
    old.faults.add("status", method="POST", path="internetaken", status=500)
    with pytest.raises(Unavailable):
        register(old, keep=keep, pogingen=1)
    old.stop()
    new = Sandbox(old.database, "2.18")
    try:
        stappen = register(new, stappen=keep.last)
        assert stappen.klantcontact == keep.last.klantcontact and new.counts() == ONCE
    finally:
        new.stop()


@pytest.mark.parametrize(
    ("header", "versie"),
    [
        ("0.9.0", (0, 9, 0)),
        (" 1.0", (1, 0, 0)),
        ("0.10.2-beta", (0, 10, 2)),
        ("", None),
        (None, None),
        ("onbekend", None),
        ("v1", None),
        ("99999999999999999999.0.0", None),
        ("٠.٩.٠", None),
    ],
)
def test_the_version_is_read_from_the_header(header: str | None, versie: tuple[int, int, int] | None) -> None:
    assert read_version(header) == versie


def test_a_version_of_the_future_is_spoken_to_as_the_newest() -> None:
    assert dialect((1, 4, 0)) == dialect((0, 9, 0))


def test_the_version_is_taken_from_any_answer_also_an_error() -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers={"API-version": "0.6.0"})

    async def run() -> Client:
        async with Client(CONFIG, httpx.MockTransport(refuse)) as client:
            with pytest.raises(Unavailable):
                await submit(client, CONFIG, make_verzoek(), Stappen(), Kept())
            return client

    assert asyncio.run(run()).versie == (0, 6, 0)
