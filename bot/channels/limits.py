"""Limits on what one conversation or one address may send (library: limits; moving windows)."""

from __future__ import annotations

import math
import time
from typing import List, Optional

from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from bot.errors import SettingError
from bot.settings import Settings


class TooMany(Exception):
    """The limit is reached; `seconds` says when it may go on."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"te veel berichten; weer over {seconds} seconden")
        self.seconds = seconds


class Limits:
    """The webchat's limits, shared by all engines when there is a Redis."""

    def __init__(self, settings: Settings) -> None:
        # The limiter itself keeps only a weak reference.
        self._storage = storage_from_string(settings.redis_url or "memory://")
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._per_session = _parse(settings.webchat_per_session, "WEBCHAT_PER_SESSION")
        self._per_address = _parse(settings.webchat_per_address, "WEBCHAT_PER_ADDRESS")
        self._sessions = _parse(settings.webchat_sessions_per_address, "WEBCHAT_SESSIONS_PER_ADDRESS")

    def message(self, gesprek_id: str, address: Optional[str]) -> None:
        """Count a message. Raises TooMany."""
        self._hit(self._per_session, "gesprek", gesprek_id)
        if address:
            self._hit(self._per_address, "adres", address)

    def session(self, address: Optional[str]) -> None:
        """Count a new conversation. Raises TooMany."""
        if address:
            self._hit(self._sessions, "nieuw", address)

    def _hit(self, items: List[RateLimitItem], kind: str, key: str) -> None:
        for item in items:
            if not self._limiter.hit(item, kind, key):
                reset = self._limiter.get_window_stats(item, kind, key)[0]
                raise TooMany(max(1, math.ceil(reset - time.time())))


def _parse(value: str, name: str) -> List[RateLimitItem]:
    try:
        return list(parse_many(value))
    except ValueError:
        raise SettingError(f'VRAAGBAAK_{name} moet zijn als "20/minute" of "20/minute;300/day".') from None
