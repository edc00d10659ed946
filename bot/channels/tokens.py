"""The token that gives a browser its own conversation and no other: signed (JWT, HS256), with an end."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from bot.errors import SettingError
from bot.settings import Settings

GELDIG = timedelta(hours=24)
"""How long a browser may go on with a conversation."""
_PUBLIEK = "webchat"
_SHORTEST = 32


class BadToken(ValueError):
    """The token is not ours, or its time has passed."""


@dataclass(frozen=True)
class Sessie:
    """What a token says."""

    gesprek_id: str
    gemeente: str
    verloopt: datetime


def make_token(gesprek_id: str, gemeente: str, secret: str) -> tuple[str, Sessie]:
    """A token for a conversation."""
    verloopt = datetime.now(UTC).replace(microsecond=0) + GELDIG
    claims = {"sub": gesprek_id, "gem": gemeente, "aud": _PUBLIEK, "exp": verloopt}
    return jwt.encode(claims, secret, algorithm="HS256"), Sessie(gesprek_id, gemeente, verloopt)


def read_token(token: str, secret: str) -> Sessie:
    """The session of a token. Raises BadToken."""
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], audience=_PUBLIEK, options={"require": ["sub", "gem", "exp"]}
        )
    except jwt.PyJWTError as error:
        raise BadToken(type(error).__name__) from None
    return Sessie(str(claims["sub"]), str(claims["gem"]), datetime.fromtimestamp(claims["exp"], UTC))


def secret_of(settings: Settings) -> str:
    """The installation's secret: from the settings, or from a file that is made at first use and kept.

    Several engines need the same one: give them VRAAGBAAK_SECRET. Raises SettingError when it is too short.
    """
    if settings.secret:
        if len(settings.secret) < _SHORTEST:
            raise SettingError(f"VRAAGBAAK_SECRET moet minstens {_SHORTEST} tekens hebben.")
        return settings.secret
    path = settings.path(settings.data_dir) / "geheim"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path)
    return _written(path)


def _write_once(path: Path) -> None:
    """A new secret in `path`, unless another process was first. Nobody ever sees a file that is half written."""
    fresh = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _written(path: Path) -> str:
    secret = path.read_text(encoding="utf-8")
    if len(secret) < _SHORTEST:
        raise SettingError(f"{path} hoort een geheim te bevatten; verwijder het bestand, dan komt er een nieuw.")
    return secret
