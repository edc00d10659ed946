"""An agenda to test with: its settings, a clock that is set by hand, and a look at what the database holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.appointments.agenda.backend import Agenda
from bot.appointments.agenda.config import AgendaConfig, DienstInstelling, LocatieInstelling
from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel
from bot.appointments.values import TIJDZONE, Klant
from bot.catalog.rooster import Openingstijden, Weekrooster

ON_POSTGRESQL = pytest.mark.parametrize(
    "opened", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""For what a file cannot do: a connection that breaks, two that write at once."""
NOOR = Klant(achternaam="Voorbeeld", voornaam="Noor", email="noor@mail.example", telefoon="0612345678")
GEMEENTE = Openingstijden(telefoon=Weekrooster(), balie=Weekrooster())
STADHUIS = LocatieInstelling(
    naam="Stadhuis",
    openingstijden=Weekrooster(maandag="09:00-12:00, 13:00-17:00", donderdag="09:00-20:00", vrijdag="09:00-12:25"),
    gemeente=GEMEENTE,
    adres="Stadsplein 1",
    postcode="1000 AA",
    plaats="Voorbeeldstad",
)
WIJKPOST = replace(STADHUIS, naam="Wijkpost", adres="Dorpsstraat 2", capaciteit=2)
CONFIG = AgendaConfig(
    gemeente="voorbeeldstad",
    diensten={
        "paspoort": DienstInstelling("Paspoort", 25, 10, 4, "Uw oude paspoort."),
        "rijbewijs": DienstInstelling("Rijbewijs", 10),
        "huwelijk": DienstInstelling("Huwelijk melden", 30, locaties=("stadhuis",)),
    },
    locaties={"stadhuis": STADHUIS, "wijkpost": WIJKPOST},
)


def op(text: str, fold: int = 0) -> datetime:
    """A moment on the clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=TIJDZONE, fold=fold)


NU = op("2026-11-20 08:00")
"""A Friday."""


class Klok:
    """A clock that is set by hand."""

    def __init__(self, nu: datetime = NU) -> None:
        self.nu = nu

    def __call__(self) -> datetime:
        return self.nu

    def verder(self, **duur: float) -> None:
        """Put it forward."""
        self.nu = (self.nu.astimezone(UTC) + timedelta(**duur)).astimezone(TIJDZONE)


def make(database: Engine, config: AgendaConfig = CONFIG, klok: Klok | None = None) -> Agenda:
    return Agenda(config, database, klok or Klok())


def with_places(config: AgendaConfig = CONFIG, **changes: object) -> AgendaConfig:
    """The same agenda with other settings at each place."""
    return replace(config, locaties={id: replace(one, **changes) for id, one in config.locaties.items()})  # type: ignore[arg-type]


def rows(database: Engine) -> list[sa.engine.Row]:
    """Appointments and held moments, the earliest first."""
    with database.connect() as connection:
        return connection.execute(sa.select(agenda_afspraak).order_by(agenda_afspraak.c.begin)).all()


def check_places(database: Engine, config: AgendaConfig) -> None:
    """Every appointment has one place in each cell that it touches and none elsewhere; no cell is too full."""
    expected: Counter[tuple[str, str, datetime, str]] = Counter()
    for row in rows(database):
        step = timedelta(minutes=config.locaties[row.locatie].raster)
        cell = datetime.fromtimestamp(row.begin.timestamp() // step.total_seconds() * step.total_seconds(), UTC)
        while cell < row.einde:
            expected[row.gemeente, row.locatie, cell, row.id] += 1
            cell += step
    found: Counter[tuple[str, str, datetime, str]] = Counter()
    used: Counter[tuple[str, int]] = Counter()
    with database.connect() as connection:
        for row in connection.execute(sa.select(agenda_cel)):
            found[row.gemeente, row.locatie, datetime.fromtimestamp(row.cel * 60, UTC), row.afspraak_id] += 1
            used[row.locatie, row.cel] += 1
    assert found == expected
    assert all(count <= config.locaties[locatie].capaciteit for (locatie, _), count in used.items())
