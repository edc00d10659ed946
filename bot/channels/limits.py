"""Limits on what one conversation or one address may send (library: limits; moving windows)."""

from __future__ import annotations

import logging
import math
import time
from typing import List, Optional

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from bot.errors import SettingError
from bot.settings import Settings

logger = logging.getLogger(__name__)

REDIS_SECONDEN = 1
"""How long a message may wait for Redis."""


class TooMany(Exception):
    """The limit is reached; `seconds` says when it may go on."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"te veel berichten; weer over {seconds} seconden")
        self.seconds = seconds


class Limits:
    """The webchat's limits, shared by all engines when there is a Redis."""

    def __init__(self, settings: Settings) -> None:
        # The limiters themselves keep only a weak reference.
        self._storages = (_storage(settings.redis_url), MemoryStorage())
        self._shared, self._own = (MovingWindowRateLimiter(storage) for storage in self._storages)
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
        try:
            _count(self._shared, items, kind, key)
        except RedisError as error:
            # A Redis that is away must not silence the chat: until it is back, each engine counts for itself.
            logger.warning("Redis is niet bereikbaar (%s); elke engine telt nu zelf", type(error).__name__)
            _count(self._own, items, kind, key)


def _count(limiter: MovingWindowRateLimiter, items: List[RateLimitItem], kind: str, key: str) -> None:
    for item in items:
        if not limiter.hit(item, kind, key):
            reset = limiter.get_window_stats(item, kind, key)[0]
            raise TooMany(max(1, math.ceil(reset - time.time())))


def _storage(redis_url: str) -> Storage:
    if not redis_url:
        return MemoryStorage()
    patience = {"socket_connect_timeout": REDIS_SECONDEN, "socket_timeout": REDIS_SECONDEN}
    try:
        storage: Storage = storage_from_string(redis_url, **patience)
    except (ConfigurationError, ValueError):
        raise SettingError(
            "VRAAGBAAK_REDIS_URL is geen geldig adres van Redis, zoals redis://localhost:6379."
        ) from None
    return storage


def _parse(value: str, name: str) -> List[RateLimitItem]:
    try:
        return list(parse_many(value))
    except ValueError:
        raise SettingError(f'VRAAGBAAK_{name} moet zijn als "20/minute" of "20/minute;300/day".') from None
