"""What somebody said on WhatsApp: typed, tapped, or beside a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, Sequence

from sqlalchemy.engine import Engine

from bot.conversations import store
from bot.conversations.model import Bericht
from bot.nlu.conversation import KEUZES
from bot.whatsapp.inbox import Binnen
from bot.whatsapp.people import Persoon
from bot.whatsapp.render import choice_of

_LONGEST_NUMBER = 9
"""Digits of the number of a message; an id with more was not made by us."""


@dataclass(frozen=True)
class Gezegd:
    """What a message says."""

    tekst: str = field(default="", repr=False)
    """What was typed, or the title that we gave the choice."""
    product: Optional[str] = None
    """Of a choice under an earlier message: what that message was about."""
    verlopen: bool = False
    """A choice under an earlier message, to which something was said since."""
    meer_van: Optional[int] = None
    """Number of the message under which "Meer" was tapped."""


def said(engine: Engine, persoon: Persoon, one: Binnen) -> Gezegd:
    """What came in says. Of a choice only its place counts; what comes along with it does not."""
    inhoud = one.inhoud
    typed = Gezegd(str(inhoud.get("tekst") or inhoud.get("titel") or ""))
    chosen = choice_of(str(inhoud.get("keuze") or ""))
    if chosen is None or not chosen[0].isdigit() or len(chosen[0]) > _LONGEST_NUMBER:
        return typed
    nummer, index = int(chosen[0]), chosen[1]
    since = store.since(engine, persoon.gesprek_id, nummer - 1)
    if not since or since[0].nummer != nummer:
        return typed
    offered, later = since[0], since[1:]
    keuzes = _titles(offered)
    if index >= len(keuzes):
        return Gezegd(typed.tekst, meer_van=nummer)
    titel = keuzes[index]
    # What is offered now as well is no old choice.
    is_old = any(other.van == "bewoner" and other.client_id != one.sleutel for other in later)
    if not is_old or titel in _offered_last(later):
        return Gezegd(titel)
    product: Any = offered.extra.get("product")
    return Gezegd(titel, product, verlopen=True)


def _offered_last(messages: Sequence[Bericht]) -> Sequence[str]:
    last = next((one for one in reversed(messages) if one.van == "vraagbaak"), None)
    return _titles(last) if last is not None else ()


def _titles(bericht: Bericht) -> Sequence[str]:
    return [str(keuze["titel"]) for keuze in bericht.extra.get(KEUZES, [])]
