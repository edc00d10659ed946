"""What can be had in Qmatic: services, places, and free moments."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from async_lru import alru_cache

from bot.appointments import qmatic_reading as reading
from bot.appointments.errors import NotFound
from bot.appointments.qmatic_calls import Calls
from bot.appointments.qmatic_memory import Moment
from bot.appointments.qmatic_values import QmaticConfig, Samenstelling
from bot.appointments.qmatic_writing import matrix, segment, services_matrix
from bot.appointments.values import Dienst, Locatie


class Offer:
    """Reads what there is. Its methods raise Unavailable, and NotFound for a place or service that is not there.

    Places, and which services they have, are kept for a while; what is free is asked each time.
    """

    def __init__(self, config: QmaticConfig, calls: Calls) -> None:
        self._config, self._calls = config, calls
        # Waits of several askers for one thing are one call; errors are not kept.
        keep = alru_cache(maxsize=500, ttl=config.cache_seconds)
        self.branch = keep(self._branch)
        self._names_at = keep(self._get_names_at)

    def forget(self) -> None:
        """Keep nothing any more."""
        self.branch.cache_clear()
        self._names_at.cache_clear()

    async def services(self, locatie: str | None = None) -> list[Dienst]:
        """Services that residents may book, at a place or anywhere."""
        path = "v1/services" if locatie is None else f"v1/branches/{segment(locatie)}/services"
        return await self._calls.get("diensten", path, reading.read_services)

    async def services_with(self, gekozen: Sequence[str], locatie: str | None = None) -> list[Dienst]:
        """Services that are in a group with all of those chosen, without these."""
        # Groups do not tell whether a service is active and public, the list does.
        services, groups = await asyncio.gather(self.services(locatie), self._groups(gekozen, locatie))
        allowed = {dienst for group in groups if group >= set(gekozen) for dienst in group} - set(gekozen)
        return [dienst for dienst in services if dienst.id in allowed]

    async def branches(self) -> list[Locatie]:
        """All places where people come."""
        return await self._calls.get("locaties", "v1/branches", reading.read_branches)

    async def branches_with(self, diensten: Sequence[str]) -> list[Locatie]:
        """Places where all of these services can be had, and where they go together."""
        first, *others = await asyncio.gather(*(self._branches_of(dienst) for dienst in diensten))
        if not others:
            return first
        groups = await self._groups_by_branch(diensten)
        together = {id for id, found in groups.items() if any(group >= set(diensten) for group in found)}
        shared = set.intersection(*({one.id for one in found} for found in others)) & together
        return [one for one in first if one.id in shared]

    async def dates(self, wat: Samenstelling, locatie: str, van: date, tot: date) -> list[date]:
        """Days with a free moment. Qmatic gives all days it has at once, however short the range is."""
        path = f"v2/branches/{segment(locatie)}/dates{services_matrix(wat, self._config)}"
        return await self._calls.get("dagen", path, partial(reading.read_dates, van=van, tot=tot))

    async def times(self, wat: Samenstelling, locatie: str, dag: date) -> list[datetime]:
        """Free moments on a day, with the zone of the place."""
        place = await self.branch(locatie)
        path = f"v2/branches/{segment(locatie)}/dates/{dag.isoformat()}/times{services_matrix(wat, self._config)}"
        return await self._calls.get("tijden", path, partial(reading.read_times, dag=dag, zone=place.zone))

    async def is_free(self, moment: Moment) -> bool:
        """Whether a moment can be had now."""
        place = await self.branch(moment.locatie)
        times = await self.times(moment.wat, place.id, moment.begin.astimezone(place.zone).date())
        return moment.begin in {one.astimezone(UTC) for one in times}

    async def names(self, wat: Samenstelling, locatie: str) -> list[str]:
        """Names of the chosen services. Raises NotFound for one that cannot be had at that place."""
        names = await self._names_at(locatie)
        if not set(wat.diensten) <= set(names):
            raise NotFound("diensten")
        return [names[dienst] for dienst in wat.diensten]

    async def _branch(self, locatie: str) -> Locatie:
        def read(answer: Any) -> Locatie:
            return reading.read_branch(reading.unwrapped(answer, "branch"))

        return await self._calls.get("locatie", f"v1/branches/{segment(locatie)}", read)

    async def _get_names_at(self, locatie: str) -> dict[str, str]:
        return {dienst.id: dienst.naam for dienst in await self.services(locatie)}

    async def _branches_of(self, dienst: str) -> list[Locatie]:
        return await self._calls.get("locaties", f"v1/services/{segment(dienst)}/branches", reading.read_branches)

    async def _groups(self, diensten: Sequence[str], locatie: str | None) -> list[frozenset[str]]:
        if locatie is None:
            places, found = await asyncio.gather(self.branches(), self._groups_by_branch(diensten))
            return [group for place in places for group in found.get(place.id, [])]
        path = f"v2/branches/{segment(locatie)}/services/groups{matrix('servicePublicId', diensten)}"
        return await self._calls.get("groepen", path, reading.read_groups)

    async def _groups_by_branch(self, diensten: Sequence[str]) -> dict[str, list[frozenset[str]]]:
        path = f"v1/services/groups{matrix('servicePublicId', diensten)}"
        return await self._calls.get("groepen", path, reading.read_groups_by_branch)
