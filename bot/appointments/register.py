"""The register: which appointments were made here, and whose they are.

An appointment is written down before its system is asked, so that one whose answer stays away is not forgotten. Whoever
wants to change one names its reference and the e-mail address or phone number they gave; an unknown reference and a wrong
address are told apart by nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import IntegrityError

from bot.appointments.reference import make_reference
from bot.appointments.tables import afspraak
from bot.appointments.values import Keus
from bot.attempts import count, keyed, within

BEWAREN = timedelta(days=1)
"""How long an appointment is kept after it has begun."""
LIMIETEN = {"afspraak_gesprek": 6, "afspraak_referentie": 6}
"""Attempts to prove an appointment within an hour: of a conversation, and for a reference."""
_A = afspraak.c


class Stand(StrEnum):
    """How an appointment stands."""

    AANGEVRAAGD = "aangevraagd"
    """Its system has been asked and has not answered yet."""
    GEBOEKT = "geboekt"
    ONZEKER = "onzeker"
    """Its system did not answer; a person looks."""
    MISLUKT = "mislukt"
    GEANNULEERD = "geannuleerd"


@dataclass(frozen=True)
class Vastgelegd:
    """An appointment in the register."""

    referentie: str
    gemeente: str
    systeem: str
    systeem_id: str
    stand: Stand
    sleutel: str
    product: str
    keuzen: tuple[Keus, ...]
    locatie: str
    plek: str
    begin: datetime
    einde: datetime | None
    volgnummer: int
    gemaakt_op: datetime


def ask(
    engine: Engine,
    *,
    gemeente: str,
    systeem: str,
    sleutel: str,
    gesprek_id: str,
    product: str,
    keuzen: Sequence[Keus],
    locatie: str,
    plek: str,
    begin: datetime,
    contacten: Sequence[str],
    now: datetime,
) -> Vastgelegd:
    """Write down that an appointment is about to be asked of its system; a second time with the same `sleutel` gives the first.

    Args:
        contacten: keyed hashes (`contact_key`) of what whoever comes can be reached by.
    """
    with engine.begin() as connection:
        # What failed before may be asked again under the same key.
        connection.execute(sa.delete(afspraak).where(_A.sleutel == sleutel, _A.stand == Stand.MISLUKT))
    for _ in range(5):
        try:
            with engine.begin() as connection:
                connection.execute(
                    sa.insert(afspraak).values(
                        referentie=make_reference(),
                        gemeente=gemeente,
                        systeem=systeem,
                        stand=Stand.AANGEVRAAGD.value,
                        sleutel=sleutel,
                        gesprek_id=gesprek_id,
                        product=product,
                        keuzen=[[keus.dienst, keus.aantal] for keus in keuzen],
                        locatie=locatie,
                        plek=plek,
                        begin=begin,
                        contacten=list(contacten),
                        volgnummer=0,
                        gemaakt_op=now,
                    )
                )
        except IntegrityError:
            # The key is there already, or (hardly ever) the reference is.
            pass
        found = by_key(engine, sleutel)
        if found is not None:
            return found
    raise AssertionError("five references in a row were taken")


def booked(engine: Engine, referentie: str, systeem_id: str, begin: datetime, einde: datetime | None) -> Vastgelegd:
    """Its system has the appointment."""
    return _set(engine, referentie, stand=Stand.GEBOEKT.value, systeem_id=systeem_id, begin=begin, einde=einde)


def mark(engine: Engine, referentie: str, stand: Stand) -> Vastgelegd:
    """It failed, or it is uncertain, or it was cancelled."""
    changes = {"volgnummer": _A.volgnummer + 1} if stand is Stand.GEANNULEERD else {}
    return _set(engine, referentie, stand=stand.value, **changes)


def moved(
    engine: Engine, referentie: str, systeem_id: str, begin: datetime, einde: datetime | None, locatie: str, plek: str
) -> Vastgelegd:
    """It has another moment, perhaps another place and another id there; the reference stays."""
    return _set(
        engine,
        referentie,
        systeem_id=systeem_id,
        begin=begin,
        einde=einde,
        locatie=locatie,
        plek=plek,
        volgnummer=_A.volgnummer + 1,
    )


def by_key(engine: Engine, sleutel: str) -> Vastgelegd | None:
    """The appointment that was asked with this key."""
    return _one(engine, _A.sleutel == sleutel)


def load(engine: Engine, referentie: str) -> Vastgelegd | None:
    """An appointment by its reference; only for who may know it."""
    return _one(engine, _A.referentie == referentie)


def of_conversation(engine: Engine, gesprek_id: str, now: datetime) -> list[Vastgelegd]:
    """Appointments that stand and were made or proven in this conversation, the first one first."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(afspraak)
            .where(_A.gesprek_id == gesprek_id, _A.stand == Stand.GEBOEKT.value, _A.begin > now)
            .order_by(_A.begin)
        ).all()
    return [_read(row) for row in rows]


