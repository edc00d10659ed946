"""A system for appointments in memory, for what stands above the adapters: free moments, and things that go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.appointments.errors import AfspraakError, NotFound, SlotTaken
from bot.appointments.values import Afspraak, Dienst, Kan, Keus, Klant, Locatie, Velden

STADHUIS = Locatie("stadhuis", "Stadhuis", "Stadsplein 1", "1000 AA", "Voorbeeldstad")


class Fake:
    """Moments that are free; `fails` holds errors to raise by the name of the method, first one first."""

    def __init__(self, free: Sequence[datetime], *, eenmalig: bool = False) -> None:
        self.free = sorted(free)
        self.booked: dict[str, Afspraak] = {}
        self.fails: dict[str, list[AfspraakError]] = {}
        self.asked: list[str] = []
        self._eenmalig, self._count = eenmalig, 0

    def kan(self) -> Kan:
        return Kan(True, True, False, False, True, self._eenmalig)

    async def list_products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        return [Dienst("pas", "Paspoort")]

    async def list_locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        return [STADHUIS]

    async def list_dates(self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date) -> list[date]:
        self._meet("list_dates")
        return sorted({one.date() for one in self.free if van <= one.date() <= tot})

    async def list_times(self, keuzen: Sequence[Keus], locatie: str, dag: date) -> list[datetime]:
        self._meet("list_times")
        return [one for one in self.free if one.date() == dag]

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Velden:
        return Velden(())

    async def hold(self, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str) -> datetime:
        raise NotImplementedError

    async def release(self, sleutel: str) -> None:
        return

    async def book(
        self,
        keuzen: Sequence[Keus],
        locatie: str,
        begin: datetime,
        klant: Klant,
        opmerking: str = "",
        sleutel: str = "",
    ) -> Afspraak:
        self._meet("book")
        if begin not in self.free:
            raise SlotTaken("boeken")
        self.free.remove(begin)
        self._count += 1
        made = Afspraak(f"a{self._count}", tuple(keuzen), STADHUIS, begin, None, klant=klant)
        self.booked[made.id] = made
        return made

    async def get(self, id: str) -> Afspraak:
        if id not in self.booked:
            raise NotFound("afspraak")
        return self.booked[id]

    async def move(self, id: str, begin: datetime, locatie: str | None = None, sleutel: str = "") -> Afspraak:
        self._meet("move")
        self.booked[id] = replace(await self.get(id), begin=begin)
        return self.booked[id]

    async def cancel(self, id: str) -> None:
        self._meet("cancel")
        self.booked.pop(id, None)

    async def check(self) -> str:
        return "nep"

    async def aclose(self) -> None:
        return

    def _meet(self, method: str) -> None:
        self.asked.append(method)
        if self.fails.get(method):
            raise self.fails[method].pop(0)
