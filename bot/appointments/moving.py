"""Moving an appointment in a system that cannot: book the new moment, then cancel the old one, never the other way round."""

from __future__ import annotations

from datetime import datetime

from bot.appointments.backend import AppointmentBackend
from bot.appointments.errors import AfspraakError, HalfMoved, InvalidInput, NotAllowed, Unavailable, Uncertain
from bot.appointments.values import Afspraak


async def move_by_booking(
    backend: AppointmentBackend, oud: Afspraak, begin: datetime, locatie: str | None, sleutel: str
) -> Afspraak:
    """Book `begin` for whoever has `oud`, then cancel `oud`; when that fails, cancel the new one again.

    Returns the new appointment. Raises what booking raises (then the old one stands); Unavailable when the old one could
    not be cancelled and the new one was taken back; HalfMoved when that failed too, or when it is not known whether the old one
    was cancelled.
    """
    if oud.klant is None:
        raise InvalidInput("verzetten", ("achternaam",))
    nieuw = await backend.book(oud.keuzen, locatie or oud.locatie.id, begin, oud.klant, "", sleutel)
    try:
        await backend.cancel(oud.id)
    except Uncertain as error:
        # It may be cancelled yet: taking the new one back could leave somebody with none.
        raise HalfMoved("verzetten", oud, nieuw) from error
    except AfspraakError as error:
        try:
            await backend.cancel(nieuw.id)
        except AfspraakError:
            raise HalfMoved("verzetten", oud, nieuw) from error
        if isinstance(error, NotAllowed):
            raise
        raise Unavailable("verzetten", error.status, error.code) from error
    return nieuw
