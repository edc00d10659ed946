"""Booking, moving and cancelling: the system that holds appointments and our register, kept together.

What is asked of a system is written down first. When its answer stays away, the register says "onzeker", and nobody is told
that they have an appointment, nor that they have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from bot.appointments import register
from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import AfspraakError, NotAllowed, SlotTaken, Uncertain
from bot.appointments.register import Stand, Vastgelegd
from bot.appointments.values import Afspraak, Keus, Klant, Locatie
from bot.threads import in_thread


@dataclass(frozen=True)
class Verzoek:
    """An appointment that somebody confirmed."""

    gemeente: str
    systeem: str
    sleutel: str
    """Names this one wish, so that confirming it twice books it once."""
    gesprek_id: str
    product: str
    keuzen: tuple[Keus, ...]
    locatie: Locatie
    begin: datetime
    klant: Klant


async def book(
    engine: Engine, geheim: str, backend: AppointmentBackend, verzoek: Verzoek, *, opmerking: str = "", now: datetime
) -> Vastgelegd:
    """Book what somebody confirmed; confirmed twice, it is booked once.

    Raises what the system raises (nothing stands then), and Uncertain (something may stand: a person must look).
    """
    contacten = [
        register.contact_key(geheim, one) for one in (verzoek.klant.email, verzoek.klant.telefoon) if one.strip()
    ]
    asked = await in_thread(
        register.ask,
        engine,
        gemeente=verzoek.gemeente,
        systeem=verzoek.systeem,
        sleutel=verzoek.sleutel,
        gesprek_id=verzoek.gesprek_id,
        product=verzoek.product,
        keuzen=verzoek.keuzen,
        locatie=verzoek.locatie.id,
        plek=plek(verzoek.locatie),
        begin=verzoek.begin,
        contacten=contacten,
        now=now,
    )
    if asked.stand is Stand.GEBOEKT:
        return asked
    if (asked.stand is Stand.ONZEKER or asked.gemaakt_op != now) and not backend.kan().eenmalig:
        # It was asked before, and what came of it is not known: never again without looking.
        await in_thread(register.mark, engine, asked.referentie, Stand.ONZEKER)
        raise Uncertain("boeken", code="asked-before")
    try:
        made = await backend.book(
            verzoek.keuzen, verzoek.locatie.id, verzoek.begin, verzoek.klant, opmerking, verzoek.sleutel
        )
    except AfspraakError as error:
        stand = Stand.ONZEKER if isinstance(error, Uncertain) else Stand.MISLUKT
        await in_thread(register.mark, engine, asked.referentie, stand)
        raise
    return await in_thread(register.booked, engine, asked.referentie, made.id, made.begin, made.einde)


async def cancel(
    engine: Engine, backend: AppointmentBackend, vastgelegd: Vastgelegd, *, tot_minuten: int, now: datetime
) -> Vastgelegd:
    """Cancel an appointment. Raises NotAllowed when it is too late for it, and what the system raises (then it stands)."""
    in_time(vastgelegd.begin, tot_minuten, now)
    await backend.cancel(vastgelegd.systeem_id)
    return await in_thread(register.mark, engine, vastgelegd.referentie, Stand.GEANNULEERD)


async def move(
    engine: Engine,
    backend: AppointmentBackend,
    vastgelegd: Vastgelegd,
    begin: datetime,
    locatie: Locatie,
    *,
    sleutel: str,
    tot_minuten: int,
    now: datetime,
) -> Vastgelegd:
    """Give an appointment another moment; the reference stays.

    Raises NotAllowed when it is too late for it; what the system raises (the old one stands); HalfMoved (both stand).
    """
    in_time(vastgelegd.begin, tot_minuten, now)
    if begin == vastgelegd.begin and locatie.id == vastgelegd.locatie:
        return vastgelegd
    made: Afspraak = await backend.move(vastgelegd.systeem_id, begin, locatie.id, sleutel)
    return await in_thread(
        register.moved, engine, vastgelegd.referentie, made.id, made.begin, made.einde, locatie.id, plek(locatie)
    )


async def is_free(backend: AppointmentBackend, keuzen: Sequence[Keus], locatie: str, begin: datetime) -> bool:
    """Whether a moment can still be had."""
    # In UTC: moments of one zone are compared by their clock, and one hour of autumn has the same clock twice.
    wanted = begin.astimezone(UTC)
    return any(one.astimezone(UTC) == wanted for one in await backend.list_times(keuzen, locatie, begin.date()))


async def keep_free(
    backend: AppointmentBackend, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str
) -> None:
    """Keep a chosen moment for a few minutes, where the system can; else only see whether it is free. Raises SlotTaken."""
    if backend.kan().vasthouden:
        await backend.hold(keuzen, locatie, begin, sleutel)
    elif not await is_free(backend, keuzen, locatie, begin):
        raise SlotTaken("vasthouden")


def in_time(begin: datetime, tot_minuten: int, now: datetime) -> None:
    """See to it that one may still change an appointment. Raises NotAllowed."""
    if now > begin - timedelta(minutes=tot_minuten):
        raise NotAllowed("wijzigen", code="too-late")


def plek(locatie: Locatie) -> str:
    """A place in one line, as for a calendar."""
    return ", ".join(
        part for part in (locatie.naam, locatie.adres, f"{locatie.postcode} {locatie.plaats}".strip()) if part
    )
