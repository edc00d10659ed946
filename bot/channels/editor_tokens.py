"""The token with which our own website asks the engine what residents may not ask: signed (JWT, HS256), for a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from bot.channels.tokens import BadToken

GELDIG = timedelta(seconds=60)
SPELING = timedelta(seconds=10)
"""Clocks of two machines may differ by so much."""
_PUBLIEK = "redactie"


def make_editor_token(secret: str, now: datetime | None = None) -> str:
    """A token for one request. `now` can be set by tests."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    claims = {"aud": _PUBLIEK, "iat": moment, "exp": moment + GELDIG}
    return jwt.encode(claims, secret, algorithm="HS256")


def check_editor_token(token: str, secret: str) -> None:
    """Raises BadToken for one that is not ours, that is for something else, or whose minute is long past."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            audience=_PUBLIEK,
            leeway=SPELING,
            options={"require": ["aud", "iat", "exp"]},
        )
    except jwt.PyJWTError as error:
        raise BadToken(type(error).__name__) from None
    if claims["exp"] - claims["iat"] > GELDIG.total_seconds():
        raise BadToken("TooLong")
