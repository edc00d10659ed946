"""A year in the own agenda: two places that are rather full, for the benchmark and for tests."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments.agenda import rooster
from bot.appointments.agenda.config import AgendaConfig, DienstInstelling, LocatieInstelling
from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel, agenda_locatie
from bot.catalog.rooster import Openingstijden, Weekrooster

WEEK = Weekrooster(
    maandag="09:00-17:00",
    dinsdag="09:00-17:00",
    woensdag="09:00-17:00",
    donderdag="09:00-20:00",
    vrijdag="09:00-13:00",
)
_GEMEENTE = Openingstijden(telefoon=Weekrooster(), balie=WEEK)
YEAR = AgendaConfig(
    gemeente="voorbeeldstad",
    diensten={
        "paspoort": DienstInstelling("Paspoort of identiteitskaart", 10, 5, 6),
        "rijbewijs": DienstInstelling("Rijbewijs", 15),
        "huwelijk": DienstInstelling("Huwelijk melden", 30),
    },
    locaties={
        "stadhuis": LocatieInstelling("Stadhuis", WEEK, _GEMEENTE, "Stadsplein 1", "1000 AA", "Voorbeeldstad", 3),
        "wijkpost": LocatieInstelling("Wijkpost", WEEK, _GEMEENTE, "Dorpsstraat 2", "1000 AB", "Voorbeeldstad", 2),
    },
)
LENGTHS = {"paspoort": (10, 15, 20), "rijbewijs": (15,), "huwelijk": (30,)}
"""Minutes of a service, for one person, two and three."""


def fill_year(
    engine: Engine, config: AgendaConfig, first: date, count: int, *, number_of_days: int = 365, seed: int = 1
) -> int:
    """Book `count` appointments in the year (or so many days) from `first`; returns how many there are.

    Written straight into the tables, in the form that booking one by one gives; a place that is full is passed over.
    """
    dice = random.Random(seed)
    days = [first + timedelta(days=number) for number in range(number_of_days)]
    open_ = {(id, day): rooster.open_stukken(place, day) for id, place in config.locaties.items() for day in days}
    used: dict[str, Counter[int]] = {id: Counter() for id in config.locaties}
    appointments: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []
    for _ in range(count * 20):
        if len(appointments) == count:
            break
        id = dice.choice(list(config.locaties))
        place, day = config.locaties[id], dice.choice(days)
        name = dice.choice(list(LENGTHS))
        people = dice.randrange(len(LENGTHS[name]))
        length = LENGTHS[name][people]
        free = list(rooster.vrije_minuten(open_[id, day], frozenset(), place.raster, length, 0))
        if not free:
            continue
        begin = dice.choice(free)
        touched = rooster.cellen(begin, begin + length, place.raster)
        if any(used[id][cel] >= place.capaciteit for cel in touched):
            continue
        number = f"{len(appointments):032x}"
        appointments.append(_appointment(config, number, id, begin, length, [[name, people + 1]]))
        for cel in touched:
            row = {"gemeente": config.gemeente, "locatie": id, "cel": cel, "plek": used[id][cel], "afspraak_id": number}
            cells.append(row)
            used[id][cel] += 1
    with engine.begin() as connection:
        for id, place in config.locaties.items():
            connection.execute(
                sa.insert(agenda_locatie).values(gemeente=config.gemeente, locatie=id, raster=place.raster)
            )
        connection.execute(sa.insert(agenda_afspraak), appointments)
        connection.execute(sa.insert(agenda_cel), cells)
    return len(appointments)


def _appointment(
    config: AgendaConfig, number: str, id: str, begin: int, length: int, keuzen: list[list[Any]]
) -> dict[str, Any]:
    return {
        "id": number,
        "gemeente": config.gemeente,
        "locatie": id,
        "begin": rooster.lokaal(begin),
        "einde": rooster.lokaal(begin + length),
        "keuzen": keuzen,
        "sleutel": number * 2,
        "klant": {"achternaam": "Voorbeeld", "email": "noor@mail.example", "telefoon": "0612345678"},
        "gemaakt_op": datetime(2026, 1, 1, tzinfo=UTC),
    }
