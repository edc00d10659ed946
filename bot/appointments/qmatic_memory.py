"""What is remembered of those who are making an appointment in Qmatic, in this process and for a short while.

It keeps one wish from becoming two appointments, and it knows which reservation is whose. After a restart it is gone:
reservations end by themselves, and what became of a wish the register knows.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from bot.appointments.qmatic_values import Samenstelling

MOST = 2000
"""Wishes that are kept; the oldest go first."""


@dataclass(frozen=True)
class Moment:
    """What is wished."""

    wat: Samenstelling
    locatie: str
    begin: datetime
    """In UTC."""


@dataclass(frozen=True)
class Wens:
    """A wish that was sent."""

    verstuurd: datetime
    id: str = ""
    """Of the appointment; empty when it is not known what became of it."""


@dataclass(frozen=True)
class Vastgehouden:
    """A reservation."""

    id: str
    moment: Moment
    tot: datetime


class Memory:
    """Wishes and reservations, by the key of their holder. Without a key nothing is remembered."""

    def __init__(self) -> None:
        self._wishes: OrderedDict[tuple[str, Moment], Wens] = OrderedDict()
        self._holds: dict[str, Vastgehouden] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, sleutel: str) -> asyncio.Lock:
        """Those with the same key go one after the other."""
        if not sleutel:
            return asyncio.Lock()
        return self._turns.setdefault(sleutel, asyncio.Lock())

    def wish(self, sleutel: str, moment: Moment) -> Wens | None:
        """This wish, when it was sent before."""
        return self._wishes.get((sleutel, moment))

    def remember(self, sleutel: str, moment: Moment, wens: Wens) -> None:
        """Keep what is known of a wish."""
        if sleutel:
            self._wishes[sleutel, moment] = wens
            self._wishes.move_to_end((sleutel, moment))
            while len(self._wishes) > MOST:
                self._wishes.popitem(last=False)

    def forget(self, sleutel: str, moment: Moment) -> None:
        """A wish surely was not carried out, or is no more."""
        self._wishes.pop((sleutel, moment), None)

    def hold(self, sleutel: str, held: Vastgehouden) -> None:
        """Keep a reservation in mind."""
        self._holds[sleutel] = held

    def held(self, sleutel: str, now: datetime) -> Vastgehouden | None:
        """What a holder holds now."""
        self._holds = {key: held for key, held in self._holds.items() if held.tot > now}
        return self._holds.get(sleutel)

    def let_go(self, sleutel: str) -> Vastgehouden | None:
        """What a holder held, and holds no more."""
        return self._holds.pop(sleutel, None)
