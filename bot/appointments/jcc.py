"""JCC-Afspraken over its REST API ("WARP"), as an AppointmentBackend.

How it differs from what the interface hopes for:
- It holds nothing for anybody, and moves nothing: a new appointment is booked and then the old one cancelled.
- A refusal looks like a breakdown (HTTP 500, or 200 with `acknowledgeIsSuccess` false), so we look what it was: a moment that
  is not offered any more was taken; an id that it does not list is not there.
- It knows no key of a wish, and finds no appointment but by its own id. See `book` for what that means after silence.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from bot.appointments.errors import (
    AfspraakError,
    InvalidInput,
    NotAllowed,
    SlotTaken,
    Unavailable,
    Uncertain,
    Unsupported,
)
from bot.appointments.jcc_api import JccApi, JccConfig, body_of, code_of, is_problem
from bot.appointments.jcc_customer import customer_record, fields_in, fields_of
from bot.appointments.jcc_reading import in_zone, read_booked_id
from bot.appointments.jcc_reads import JccReads, refused
from bot.appointments.moving import move_by_booking
from bot.appointments.values import Afspraak, Dienst, Kan, Keus, Klant, Locatie, Velden

__all__ = ["JccBackend", "JccConfig"]

logger = logging.getLogger(__name__)

_REFUSAL = frozenset({"acknowledgeIsSuccess", "code", "message", "validateErrors"})
"""What JCC says when it says no with HTTP 200."""

_BAD_INPUT = (400, 404, 409, 422)


class JccBackend:
    """One municipality's JCC-Afspraken. Use it in one event loop, and `aclose` it there.

    Args:
        config: where it is, and who we are there.
        transport: in place of the network, for tests.
        clock: seconds, for the life of a token.
    """

    def __init__(
        self,
        config: JccConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = JccApi(config, transport, clock)
        self._reads = JccReads(self._api)
        self._days = config.dagen_per_vraag

    def kan(self) -> Kan:
        """Several services and amounts; it does not move or hold; it tells when an appointment ends."""
        return Kan(meer_diensten=True, aantallen=True, verzetten=False, vasthouden=False, einde_bekend=True)

    async def list_products(self, locatie: str | None = None, gekozen: Sequence[str] = ()) -> list[Dienst]:
        """JCC's activities; with `gekozen`, those that it lets go with them."""
        return [one for one in await self._reads.products(locatie, gekozen) if one.id not in gekozen]

    async def list_locations(self, keuzen: Sequence[Keus]) -> list[Locatie]:
        """Places for these activities; all places for none."""
        return await self._reads.locations(keuzen)

    async def list_dates(self, keuzen: Sequence[Keus], locatie: str, van: date, tot: date) -> list[date]:
        """Days of the times, within the range that can be booked.

        One question for each `dagen_per_vraag` days, one after the other, so ask for no more than somebody will look at.
        """
        first, last = await self._reads.range(keuzen)
        begin, end = max(van, first), min(tot, last)
        days: set[date] = set()
        while begin <= end:
            after = min(begin + timedelta(days=self._days), end + timedelta(days=1))
            days |= {moment.date() for moment in await self._reads.times(keuzen, locatie, begin, after)}
            begin = after
        return sorted(days)

    async def list_times(self, keuzen: Sequence[Keus], locatie: str, dag: date) -> list[datetime]:
        """Times from that day to the next. Of an hour that comes twice in autumn the first, none that spring skips."""
        return await self._reads.times(keuzen, locatie, dag, dag + timedelta(days=1))

    async def customer_fields(self, keuzen: Sequence[Keus]) -> Velden:
        """What JCC asks for these activities. Raises Unsupported when it requires a nationality, language or country."""
        return fields_of(await self._reads.customer_fields(keuzen))

    async def hold(self, keuzen: Sequence[Keus], locatie: str, begin: datetime, sleutel: str) -> datetime:
        """Raises Unsupported."""
        raise Unsupported("vasthouden")

    async def release(self, sleutel: str) -> None:
        """Nothing is ever held."""

    async def book(
        self,
        keuzen: Sequence[Keus],
        locatie: str,
        begin: datetime,
        klant: Klant,
        opmerking: str = "",
        sleutel: str = "",
    ) -> Afspraak:
        """Book a moment, and read the appointment back; when that fails, it is given as it was asked, its place with an id only.

        JCC keeps no `sleutel`. When the answer stays away it is Uncertain, without a look: the list of times tells neither
        that a moment was booked by us (others book too, and one moment mostly has several places) nor that it was not (a
        slow call may still be carried out). Whoever calls must not repeat it.

        Raises SlotTaken, NotFound, Uncertain; InvalidInput for what JCC requires, for lengths, and for fields that it names
        when it refuses; Unsupported as `customer_fields`; ValueError for a moment without a zone.
        """
        begin = in_zone(begin)
        try:
            record = customer_record(klant, await self._reads.customer_fields(keuzen))
            einde = in_zone(begin.astimezone(UTC) + timedelta(minutes=await self._reads.minutes(keuzen, begin.date())))
        except Unavailable as error:
            if error.status == 500:
                await self._reads.check_known("boeken", keuzen, locatie)
            raise
        body = {
            "id": None,
            "activityList": [{"activityId": one.dienst, "amount": one.aantal} for one in keuzen],
            "locationId": locatie,
            "fromDateTime": begin.isoformat(),
            "toDateTime": einde.isoformat(),
            "customerList": [record],
            "message": opmerking,
            "fieldList": None,
        }
        response = await self._api.change("boeken", "POST", "appointment", json=body)
        made = await self._made_id(response)
        if not made:
            raise await self._refusal(response, keuzen, locatie, begin)
        try:
            return await self.get(made)
        except AfspraakError as error:
            # It is booked all the same: who booked must hear that, and not that something failed.
            logger.warning("booked, not read back: %s", error)
            return Afspraak(made, tuple(keuzen), Locatie(locatie, ""), begin, einde, klant=klant)

    async def get(self, id: str) -> Afspraak:
        """An appointment, with the address of its place and the text of its QR code as far as JCC gives them.

        An id that JCC does not know gets the answer of a breakdown. It counts as not there only when JCC can tell free
        moments at that time; else it is Unavailable.
        """
        return await self._reads.with_extras(await self._reads.appointment(id))

    async def move(self, id: str, begin: datetime, locatie: str | None = None, sleutel: str = "") -> Afspraak:
        """Book the new moment, then cancel the old one; the id changes. Raises as `move_by_booking` and `book`."""
        return await move_by_booking(self, await self.get(id), begin, locatie, sleutel)

    async def cancel(self, id: str) -> None:
        """Cancel. After silence we look, and when it is still there ask once more: cancelling twice does no harm.

        Raises NotAllowed when JCC says no, Unavailable when nothing was done, Uncertain when that cannot be told.
        """
        if await self._cancel_once(id):
            return
        try:
            done = await self._cancel_once(id)
        except Unavailable:
            # True of the second time only: the first may still be carried out.
            done = False
        if not done:
            raise Uncertain("afzeggen")

    async def check(self) -> str:
        """The versions of JCC-Afspraken and of its API."""
        return await self._reads.version()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def _made_id(self, response: httpx.Response) -> str:
        """The id of what was booked; empty when JCC refused. Raises Uncertain for an answer that does not tell."""
        body, status = body_of(response), response.status_code
        made, said = read_booked_id(body), body.get("acknowledgeIsSuccess")
        if response.is_success and made and said is True:
            return made
        if response.is_success and made:
            # JCC leaves out what is false, and of a cancellation what is true as well; so we look.
            gone = await self._reads.is_gone(made)
            if gone is not None:
                return "" if gone else made
        says_no = response.is_success and not made and said is not True and not body.keys().isdisjoint(_REFUSAL)
        if says_no or is_problem(response) or status in _BAD_INPUT:
            return ""
        if 400 <= status < 500:
            raise refused("boeken", response)
        # Also a gateway that gave up: what is behind it may go on.
        logger.warning("booking was answered with HTTP %d, which does not tell whether it was done", status)
        raise Uncertain("boeken", status, "answer")

    async def _refusal(
        self, response: httpx.Response, keuzen: Sequence[Keus], locatie: str, begin: datetime
    ) -> AfspraakError:
        """Why a booking was refused, as far as looking tells. Raises NotFound."""
        try:
            offered = await self.list_times(keuzen, locatie, begin.date())
        except Unavailable as error:
            if error.status == 500:
                await self._reads.check_known("boeken", keuzen, locatie)
            return refused("boeken", response)
        status, code = response.status_code, code_of(response)
        # In UTC: Python calls a moment in a doubled hour unequal to itself in another zone.
        if begin.astimezone(UTC) not in {moment.astimezone(UTC) for moment in offered}:
            return SlotTaken("boeken", status, code)
        body = body_of(response)
        messages = [*_texts(body.get("validateErrors")), *_texts(body.get("errors"))]
        velden = fields_in(messages)
        return InvalidInput("boeken", velden, status, code) if velden else refused("boeken", response)

    async def _cancel_once(self, id: str) -> bool:
        """Whether it is cancelled; False after silence when it is still there. Raises as `cancel`."""
        try:
            response = await self._api.change("afzeggen", "DELETE", "appointment", params=[("id", id)])
        except Uncertain:
            return await self._looked_gone(id)
        if response.status_code in (401, 403, 429):
            raise refused("afzeggen", response)
        body = body_of(response)
        # acknowledgeIsSuccess is not in it in practice: the id is what says that it was done.
        if response.is_success and read_booked_id(body):
            return True
        if await self._looked_gone(id):
            return True
        if response.is_success and not body.keys().isdisjoint(_REFUSAL):
            raise NotAllowed("afzeggen", response.status_code, code_of(response))
        if 300 <= response.status_code < 500 or is_problem(response):
            raise refused("afzeggen", response)
        return False

    async def _looked_gone(self, id: str) -> bool:
        """Whether an appointment is gone. Raises Uncertain when that cannot be seen."""
        gone = await self._reads.is_gone(id)
        if gone is None:
            raise Uncertain("afzeggen")
        return gone


def _texts(found: Any) -> list[str]:
    """Messages: texts, or objects with a name and a detail."""
    if not isinstance(found, list):
        return []
    return [f"{one.get('name')} {one.get('detail')}" if isinstance(one, dict) else str(one) for one in found]
