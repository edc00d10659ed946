"""Who somebody is according to the municipality's portal: a signed token (JWT), checked by signature, audience and age.

What it says (a BSN) is kept encrypted for half an hour, or until the conversation needs it no more.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import jwt
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Engine
from stdnum.nl import bsn

from bot.cases.tables import zaak_identiteit

GELDIG = timedelta(minutes=30)
SPELING = 30
"""Seconds that two clocks may differ."""
SOORTEN = ("RS256", "ES256", "PS256")
"""Signatures with a public key: who can check one cannot make one."""
_I = zaak_identiteit.c


class BadPortalToken(ValueError):
    """The token is not the portal's, not for us, or too old. The text says which, and nothing of the token."""


def read_token(
    token: str, sleutel: str, *, uitgever: str, publiek: str, hoogstens: timedelta, now: datetime | None = None
) -> str:
    """The BSN that a token vouches for.

    Args:
        sleutel: the portal's public key, PEM.
        uitgever, publiek: `iss` and `aud` that it must have.
        hoogstens: age from which it is too old, whatever its own `exp` says.

    Raises BadPortalToken.
    """
    moment = now or datetime.now(UTC)
    try:
        claims = jwt.decode(
            token,
            sleutel,
            algorithms=list(SOORTEN),
            audience=publiek,
            issuer=uitgever,
            # The moment is checked below, against the clock that was given.
            options={"require": ["sub", "iat", "exp", "aud", "iss"], "verify_exp": False, "verify_iat": False},
        )
        issued = datetime.fromtimestamp(claims["iat"], UTC)
        expires = datetime.fromtimestamp(claims["exp"], UTC)
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError) as error:
        raise BadPortalToken(type(error).__name__) from None
    speling = timedelta(seconds=SPELING)
    if not issued - speling <= moment <= min(issued + hoogstens, expires) + speling:
        raise BadPortalToken("te oud, of van later")
    if not bsn.is_valid(str(claims["sub"])):
        raise BadPortalToken("geen bsn")
    return str(bsn.compact(str(claims["sub"])))


def remember(engine: Engine, geheim: str, gesprek_id: str, nummer: str, now: datetime | None = None) -> None:
    """Keep who somebody is, for this conversation."""
    moment = now or datetime.now(UTC)
    waarde = _fernet(geheim).encrypt(nummer.encode()).decode()
    with engine.begin() as connection:
        connection.execute(sa.delete(zaak_identiteit).where(_I.gesprek_id == gesprek_id))
        connection.execute(
            sa.insert(zaak_identiteit).values(gesprek_id=gesprek_id, waarde=waarde, verloopt_op=moment + GELDIG)
        )


def known(engine: Engine, geheim: str, gesprek_id: str, now: datetime | None = None) -> str | None:
    """The BSN of a conversation; None when the portal said nothing, or too long ago."""
    query = sa.select(_I.waarde).where(_I.gesprek_id == gesprek_id, _I.verloopt_op > (now or datetime.now(UTC)))
    with engine.connect() as connection:
        waarde = connection.execute(query).scalar()
    return _decrypted(geheim, waarde) if waarde else None


def is_of_other(engine: Engine, geheim: str, gesprek_id: str, nummer: str) -> bool:
    """Whether the portal said before that a conversation is of another than who has this BSN, however long ago."""
    with engine.connect() as connection:
        waarde = connection.execute(sa.select(_I.waarde).where(_I.gesprek_id == gesprek_id)).scalar()
    return waarde is not None and _decrypted(geheim, waarde) != nummer


def _decrypted(geheim: str, waarde: str) -> str | None:
    try:
        return _fernet(geheim).decrypt(waarde.encode()).decode()
    except InvalidToken:
        # The installation has another secret by now.
        return None


def _fernet(geheim: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"portaal\0" + geheim.encode()).digest()))
