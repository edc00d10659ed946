"""Links to the calendar file of an appointment: signed, and over when the appointment is."""

from __future__ import annotations

from datetime import datetime, timedelta

import jwt

from bot.channels.tokens import BadToken, secret_of
from bot.settings import Settings

_PUBLIEK = "agenda"
DAARNA = timedelta(hours=12)
"""How long after its beginning an appointment can still be fetched."""


def calendar_link(settings: Settings, referentie: str, begin: datetime) -> str:
    """Address of the calendar file of an appointment."""
    claims = {"sub": referentie, "aud": _PUBLIEK, "exp": begin + DAARNA}
    token = jwt.encode(claims, secret_of(settings), algorithm="HS256")
    return f"{settings.public_web_url}/agenda/{token}/afspraak.ics"


def read_link(settings: Settings, token: str) -> str:
    """The reference in a link. Raises BadToken."""
    try:
        claims = jwt.decode(
            token, secret_of(settings), algorithms=["HS256"], audience=_PUBLIEK, options={"require": ["sub", "exp"]}
        )
    except jwt.PyJWTError as error:
        raise BadToken(type(error).__name__) from None
    return str(claims["sub"])
