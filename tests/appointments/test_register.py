"""The register: references, proof, limits, and what stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments import register
from bot.appointments.register import LIMIETEN, Stand, Vastgelegd, contact_key
from bot.appointments.tables import afspraak
from bot.appointments.values import TIJDZONE, Keus
from bot.attempts import Locked, poging

GEHEIM = "een geheim dat alleen deze test kent"
NU = datetime(2026, 11, 25, 10, 0, tzinfo=TIJDZONE)
BEGIN = NU + timedelta(days=8)
MAIL, TELEFOON = "noor@voorbeeld.example", "+31612345678"


def asked(database: Engine, sleutel: str = "s1", **changes: Any) -> Vastgelegd:
    fields: dict[str, Any] = {
        "gemeente": "voorbeeldstad",
        "systeem": "agenda",
        "sleutel": sleutel,
        "gesprek_id": "g1",
        "product": "paspoort-aanvragen",
        "keuzen": [Keus("pas", 2)],
        "locatie": "stadhuis",
        "plek": "Stadhuis, Stadsplein 1",
        "begin": BEGIN,
        "contacten": [contact_key(GEHEIM, MAIL), contact_key(GEHEIM, TELEFOON)],
        "now": NU,
    }
    return register.ask(database, **{**fields, **changes})


def booked(database: Engine, sleutel: str = "s1", **changes: Any) -> Vastgelegd:
    return register.booked(database, asked(database, sleutel, **changes).referentie, f"id-{sleutel}", BEGIN, None)


def prove(database: Engine, referentie: str, contact: str, gesprek: str = "g2", **changes: Any) -> Vastgelegd | None:
    fields: dict[str, Any] = {"gemeente": "voorbeeldstad", "now": NU, **changes}
    return register.prove(database, GEHEIM, referentie=referentie, contact=contact, gesprek_id=gesprek, **fields)


def test_an_appointment_is_written_down_before_it_is_made(database: Engine) -> None:
    one = asked(database)
    assert one.stand is Stand.AANGEVRAAGD and one.systeem_id == "" and one.keuzen == (Keus("pas", 2),)
    assert booked(database).stand is Stand.GEBOEKT


def test_the_same_key_gives_the_same_appointment_unless_it_failed(database: Engine) -> None:
    first = asked(database)
    assert asked(database).referentie == first.referentie
    register.mark(database, first.referentie, Stand.MISLUKT)
    assert asked(database).referentie != first.referentie


@pytest.mark.parametrize("contact", [MAIL, MAIL.upper(), f" {MAIL} ", TELEFOON])
def test_who_knows_reference_and_address_has_it(database: Engine, contact: str) -> None:
    one = booked(database)
    found = prove(database, one.referentie, contact)
    assert found is not None and found.referentie == one.referentie
    assert [mine.referentie for mine in register.of_conversation(database, "g2", NU)] == [one.referentie]


def test_nobody_else_has_it(database: Engine) -> None:
    one = booked(database)
    assert prove(database, one.referentie, "ander@voorbeeld.example") is None
    assert prove(database, "9999-9999", MAIL) is None
    assert prove(database, one.referentie, "") is None
    assert prove(database, one.referentie, MAIL, gemeente="molendam") is None
    assert register.of_conversation(database, "g2", NU) == []


@pytest.mark.parametrize("stand", [Stand.AANGEVRAAGD, Stand.ONZEKER, Stand.MISLUKT, Stand.GEANNULEERD])
def test_only_an_appointment_that_stands_can_be_changed(database: Engine, stand: Stand) -> None:
    one = booked(database)
    register.mark(database, one.referentie, stand)
    assert prove(database, one.referentie, MAIL) is None


def test_what_has_passed_can_not_be_changed(database: Engine) -> None:
    assert prove(database, booked(database).referentie, MAIL, now=BEGIN + timedelta(minutes=1)) is None


def test_a_reference_locks_for_existing_and_unknown_alike(database: Engine) -> None:
    one = booked(database)
    for referentie in (one.referentie, "9999-9999"):
        for attempt in range(LIMIETEN["afspraak_referentie"]):
            assert prove(database, referentie, "mis@voorbeeld.example", f"{referentie}-{attempt}") is None
        with pytest.raises(Locked):
            prove(database, referentie, MAIL, "weer een ander")
        assert (prove(database, referentie, MAIL, "later", now=NU + timedelta(hours=1, minutes=1)) is None) == (
            referentie != one.referentie
        )


def test_a_conversation_locks(database: Engine) -> None:
    for attempt in range(LIMIETEN["afspraak_gesprek"]):
        prove(database, f"9999-999{attempt + 2}", MAIL, "g3")
    with pytest.raises(Locked):
        prove(database, booked(database).referentie, MAIL, "g3")


def test_nobody_can_be_read_from_it(database: Engine) -> None:
    prove(database, booked(database).referentie, MAIL)
    with database.connect() as connection:
        stored = str([connection.execute(sa.select(table)).all() for table in (afspraak, poging)])
    assert MAIL not in stored and TELEFOON not in stored and "12345678" not in stored


def test_erasing_a_conversation_leaves_the_appointment_standing(database: Engine) -> None:
    one = booked(database)
    assert register.let_go(database, "g1") == 1
    assert register.of_conversation(database, "g1", NU) == []
    assert prove(database, one.referentie, MAIL) is not None


def test_moving_keeps_the_reference_and_counts(database: Engine) -> None:
    one = booked(database)
    moved = register.moved(database, one.referentie, "id-2", BEGIN + timedelta(days=1), None, "noord", "Noord")
    assert (moved.referentie, moved.systeem_id, moved.volgnummer, moved.locatie) == (one.referentie, "id-2", 1, "noord")
    assert register.mark(database, one.referentie, Stand.GEANNULEERD).volgnummer == 2


def test_what_is_over_goes(database: Engine) -> None:
    one = booked(database)
    register.clean_up(database, BEGIN + register.BEWAREN - timedelta(minutes=1))
    assert register.load(database, one.referentie) is not None
    register.clean_up(database, BEGIN + register.BEWAREN + timedelta(minutes=1))
    assert register.load(database, one.referentie) is None
