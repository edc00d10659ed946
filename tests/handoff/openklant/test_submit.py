"""A call-back request arrives in Open Klant once, whole, and with everything in its place, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import sqlalchemy as sa

from bot.handoff.openklant.client import Client
from bot.handoff.openklant.errors import Invalid, Misconfigured, OpenKlantError, Refused, Unauthorized, Unavailable
from bot.handoff.openklant.submit import submit
from bot.handoff.openklant.values import ActorVerwijzing, OpenKlantConfig, Stappen, Verzoek
from bot.sandbox import openklant_tables as tables
from tests.channels.webchat_server import until
from tests.handoff.openklant.conftest import Contract, Kept, Sandbox, Serve, make_verzoek

ONCE = {
    "klantcontact": 1,
    "betrokkene": 1,
    "digitaal_adres": 2,
    "actor": 2,
    "actorklantcontact": 1,
    "internetaak": 1,
    "internetaak_actor": 1,
    "onderwerpobject": 1,
}
"""All there is after one request with a phone number, an e-mail address and a zaak."""
POSTS = (
    "maak-klantcontact",
    "digitaleadressen",
    "digitaleadressen",
    "actoren",
    "actorklantcontacten",
    "actoren",
    "internetaken",
)


def register(
    sandbox: Sandbox,
    verzoek: Verzoek | None = None,
    stappen: Stappen | None = None,
    keep: Kept | None = None,
    transport: Contract | None = None,
    **changes: Any,
) -> Stappen:
    """Submit, as a worker does."""
    config = sandbox.config(**changes)

    async def run() -> Stappen:
        async with Client(config, transport or sandbox.transport()) as client:
            return await submit(client, config, verzoek or make_verzoek(), stappen or Stappen(), keep or Kept())

    return asyncio.run(run())


def test_everything_is_where_it_belongs(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    assert sandbox.counts() == ONCE
    (contact,) = sandbox.rows("klantcontact")
    assert contact["uuid"] == stappen.klantcontact
    assert (contact["referentienummer"], contact["kanaal"], contact["taal"]) == ("4820017365", "chatbot", "nld")
    assert contact["onderwerp"] == "Evenementenvergunning"
    assert contact["inhoud"] == "Mag er een aggregaat bij een buurtfeest?\n\nTerugbellen: Maandag tussen 9 en 12 uur"
    assert contact["metadata"] == {"bron": "vraagbaak", "gesprek": "b7c1f0"}
    assert contact["indicatieContactGelukt"] is None and contact["vertrouwelijk"] is False
    assert contact["plaatsgevondenOp"].isoformat() == "2026-09-01T07:12:00"
    (person,) = sandbox.rows("betrokkene")
    assert (person["uuid"], person["hadKlantcontact"]) == (stappen.betrokkene, stappen.klantcontact)
    assert (person["rol"], person["initiator"], person["wasPartij"]) == ("klant", True, None)
    assert person["contactnaam"]["achternaam"] == "Noor Voorbeeld"
    addresses = {one["soortDigitaalAdres"]: one for one in sandbox.rows("digitaal_adres")}
    assert {kind: one["adres"] for kind, one in addresses.items()} == {
        "telefoonnummer": "0612345678",
        "email": "noor@voorbeeld.example",
    }
    assert {kind: one["uuid"] for kind, one in addresses.items()} == stappen.adressen
    assert {one["verstrektDoorBetrokkene"] for one in addresses.values()} == {stappen.betrokkene}
    (subject,) = sandbox.rows("onderwerpobject")
    assert subject["klantcontact"] == stappen.klantcontact
    assert subject["onderwerpobjectidentificator"] == {
        "objectId": "0f9a3c52-6f0e-4b7a-9a55-3d6f2c1b8e01",
        "codeObjecttype": "zgw-Zaak",
        "codeRegister": "openzaak",
        "codeSoortObjectId": "uuid",
    }
    maker, department = sandbox.rows("actor")
    assert (maker["naam"], maker["soortActor"], maker["uuid"]) == (
        "Vraagbaak",
        "geautomatiseerde_actor",
        stappen.actor,
    )
    assert (department["naam"], department["soortActor"], department["uuid"]) == (
        "Team Vergunningen",
        "organisatorische_eenheid",
        stappen.afdeling,
    )
    (link,) = sandbox.rows("actorklantcontact")
    assert (link["uuid"], link["actor"]) == (stappen.actorklantcontact, stappen.actor)
    (task,) = sandbox.rows("internetaak")
    assert (task["uuid"], task["aanleidinggevendKlantcontact"]) == (stappen.internetaak, stappen.klantcontact)
    assert (task["status"], task["afgehandeldOp"]) == ("te_verwerken", None)
    assert task["gevraagdeHandeling"] == "Contact opnemen met betrokkene"
    assert [one["actor"] for one in sandbox.rows("internetaak_actor")] == [stappen.afdeling]


def test_the_task_comes_last(sandbox: Sandbox) -> None:
    transport = sandbox.transport()
    register(sandbox, transport=transport)
    assert tuple(transport.posts) == POSTS


def test_what_notifications_carry_holds_nothing_of_the_resident(sandbox: Sandbox) -> None:
    verzoek = make_verzoek()
    register(sandbox, verzoek)
    (task,) = sandbox.rows("internetaak")
    sent = task["gevraagdeHandeling"] + task["toelichting"]
    private = (verzoek.naam, verzoek.telefoon, verzoek.email, verzoek.onderwerp, verzoek.inhoud, verzoek.wanneer)
    assert not any(word in sent for value in private for word in str(value).split() if len(word) > 3)


def test_a_phone_number_alone_is_enough(sandbox: Sandbox) -> None:
    stappen = register(sandbox, make_verzoek(email=None, zaak_uuid=None, wanneer=""))
    expected = {**ONCE, "digitaal_adres": 1}
    del expected["onderwerpobject"]
    assert sandbox.counts() == expected
    assert list(stappen.adressen) == ["telefoonnummer"]
    assert sandbox.rows("klantcontact")[0]["inhoud"] == "Mag er een aggregaat bij een buurtfeest?"


def test_actors_are_made_once(sandbox: Sandbox) -> None:
    first = register(sandbox)
    second = register(sandbox, make_verzoek(referentienummer="4820017366"))
    assert (first.actor, first.afdeling) == (second.actor, second.afdeling)
    assert first.internetaak != second.internetaak
    assert sandbox.counts() == {name: count if name == "actor" else 2 * count for name, count in ONCE.items()}


def test_of_two_departments_with_the_same_code_the_active_one_gets_the_task(sandbox: Sandbox) -> None:
    first = register(sandbox)
    with sandbox.database.begin() as connection:
        row = connection.execute(sa.select(tables.actor).where(tables.actor.c.uuid == first.afdeling)).mappings().one()
        copy = {**row, "id": None, "uuid": "00000000-0000-4000-8000-00000000000a", "indicatieActief": False}
        connection.execute(sa.insert(tables.actor).values(**copy))
    second = register(sandbox, make_verzoek(referentienummer="4820017366"))
    assert second.afdeling == first.afdeling


def test_a_department_that_rests_gets_no_task(sandbox: Sandbox) -> None:
    afdeling = register(sandbox).afdeling
    with sandbox.database.begin() as connection:
        connection.execute(sa.update(tables.actor).where(tables.actor.c.uuid == afdeling).values(indicatieActief=False))
    with pytest.raises(Misconfigured, match="Team Vergunningen staat in Open Klant op niet actief"):
        register(sandbox, make_verzoek(referentienummer="4820017366"))
    assert len(sandbox.rows("internetaak")) == 1


def test_a_fixed_department_gets_the_task(sandbox: Sandbox) -> None:
    afdeling = register(sandbox).afdeling
    fixed = ActorVerwijzing("Team Vergunningen", "organisatorische_eenheid", uuid=afdeling)
    stappen = register(sandbox, make_verzoek(referentienummer="4820017366"), afdeling=fixed)
    assert stappen.afdeling == afdeling and len(sandbox.rows("actor")) == 2


def test_a_fixed_department_that_is_gone_is_told_and_goes_on_when_mended(sandbox: Sandbox) -> None:
    gone = ActorVerwijzing("Team X", "organisatorische_eenheid", uuid="00000000-0000-4000-8000-00000000000a")
    keep = Kept()
    with pytest.raises(Misconfigured, match="kent de ingestelde actor Team X niet"):
        register(sandbox, keep=keep, afdeling=gone)
    register(sandbox, stappen=keep.last)
    assert sandbox.counts() == ONCE


# Again


def test_a_finished_request_asks_nothing_more(sandbox: Sandbox) -> None:
    stappen = register(sandbox)
    transport = sandbox.transport()
    assert register(sandbox, stappen=stappen, transport=transport) == stappen
    assert transport.requests == []


@pytest.mark.parametrize("again", range(2))
def test_without_kept_steps_nothing_doubles(sandbox: Sandbox, again: int) -> None:
    first = register(sandbox)
    transport = sandbox.transport()
    assert register(sandbox, stappen=Stappen(), transport=transport) == first
    assert transport.posts == [] and sandbox.counts() == ONCE


def test_each_step_is_kept_as_it_is_taken(sandbox: Sandbox) -> None:
    keep = Kept()
    stappen = register(sandbox, keep=keep)
    assert [sorted(one) for one in keep.history] == [
        ["klantcontact"],
        ["betrokkene", "klantcontact"],
        ["adressen", "betrokkene", "klantcontact"],
        ["adressen", "betrokkene", "klantcontact"],
        ["actor", "adressen", "betrokkene", "klantcontact"],
        ["actor", "actorklantcontact", "adressen", "betrokkene", "klantcontact"],
        ["actor", "actorklantcontact", "adressen", "afdeling", "betrokkene", "klantcontact"],
        ["actor", "actorklantcontact", "adressen", "afdeling", "betrokkene", "internetaak", "klantcontact"],
    ]
    assert keep.last == stappen


@pytest.mark.parametrize("number", range(len(POSTS)))
@pytest.mark.parametrize("with_steps", [True, False], ids=["kept", "forgotten"])
@pytest.mark.parametrize("kind", ["status", "lost", "garbled", "shape"])
def test_a_request_that_breaks_off_at_any_step_goes_on(
    sandbox: Sandbox, number: int, with_steps: bool, kind: str
) -> None:
    keep = Kept()
    sandbox.faults.add(kind, method="POST", skip=number, status=500)
    with pytest.raises(Unavailable):
        register(sandbox, keep=keep, pogingen=1, transport=_unchecked(sandbox))
    assert len(sandbox.rows("internetaak")) <= (number == len(POSTS) - 1 and kind != "status")
    sandbox.faults.clear()
    stappen = register(sandbox, stappen=keep.last if with_steps else Stappen())
    assert stappen.internetaak and sandbox.counts() == ONCE


@pytest.mark.parametrize("number", range(len(POSTS)))
@pytest.mark.parametrize(
    "fault", ["time-out after it was done", "connection broken after it was done", "garbled", "502"]
)
def test_a_post_whose_answer_is_lost_is_not_done_twice(sandbox: Sandbox, number: int, fault: str) -> None:
    fields: dict[str, Any] = {
        "time-out after it was done": {"kind": "lost", "seconds": 1.5},
        "connection broken after it was done": {"kind": "lost"},
        "garbled": {"kind": "garbled"},
        "502": {"kind": "status", "status": 502},
    }[fault]
    sandbox.faults.add(**fields, method="POST", skip=number, times=1)
    timeout = 0.4 if "seconds" in fields else 5.0
    stappen = register(sandbox, timeout=timeout, transport=_unchecked(sandbox))
    assert stappen.internetaak and sandbox.counts() == ONCE


@pytest.mark.parametrize("path", ["maak-klantcontact", "internetaken"])
def test_a_post_that_is_carried_out_after_we_looked_is_not_done_twice(sandbox: Sandbox, path: str) -> None:
    """The hardest case: the time is over, we look and find nothing, repeat, and then the first one arrives after all."""
    sandbox.faults.add("late", method="POST", path=path, seconds=0.7, times=1)
    register(sandbox, timeout=0.4, pauze=0.001)

    until(lambda: sandbox.faults.late_answers)
    assert sandbox.faults.late_answers == [400], "het nummer was er al"
    assert sandbox.counts() == ONCE


@pytest.mark.parametrize("path", ["maak-klantcontact", "internetaken"])
def test_two_workers_at_once_make_one_task(sandbox: Sandbox, path: str) -> None:
    """Both look, both find nothing, both post: the reference is unique, the second finds what the first made."""
    sandbox.faults.add("slow", method="POST", path=path, seconds=0.2, times=2)
    config = sandbox.config()

    async def one() -> Stappen:
        async with Client(config, sandbox.transport()) as client:
            return await submit(client, config, make_verzoek(), Stappen(), Kept())

    async def both() -> list[Stappen]:
        return list(await asyncio.gather(one(), one()))

    register(sandbox, make_verzoek(referentienummer="1111111111"))
    first, second = asyncio.run(both())
    assert first.klantcontact == second.klantcontact and first.internetaak == second.internetaak
    assert len(sandbox.rows("klantcontact")) == len(sandbox.rows("internetaak")) == 2


def test_a_klantcontact_that_was_deleted_in_between_is_made_anew(sandbox: Sandbox) -> None:
    keep = Kept()
    sandbox.faults.add("status", method="POST", path="internetaken", status=500)
    with pytest.raises(Unavailable):
        register(sandbox, keep=keep, pogingen=1)
    sandbox.faults.clear()
    old = keep.last

    async def delete() -> None:
        async with sandbox.client() as client:
            await client.delete("klantcontacten", str(old.klantcontact))

    asyncio.run(delete())
    assert len(sandbox.rows("digitaal_adres")) == 2
    again = Kept()
    stappen = register(sandbox, stappen=old, keep=again)
    assert stappen.klantcontact != old.klantcontact
    assert again.history[0] == {"klantcontact": stappen.klantcontact}, "wat weg is, telt niet meer"
    assert sandbox.counts() == ONCE, "losse adressen blijven niet staan"


def test_a_colleagues_klantcontact_with_our_number_is_left_alone(sandbox: Sandbox) -> None:
    """Other systems choose numbers too; a resident must not be added to what somebody else wrote down."""

    async def other() -> None:
        async with sandbox.client() as client:
            body = {"kanaal": "chatbot", "onderwerp": "Iets anders", "taal": "nld", "vertrouwelijk": True}
            await client.send("POST", "klantcontacten", body={**body, "referentienummer": "4820017365"})

    asyncio.run(other())
    with pytest.raises(Invalid) as error:
        register(sandbox)
    assert error.value.fields == ("klantcontact.referentienummer",) and error.value.codes == ("unique",)
    assert sandbox.counts() == {"klantcontact": 1}


# What Open Klant refuses


@pytest.mark.parametrize(
    ("telefoon", "email", "field"),
    [
        ("0800 1234", None, "telefoon"),
        ("08001234567", None, "telefoon"),
        ("0900123456", None, "telefoon"),
        ("14030", None, "telefoon"),
        ("1400", None, "telefoon"),
        ("06-12345678", None, "telefoon"),
        ("061234567", None, "telefoon"),
        ("0612345678\n", None, "telefoon"),
        (None, "geen adres", "email"),
        (None, "a" * 70 + "@voorbeeld.example", "email"),
    ],
)
def test_a_number_that_open_klant_refuses_is_refused_before_anything_is_made(
    sandbox: Sandbox, telefoon: str | None, email: str | None, field: str
) -> None:
    with pytest.raises(Refused) as error:
        register(sandbox, make_verzoek(telefoon=telefoon, email=email))
    assert error.value.field == field
    assert sandbox.counts() == {}
    assert (telefoon or email or "").strip() not in str(error.value)


def test_a_channel_that_is_not_in_the_list_is_named(serve: Serve) -> None:
    sandbox = serve(kanalen=["telefoon", "balie"])
    with pytest.raises(Invalid) as error:
        register(sandbox)
    assert error.value.fields == ("klantcontact.kanaal",)
    assert sandbox.counts() == {}
    register(sandbox, kanaal="balie")
    assert len(sandbox.rows("internetaak")) == 1


def test_an_error_names_fields_and_never_what_was_in_them(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.faults.add("status", method="POST", path="internetaken", status=500)
    with pytest.raises(Unavailable) as error:
        register(sandbox, kanaal="k" * 50)
    transport = sandbox.transport()
    transport.check_requests = lambda _request: False
    with pytest.raises(Invalid) as invalid:
        register(sandbox, make_verzoek(referentienummer="4820017366"), kanaal="k" * 51, transport=transport)
    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpcore"))
    for text in (str(error.value), repr(error.value), str(invalid.value), logged):
        for private in ("Noor", "0612345678", "noor@voorbeeld", "aggregaat", "b7c1f0", "geheim-token"):
            assert private not in text
    for one in (error.value, invalid.value):
        assert not hasattr(one, "request") and one.__cause__ is None


# When the connection itself is wrong


def test_a_wrong_token_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(Unauthorized) as error:
        register(sandbox, token="anders")
    assert error.value.status == 401 and sandbox.counts() == {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, OpenKlantError),
        (405, Misconfigured),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_refusal_is_an_error_of_its_own_and_the_request_arrives_later(
    sandbox: Sandbox, status: int, kind: type[OpenKlantError], method: str
) -> None:
    sandbox.faults.add("status", method=method, status=status)
    keep = Kept()
    with pytest.raises(kind):
        register(sandbox, keep=keep)
    assert sandbox.rows("internetaak") == []
    sandbox.faults.clear()
    register(sandbox, stappen=keep.last)
    assert sandbox.counts() == ONCE


def test_a_server_that_is_down_is_told_and_the_request_arrives_later(serve: Serve) -> None:
    sandbox = serve()
    sandbox.stop()
    with pytest.raises(Unavailable) as error:
        register(sandbox)
    assert error.value.oorzaak == "verbinding" and not error.value.perhaps_done


def test_a_server_that_answers_after_a_moment_is_waited_for(sandbox: Sandbox) -> None:
    sandbox.faults.add("down", times=2)
    sandbox.faults.add("status", status=503, method="POST", times=1)
    register(sandbox)
    assert sandbox.counts() == ONCE


def test_a_login_page_is_no_answer(sandbox: Sandbox) -> None:
    sandbox.faults.add("page", status=200)
    with pytest.raises(Unavailable) as error:
        register(sandbox, transport=_unchecked(sandbox))
    assert error.value.oorzaak == "antwoord" and sandbox.counts() == {}


def test_steps_of_an_other_kind_are_taken_for_none(sandbox: Sandbox) -> None:
    register(sandbox, stappen=Stappen.from_json({"klantcontact": "../../admin", "adressen": {"email": 7}}))
    assert sandbox.counts() == ONCE


def test_a_stale_step_is_looked_up_again(sandbox: Sandbox) -> None:
    stale = Stappen(actor="00000000-0000-4000-8000-00000000000a", afdeling="00000000-0000-4000-8000-00000000000b")
    stappen = register(sandbox, stappen=stale)
    assert stappen == register(sandbox)
    assert sandbox.counts() == ONCE


def _unchecked(sandbox: Sandbox) -> Contract:
    transport = sandbox.transport()
    transport.check_answers = False
    return transport


def test_a_broken_keep_stops_the_work_and_nothing_doubles(sandbox: Sandbox) -> None:
    class Full(Exception):
        pass

    async def keep(_stappen: Stappen) -> None:
        raise Full

    async def run(config: OpenKlantConfig) -> None:
        async with Client(config, sandbox.transport()) as client:
            await submit(client, config, make_verzoek(), Stappen(), keep)

    with pytest.raises(Full):
        asyncio.run(run(sandbox.config()))
    register(sandbox)
    assert sandbox.counts() == ONCE
