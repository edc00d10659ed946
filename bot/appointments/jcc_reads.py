"""Questions to JCC-Afspraken that change nothing, and what can be seen by asking them.

It gives the answer of a breakdown for whatever it does not know, so that something is "not there" only shows by what is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import httpx

from bot.appointments.errors import AfspraakError, NotFound, Unavailable
from bot.appointments.http import json_of
from bot.appointments.jcc_api import JccApi, Params, code_of, is_problem
from bot.appointments.jcc_customer import Gevraagd, read_fields
from bot.appointments.jcc_reading import (
    read_appointment,
    read_location,
    read_locations,
    read_minutes,
    read_products,
    read_qr,
    read_range,
    read_times,
    read_version,
)
from bot.appointments.values import Afspraak, Dienst, Keus, Locatie

T = TypeVar("T")


class JccReads:
    """What JCC tells. Every method may raise Unavailable; what else it raises is said with it."""

    def __init__(self, api: JccApi) -> None:
        self._api = api

    async def products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        """Services, or those that JCC lets go with the chosen ones."""
        params: list[tuple[str, str | int]] = [("selectedActivityId", one) for one in gekozen]
        params += [("includeSelectedActivities", "False")] if gekozen else []
        params += [("locationId", locatie)] if locatie else []
        path = "activity/listforappointment" + ("/additional" if gekozen else "")
        return await self._ask("diensten", path, params, read_products)

    async def locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        """Places for these services; all places for none."""
        path = "location/forappointment" if keuzen else "location"
        return await self._ask("locaties", path, _ids(keuzen, "selectedActivityId"), read_locations)

    async def range(self, keuzen: Sequence[Keus]) -> tuple[date, date]:
        """First and last day that can be booked."""
        path = "activity/appointmentdaterange"
        return await self._ask("periode", path, _ids(keuzen, "activityId"), read_range)

    async def times(self, keuzen: Sequence[Keus], locatie: str, begin: date, after: date) -> list[datetime]:
        """Free moments in order, from `begin` up to `after`, which is not in it."""
        days: Params = [("locationId", locatie), ("fromDate", begin.isoformat()), ("toDate", after.isoformat())]
        found = await self._ask("tijden", "appointment/availabletimelist", [*days, *_amounts(keuzen)], read_times)
        return [moment for moment in found if begin <= moment.date() < after]

    async def minutes(self, keuzen: Sequence[Keus], dag: date) -> int:
        """How long these take together."""
        params = [*_amounts(keuzen), ("dateTime", dag.isoformat())]
        return await self._ask("duur", "appointment/calculateduration", params, read_minutes)

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Gevraagd:
        """What it asks of whoever comes."""
        path = "customer/customerfields/required"
        return await self._ask("klantvelden", path, _ids(keuzen, "selectedActivityId"), read_fields)

    async def version(self) -> str:
        """Its versions, in one line."""
        return await self._ask("versie", "version", (), read_version)

    async def appointment(self, id: str) -> Afspraak:
        """An appointment; its place without an address. Raises NotFound."""
        response = await self._api.read("afspraak", "appointment", [("id", id)])
        status = response.status_code
        if status == 200 and response.content.strip() not in (b"", b"null", b"{}"):
            return _read("afspraak", response, read_appointment)
        if (status in (200, 204, 404) or is_problem(response)) and await self._tells_moments():
            raise NotFound("afspraak", status)
        raise refused("afspraak", response)

    async def with_extras(self, afspraak: Afspraak) -> Afspraak:
        """An appointment with the address and the text of its QR code; what JCC does not give of these is left out."""
        locatie, extra = afspraak.locatie, dict(afspraak.extra)
        # An id goes into the path.
        if re.fullmatch(r"[\w-]+", locatie.id):
            with suppress(Unavailable):
                locatie = await self._ask("locatie", f"location/{locatie.id}", (), read_location)
        with suppress(Unavailable):
            extra["qr"] = await self._ask("qr", "appointment/qrcode", [("id", afspraak.id)], read_qr)
        return replace(afspraak, locatie=locatie, extra=extra)

    async def is_gone(self, id: str) -> bool | None:
        """Whether there is no such appointment; None when that cannot be seen. Raises nothing."""
        try:
            await self.appointment(id)
        except NotFound:
            return True
        except AfspraakError:
            return None
        return False

    async def check_known(self, what: str, keuzen: Sequence[Keus], locatie: str) -> None:
        """Raises NotFound when JCC lists one of these services, or the place, nowhere."""
        known = {one.id for one in await self.products()}
        main = [one.dienst for one in keuzen if one.dienst in known]
        if main and len(main) < len(keuzen):
            # Some services only go with others.
            known |= {one.id for one in await self.products(None, main)}
        if any(one.dienst not in known for one in keuzen):
            raise NotFound(what)
        if locatie not in {one.id for one in await self.locations(())}:
            raise NotFound(what)

    async def _tells_moments(self) -> bool:
        """Whether JCC can work out free moments now, for which it reads its appointments.

        So that a part of it that is down is not taken for an appointment that is gone.
        """
        with suppress(Unavailable):
            for dienst in (await self.products())[:1]:
                keuzen = [Keus(dienst.id)]
                for locatie in (await self.locations(keuzen))[:1]:
                    first, _ = await self.range(keuzen)
                    await self.times(keuzen, locatie.id, first, first + timedelta(days=1))
                    return True
        return False

    async def _ask(self, what: str, path: str, params: Params, read: Callable[[Any], T]) -> T:
        response = await self._api.read(what, path, params)
        if response.status_code != 200:
            raise refused(what, response)
        return _read(what, response, read)


def refused(what: str, response: httpx.Response) -> Unavailable:
    """That an answer is of no use."""
    return Unavailable(what, response.status_code, code_of(response))


def _read(what: str, response: httpx.Response, read: Callable[[Any], T]) -> T:
    try:
        return read(json_of(what, response))
    except ValueError:
        # None: what Python says of a value may be somebody's name.
        raise Unavailable(what, response.status_code, "shape") from None


def _ids(keuzen: Sequence[Keus], name: str) -> list[tuple[str, str | int]]:
    return [(name, one.dienst) for one in keuzen]


def _amounts(keuzen: Sequence[Keus]) -> list[tuple[str, str | int]]:
    """Two lists side by side, in the same order."""
    return [*_ids(keuzen, "activityId"), *(("amount", one.aantal) for one in keuzen)]
