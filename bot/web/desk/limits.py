"""Limits on wrong passwords (library: limits; moving windows).

They count per name whether or not the name exists: so the answer to the sixth attempt does not say that it does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from bot.settings import Settings

logger = logging.getLogger(__name__)

MINUTEN = 15
PER_NAAM: RateLimitItem = RateLimitItemPerMinute(5, MINUTEN)
PER_ADRES: RateLimitItem = RateLimitItemPerMinute(50, MINUTEN)
"""Many employees share one address: that of their office."""


class LoginLimits:
    """Wrong passwords, shared by all processes when there is a Redis."""

    def __init__(self, settings: Settings) -> None:
        own = MemoryStorage()
        shared = storage_from_string(settings.redis_url, socket_timeout=1) if settings.redis_url else own
        # The limiters themselves keep only a weak reference.
        self._storages = (shared, own)
        self._shared, self._own = MovingWindowRateLimiter(shared), MovingWindowRateLimiter(own)

    def may_try(self, naam: str, address: str | None) -> bool:
        """Whether one more attempt is allowed."""
        return self._do(lambda limiter: all(limiter.test(item, *key) for item, key in _keys(naam, address)))

    def failed(self, naam: str, address: str | None) -> None:
        """Count a wrong password."""

        def hit(limiter: MovingWindowRateLimiter) -> bool:
            for item, key in _keys(naam, address):
                limiter.hit(item, *key)
            return True

        self._do(hit)

    def succeeded(self, naam: str) -> None:
        """A right password: the name begins anew."""

        def clear(limiter: MovingWindowRateLimiter) -> bool:
            limiter.clear(PER_NAAM, *_keys(naam, None)[0][1])
            return True

        self._do(clear)

    def _do(self, what: Callable[[MovingWindowRateLimiter], bool]) -> bool:
        try:
            return what(self._shared)
        except RedisError as error:
            logger.warning("Redis is niet bereikbaar (%s); elk proces telt nu zelf", type(error).__name__)
            return what(self._own)


def _keys(naam: str, address: str | None) -> list[tuple[RateLimitItem, tuple[str, str]]]:
    keys = [(PER_NAAM, ("balie-naam", naam.casefold()))]
    return [*keys, (PER_ADRES, ("balie-adres", address))] if address else keys
