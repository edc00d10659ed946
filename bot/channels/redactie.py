"""The editors' door to the engine: why a question is answered so, and the gate. Only our own website has the key.

    POST /webhooks/redactie/verklaar   {"vraag", "gemeente", "wijziging": null or a change}     → an explanation
    POST /webhooks/redactie/poort      {"wijziging", "vragen": [...]}                           → lines of JSON

Each request carries a token that is good for a minute (`editor_tokens`). The gate answers with a line per step,
`{"soort": "voortgang", "gedaan", "totaal"}`, and at last `{"soort": "uitslag", "uitslag"}` or `{"soort": "fout", "fout"}`.
Nothing here reaches a conversation: questions go through the loaded model, not through Rasa's dialogue.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Optional, Tuple

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.appointments.subject import subject_of
from bot.catalog.live import gemeenten_of
from bot.catalog.opening_hours import TIJDZONE
from bot.catalog.questions import APART, read_out_of_scope, read_questions
from bot.channels.editor_tokens import check_editor_token
from bot.channels.inbound import InboundError, inbound
from bot.channels.redactie_places import changed, pairs, place
from bot.channels.tokens import BadToken, secret_of
from bot.errors import ContentError, UnknownGemeente
from bot.nlu.loaded import NotLoaded, learned, live_search
from bot.redactie_change import Onleesbaar, Wijziging, read_change, read_known
from bot.search.batch import Lezer
from bot.search.explain import explain
from bot.search.gate import Plek, Poort
from bot.search.gate_values import BekendeVraag, Poortuitslag
from bot.settings import Settings, load_settings
from bot.threads import in_thread

logger = logging.getLogger(__name__)

FOUT = "fout"
_STUK = "Er ging iets mis in de engine. Probeer het opnieuw; het logboek van de engine noemt de soort fout."
_LAADT = "De engine heeft het model nog niet geladen. Probeer het over een halve minuut opnieuw."


class EditorsChannel(InputChannel):
    """Two addresses, and no messages of residents."""

    def __init__(self) -> None:
        """Reads the settings."""
        self._settings = load_settings()
        self._secret = secret_of(self._settings)

    @classmethod
    def name(cls) -> str:
        """Part of the address: `/webhooks/redactie/...`."""
        return "redactie"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        """There is nothing to configure."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("vraagbaak_redactie", __name__)
        door = Door(self._settings)
        for handler, address in ((door.explain, "/verklaar"), (door.gate, "/poort")):
            routes.add_route(_guarded(handler, self._secret), address, methods=["POST"], name=handler.__name__)
        return routes


class Refused(Exception):
    """The request is not carried out; the text is for the editor."""


class Door:
    """What each address does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._poort: Optional[Poort] = None

    async def explain(self, request: Request) -> HTTPResponse:
        """What happens with a question, and why."""
        body = _body(request)
        gemeente, wijziging = body.get("gemeente"), body.get("wijziging")
        if not isinstance(gemeente, str):
            raise Refused('"gemeente" moet een tekst zijn.')
        # As any message: cleaned, masked and cut.
        metadata = {"gemeente": gemeente} if gemeente else None
        tekst = inbound(body.get("vraag"), metadata, gemeenten_of(self._settings), self._settings).text
        live, geleerd = live_search(), learned()
        plek = place(self._settings, live, geleerd.features, gemeente)
        if wijziging is not None:
            plek = await in_thread(changed, self._settings, plek, gemeente, read_change(wijziging))
        today = datetime.now(TIJDZONE).date()
        uitleg, _ = await in_thread(
            lambda: explain(tekst, plek, geleerd, afspraak_over=lambda: subject_of(tekst, today))
        )
        return response.json({"gemeente": gemeente, **asdict(uitleg)})

    async def gate(self, request: Request) -> None:
        """Try a change on all known questions."""
        body = _body(request)
        wijziging, vragen = read_change(body.get("wijziging")), read_known(body.get("vragen", []))
        geleerd = learned()
        places = pairs(self._settings, live_search(), geleerd.features, wijziging)
        both = await in_thread(_both, self._settings, places, wijziging)
        steps = self._gate().run(both, [*await in_thread(kept_apart, self._settings), *vragen])
        assert request.stream is not None
        request.stream.keep_alive = False
        stream = await request.respond(content_type="application/x-ndjson; charset=utf-8")
        try:
            while (step := await in_thread(next, steps, None)) is not None:
                await stream.send(_line(step))
        except Exception as error:  # noqa: BLE001 (the editor must read that it broke; the answer has begun already)
            logger.error("De poort brak af: %s", type(error).__name__)
            await stream.send(json.dumps({"soort": "fout", FOUT: _STUK}) + "\n")

    def _gate(self) -> Poort:
        """The gate of the model that is loaded now."""
        geleerd = learned()
        if self._poort is None or self._poort.lezer.geleerd != geleerd:
            self._poort = Poort(Lezer(geleerd))
        return self._poort


@lru_cache(maxsize=2)
def kept_apart(settings: Settings) -> Tuple[BekendeVraag, ...]:
    """The questions of the library that nothing was trained on: they move where examples, which the model knows by heart, stay.

    Raises ContentError.
    """
    folder = settings.path(settings.questions_dir) / APART
    return (
        *(BekendeVraag(one.vraag, one.product, "bibliotheek") for one in read_questions(folder)),
        *(BekendeVraag(text, None, "bibliotheek") for text, _ in read_out_of_scope(folder)),
    )


def _both(settings: Settings, places: List[Tuple[str, Plek]], wijziging: Wijziging) -> List[Tuple[Plek, Plek]]:
    return [(plek, changed(settings, plek, gemeente, wijziging)) for gemeente, plek in places]


def _line(step: Tuple[int, int] | Poortuitslag) -> str:
    if isinstance(step, Poortuitslag):
        return json.dumps({"soort": "uitslag", "uitslag": asdict(step)}, ensure_ascii=False) + "\n"
    return json.dumps({"soort": "voortgang", "gedaan": step[0], "totaal": step[1]}) + "\n"


def _guarded(
    handler: Callable[[Request], Awaitable[Optional[HTTPResponse]]], secret: str
) -> Callable[[Request], Coroutine[Any, Any, Optional[HTTPResponse]]]:
    """Around every handler: the token first, and refusals as JSON."""

    async def answer(request: Request) -> Optional[HTTPResponse]:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if kind.lower() != "bearer":
                raise BadToken("geen token")
            check_editor_token(token, secret)
        except BadToken:
            return response.json({FOUT: "Geen toegang."}, status=401)
        try:
            return await handler(request)
        except NotLoaded:
            return response.json({FOUT: _LAADT}, status=503)
        except (Refused, Onleesbaar, InboundError, UnknownGemeente, ContentError) as error:
            return response.json({FOUT: str(error)}, status=400)
        except Exception as error:  # noqa: BLE001 (whatever broke, the editor reads that it did)
            # Only the kind of error: its text may hold what somebody wrote.
            logger.error("Een vraag van de redactie mislukte: %s", type(error).__name__)
            return response.json({FOUT: _STUK}, status=500)

    return answer


def _body(request: Request) -> Dict[str, Any]:
    try:
        body = request.json
    except InvalidUsage:
        raise Refused("De inhoud van het verzoek is geen geldige JSON.") from None
    if not isinstance(body, dict):
        raise Refused("Stuur een JSON-object.")
    return body
