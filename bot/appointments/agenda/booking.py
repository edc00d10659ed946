"""Holding, booking, moving and cancelling: each is the work of one transaction on the agenda of one municipality.

`now` is in UTC everywhere here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.appointments.agenda import places, rooster
from bot.appointments.agenda.config import AgendaConfig, LocatieInstelling, locatie_voor, minuten
from bot.appointments.agenda.tables import agenda_afspraak
from bot.appointments.errors import NotAllowed, NotFound, SlotTaken
from bot.appointments.values import TIJDZONE, Keus

_A = agenda_afspraak.c


@dataclass(frozen=True)
class Vraag:
    """A moment at a place, for something."""

    keuzen: tuple[Keus, ...]
    locatie: str
    begin: datetime
    plaats: LocatieInstelling
    duur: int
    """Minutes."""

    @property
    def stuk(self) -> rooster.Stuk:
        """From begin to end, in minutes since 1970."""
        return rooster.Stuk(rooster.minuut(self.begin), rooster.minuut(self.begin) + self.duur)

    @property
    def einde(self) -> datetime:
        """Counted in real minutes: adding to the clock on the wall goes wrong in the hour that comes twice."""
        return rooster.lokaal(self.stuk.tot)


def ask(config: AgendaConfig, keuzen: Sequence[Keus], locatie: str, begin: datetime) -> Vraag:
    """What is asked for. Raises NotFound, InvalidInput, and ValueError for a moment without a zone."""
    plaats, duur = locatie_voor(config, keuzen, locatie), minuten(config, keuzen)
    if begin.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return Vraag(tuple(keuzen), locatie, begin, plaats, duur)


def earliest(config: AgendaConfig, now: datetime) -> int:
    """First minute that can be booked now."""
    return rooster.eerste_minuut(now + timedelta(minutes=config.minuten_vooraf))


def last_day(config: AgendaConfig, now: datetime) -> date:
    """Last day that can be booked now."""
    return now.astimezone(TIJDZONE).date() + timedelta(days=config.dagen_vooruit)


def hold(connection: Connection, config: AgendaConfig, vraag: Vraag, key: str, now: datetime) -> datetime:
    """Hold a moment instead of what the holder of `key` held; returns until when. Raises SlotTaken."""
    until = now + timedelta(minutes=config.vasthouden_minuten)
    places.lock(connection, config.gemeente, vraag.locatie, vraag.plaats.raster)
    _free_for(connection, config, vraag, key, now)
    _insert(connection, config, vraag, {"sleutel": key, "verloopt_op": until, "gemaakt_op": now})
    return until


def book(
    connection: Connection,
    config: AgendaConfig,
    vraag: Vraag,
    key: str | None,
    klant: dict[str, str],
    opmerking: str,
    now: datetime,
) -> Row:
    """Book a moment, or find what was booked with `key` before. Raises SlotTaken."""
    places.lock(connection, config.gemeente, vraag.locatie, vraag.plaats.raster)
    if key is not None:
        made = connection.execute(_standing(config).where(_A.sleutel == key)).first()
        if made is not None:
            places.let_go(connection, config.gemeente, key)
            return made
    _free_for(connection, config, vraag, key, now)
    values = {"sleutel": key, "klant": klant, "opmerking": opmerking or None, "gemaakt_op": now}
    return _must_find(connection, config, _insert(connection, config, vraag, values))


def move(
    connection: Connection,
    config: AgendaConfig,
    id: str,
    begin: datetime,
    locatie: str | None,
    key: str | None,
    now: datetime,
) -> Row:
    """Give an appointment another moment. Raises SlotTaken, NotFound, NotAllowed, InvalidInput, ValueError."""
    old, locked = _must_find(connection, config, id), set[str]()
    # Again when it was moved elsewhere while we waited. In one order, so that two that cross do not wait on each other.
    while new := {old.locatie, locatie or old.locatie} - locked:
        for one in sorted(new):
            raster = config.locaties[one].raster if one in config.locaties else None
            places.lock(connection, config.gemeente, one, raster)
        locked |= new
        old = _must_find(connection, config, id, keep=True)
    if old.begin <= now:
        raise NotAllowed("verzetten")
    vraag = ask(config, read_keuzen(old), locatie or old.locatie, begin)
    places.vacate(connection, id)
    _free_for(connection, config, vraag, key, now, (old.locatie, old.begin))
    connection.execute(
        sa.update(agenda_afspraak).where(_A.id == id).values(locatie=vraag.locatie, begin=begin, einde=vraag.einde)
    )
    places.occupy(connection, id, config.gemeente, vraag.locatie, vraag.plaats, vraag.stuk)
    return _must_find(connection, config, id)


def cancel(connection: Connection, config: AgendaConfig, id: str, now: datetime) -> None:
    """Take an appointment away; one that is gone is fine. Raises NotAllowed once it has begun."""
    row = find(connection, config, id)
    if row is None:
        return
    if row.begin <= now:
        raise NotAllowed("annuleren")
    connection.execute(sa.delete(agenda_afspraak).where(_A.id == id))


def find(connection: Connection, config: AgendaConfig, id: str) -> Row | None:
    """An appointment of this municipality; a held moment is none."""
    return connection.execute(_standing(config).where(_A.id == id)).first()


def read_keuzen(row: Row) -> tuple[Keus, ...]:
    """The choices of an appointment."""
    return tuple(Keus(dienst, aantal) for dienst, aantal in row.keuzen)


def _free_for(
    connection: Connection,
    config: AgendaConfig,
    vraag: Vraag,
    key: str | None,
    now: datetime,
    has: tuple[str, datetime] | None = None,
) -> None:
    """Make way: what lapsed here and what the asker holds is let go; then see that the moment may be booked at all.

    Args:
        has: where the asker's appointment is that is to be moved. For what somebody has or holds already it is never too
            late until it begins.

    Raises SlotTaken.
    """
    held = places.held_by(connection, config.gemeente, key, now)
    places.let_go_lapsed(connection, config.gemeente, vraag.locatie, now)
    places.let_go(connection, config.gemeente, key)
    own = {(one[0], rooster.minuut(one[1])) for one in (held, has) if one is not None}
    begin = vraag.stuk.van
    dag = rooster.lokaal(begin).date()
    first = rooster.eerste_minuut(now) if (vraag.locatie, begin) in own else earliest(config, now)
    possible = rooster.vrije_minuten(
        rooster.open_stukken(vraag.plaats, dag), frozenset(), vraag.plaats.raster, vraag.duur, first
    )
    if rooster.eerste_minuut(vraag.begin) != begin or dag > last_day(config, now) or begin not in possible:
        raise SlotTaken("plek")


def _insert(connection: Connection, config: AgendaConfig, vraag: Vraag, values: dict[str, Any]) -> str:
    """A new row with its cells; returns its id. Raises SlotTaken."""
    id = secrets.token_hex(16)
    connection.execute(
        sa.insert(agenda_afspraak).values(
            id=id,
            gemeente=config.gemeente,
            locatie=vraag.locatie,
            begin=vraag.begin,
            einde=vraag.einde,
            keuzen=[[keus.dienst, keus.aantal] for keus in vraag.keuzen],
            **values,
        )
    )
    places.occupy(connection, id, config.gemeente, vraag.locatie, vraag.plaats, vraag.stuk)
    return id


def _must_find(connection: Connection, config: AgendaConfig, id: str, *, keep: bool = False) -> Row:
    """Raises NotFound. `keep`: whoever cancels it waits, so that both come to the row first and to its cells after it."""
    query = _standing(config).where(_A.id == id)
    row = connection.execute(query.with_for_update() if keep else query).first()
    if row is None:
        raise NotFound("afspraak")
    return row


def _standing(config: AgendaConfig) -> sa.sql.Select:
    return sa.select(agenda_afspraak).where(_A.gemeente == config.gemeente, _A.verloopt_op.is_(None))
