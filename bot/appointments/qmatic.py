"""Appointments in Qmatic Orchestra, by its calendar public API (v1 and v2).

Services of one service group go together in an appointment, and it is for all people together. The API finds nothing by
name: what became of a booking without an answer can at best be looked up by e-mail address (`QmaticConfig.identify`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import httpx

from bot.appointments.errors import NotAllowed, NotFound, Unsupported
from bot.appointments.moving import move_by_booking
from bot.appointments.qmatic_calls import Calls
from bot.appointments.qmatic_changing import Changing
from bot.appointments.qmatic_looking import Looking
from bot.appointments.qmatic_memory import Moment
from bot.appointments.qmatic_offer import Offer
from bot.appointments.qmatic_values import QmaticConfig, compose
from bot.appointments.qmatic_writing import customer_record
from bot.appointments.values import Afspraak, Dienst, Kan, Keus, Klant, Locatie, Velden


class QmaticBackend:
    """A municipality's Qmatic Orchestra; an AppointmentBackend, which says what each method gives and raises.

    Keep one per configuration, use it in one event loop, and `aclose` it there.

    Args:
        transport: for tests.
        now: the clock, with a zone.
    """

    def __init__(
        self,
        config: QmaticConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.config = config
        self._now = now
        self._calls = Calls(config, transport)
        self._offer = Offer(config, self._calls)
        self._looking = Looking(config, self._calls, self._offer)
        self._changing = Changing(config, self._calls, self._offer, self._looking, now)

    def kan(self) -> Kan:
        """What this connection can do."""
        return Kan(
            meer_diensten=True,
            aantallen=True,
            verzetten=self.config.native_move,
            vasthouden=self.config.native_hold,
            einde_bekend=True,
        )

    async def list_products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        """Services that can be booked; with some chosen already, those in one group with all of them."""
        if gekozen:
            return await self._offer.services_with(gekozen, locatie)
        return await self._offer.services(locatie)

    async def list_locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        """Places where all of these can be had together; without a choice all places."""
        if keuzen:
            return await self._offer.branches_with(compose(keuzen).diensten)
        return await self._offer.branches()

    async def list_dates(self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date) -> list[date]:
        """Days with a free moment, from `van` to `tot` inclusive."""
        return await self._offer.dates(compose(keuzen), locatie, van, tot)

    async def list_times(self, keuzen: Sequence[Keus], locatie: str, dag: date) -> list[datetime]:
        """Free moments on a day."""
        return await self._offer.times(compose(keuzen), locatie, dag)

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Velden:
        """What the municipality has set; the API does not tell what a service needs."""
        return self.config.fields()

    async def hold(self, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str) -> datetime:
        """Reserve a moment, where that is switched on."""
        if not self.config.native_hold:
            raise Unsupported("vasthouden")
        if not sleutel:
            raise ValueError("vasthouden vraagt een sleutel")
        return await self._changing.hold(_moment(keuzen, locatie, begin), sleutel)

    async def release(self, sleutel: str) -> None:
        """Give a reservation back."""
        await self._changing.release(sleutel)

    async def book(
        self,
        keuzen: Sequence[Keus],
        locatie: str,
        begin: datetime,
        klant: Klant,
        opmerking: str = "",
        sleutel: str = "",
    ) -> Afspraak:
        """Book a moment. What is wrong with what was filled in shows before anything is sent."""
        record = customer_record(klant, self.config)
        return await self._changing.book(_moment(keuzen, locatie, begin), record, opmerking, sleutel)

    async def get(self, id: str) -> Afspraak:
        """An appointment."""
        return await self._looking.get(id)

    async def move(self, id: str, begin: datetime, locatie: str | None = None, sleutel: str = "") -> Afspraak:
        """Give an appointment another moment: by Qmatic itself where that is switched on, else by booking a new one.

        A service may forbid it; moving by booking needs that it lets an appointment be cancelled as well.
        """
        oud = await self.get(id)
        stays = locatie in (None, oud.locatie.id)
        if stays and begin.astimezone(UTC) == oud.begin.astimezone(UTC):
            return oud
        if not oud.mag_anders or oud.begin <= self._now():
            raise NotAllowed("verzetten")
        if self.config.native_move and stays and oud.einde is not None:
            return await self._changing.reschedule(oud, begin, oud.einde)
        if not oud.mag_weg:
            raise NotAllowed("verzetten")
        return await move_by_booking(self, oud, begin, locatie, sleutel)

    async def cancel(self, id: str) -> None:
        """Cancel an appointment that has not begun, unless its service forbids it."""
        try:
            oud = await self.get(id)
        except NotFound:
            return
        if not oud.mag_weg or oud.begin <= self._now():
            raise NotAllowed("annuleren")
        await self._changing.cancel(id)

    async def check(self) -> str:
        """Count the services: it takes a right address and key."""
        return f"Qmatic Orchestra, {len(await self._offer.services())} diensten"

    async def aclose(self) -> None:
        """Close the connections, and forget places and services."""
        self._offer.forget()
        await self._calls.aclose()


def _moment(keuzen: Sequence[Keus], locatie: str, begin: datetime) -> Moment:
    """What is wished. In UTC, where moments can be compared: Python never finds those of a doubled hour equal."""
    if begin.tzinfo is None:
        raise ValueError("een moment heeft een tijdzone nodig")
    return Moment(compose(keuzen), locatie, begin.astimezone(UTC))
