"""From our own table to Open Klant: once, whatever breaks on the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.contact import Contact
from bot.handoff import callback
from bot.handoff.forwarding import forward, refresh
from bot.handoff.model import Terugbelverzoek
from tests.handoff.openklant.conftest import Sandbox

NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def ask(database: Engine, gesprek: str = "g1") -> Terugbelverzoek:
    return callback.create(
        database,
        gemeente="voorbeeldstad",
        kanaal="webchat",
        contact=Contact(telefoon="+31612345678"),
        naam="Noor",
        onderwerp="Paspoort ophalen",
        wanneer="ochtend",
        gesprek_id=gesprek,
        uiterlijk_op=NU + timedelta(days=2),
        bestemming="openklant",
        now=NU,
    )


def send(database: Engine, sandbox: Sandbox, now: datetime = NU, **changes: Any) -> int:
    return asyncio.run(forward(database, {"voorbeeldstad": sandbox.config(pogingen=1, **changes)}, now))


def later(database: Engine, one: Terugbelverzoek) -> datetime:
    volgende = callback.load(database, one.referentienummer).volgende_op
    assert volgende is not None
    return volgende


def test_a_request_arrives_whole_and_once(database: Engine, sandbox: Sandbox) -> None:
    one = ask(database)
    assert send(database, sandbox) == 1
    assert send(database, sandbox, NU + timedelta(days=1)) == 0
    assert sandbox.counts()["internetaak"] == 1
    kept = callback.load(database, one.referentienummer)
    assert kept.volgende_op is None and kept.stappen["internetaak"]
    assert one.referentienummer in str(sandbox.rows("klantcontact"))


def test_two_processes_send_it_once(database: Engine, sandbox: Sandbox) -> None:
    ask(database)
    config = {"voorbeeldstad": sandbox.config(pogingen=1)}

    async def both() -> list[int]:
        return list(await asyncio.gather(forward(database, config, NU), forward(database, config, NU)))

    assert sum(asyncio.run(both())) == 1
    assert sandbox.counts()["internetaak"] == 1


@pytest.mark.parametrize("fault", [{"kind": "down"}, {"kind": "status", "status": 503}, {"kind": "garbled"}])
def test_what_breaks_is_tried_again_later(database: Engine, sandbox: Sandbox, fault: dict[str, Any]) -> None:
    one = ask(database)
    sandbox.faults.add(**fault)
    assert send(database, sandbox) == 0
    kept = callback.load(database, one.referentienummer)
    assert kept.fout and kept.bestemming == "openklant" and kept.pogingen == 1
    assert "Noor" not in kept.fout and "0612" not in kept.fout
    sandbox.faults.clear()
    assert send(database, sandbox, later(database, one)) == 1
    assert sandbox.counts()["internetaak"] == 1


def test_a_lost_answer_makes_no_second_task(database: Engine, sandbox: Sandbox) -> None:
    one = ask(database)
    sandbox.faults.add("lost", method="POST", path="internetaken", times=1)
    send(database, sandbox)
    sandbox.faults.clear()
    send(database, sandbox, NU + timedelta(hours=1))
    assert sandbox.counts()["internetaak"] == 1
    assert callback.load(database, one.referentienummer).volgende_op is None


def test_a_wrong_token_keeps_the_request_for_when_it_is_mended(database: Engine, sandbox: Sandbox) -> None:
    one = ask(database)
    assert send(database, sandbox, token="verkeerd-token") == 0
    assert callback.load(database, one.referentienummer).fout == "Unauthorized"
    assert send(database, sandbox, later(database, one)) == 1


def test_what_is_refused_for_good_comes_to_our_own_desk(database: Engine, sandbox: Sandbox) -> None:
    one = ask(database)
    sandbox.faults.add("status", status=400, method="POST")
    assert send(database, sandbox) == 0
    assert [found.referentienummer for found in callback.on_desk(database, ["voorbeeldstad"])] == [one.referentienummer]


def test_a_municipality_that_left_open_klant_does_them_itself(database: Engine) -> None:
    one = ask(database)
    assert asyncio.run(forward(database, {}, NU)) == 0
    assert callback.load(database, one.referentienummer).bestemming == "balie"


def test_erased_by_the_resident_it_is_gone_there_too(database: Engine, sandbox: Sandbox) -> None:
    ask(database)
    send(database, sandbox)
    assert sandbox.counts()["internetaak"] == 1
    callback.withdraw(database, "g1", NU)
    assert send(database, sandbox) == 1
    left = sandbox.counts()
    assert not {"internetaak", "klantcontact", "betrokkene", "digitaaladres"} & set(left)


def test_how_it_stands_is_asked_there(database: Engine, sandbox: Sandbox) -> None:
    one = ask(database)
    send(database, sandbox)
    kept = callback.load(database, one.referentienummer)

    async def now_known() -> Terugbelverzoek:
        async with sandbox.client() as client:
            task = str(kept.stappen["internetaak"])
            await client.send("PATCH", f"internetaken/{task}", body={"status": "verwerkt"})
        return await refresh(database, sandbox.config(), kept)

    found = asyncio.run(now_known())
    assert found.status == "verwerkt" and found.afgehandeld_op is not None
