"""Looking at appointments in Qmatic, and finding out what became of something that got no answer.

What is still on its way may be done after a look that found nothing; so there are several looks, with pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import httpx

from bot.appointments import qmatic_reading as reading
from bot.appointments.errors import AfspraakError, NotFound, Unavailable, Uncertain
from bot.appointments.qmatic_calls import Calls, read_json
from bot.appointments.qmatic_memory import Moment
from bot.appointments.qmatic_offer import Offer
from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.qmatic_writing import segment
from bot.appointments.values import Afspraak

T = TypeVar("T")

CLOCKS_DIFFER = timedelta(minutes=5)
"""An appointment that was made so long before ours was sent is another one."""
MOST_CUSTOMERS = 50
"""Records with one e-mail address that are looked through. Every booking makes new ones, and they last for a month."""


class Looking:
    """Reads appointments. Use it in one event loop."""

    def __init__(self, config: QmaticConfig, calls: Calls, offer: Offer) -> None:
        self._config, self._calls, self._offer = config, calls, offer

    async def get(self, id: str) -> Afspraak:
        """An appointment. Raises Unavailable; NotFound, also for a mere reservation."""
        read = partial(reading.read_booked, config=self._config)
        found = await self._calls.get("afspraak", appointment_path(id), read)
        if found is None:
            raise NotFound("afspraak")
        return found

    async def made(self, id: str, response: httpx.Response) -> Afspraak:
        """The appointment that an answer says was made. Raises Uncertain when it is not there.

        The answer is 202, "accepted", so it is looked up; only when that fails, what the answer holds is believed.
        """
        for pause in self._config.looks:
            await asyncio.sleep(pause)
            try:
                return await self.get(id)
            except NotFound:
                continue
            except Unavailable as error:
                return self._believed(response, error)
        raise Uncertain("boeken", code="not-there")

    def _believed(self, response: httpx.Response, error: Unavailable) -> Afspraak:
        def read(answer: Any) -> Afspraak:
            return reading.read_appointment(reading.unwrapped(answer, "appointment"), self._config)

        try:
            return read_json("boeken", response, read)
        except Unavailable:
            raise Uncertain("boeken", error.status, error.code) from error

    async def still(self, id: str, begin: datetime) -> Afspraak | None:
        """An appointment that was made before; None when it is gone, or begins at another moment than this (in UTC) now.

        Raises Uncertain when it cannot be seen.
        """
        try:
            found = await self.get(id)
        except NotFound:
            return None
        except Unavailable as error:
            raise Uncertain("boeken", error.status, error.code) from error
        return found if found.begin.astimezone(UTC) == begin else None

    async def gone(self, id: str, looks: int | None = None) -> bool:
        """Whether an appointment is not there any more. Raises Uncertain when it cannot be seen."""
        for pause in self._config.looks[:looks]:
            await asyncio.sleep(pause)
            try:
                await self.get(id)
            except NotFound:
                return True
            except Unavailable as error:
                raise Uncertain("annuleren", error.status, error.code) from error
        return False

    async def moved(self, id: str, begin: datetime) -> Afspraak:
        """An appointment that should have another moment now (in UTC).

        Raises Unavailable when it has not, Uncertain when it cannot be seen.
        """
        for pause in self._config.looks:
            await asyncio.sleep(pause)
            try:
                found = await self.get(id)
            except AfspraakError as error:
                raise Uncertain("verzetten", error.status, error.code) from error
            if found.begin.astimezone(UTC) == begin:
                return found
        raise Unavailable("verzetten", code="not-moved")

    async def confirmed(self, id: str) -> Afspraak | None:
        """The appointment that a reservation became; None when it did not. Raises Uncertain when it cannot be seen."""
        for pause in self._config.looks:
            await asyncio.sleep(pause)
            try:
                return await self.get(id)
            except NotFound:
                continue
            except Unavailable as error:
                raise Uncertain("boeken", error.status, error.code) from error
        return None

    async def booked(self, moment: Moment, email: str, sent: datetime) -> Afspraak | None:
        """The appointment that a booking without an answer became; None when nothing was booked.

        By e-mail address where that may be done; else, with one place at each moment, by whether it is still free.
        Elsewhere that says nothing: others may have taken it, and with more places it stays free when it was booked.
        Raises Uncertain when it cannot be established.
        """
        by_email = self._config.identify and bool(email)
        if not by_email and not self._config.single_desk:
            raise Uncertain("boeken", code="no-answer")
        for pause in self._config.looks:
            await asyncio.sleep(pause)
            try:
                if by_email:
                    found = await self._by_email(moment, email, sent)
                    if found:
                        return await self.get(found)
                elif not await self._offer.is_free(moment):
                    raise Uncertain("boeken", code="no-answer")
            except (NotFound, Unavailable) as error:
                raise Uncertain("boeken", error.status, error.code) from error
        return None

    async def _by_email(self, moment: Moment, email: str, sent: datetime) -> str | None:
        # The address stands in the path: that is how this API asks it.
        path = f"customers/identify;email={segment(email)}"
        customers = await _or_none(self._calls.identify("klanten", path, reading.read_customer_ids))
        if len(customers) > MOST_CUSTOMERS:
            raise Uncertain("boeken", code="too-many-customers")
        for customer in customers:
            path = f"v1/customers/{segment(customer)}/appointments"
            for one in await _or_none(self._calls.get("afspraken", path, reading.read_found)):
                if _is(one, moment, sent):
                    return one.id
        return None


def appointment_path(id: str) -> str:
    """Path of an appointment, or of a reservation."""
    return f"v1/appointments/{segment(id)}"


def _is(one: reading.Gevonden, moment: Moment, sent: datetime) -> bool:
    """Whether an appointment is the one that was asked for."""
    return (
        one.begin.astimezone(UTC) == moment.begin
        and one.locatie == moment.locatie
        and one.diensten == frozenset(moment.wat.diensten)
        and (one.gemaakt is None or one.gemaakt >= sent - CLOCKS_DIFFER)
    )


async def _or_none(asked: Awaitable[list[T]]) -> list[T]:
    """A list; empty when there is no such thing."""
    try:
        return await asked
    except NotFound:
        return []