def prove(
    engine: Engine, geheim: str, *, gemeente: str, referentie: str, contact: str, gesprek_id: str, now: datetime
) -> Vastgelegd | None:
    """The appointment with this reference, if it was made with this e-mail address or phone number; None for anything else.

    Raises bot.attempts.Locked after too many attempts in this conversation or for this reference, existing or not.
    """
    sleutels = {
        "afspraak_gesprek": keyed(geheim, "afspraak_gesprek", gesprek_id),
        "afspraak_referentie": keyed(geheim, "afspraak_referentie", gemeente, referentie),
    }
    given = contact_key(geheim, contact)
    with engine.begin() as connection:
        within(connection, LIMIETEN, sleutels, now)
        count(connection, sleutels, now)
        row = connection.execute(
            sa.select(afspraak).where(
                _A.referentie == referentie,
                _A.gemeente == gemeente,
                _A.stand == Stand.GEBOEKT.value,
                _A.begin > now,
            )
        ).first()
        known = list(row.contacten) if row is not None else [contact_key(geheim, "")]
        good = any(hmac.compare_digest(given, one) for one in known)
        if row is None or not good:
            return None
        connection.execute(sa.update(afspraak).where(_A.id == row.id).values(gesprek_id=gesprek_id))
    return _read(row)


def contact_key(geheim: str, contact: str) -> str:
    """A keyed hash of an e-mail address, or of a phone number as `bot.contact` writes it."""
    return keyed(geheim, "afspraak_contact", contact.strip().lower())


def let_go(engine: Engine, gesprek_id: str) -> int:
    """The conversation is erased: its appointments stand, but lead back to it no more. Returns how many stand."""
    with engine.begin() as connection:
        gone = connection.execute(
            sa.update(afspraak)
            .where(_A.gesprek_id == gesprek_id, _A.stand == Stand.GEBOEKT.value)
            .values(gesprek_id=None)
        )
        connection.execute(sa.update(afspraak).where(_A.gesprek_id == gesprek_id).values(gesprek_id=None))
        return int(gone.rowcount)


def clean_up(engine: Engine, now: datetime) -> None:
    """Take away what is over."""
    with engine.begin() as connection:
        connection.execute(sa.delete(afspraak).where(_A.begin < now - BEWAREN))


def _set(engine: Engine, referentie: str, **values: object) -> Vastgelegd:
    with engine.begin() as connection:
        connection.execute(sa.update(afspraak).where(_A.referentie == referentie).values(**values))
    found = load(engine, referentie)
    assert found is not None, "an appointment goes after it is over, not before"
    return found


def _one(engine: Engine, where: sa.sql.ColumnElement[bool]) -> Vastgelegd | None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(afspraak).where(where)).first()
    return _read(row) if row is not None else None


def _read(row: Row) -> Vastgelegd:
    return Vastgelegd(
        referentie=row.referentie,
        gemeente=row.gemeente,
        systeem=row.systeem,
        systeem_id=row.systeem_id or "",
        stand=Stand(row.stand),
        sleutel=row.sleutel,
        product=row.product,
        keuzen=tuple(Keus(dienst, aantal) for dienst, aantal in row.keuzen),
        locatie=row.locatie,
        plek=row.plek,
        begin=row.begin,
        einde=row.einde,
        volgnummer=row.volgnummer,
        gemaakt_op=row.gemaakt_op,
    )
