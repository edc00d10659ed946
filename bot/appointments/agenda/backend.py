"""The own agenda behind the one interface to systems for appointments (`bot.appointments.backend`).

Every method that touches the database waits in a thread. Moments that are not on offer (off the grid, outside the hours, too
soon, too far ahead) are answered like moments that are gone: SlotTaken, so that others are offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.appointments.agenda import booking, places, rooster
from bot.appointments.agenda.config import (
    AgendaConfig,
    dienst_waarde,
    locatie_voor,
    locatie_waarde,
    locaties_van,
    minuten,
)
from bot.appointments.agenda.klant import kept, restored
from bot.appointments.agenda.tables import agenda_afspraak
from bot.appointments.agenda.transactions import change, read
from bot.appointments.errors import InvalidInput, NotFound
from bot.appointments.values import TIJDZONE, Afspraak, Dienst, Kan, Keus, Klant, Locatie, Velden
from bot.threads import in_thread

T = TypeVar("T")
OPMERKING = 1000
"""Most characters of a remark."""
_A = agenda_afspraak.c


class Agenda:
    """The agenda of one municipality. It keeps nothing between calls; any number may work on one database."""

    def __init__(self, config: AgendaConfig, engine: Engine, now: Callable[[], datetime]) -> None:
        """`now` gives the present moment, with a zone."""
        self._config, self._engine, self._clock = config, engine, now

    def _now(self) -> datetime:
        # In UTC: two moments in one other zone are compared, and added to, by the clock on the wall.
        return self._clock().astimezone(UTC)

    def kan(self) -> Kan:
        """Everything."""
        return Kan(meer_diensten=True, aantallen=True, verzetten=True, vasthouden=True, einde_bekend=True)

    async def list_products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        """Services to be had here that share a place with all those chosen. Raises NotFound."""
        if locatie is not None and locatie not in self._config.locaties:
            raise NotFound("locatie")
        found = []
        for id in self._config.diensten:
            where = locaties_van(self._config, [id, *gekozen])
            if id not in gekozen and where and (locatie is None or locatie in where):
                found.append(dienst_waarde(self._config, id))
        return found

    async def list_locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        """Places in the municipality's order. Raises NotFound for an unknown service."""
        ids = locaties_van(self._config, [keus.dienst for keus in keuzen])
        return [locatie_waarde(self._config, id) for id in ids]

    async def list_dates(self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date) -> list[date]:
        """Raises NotFound and InvalidInput for a wish that cannot be."""
        return [dag for dag, _ in await in_thread(self._free, keuzen, locatie, van, tot, True)]

    async def list_times(self, keuzen: Sequence[Keus], locatie: str, dag: date) -> list[datetime]:
        """Raises NotFound and InvalidInput for a wish that cannot be. What anybody holds is not free here."""
        found = await in_thread(self._free, keuzen, locatie, dag, dag, False)
        return [rooster.lokaal(begin) for _, minutes in found for begin in minutes]

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Velden:
        """As the municipality set them."""
        return self._config.velden

    async def hold(self, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str) -> datetime:
        """Keep a moment. When it is gone (SlotTaken) the holder keeps what they held before, for as long as that lasts.

        Raises NotFound and InvalidInput for a wish that cannot be, ValueError for no `sleutel`.
        """
        if not sleutel:
            raise ValueError("holding needs a holder")
        vraag, key = booking.ask(self._config, keuzen, locatie, begin), places.key_of(sleutel)
        until = await self._change(
            "vasthouden", lambda connection: booking.hold(connection, self._config, vraag, key, self._now())
        )
        return until.astimezone(TIJDZONE)

    async def release(self, sleutel: str) -> None:
        """Let go of what this holder held."""
        if sleutel:
            key = places.key_of(sleutel)
            await self._change("loslaten", lambda connection: places.let_go(connection, self._config.gemeente, key))

    async def book(
        self,
        keuzen: Sequence[Keus],
        locatie: str,
        begin: datetime,
        klant: Klant,
        opmerking: str = "",
        sleutel: str = "",
    ) -> Afspraak:
        """Book a moment; with a key that has an appointment, that appointment as it is now. A key is free after cancelling."""
        vraag = booking.ask(self._config, keuzen, locatie, begin)
        stored, key = kept(self._config.velden, klant), places.key_of(sleutel) if sleutel else None
        if len(opmerking) > OPMERKING:
            raise InvalidInput("boeken", ("opmerking",))
        row = await self._change(
            "boeken",
            lambda connection: booking.book(connection, self._config, vraag, key, stored, opmerking, self._now()),
            # Without a key nothing would tell a second booking from the first.
            repeatable=key is not None,
        )
        return self._afspraak(row)

    async def get(self, id: str) -> Afspraak:
        """An appointment. Raises NotFound."""
        row = await self._read("opvragen", lambda connection: booking.find(connection, self._config, id))
        if row is None:
            raise NotFound("opvragen")
        return self._afspraak(row)

    async def move(self, id: str, begin: datetime, locatie: str | None = None, sleutel: str = "") -> Afspraak:
        """Take the new place and free the old one in one go; the id stays. To where it is already is fine.

        Raises SlotTaken (the old one stands), NotFound, NotAllowed once it has begun.
        """
        key = places.key_of(sleutel) if sleutel else None
        row = await self._change(
            "verzetten",
            lambda connection: booking.move(connection, self._config, id, begin, locatie, key, self._now()),
        )
        return self._afspraak(row)

    async def cancel(self, id: str) -> None:
        """Take an appointment away with all that is known of whoever would come. Raises NotAllowed once it has begun."""
        await self._change("annuleren", lambda connection: booking.cancel(connection, self._config, id, self._now()))

    async def check(self) -> str:
        """Raises Unavailable when its tables cannot be read."""
        config, now = self._config, self._now()
        to_come = sa.select(sa.func.count()).where(
            _A.gemeente == config.gemeente, _A.verloopt_op.is_(None), _A.begin >= now
        )
        count = await self._read("controle", lambda connection: connection.execute(to_come).scalar_one())
        return f"eigen agenda: {len(config.locaties)} locaties, {len(config.diensten)} diensten, {count} afspraken"

    async def aclose(self) -> None:
        """The database is the installation's; nothing to let go of."""

    async def _read(self, what: str, work: Callable[[Connection], T]) -> T:
        return await in_thread(read, self._engine, what, work)

    async def _change(self, what: str, work: Callable[[Connection], T], *, repeatable: bool = True) -> T:
        return await in_thread(change, self._engine, what, work, repeatable=repeatable)

    def _free(
        self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date, one_each: bool
    ) -> list[tuple[date, list[int]]]:
        """Days with the minutes that are free (with `one_each` only the first); days without are left out."""
        plaats, duur = locatie_voor(self._config, keuzen, locatie), minuten(self._config, keuzen)
        now = self._now()
        first = max(van, now.astimezone(TIJDZONE).date())
        last = min(tot, booking.last_day(self._config, now))
        if first > last:
            return []
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        stuk = rooster.Stuk(rooster.middernacht(first), rooster.middernacht(last + timedelta(days=1)))
        taken = read(
            self._engine,
            "vrije momenten",
            lambda connection: places.taken_cells(connection, self._config.gemeente, locatie, plaats.raster, stuk, now),
        )
        vol = rooster.volle_cellen(taken, plaats.capaciteit)
        vanaf = booking.earliest(self._config, now)
        found = []
        for dag in days:
            open_ = rooster.open_stukken(plaats, dag)
            free = rooster.vrije_minuten(open_, vol, plaats.raster, duur, vanaf)
            minutes = list(islice(free, 1 if one_each else None))
            if minutes:
                found.append((dag, minutes))
        return found

    def _afspraak(self, row: Row) -> Afspraak:
        later = row.begin > self._now()
        return Afspraak(
            id=row.id,
            keuzen=booking.read_keuzen(row),
            locatie=locatie_waarde(self._config, row.locatie),
            begin=row.begin,
            einde=row.einde,
            mag_weg=later,
            mag_anders=later,
            klant=restored(row.klant),
        )
