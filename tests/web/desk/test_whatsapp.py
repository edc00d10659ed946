"""WhatsApp at the desk, by its routes: the last digits, the 24 hours, how messages stand, calling back, links, and who looked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot import takeover
from bot.catalog.live import gemeenten_of
from bot.channels.blocks import plain
from bot.channels.tokens import secret_of
from bot.contact import Contact
from bot.conversations import store
from bot.conversations.model import WHATSAPP, Nieuw
from bot.handoff import callback, employees, queue
from bot.handoff.model import Overdracht, Reden, Terugbelverzoek
from bot.settings import ROOT, Settings
from bot.web.desk import present, rows
from bot.web.desk.links import linked
from bot.web.desk.whatsapp import STANDEN, Lijn, lines_of
from bot.whatsapp import outbox
from bot.whatsapp import people as persons
from bot.whatsapp.people import Persoon
from bot.whatsapp.tables import whatsapp_persoon, whatsapp_uit
from tests.builders import gemeente
from tests.web.conftest import Site
from tests.web.desk import people
from tests.web.desk.always_open import always_open
from tests.web.desk.conftest import NewAgent
from tests.web.desk.people import Agent
from tests.web.desk.test_desk import listening

NUMMER = "31600000678"
DAG = timedelta(hours=24)


@pytest.fixture(scope="session")
def open_gemeenten(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Voorbeeldstad has a template and Open Klant, Molendam has neither, and Stilstad calls nobody back."""
    folder = Path(always_open(tmp_path_factory.mktemp("whatsapp") / "gemeenten"))
    number = {"url": "sandbox", "nummer": "+31 85 000 00 01"}
    for source, target, fields in (
        (
            "voorbeeldstad",
            "voorbeeldstad",
            {"whatsapp": {**number, "phone_number_id": "1", "sjabloon": "verder_praten"}},
        ),
        ("molendam", "stilstad", {"whatsapp": {**number, "phone_number_id": "2"}, "balie": {"terugbellen": False}}),
    ):
        content = yaml.safe_load((folder / f"{source}.yml").read_text(encoding="utf-8"))
        (folder / f"{target}.yml").write_text(yaml.safe_dump({**content, **fields, "id": target}), encoding="utf-8")
    return str(folder)


def on_whatsapp(
    settings: Settings,
    engine: Engine,
    gemeente_id: str = "molendam",
    *,
    nummer: str | None = NUMMER,
    ago: timedelta = timedelta(minutes=1),
    delen: bool = True,
) -> tuple[Overdracht, Persoon]:
    """Somebody who wrote on WhatsApp so long ago, and asks for a human."""
    geheim, gesprek_id = secret_of(settings), secrets.token_urlsafe(18)
    adres = persons.Adres(f"+{nummer}" if nummer else "", f"NL.{secrets.token_hex(5)}")
    with engine.begin() as connection:
        connection.execute(
            sa.insert(whatsapp_persoon).values(
                id=secrets.token_hex(16),
                gemeente=gemeente_id,
                phone_number_id="700200",
                gebruiker_sleutel=secrets.token_hex(32),
                adres=persons.encrypted(geheim, adres),
                gesprek_id=gesprek_id,
                laatst_op=datetime.now(UTC) - ago,
                gestopt=False,
                uitgezet=0,
            )
        )
    persoon = persons.load(engine, geheim, gesprek_id)
    assert persoon is not None
    store.start(engine, gemeente=gemeente_id, kanaal=WHATSAPP, gesprek_id=gesprek_id)
    store.append(engine, gesprek_id, Nieuw("bewoner", "mag ik iemand spreken?", client_id=secrets.token_hex(8)))
    one = takeover.ask(
        engine,
        gemeenten_of(settings)[gemeente_id],
        gesprek_id=gesprek_id,
        reden=Reden.GEVRAAGD,
        delen=delen,
        naam="Fatima",
        product_id="paspoort-aanvragen",
    )
    return one, persoon


@pytest.fixture
def molen(agent: NewAgent) -> Agent:
    """An employee of Molendam."""
    return agent("sanne", "molendam")


