"""Requests to be called back: contact details, terms, who does them, and sending on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.catalog.opening_hours import einde_van_werkdag
from bot.contact import Contact, find_contact, shown
from bot.handoff import callback
from bot.handoff.model import AlreadyTaken, NotYours, Terugbelverzoek
from tests.builders import gemeente

NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LOKAAL = ZoneInfo("Europe/Amsterdam")


def made(database: Engine, gesprek: str = "g1", bestemming: str = "balie", **more: object) -> Terugbelverzoek:
    return callback.create(
        database,
        gemeente=str(more.pop("gemeente", "voorbeeldstad")),
        kanaal="webchat",
        contact=Contact(telefoon="+31612345678"),
        naam="Noor",
        onderwerp="Paspoort",
        vraag="Wanneer kan ik het ophalen?",
        gesprek_id=gesprek,
        uiterlijk_op=NU + timedelta(days=2),
        bestemming=bestemming,  # type: ignore[arg-type]
        now=NU,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("06 12 34 56 78", "+31612345678"),
        ("bel maar op 06-12345678 graag", "+31612345678"),
        ("+32 478 12 34 56", "+32478123456"),
        ("0031612345678", "+31612345678"),
        ("020 6241111", "+31206241111"),
        ("(010) 267 1111", "+31102671111"),
    ],
)
def test_finds_a_phone_number(text: str, found: str) -> None:
    assert find_contact(text) == Contact(telefoon=found)


@pytest.mark.parametrize("text", ["noor@voorbeeld.example", "mail naar noor.de-vries+gem@post.voorbeeld.example."])
def test_finds_an_email_address(text: str) -> None:
    found = find_contact(text)
    assert found is not None and found.email is not None and found.email in text


@pytest.mark.parametrize(
    "text", ["", "0800 0543", "0900-1234567", "12345", "morgen om 10.30 uur", "noor@voorbeeld", "x" * 90 + "@y.nl"]
)
def test_finds_nothing_where_nobody_can_be_reached(text: str) -> None:
    assert find_contact(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_trouble(text: str) -> None:
    found = find_contact(text)
    assert found is None or found.telefoon or found.email


def test_shows_a_number_as_people_write_it() -> None:
    assert shown("+31612345678") == "06 12345678"
    assert shown("+32478123456").startswith("+32 ")


def test_a_reference_has_ten_digits_and_is_its_own(database: Engine) -> None:
    numbers = {made(database).referentienummer for _ in range(20)}
    assert len(numbers) == 20
    assert all(len(one) == 10 and one.isdigit() and one[0] != "0" for one in numbers)


def test_one_employee_calls(database: Engine) -> None:
    one = made(database)
    callback.pick_up(database, one.referentienummer, 1, NU)
    with pytest.raises(AlreadyTaken):
        callback.pick_up(database, one.referentienummer, 2, NU)
    with pytest.raises(NotYours):
        callback.finish(database, one.referentienummer, 2)
    callback.put_back(database, one.referentienummer, 1)
    callback.pick_up(database, one.referentienummer, 2, NU)
    callback.finish(database, one.referentienummer, 2, NU)
    assert callback.load(database, one.referentienummer).status == "verwerkt"
    assert callback.on_desk(database, ["voorbeeldstad"]) == []


def test_an_employee_sees_the_requests_of_their_municipalities(database: Engine) -> None:
    made(database), made(database, gemeente="molendam")
    assert [one.gemeente for one in callback.on_desk(database, ["molendam"])] == ["molendam"]


def test_sending_is_tried_again_with_longer_pauses_by_one_process(database: Engine) -> None:
    one = made(database, bestemming="openklant")
    assert [found.referentienummer for found in callback.to_send(database, NU)] == [one.referentienummer]
    assert callback.take_for_sending(database, one, NU)
    assert not callback.take_for_sending(database, one, NU)
    assert callback.to_send(database, NU) == []
    later = NU + callback.WACHTEN[0]
    again = callback.to_send(database, later)
    assert [found.pogingen for found in again] == [1]
    callback.keep_steps(database, one.referentienummer, {"klantcontact": "uuid"})
    callback.sent(database, one.referentienummer)
    assert callback.to_send(database, later + timedelta(days=1)) == []
    assert callback.load(database, one.referentienummer).stappen == {"klantcontact": "uuid"}


def test_what_is_refused_for_good_comes_to_our_own_desk(database: Engine) -> None:
    one = made(database, bestemming="openklant")
    assert callback.on_desk(database, ["voorbeeldstad"]) == []
    callback.to_desk(database, one.referentienummer)
    assert [found.referentienummer for found in callback.on_desk(database, ["voorbeeldstad"])] == [one.referentienummer]


def test_erased_by_the_resident_nobody_calls_and_open_klant_must_forget(database: Engine) -> None:
    one = made(database, bestemming="openklant")
    callback.sent(database, one.referentienummer)
    assert callback.withdraw(database, "g1", NU) == 1
    kept = callback.load(database, one.referentienummer)
    assert (kept.status, kept.naam, kept.telefoon, kept.onderwerp, kept.vraag) == (
        "ingetrokken",
        None,
        None,
        None,
        None,
    )
    assert [found.referentienummer for found in callback.to_send(database, NU)] == [one.referentienummer]


def test_when_the_conversation_goes_an_open_request_stays_until_it_is_done(database: Engine) -> None:
    one = made(database)
    callback.let_go(database, "g1")
    assert callback.load(database, one.referentienummer).telefoon == "+31612345678"
    callback.pick_up(database, one.referentienummer, 1, NU)
    callback.finish(database, one.referentienummer, 1, NU)
    assert callback.forget_done(database, "voorbeeldstad", NU + timedelta(seconds=1)) == 1
    assert callback.load(database, one.referentienummer).telefoon is None


def test_the_term_is_closing_time_of_a_working_day() -> None:
    tijden = gemeente().openingstijden
    friday = datetime(2026, 11, 27, 11, 0, tzinfo=LOKAAL)
    assert einde_van_werkdag(tijden, "telefoon", friday, 1).date().isoformat() == "2026-11-30"
    # Christmas 2026 falls on Friday and Saturday.
    christmas = datetime(2026, 12, 23, 11, 0, tzinfo=LOKAAL)
    assert einde_van_werkdag(tijden, "telefoon", christmas, 2).date() > datetime(2026, 12, 26, tzinfo=LOKAAL).date()
