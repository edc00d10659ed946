"""Booking, reserving, moving and cancelling in Qmatic; nothing of it is ever repeated blindly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.appointments import qmatic_reading as reading
from bot.appointments.errors import AfspraakError, InvalidInput, NotFound, SlotTaken, Unavailable, Uncertain
from bot.appointments.qmatic_calls import Calls, Uitslag, blamed_fields, error_code, read_json, verdict
from bot.appointments.qmatic_looking import Looking, appointment_path
from bot.appointments.qmatic_memory import Memory, Moment, Vastgehouden, Wens
from bot.appointments.qmatic_offer import Offer
from bot.appointments.qmatic_values import QmaticConfig, compose
from bot.appointments.qmatic_writing import booking, moment_path, persons_matrix, segment, services_body, wall
from bot.appointments.values import Afspraak


class Changing:
    """Changes what stands in Qmatic. Use it in one event loop."""

    def __init__(
        self, config: QmaticConfig, calls: Calls, offer: Offer, looking: Looking, now: Callable[[], datetime]
    ) -> None:
        self._config, self._calls, self._offer, self._looking, self._now = config, calls, offer, looking, now
        self._memory = Memory()

    async def book(self, moment: Moment, record: dict[str, str], remark: str, sleutel: str) -> Afspraak:
        """Book a moment for whoever `record` describes. Raises as an AppointmentBackend does."""
        path = await self._path("boeken", moment)
        namen = await self._offer.names(moment.wat, moment.locatie)
        body = booking(moment.wat, namen, record, remark, self._config.titel)
        async with self._memory.turn(sleutel):
            known = await self._known(moment, sleutel, record.get("email", ""))
            if known:
                return known
            held = self._memory.held(sleutel, self._now())
            if held and held.moment == moment:
                confirmed = await self._confirm(held, sleutel, body)
                if confirmed:
                    return confirmed
            # What else the holder holds may stand in the way; when it cannot be let go it ends by itself.
            with suppress(Unavailable):
                await self.release(sleutel)
            return await self._post(f"{path}/book", moment, sleutel, body)

    async def hold(self, moment: Moment, sleutel: str) -> datetime:
        """Reserve a moment; until when is as configured, because no answer tells it (front ends).

        Raises SlotTaken, NotFound, Unavailable.
        """
        path = await self._path("vasthouden", moment)
        path += f"/reserve{persons_matrix(moment.wat.personen, self._config)}"
        async with self._memory.turn(sleutel):
            held = self._memory.held(sleutel, self._now())
            if held and held.moment == moment:
                return held.tot
            with suppress(Unavailable):
                await self.release(sleutel)
            until = self._now() + timedelta(seconds=self._config.hold_seconds)
            try:
                body = {"services": services_body(moment.wat)}
                response = await self._calls.change("vasthouden", "POST", path, body)
            except Uncertain as error:
                # A reservation that nobody knows of ends by itself.
                raise Unavailable("vasthouden", code=error.code) from error
            if verdict(response) is not Uitslag.GEDAAN:
                raise await self._refusal("vasthouden", moment, response)
            id = read_json("vasthouden", response, reading.read_public_id)
            self._memory.hold(sleutel, Vastgehouden(id, moment, until))
            return until

    async def release(self, sleutel: str) -> None:
        """Give a reservation back. Raises Unavailable; then it ends by itself."""
        held = self._memory.let_go(sleutel)
        if held is None:
            return
        try:
            response = await self._calls.change("loslaten", "DELETE", appointment_path(held.id))
        except Uncertain as error:
            raise Unavailable("loslaten", code=error.code) from error
        if not response.is_success and response.status_code != 404:
            raise Unavailable("loslaten", response.status_code, error_code(response))

    async def reschedule(self, oud: Afspraak, begin: datetime, einde: datetime) -> Afspraak:
        """Let Qmatic move an appointment at its place; `einde` is when it ends now.

        Raises SlotTaken, NotFound, Unavailable, Uncertain.

        Start and end go as the clock at the place shows them, without a zone (front ends).
        """
        moment = Moment(compose(oud.keuzen), oud.locatie.id, begin.astimezone(UTC))
        start = wall(begin, oud.locatie.zone)
        # Whether Qmatic itself looks if the moment is free is not known.
        if start is None or not await self._offer.is_free(moment):
            raise SlotTaken("verzetten")
        # In UTC, so that it lasts as long when the clock changes in between.
        ends = moment.begin + (einde.astimezone(UTC) - oud.begin.astimezone(UTC))
        end = ends.astimezone(oud.locatie.zone).strftime("%Y-%m-%dT%H:%M")
        path = f"{appointment_path(oud.id)}/reschedule?start={start[0].isoformat()}T{start[1]}&end={end}"
        try:
            response = await self._calls.change("verzetten", "PUT", path)
        except Uncertain:
            return await self._looking.moved(oud.id, moment.begin)
        seen = verdict(response)
        if seen is Uitslag.ONBEKEND:
            return await self._looking.moved(oud.id, moment.begin)
        if seen is Uitslag.GEDAAN:
            id = oud.id
            with suppress(Unavailable):
                # Whether it tells an id, and whether that is a new one, is not known.
                id = read_json("verzetten", response, reading.read_public_id)
            return await self._looking.moved(id, moment.begin)
        raise await self._refusal("verzetten", moment, response)

    async def cancel(self, id: str) -> None:
        """Cancel an appointment; gone already is fine. Raises Unavailable, Uncertain.

        Twice is no different from once, so this is tried again when it got no answer and nothing came of it.
        """
        for _ in range(2):
            try:
                response = await self._calls.change("annuleren", "DELETE", appointment_path(id))
            except Uncertain:
                seen, status = Uitslag.ONBEKEND, None
            else:
                seen, status = verdict(response), response.status_code
            if seen is Uitslag.GEDAAN or status in (404, 410):
                return
            if seen is Uitslag.NIET_AANGEKOMEN:
                raise Unavailable("annuleren", status)
            if seen is Uitslag.ONBEKEND:
                if await self._looking.gone(id):
                    return
                continue
            if await self._looking.gone(id, looks=1):
                return
            raise Unavailable("annuleren", status, error_code(response))
        raise Unavailable("annuleren", code="not-cancelled")

    async def _path(self, what: str, moment: Moment) -> str:
        place = await self._offer.branch(moment.locatie)
        found = wall(moment.begin, place.zone)
        if found is None:
            raise SlotTaken(what)
        return moment_path(moment.locatie, found[0].isoformat(), found[1])

    async def _known(self, moment: Moment, sleutel: str, email: str) -> Afspraak | None:
        """The appointment of a wish that was sent before. Raises Uncertain while nobody knows what became of it."""
        wish = self._memory.wish(sleutel, moment)
        if wish is None:
            return None
        if wish.id:
            found = await self._looking.still(wish.id, moment.begin)
        else:
            found = await self._looking.booked(moment, email, wish.verstuurd)
        if found:
            return found
        self._memory.forget(sleutel, moment)
        return None

    async def _confirm(self, held: Vastgehouden, sleutel: str, body: dict[str, Any]) -> Afspraak | None:
        """Make an appointment of a reservation (front ends). None when Qmatic does not: it may have ended.

        Its id is remembered as that of the wish, so that a second call looks at it first.
        """
        self._memory.remember(sleutel, held.moment, Wens(self._now(), held.id))
        filled_in = {name: body[name] for name in ("title", "customers", "notes")}
        path = f"v2/branches/appointments/{segment(held.id)}/confirm"
        try:
            response = await self._calls.change("boeken", "POST", path, filled_in)
        except Uncertain:
            seen = Uitslag.ONBEKEND
        else:
            seen = verdict(response)
        if seen is Uitslag.NIET_AANGEKOMEN:
            raise Unavailable("boeken", response.status_code, error_code(response))
        if seen is Uitslag.ONBEKEND:
            found = await self._looking.confirmed(held.id)
            if found is None:
                raise Unavailable("boeken", code="not-booked")
            self._memory.let_go(sleutel)
            return found
        if seen is Uitslag.GEDAAN:
            self._memory.let_go(sleutel)
            return await self._looking.made(held.id, response)
        return None

    async def _post(self, path: str, moment: Moment, sleutel: str, body: dict[str, Any]) -> Afspraak:
        sent = self._now()
        # Written down before it is sent: whoever asked may stop waiting in the middle of it.
        self._memory.remember(sleutel, moment, Wens(sent))
        try:
            response = await self._calls.change("boeken", "POST", path, body)
            seen = verdict(response)
            if seen is Uitslag.GEDAAN:
                id = read_json("boeken", response, reading.read_public_id)
        except Uncertain:
            seen = Uitslag.ONBEKEND
        except Unavailable as error:
            if error.status is None:
                self._memory.forget(sleutel, moment)
                raise
            # It says that it was done, and not what: as good as no answer.
            seen = Uitslag.ONBEKEND
        if seen is Uitslag.ONBEKEND:
            return await self._after_silence(moment, sleutel, body["customers"][0].get("email", ""), sent)
        if seen is not Uitslag.GEDAAN:
            self._memory.forget(sleutel, moment)
            raise await self._refusal("boeken", moment, response)
        self._memory.remember(sleutel, moment, Wens(sent, id))
        return await self._looking.made(id, response)

    async def _after_silence(self, moment: Moment, sleutel: str, email: str, sent: datetime) -> Afspraak:
        found = await self._looking.booked(moment, email, sent)
        if found is None:
            self._memory.forget(sleutel, moment)
            raise Unavailable("boeken", code="not-booked")
        self._memory.remember(sleutel, moment, Wens(sent, found.id))
        return found

    async def _refusal(self, what: str, moment: Moment, response: httpx.Response) -> AfspraakError:
        """Why something was refused. A moment that was taken has no status of its own, so the times are read again."""
        seen, status, code = verdict(response), response.status_code, error_code(response)
        if seen is Uitslag.BEZET:
            return SlotTaken(what, status, code)
        if seen is Uitslag.NIET_AANGEKOMEN:
            return Unavailable(what, status, code)
        try:
            free = await self._offer.is_free(moment)
        except NotFound as error:
            return error
        except Unavailable:
            return Unavailable(what, status, code)
        if not free:
            return SlotTaken(what, status, code)
        if status == 404:
            return NotFound(what, status, code)
        velden = tuple(naam for naam in blamed_fields(response) if naam in self._config.velden)
        if velden or status in (400, 422):
            return InvalidInput(what, velden, status, code)
        return Unavailable(what, status, code)