@pytest.fixture
def chat(molen: Agent, sqlite_settings: Settings, engine: Engine) -> tuple[Overdracht, Persoon]:
    """A conversation on WhatsApp that this employee has."""
    found = on_whatsapp(sqlite_settings, engine)
    assert molen.claim(found[0]).status_code == 200
    return found


def of(one: Agent, where: str = "gesprekken") -> dict[str, Any]:
    """What the desk says of the only conversation in a list."""
    (found,) = one.state()[where]
    return found["whatsapp"]  # type: ignore[no-any-return]


def made_ready(engine: Engine, persoon: Persoon, nummer: int, *stands: str) -> None:
    """A message of the conversation was made ready to send, in pieces that stand so."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(
            sa.update(whatsapp_persoon).where(whatsapp_persoon.c.id == persoon.id).values(uitgezet=nummer)
        )
        for deel, stand in enumerate(stands):
            connection.execute(
                sa.insert(whatsapp_uit).values(
                    persoon_id=persoon.id,
                    gemeente=persoon.gemeente,
                    nummer=nummer,
                    deel=deel,
                    sleutel=secrets.token_hex(12),
                    stand=stand,
                    pogingen=0,
                    volgende_op=now,
                    gemaakt_op=now,
                )
            )


def becomes(engine: Engine, nummer: int, stand: str, deel: int = 0) -> None:
    """A piece of a message goes on."""
    where = (whatsapp_uit.c.nummer == nummer, whatsapp_uit.c.deel == deel)
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_uit).where(*where).values(stand=stand))


# The sign, the digits and the 24 hours


def test_only_the_last_three_digits_are_ever_told(
    molen: Agent, agent: NewAgent, chat: tuple[Overdracht, Persoon], sqlite_settings: Settings, engine: Engine
) -> None:
    one, persoon = chat
    on_whatsapp(sqlite_settings, engine, nummer="31600000912")
    colleague = agent("joris", "molendam")
    assert of(molen)["nummer"] == of(colleague, "elders")["nummer"] == "•••• 678"
    assert of(molen, "wachtrij")["nummer"] == "•••• 912"
    found = molen.get(f"/gesprekken/{one.id}").json()["overdracht"]
    assert (found["kanaal"], found["whatsapp"]["nummer"]) == (WHATSAPP, "•••• 678")
    molen.say(one, "Dag Fatima.")
    closed = molen.post(f"/gesprekken/{one.id}/afsluiten", {"uitkomst": "opgelost"})
    assert closed.status_code == 204
    assert molen.get("/geschiedenis").json()["gesprekken"][0]["kanaal"] == WHATSAPP
    for path in ("/stand", "/geschiedenis", f"/gesprekken/{one.id}", "/terugbelverzoeken"):
        text = molen.get(path).text
        for secret in ("600000678", "600000912", persoon.adres.gebruiker, persoon.id):
            assert secret not in text, (path, secret)


def test_who_has_only_a_user_name_has_no_digits(molen: Agent, sqlite_settings: Settings, engine: Engine) -> None:
    on_whatsapp(sqlite_settings, engine, nummer=None)
    found = of(molen, "wachtrij")
    assert (found["nummer"], found["terugbellen"]) == ("", False)


def test_a_conversation_on_the_website_has_nothing_of_whatsapp(
    molen: Agent, sqlite_settings: Settings, engine: Engine
) -> None:
    one = people.waiting(sqlite_settings, engine, "molendam")
    assert of(molen, "wachtrij") is None
    assert molen.get(f"/gesprekken/{one.id}").json()["overdracht"]["whatsapp"] is None


@pytest.mark.parametrize("hours", [1, 22.5, 30], ids=["open", "bijna", "voorbij"])
def test_the_desk_knows_until_when_one_may_write_freely(
    molen: Agent, sqlite_settings: Settings, engine: Engine, hours: float
) -> None:
    _, persoon = on_whatsapp(sqlite_settings, engine, ago=timedelta(hours=hours))
    left = datetime.fromisoformat(of(molen, "wachtrij")["tot"]) - datetime.now(UTC)
    assert of(molen, "wachtrij")["tot"] == persoon.window_until().isoformat()
    assert abs(left - (DAG - timedelta(hours=hours))) < timedelta(minutes=5)


def test_somebody_who_writes_again_opens_the_window_at_once(
    molen: Agent, sqlite_settings: Settings, engine: Engine
) -> None:
    one, persoon = on_whatsapp(sqlite_settings, engine, ago=timedelta(hours=30))
    molen.claim(one)
    with listening(molen) as events:
        before = next(events)[1]["stand"]["gesprekken"][0]["whatsapp"]["tot"]
        now = datetime.now(UTC)
        persons.change(engine, persoon, laatst_op=now)
        after = next(events)[1]["stand"]["gesprekken"][0]["whatsapp"]["tot"]
    assert before == persoon.window_until().isoformat() and after == (now + DAG).isoformat()


def test_the_desk_says_whether_a_template_goes_along(
    agent: NewAgent, sqlite_settings: Settings, engine: Engine
) -> None:
    here, there = agent("sanne", "voorbeeldstad"), agent("joris", "molendam")
    _, persoon = on_whatsapp(sqlite_settings, engine, "voorbeeldstad", ago=timedelta(hours=30))
    on_whatsapp(sqlite_settings, engine, "molendam", nummer="31600000111", ago=timedelta(hours=30))
    assert of(here, "wachtrij")["sjabloon"] is True and of(there, "wachtrij")["sjabloon"] is False
    # Who said "stop" is not written to of our own accord.
    persons.change(engine, persoon, gestopt=True)
    assert of(here, "wachtrij")["sjabloon"] is False


def test_an_erased_person_leaves_no_digits(molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine) -> None:
    one, persoon = chat
    persons.forget(engine, persoon.gesprek_id)
    assert of(molen) is None
    assert molen.get(f"/gesprekken/{one.id}").json()["overdracht"]["whatsapp"] is None


def test_with_another_secret_nothing_can_be_read(
    sqlite_settings: Settings, serve: Site, engine: Engine, browser: Callable[[], Agent]
) -> None:
    on_whatsapp(sqlite_settings, engine)
    people.employee(engine, "sanne", "molendam")
    one = Agent(serve(secret="een ander geheim van deze installatie"))
    one.log_in("sanne")
    assert (of(one, "wachtrij")["nummer"], of(one, "wachtrij")["terugbellen"]) == ("", False)


# How messages stand


@pytest.mark.parametrize(
    ("kept", "stand"),
    [
        ("wacht", "onderweg"),
        ("onzeker", "onderweg"),
        (outbox.TERUG, "onderweg"),
        ("verzonden", "verzonden"),
        ("afgeleverd", "afgeleverd"),
        ("gelezen", "gelezen"),
        ("mislukt", "niet_afgeleverd"),
        ("vastgehouden", "wacht_op_bewoner"),
    ],
)
def test_each_message_says_how_it_stands(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine, kept: str, stand: str
) -> None:
    one, persoon = chat
    nummer = molen.say(one, "Ik zoek het op.").json()["bericht"]["nummer"]
    # Not made ready yet: the page knows by `uitgezet` that it is on its way.
    assert of(molen)["standen"] == {} and of(molen)["uitgezet"] < nummer
    made_ready(engine, persoon, nummer, kept)
    assert of(molen)["standen"] == {str(nummer): stand} and of(molen)["uitgezet"] == nummer
    assert molen.get(f"/gesprekken/{one.id}").json()["overdracht"]["whatsapp"]["standen"] == {str(nummer): stand}


def test_the_desk_has_a_word_for_each_stand() -> None:
    assert set(STANDEN) == {*get_args(outbox.Stand), outbox.TERUG}
    page = (ROOT / "bot/web/desk/static/teksten.js").read_text(encoding="utf-8")
    assert all(f"stand_{stand}:" in page for stand in STANDEN.values())


def test_what_becomes_of_a_message_is_told_live(molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine) -> None:
    one, persoon = chat
    nummer = molen.say(one, "Ik zoek het op.").json()["bericht"]["nummer"]
    made_ready(engine, persoon, nummer, "wacht")
    found = []
    with listening(molen) as events:
        for after in ("verzonden", "gelezen", None):
            found.append(next(events)[1]["stand"]["gesprekken"][0]["whatsapp"]["standen"][str(nummer)])
            if after:
                becomes(engine, nummer, after)
    assert found == ["onderweg", "verzonden", "gelezen"]


def test_of_a_long_message_the_piece_counts_that_is_least_far(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine
) -> None:
    one, persoon = chat
    nummer = molen.say(one, "Een lang bericht.").json()["bericht"]["nummer"]
    made_ready(engine, persoon, nummer, "gelezen", "wacht")
    assert of(molen)["standen"] == {str(nummer): "onderweg"}
    becomes(engine, nummer, "vastgehouden", deel=1)
    assert of(molen)["standen"] == {str(nummer): "wacht_op_bewoner"}
    becomes(engine, nummer, "afgeleverd", deel=1)
    assert of(molen)["standen"] == {str(nummer): "afgeleverd"}


def test_one_look_asks_no_more_of_the_database_when_more_people_write(
    database: Engine, sqlite_settings: Settings
) -> None:
    geheim = secret_of(sqlite_settings)
    asked: list[Overdracht] = []

    def look() -> tuple[dict[str, Lijn], int]:
        counted: list[object] = []

        def count(*arguments: object) -> None:
            counted.append(arguments)

        sa.event.listen(database, "before_cursor_execute", count)
        found = lines_of(database, geheim, asked, whole=True)
        sa.event.remove(database, "before_cursor_execute", count)
        return found, len(counted)

    people_on = []
    for digits in ("678", "679", "680"):
        one, persoon = on_whatsapp(sqlite_settings, database, nummer=f"31600000{digits}")
        made_ready(database, persoon, 1, "gelezen", "verzonden")
        asked.append(one)
        people_on.append((one, digits))
        if digits == "678":
            alone = look()[1]
    web = people.waiting(sqlite_settings, database, "molendam")
    asked.append(web)
    found, count = look()
    assert count == alone <= 3
    assert {key: (line.nummer, line.standen) for key, line in found.items()} == {
        one.id: (f"•••• {digits}", {1: "verzonden"}) for one, digits in people_on
    }
    asked[:] = [web]
    assert look() == ({}, 0)


def test_of_what_was_not_shared_no_number_is_told(molen: Agent, sqlite_settings: Settings, engine: Engine) -> None:
    one, persoon = on_whatsapp(sqlite_settings, engine, delen=False)
    molen.claim(one)
    made_ready(engine, persoon, one.vanaf_nummer - 1, "gelezen")
    made_ready(engine, persoon, one.vanaf_nummer, "gelezen")
    assert set(of(molen)["standen"]) == {str(one.vanaf_nummer)}


def test_who_has_not_picked_up_sees_of_the_list_only_who_it_is(
    molen: Agent, sqlite_settings: Settings, engine: Engine
) -> None:
    one, persoon = on_whatsapp(sqlite_settings, engine)
    made_ready(engine, persoon, 1, "gelezen")
    assert of(molen, "wachtrij")["standen"] == {} and of(molen, "wachtrij")["verzoek"] is None
    assert molen.get(f"/gesprekken/{one.id}").json()["overdracht"]["whatsapp"]["standen"] == {"1": "gelezen"}


def test_what_is_for_employees_alone_is_marked_on_the_desk(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine
) -> None:
    one, persoon = chat
    line = Nieuw("systeem", "Niet afgeleverd: ouder dan **24 uur**.", extra={"voor": "medewerker"})
    store.append(engine, persoon.gesprek_id, line)
    molen.say(one, "Bent u daar?")
    asked, notice, said = molen.get(f"/gesprekken/{one.id}").json()["berichten"]
    assert [each["intern"] for each in (asked, notice, said)] == [False, True, False]
    assert {"tekst": "24 uur", "sterk": True} in notice["blokken"][0]["inhoud"]


# Calling back

WHAT = {"onderwerp": "Paspoort", "vraag": "Zie https://gemeente.example/paspoort."}


def test_calling_back_makes_a_call_back_to_that_number(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine
) -> None:
    one, persoon = chat
    assert of(molen)["terugbellen"] is True and of(molen)["verzoek"] is None
    answer = molen.post(f"/gesprekken/{one.id}/terugbellen", {**WHAT, "vraag": "BSN 111222333, graag snel."})
    nummer = answer.json()["nummer"]
    assert answer.json() == {"nummer": nummer, "balie": True} and "678" not in answer.text.replace(nummer, "")
    made = callback.load(engine, nummer)
    assert (made.telefoon, made.naam, made.onderwerp) == (f"+{NUMMER}", "Fatima", "Paspoort")
    assert (made.kanaal, made.gemeente, made.gesprek_id) == (WHATSAPP, "molendam", persoon.gesprek_id)
    assert made.vraag == "BSN [bsn], graag snel." and made.product_id == "paspoort-aanvragen"
    assert made.uiterlijk_op > datetime.now(UTC) and made.medewerker_id is None
    (listed,) = molen.state()["terugbelverzoeken"]
    assert (listed["nummer"], listed["kanaal"]) == (nummer, WHATSAPP) and NUMMER not in json.dumps(listed)
    assert of(molen)["verzoek"] == nummer
    # Only where a call-back shows it.
    assert molen.get(f"/terugbelverzoeken/{nummer}").json()["telefoon"] == f"+{NUMMER}"


def test_asking_twice_gives_one_call_back_until_it_is_done(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine
) -> None:
    one, persoon = chat
    path = f"/gesprekken/{one.id}/terugbellen"
    first, second = molen.post(path, WHAT).json(), molen.post(path, WHAT).json()
    assert first == second and len(callback.of_conversation(engine, persoon.gesprek_id)) == 1
    molen.post(f"/terugbelverzoeken/{first['nummer']}/oppakken")
    molen.post(f"/terugbelverzoeken/{first['nummer']}/klaar")
    assert of(molen)["verzoek"] is None
    assert molen.post(path, WHAT).json()["nummer"] != first["nummer"]


def test_with_open_klant_the_call_back_goes_there(agent: NewAgent, sqlite_settings: Settings, engine: Engine) -> None:
    one, _ = on_whatsapp(sqlite_settings, engine, "voorbeeldstad")
    sanne = agent("sanne", "voorbeeldstad")
    sanne.claim(one)
    answer = sanne.post(f"/gesprekken/{one.id}/terugbellen", WHAT).json()
    assert answer["balie"] is False and sanne.state()["terugbelverzoeken"] == []
    assert [each.referentienummer for each in callback.to_send(engine)] == [answer["nummer"]]
    assert of(sanne)["verzoek"] == answer["nummer"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"onderwerp": "  "}, 400),
        ({"onderwerp": 5}, 400),
        ({"onderwerp": "x" * 201}, 413),
        ({"onderwerp": "x", "vraag": 5}, 400),
        ({"onderwerp": "x", "vraag": " "}, 400),
        ({"onderwerp": "x", "vraag": "x" * 1001}, 413),
    ],
)
def test_a_call_back_needs_a_subject(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine, body: dict[str, Any], status: int
) -> None:
    one, persoon = chat
    answer = molen.post(f"/gesprekken/{one.id}/terugbellen", body)
    assert answer.status_code == status and answer.json()["fout"]
    assert callback.of_conversation(engine, persoon.gesprek_id) == []


def test_who_does_not_have_the_conversation_asks_for_no_call(
    molen: Agent, agent: NewAgent, chat: tuple[Overdracht, Persoon], sqlite_settings: Settings, engine: Engine
) -> None:
    waiting, _ = on_whatsapp(sqlite_settings, engine, nummer="31600000912")
    assert molen.post(f"/gesprekken/{waiting.id}/terugbellen", WHAT).status_code == 409
    joris = agent("joris", "molendam")
    assert joris.post(f"/gesprekken/{chat[0].id}/terugbellen", WHAT).status_code == 409
    elsewhere = agent("mila", "voorbeeldstad")
    assert elsewhere.post(f"/gesprekken/{chat[0].id}/terugbellen", WHAT).status_code == 404
    assert callback.on_desk(engine, ["molendam"]) == []


def test_nobody_is_called_whose_number_is_not_known(
    molen: Agent, agent: NewAgent, sqlite_settings: Settings, engine: Engine
) -> None:
    nameless, _ = on_whatsapp(sqlite_settings, engine, nummer=None)
    web = people.waiting(sqlite_settings, engine, "molendam")
    for one in (nameless, web):
        molen.claim(one)
        answer = molen.post(f"/gesprekken/{one.id}/terugbellen", WHAT)
        assert (answer.status_code, answer.json()["fout"]) == (
            409,
            "Het telefoonnummer van deze bewoner is niet bekend.",
        )
    quiet = agent("joris", "stilstad")
    one, _ = on_whatsapp(sqlite_settings, engine, "stilstad", nummer="31600000333")
    quiet.claim(one)
    assert of(quiet)["terugbellen"] is False
    answer = quiet.post(f"/gesprekken/{one.id}/terugbellen", WHAT)
    assert (answer.status_code, answer.json()["fout"]) == (409, "Deze gemeente belt niet terug.")


def test_an_erased_conversation_is_not_called_back(
    molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine
) -> None:
    one, persoon = chat
    nummer = molen.post(f"/gesprekken/{one.id}/terugbellen", WHAT).json()["nummer"]
    callback.withdraw(engine, persoon.gesprek_id)
    queue.forget(engine, persoon.gesprek_id)
    persons.forget(engine, persoon.gesprek_id)
    store.erase(engine, persoon.gesprek_id)
    assert callback.load(engine, nummer).telefoon is None
    assert molen.post(f"/gesprekken/{one.id}/terugbellen", WHAT).status_code == 410


def test_the_page_gets_no_more_than_it_may_show() -> None:
    line = Lijn(
        "•••• 678",
        datetime(2026, 11, 21, 12, tzinfo=UTC),
        gestopt=False,
        uitgezet=7,
        standen={10: "gelezen", 9: "onderweg"},
    )
    assert present.whatsapp_json(line, gemeente()) == {
        "nummer": "•••• 678",
        "tot": "2026-11-21T12:00:00+00:00",
        "sjabloon": False,
        "terugbellen": True,
        "verzoek": None,
        "uitgezet": 7,
        "standen": {"9": "onderweg", "10": "gelezen"},
    }


# Who looked at a call-back, and what was done


def looks(engine: Engine, one: Terugbelverzoek) -> list[tuple[str, int | None, str | None]]:
    return [(each.soort, each.medewerker_id, each.naar) for each in queue.events(engine, one.referentienummer)]


def test_each_look_at_a_call_back_is_kept(molen: Agent, agent: NewAgent, engine: Engine) -> None:
    asked = people.to_call(engine, "molendam")
    path = f"/terugbelverzoeken/{asked.referentienummer}"
    joris = agent("joris", "molendam")
    molen.state()
    assert looks(engine, asked) == []
    for one in (molen, joris, molen):
        assert one.get(path).json()["telefoon"] == "+31612345678"
    assert looks(engine, asked) == [("ingezien", number, "terugbelverzoek") for number in (1, 2, 1)]
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT gemeente, overdracht_id FROM overdracht_gebeurtenis").all()
    assert set(kept) == {("molendam", asked.referentienummer)}
    assert agent("mila", "voorbeeldstad").get(path).status_code == 404
    assert len(looks(engine, asked)) == 3


def test_a_look_that_cannot_be_kept_shows_nothing(
    molen: Agent, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = people.to_call(engine, "molendam")
    monkeypatch.setattr(rows, "looked", lambda *_: 1 / 0)
    answer = molen.get(f"/terugbelverzoeken/{asked.referentienummer}")
    assert answer.status_code == 500 and "612345678" not in answer.text


def finished(engine: Engine, one: Terugbelverzoek, ago: timedelta = timedelta(0), medewerker_id: int = 1) -> str:
    """An employee called, so long ago."""
    callback.pick_up(engine, one.referentienummer, medewerker_id)
    callback.finish(engine, one.referentienummer, medewerker_id, datetime.now(UTC) - ago)
    return one.referentienummer


def test_what_was_done_in_the_last_thirty_days_can_be_read_back(molen: Agent, agent: NewAgent, engine: Engine) -> None:
    here, there = agent("joris", "molendam", "voorbeeldstad"), agent("mila", "voorbeeldstad")
    long_ago, yesterday, now, other = (
        finished(engine, people.to_call(engine, gemeente_id), timedelta(days=days))
        for gemeente_id, days in (("molendam", 31), ("molendam", 1), ("molendam", 0), ("voorbeeldstad", 2))
    )
    people.to_call(engine, "molendam")
    withdrawn = callback.create(
        engine,
        gemeente="molendam",
        kanaal=WHATSAPP,
        contact=Contact(telefoon="+31612345678"),
        uiterlijk_op=datetime.now(UTC),
        bestemming="balie",
        gesprek_id="gewist",
    )
    callback.withdraw(engine, "gewist")

    def numbers(one: Agent, **query: str) -> list[str]:
        return [each["nummer"] for each in one.get("/terugbelverzoeken", params=query).json()["verzoeken"]]

    assert numbers(molen) == [now, yesterday]
    assert numbers(here) == [now, yesterday, other] and numbers(there) == [other]
    assert numbers(here, gemeente="molendam") == [now, yesterday]
    assert numbers(here, gemeente="voorbeeldstad") == [other]
    for unknown in ("voorbeeldstad", "utopia", "../molendam"):
        answer = molen.get("/terugbelverzoeken", params={"gemeente": unknown})
        assert (answer.status_code, answer.json()) == (404, {"fout": "Dit is er niet."})
    assert long_ago not in molen.get("/terugbelverzoeken").text and withdrawn.referentienummer not in numbers(molen)


def test_the_list_of_what_was_done_tells_not_whom(molen: Agent, engine: Engine) -> None:
    nummer = finished(engine, people.to_call(engine, "molendam"))
    answer = molen.get("/terugbelverzoeken")
    (listed,) = answer.json()["verzoeken"]
    assert (listed["onderwerp"], listed["wie"], listed["status"]) == ("Parkeervergunning", "Sanne", "verwerkt")
    assert listed["afgehandeld"] and answer.json()["meer"] is False
    for secret in ("Fatima", "612345678", "verlopen"):
        assert secret not in answer.text
    details = molen.get(f"/terugbelverzoeken/{nummer}").json()
    assert (details["naam"], details["wie"]) == ("Fatima", "Sanne") and details["afgehandeld"]


def test_what_was_done_stays_as_it_is(molen: Agent, agent: NewAgent, engine: Engine) -> None:
    nummer = finished(engine, people.to_call(engine, "molendam"))
    joris = agent("joris", "molendam")
    before = callback.load(engine, nummer)
    for what in ("oppakken", "terugzetten", "klaar"):
        assert joris.post(f"/terugbelverzoeken/{nummer}/{what}").status_code == 409
    assert molen.post(f"/terugbelverzoeken/{nummer}/terugzetten").status_code == 409
    assert callback.load(engine, nummer) == before


def test_a_long_list_says_that_there_is_more(molen: Agent, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.desk.callbacks.MEESTE", 2)
    made = [finished(engine, people.to_call(engine, "molendam"), timedelta(hours=hours)) for hours in (1, 2, 3)]
    found = molen.get("/terugbelverzoeken").json()
    assert [each["nummer"] for each in found["verzoeken"]] == made[:2] and found["meer"] is True


def test_call_backs_that_were_done_are_found_in_each_database(database: Engine) -> None:
    employees.add(database, "sanne", "Sanne", [("molendam", "medewerker")], people.WACHTWOORD)
    old, new = (people.to_call(database, "molendam") for _ in range(2))
    finished(database, old, timedelta(days=2))
    finished(database, new)
    since = datetime.now(UTC) - timedelta(days=30)
    found = rows.done(database, ["molendam"], since, 10)
    assert found == [callback.load(database, each.referentienummer) for each in (new, old)]
    assert rows.done(database, ["molendam"], since, 1) == found[:1]
    assert rows.done(database, [], since, 10) == []
    assert rows.done(database, ["molendam"], datetime.now(UTC) - timedelta(days=1), 10) == found[:1]
    rows.looked(database, old, 1, since)
    (look,) = queue.events(database, old.referentienummer)
    assert (look.soort, look.tijd, look.medewerker_id) == ("ingezien", since, 1)


# Links


def inline(text: str) -> list[dict[str, Any]]:
    return [part for block in linked(text) for part in block["inhoud"]]


def links(text: str) -> list[str]:
    return [part["link"] for part in inline(text) if "link" in part]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Zie https://gemeente.example/paspoort.", ["https://gemeente.example/paspoort"]),
        ("(https://gemeente.example/a_(b))", ["https://gemeente.example/a_(b)"]),
        (
            "https://a.example/?x=1&y=%20#deel, of https://b.example!",
            ["https://a.example/?x=1&y=%20#deel", "https://b.example"],
        ),
        ("Website:https://gemeente.example", ["https://gemeente.example"]),
        ("„https://gemeente.example”", []),
        ('"https://gemeente.example"', ["https://gemeente.example"]),
        ("HTTPS://Gemeente.example/Pad", ["HTTPS://Gemeente.example/Pad"]),
        ("https://gemeente.example:8443/x", ["https://gemeente.example:8443/x"]),
        ("https://xn--gmeente-8ya.example", ["https://xn--gmeente-8ya.example"]),
        # Not safe, or not what it seems.
        ("http://gemeente.example", []),
        ("javascript:alert(1) data:text/html,x ftp://gemeente.example", []),
        ("https://www.digid.nl@elders.example/", []),
        ("https://www.digid.nl:geheim@elders.example/", []),
        ("https://www.digid.nl\\@elders.example", []),
        ("https://gemеente.example", []),
        ("https://gemeente.example/\u202efdp.exe", []),
        ("https://gemeente\u200b.example", []),
        ("https://gemeente.example/é", []),
        ("https://localhost/x https://10.0.0.1/x https://[::1]/x https:///x https://", []),
        ("https://gemeente.example:99999/ https://gemeente.example:x/", []),
        ("https://-gemeente.example https://gemeente-.example https://.example https://gemeente.", []),
        ("ſee httpſ://gemeente.example", []),
        ("xhttps://gemeente.example http://x.example/?naar=https://gemeente.example", []),
    ],
)
def test_only_an_address_that_is_what_it_seems_can_be_clicked(text: str, wanted: list[str]) -> None:
    assert links(text) == wanted


@given(
    st.lists(st.sampled_from([*"abc:/@.()[]<>\"'\\ \n\u202eé", "https://", "https://a.nl", "www.", "\n\n"])).map(
        "".join
    )
)
def test_a_link_changes_no_word_and_is_shown_in_full(text: str) -> None:
    said = [part["tekst"] for block in plain(text) for part in block["inhoud"]]
    shown = ["".join(part["tekst"] for part in block["inhoud"]) for block in linked(text)]
    assert shown == said
    for part in inline(text):
        if "link" in part:
            assert part["link"] == part["tekst"] and part["link"].isascii()
            assert part["link"].lower().startswith("https://") and "@" not in part["link"].split("/")[2]


def test_what_is_typed_on_the_desk_has_links(molen: Agent, chat: tuple[Overdracht, Persoon], engine: Engine) -> None:
    one, persoon = chat
    text = "Kijk op https://gemeente.example/a."
    said = molen.say(one, text).json()["bericht"]
    people.says(engine, one, text)
    part = {"tekst": "https://gemeente.example/a", "link": "https://gemeente.example/a"}
    for each in (said, *molen.get(f"/gesprekken/{one.id}").json()["berichten"][1:]):
        assert part in each["blokken"][0]["inhoud"]
    # The resident's phone makes its own links; what was said is not changed.
    assert store.since(engine, persoon.gesprek_id)[-1].tekst == text
    nummer = molen.post(f"/gesprekken/{one.id}/terugbellen", {"onderwerp": "Paspoort", "vraag": text}).json()["nummer"]
    assert part in molen.get(f"/terugbelverzoeken/{nummer}").json()["vraag"][0]["inhoud"]


@pytest.fixture(autouse=True)
def nothing_of_anybody_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever happens above, no number and no word gets into a log."""
    yield
    said = " ".join(record.getMessage() for record in caplog.get_records("call"))
    for secret in (NUMMER, "612345678", "Fatima", "gemeente.example"):
        assert secret not in said
