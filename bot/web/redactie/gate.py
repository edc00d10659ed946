"""The gate as the pages use it: run on a change, shown, and carried to the next request in a signed field.

Signed, so that what is published is what was looked at; a text that was saved again, or a catalogue that changed since, is
refused by the domain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from bot.catalog import store
from bot.channels.tokens import secret_of
from bot.redactie.values import Poort, PoortGeweigerd, Verschuiving, digest
from bot.redactie_engine import EngineAway, EngineRefused, Wijziging, extra_questions, run_gate
from bot.search.gate_values import Bevinding, Oordeel, Poortuitslag
from bot.threads import in_thread
from bot.web.redactie.common import Call

GELDIG = timedelta(minutes=60)
"""How long an outcome may be used; the domain refuses it earlier when something changed."""
GEDULD = 2.0
"""Seconds that a page waits for the gate before it says how far it is."""
BEWAARD = 120.0
"""Seconds that an outcome waits for who asked."""
_PUBLIEK = "redactie-poort"
_ALGORITME = "HS256"


@dataclass(frozen=True)
class Toets:
    """How it stands with trying a change: an outcome, still busy, or why it cannot be done."""

    uitslag: Poortuitslag | None = None
    poort: str = ""
    """The outcome as a field of a form."""
    bezig: bool = False
    gedaan: int = 0
    totaal: int = 0
    weg: str = ""
    """Why there is none, for the editor."""


class _Run:
    """A gate that runs in this process, whoever looks at it."""

    def __init__(self, call: Call, wijziging: Wijziging, tekst: str) -> None:
        self.gedaan, self.totaal = 0, 0
        self.task = asyncio.create_task(run(call, wijziging, tekst, self._progress))

    def _progress(self, gedaan: int, totaal: int) -> None:
        self.gedaan, self.totaal = gedaan, totaal


_RUNS: dict[str, _Run] = {}
"""Of this process: who asks again gets the run that was begun."""


async def attempt(call: Call, wijziging: Wijziging, tekst: str) -> Toets:
    """The outcome of the gate for a text, when it is there within a moment; else how far it is. Ask again for the rest.

    The change must follow from the text and the place: an editor who asks for the same gets the same run.
    """
    revisie = await in_thread(store.revision, call.engine)
    key = f"{call.medewerker.id} {wijziging.gemeente} {revisie} {digest(tekst)}"
    running = _RUNS.get(key)
    if running is None:
        running = _RUNS[key] = _Run(call, wijziging, tekst)
        running.task.add_done_callback(lambda _: _later(key))
    done, _ = await asyncio.wait({running.task}, timeout=GEDULD)
    if not done:
        return Toets(bezig=True, gedaan=running.gedaan, totaal=running.totaal)
    _RUNS.pop(key, None)
    try:
        uitslag, poort = running.task.result()
    except (EngineAway, EngineRefused) as error:
        return Toets(weg=str(error))
    return Toets(uitslag, sign(call, poort))


def _later(key: str) -> None:
    """Forget an outcome for which nobody came back."""
    asyncio.get_running_loop().call_later(BEWAARD, _RUNS.pop, key, None)


async def run(
    call: Call, wijziging: Wijziging, tekst: str, progress: Callable[[int, int], None] | None = None
) -> tuple[Poortuitslag, Poort]:
    """Try a change on all known questions.

    Args:
        call: who asks.
        wijziging: the change.
        tekst: the text (or words) that it is about; the outcome holds for exactly this.
        progress: is called with (done, total) now and then.

    Raises EngineAway and EngineRefused.
    """
    revisie = await in_thread(store.revision, call.engine)
    known = await in_thread(extra_questions, call.engine)
    uitslag = await run_gate(call.room.settings, wijziging, known, progress)
    return uitslag, as_poort(uitslag, tekst, revisie)


def as_poort(uitslag: Poortuitslag, tekst: str, revisie: int) -> Poort:
    """An outcome as the domain keeps it."""
    over = [one for one in uitslag.bevindingen if not one.vervallen]
    return Poort(
        tekst_digest=digest(tekst),
        revisie=revisie,
        vragen=uitslag.vragen,
        verloren=tuple(_shift(one) for one in over if one.verlies),
        onzeker=tuple(_shift(one) for one in over if one.oordeel is Oordeel.ONZEKER and not one.verlies),
        gewonnen=tuple(_shift(one) for one in over if one.oordeel is Oordeel.NIEUW_GOED),
    )


def sign(call: Call, poort: Poort) -> str:
    """An outcome as a field of a form, for this editor only."""
    claims = {
        "aud": _PUBLIEK,
        "sub": str(call.medewerker.id),
        "exp": datetime.now(UTC) + GELDIG,
        "digest": poort.tekst_digest,
        "revisie": poort.revisie,
        "vragen": poort.vragen,
        **{name: [one.as_json() for one in getattr(poort, name)] for name in ("verloren", "onzeker", "gewonnen")},
    }
    return jwt.encode(claims, secret_of(call.room.settings), algorithm=_ALGORITME)


def signed(call: Call, reden: str) -> Poort:
    """The outcome of the form, with the reason why a loss is accepted. Raises PoortGeweigerd."""
    return replace(_read(call, call.field("poort", 1_000_000)), reden=reden)


def read(call: Call, field: str) -> Poort | None:
    """The outcome that a field holds; None for an empty one."""
    return _read(call, field) if field else None


def _read(call: Call, field: str) -> Poort:
    try:
        claims: Mapping[str, Any] = jwt.decode(
            field, secret_of(call.room.settings), algorithms=[_ALGORITME], audience=_PUBLIEK
        )
    except jwt.PyJWTError:
        raise PoortGeweigerd("De toets is verlopen. Toets opnieuw en publiceer dan.") from None
    if claims["sub"] != str(call.medewerker.id):
        raise PoortGeweigerd("Deze toets is van een ander. Toets opnieuw en publiceer dan.")
    return Poort(
        tekst_digest=claims["digest"],
        revisie=claims["revisie"],
        vragen=claims["vragen"],
        verloren=_shifts(claims["verloren"]),
        onzeker=_shifts(claims["onzeker"]),
        gewonnen=_shifts(claims["gewonnen"]),
    )


def accept(call: Call, poort: Poort, tekst: str) -> None:
    """For what is no text of a product: the outcome is about just this, nothing changed since, and a loss has its reason.

    Raises PoortGeweigerd.
    """
    if poort.tekst_digest != digest(tekst) or poort.revisie != store.revision(call.engine):
        raise PoortGeweigerd("Er is iets veranderd sinds de toets. Toets opnieuw.")
    if poort.verloren and not poort.reden:
        raise PoortGeweigerd("Vragen gaan achteruit. Schrijf op waarom dat goed is, of kies andere woorden.")


def _shift(one: Bevinding) -> Verschuiving:
    return Verschuiving(one.vraag, one.voor.product, one.na.product)


def _shifts(found: list[dict[str, Any]]) -> tuple[Verschuiving, ...]:
    return tuple(Verschuiving(one["vraag"], one["was"], one["wordt"]) for one in found)
