"""The one interface to systems for appointments; adapters: `agenda`, `jcc`, `qmatic`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.appointments.values import Afspraak, Dienst, Kan, Keus, Klant, Locatie, Velden


class AppointmentBackend(Protocol):
    """A system that holds appointments. Every method may raise Unavailable; what else it raises is said with it."""

    def kan(self) -> Kan:
        """What this system can do; asks nothing."""

    async def list_products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        """Services that can be booked (at a place), or that go together with those chosen already (which are not repeated)."""

    async def list_locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        """Places where all of these can be had."""

    async def list_dates(self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date) -> list[date]:
        """Days with a free moment, from `van` to `tot` inclusive, in order; an empty list when there are none."""

    async def list_times(self, keuzen: Sequence[Keus], locatie: str, dag: date) -> list[datetime]:
        """Free moments on a day, in order, with the place's zone."""

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Velden:
        """What must and may be asked of whoever comes."""

    async def hold(self, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str) -> datetime:
        """Keep a moment for the holder of `sleutel`, in place of what that holder held before; returns until when.

        Raises SlotTaken; Unsupported by a system that cannot.
        """

    async def release(self, sleutel: str) -> None:
        """Let go of what this holder held; nothing held is fine."""

    async def book(
        self,
        keuzen: Sequence[Keus],
        locatie: str,
        begin: datetime,
        klant: Klant,
        opmerking: str = "",
        sleutel: str = "",
    ) -> Afspraak:
        """Book a moment.

        Args:
            sleutel: names this one wish; a second call with it never leads to a second appointment where the system can
                tell. What the holder of it holds counts as free for them.

        Raises SlotTaken, InvalidInput; NotFound for a service or place that is not there; Uncertain when the answer stayed
        away and looking did not tell whether it was booked.
        """

    async def get(self, id: str) -> Afspraak:
        """An appointment. Raises NotFound."""

    async def move(self, id: str, begin: datetime, locatie: str | None = None, sleutel: str = "") -> Afspraak:
        """Give an appointment another moment (and place); its id may change.

        Raises SlotTaken (the old one stands), NotFound, NotAllowed, Uncertain, HalfMoved.
        """

    async def cancel(self, id: str) -> None:
        """Cancel an appointment; one that is gone already is fine. Raises NotAllowed, Uncertain."""

    async def check(self) -> str:
        """A line that says what answered. Raises Unavailable or another AfspraakError that says why not."""

    async def aclose(self) -> None:
        """Let go of connections."""
