"""What editors want to know of a conversation: questions that went wrong, and answers that were given. Rasa's events in, plain
values out.

It is read from what is stored after each turn, so every channel shares it, and each event counts once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.events import BotUttered, Event, Restarted, SessionStarted, UserUttered

from bot.nlg.generator import OVERDRACHT
from bot.nlu.conversation import KEUZES
from bot.nlu.keys import BESLISSING, PRODUCT, UITKOMST
from bot.noticing import Gebeurd
from bot.search.decision import Uitkomst

_TERUGVAL = (Uitkomst.TERUGVAL.value, Uitkomst.TERUGVAL_HERHAALD.value)
_VRAAG = (Uitkomst.ANTWOORD.value, Uitkomst.VERDUIDELIJKING.value, *_TERUGVAL)
"""Outcomes of a message that asked something."""
_GEEN_VRAAG = ("taken_choice", "nothing_said", "in_form")
"""Steps of a decision on a message that is no question of the resident's own."""


@dataclass
class _Beurt:
    """A message of the resident, and what the bot said to it."""

    tekst: str
    stap: str
    beslist: Mapping[str, Any]
    plaats: int
    gezegd: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def slot(self) -> tuple[int, str, str | None, Sequence[Mapping[str, Any]]]:
        """(place, outcome, product, choices) of the message that says how it ended; a form goes on asking after it."""
        for plaats, said in self.gezegd:
            if said.get(UITKOMST) in _VRAAG:
                return plaats, str(said[UITKOMST]), said.get(PRODUCT), said.get(KEUZES, ())
        return -1, Uitkomst.DIALOOG.value, None, ()

    @property
    def vraagt(self) -> bool:
        """Whether the resident asks something in own words."""
        return bool(self.tekst.strip()) and not self.tekst.startswith("/") and self.stap not in _GEEN_VRAAG


def noticed(events: Sequence[Event], known: int) -> list[Gebeurd]:
    """What happened in the events of a conversation from place `known` on."""
    if not any(isinstance(event, (UserUttered, BotUttered)) for event in events[known:]):
        return []
    beurten = _turns(events)
    found: list[Gebeurd] = []
    for place, beurt in enumerate(beurten):
        before = beurten[place - 1] if place else None
        if beurt.plaats >= known and before is not None and _left(before, beurt):
            found.append(Gebeurd("verduidelijking_verlaten", before.tekst))
        at, outcome, product, _ = beurt.slot
        if at >= known and outcome in _TERUGVAL and beurt.vraagt:
            found.append(Gebeurd("niet_begrepen", beurt.tekst))
        if at >= known and outcome == Uitkomst.ANTWOORD.value and product:
            found.append(Gebeurd("gegeven", "", product))
        if any(where >= known and said.get(OVERDRACHT) for where, said in beurt.gezegd):
            found += _asked_before(beurten[: place + 1])
    return found


def _turns(events: Sequence[Event]) -> list[_Beurt]:
    """The turns of the latest session."""
    found: list[_Beurt] = []
    for place, event in enumerate(events):
        if isinstance(event, (Restarted, SessionStarted)):
            found = []
        elif isinstance(event, UserUttered):
            decided = (event.parse_data or {}).get(BESLISSING) or {}
            found.append(_Beurt(event.text or "", str(decided.get("stap", "")), decided, place))
        elif isinstance(event, BotUttered) and found:
            found[-1].gezegd.append((place, event.metadata or {}))
    return found


def _left(before: _Beurt, beurt: _Beurt) -> bool:
    """Whether choices were offered after a question, and the next message does not lead to one of them."""
    _, outcome, _, offered = before.slot
    if outcome != Uitkomst.VERDUIDELIJKING.value or not before.vraagt or beurt.tekst.startswith("/"):
        return False
    taken = beurt.beslist.get("product")
    return taken is None or taken not in [keuze.get("product") for keuze in offered]


def _asked_before(beurten: Sequence[_Beurt]) -> list[Gebeurd]:
    """The last question before a human was brought in; none when the resident asked for one at once."""
    for beurt in reversed(beurten):
        _, outcome, product, _ = beurt.slot
        if outcome in _VRAAG and beurt.vraagt:
            return [Gebeurd("overgedragen", beurt.tekst, product)]
    return []
