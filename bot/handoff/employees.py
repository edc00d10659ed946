"""Employees: accounts, the municipalities of their roles, sessions, and who is there. Times are UTC.

Passwords are hashed with Argon2id (RFC 9106) as `argon2-cffi` recommends; a session cookie is 256 random bits, of which only
a hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, Engine

from bot.handoff.model import Medewerker
from bot.handoff.tables import medewerker, medewerker_rol, medewerker_sessie

_M = medewerker.c
SESSIE = timedelta(hours=10)
"""A working day."""
KORTST_WACHTWOORD = 12
"""NIST SP 800-63B asks for length, not for kinds of characters."""
POGINGEN, BLOKKADE = 5, timedelta(minutes=15)
WEG_NA = timedelta(minutes=2)
"""An employee of whom nothing was heard for so long is taken to be gone."""
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))


class WrongLogin(Exception):
    """Unknown name or wrong password; nobody learns which."""


class Locked(Exception):
    """Too many wrong passwords. `until` says when one may try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("geblokkeerd")
        self.until = until


class UnknownMedewerker(LookupError):
    """There is no such employee."""


def add(
    engine: Engine,
    gebruikersnaam: str,
    naam: str,
    rollen: Iterable[tuple[str, str]],
    wachtwoord: str | None = None,
) -> Medewerker:
    """Make an account. Raises ValueError for a name that is taken or a password that is too short."""
    if wachtwoord is not None and len(wachtwoord) < KORTST_WACHTWOORD:
        raise ValueError(f"een wachtwoord heeft minstens {KORTST_WACHTWOORD} tekens")
    try:
        with engine.begin() as connection:
            made = connection.execute(
                sa.insert(medewerker).values(
                    gebruikersnaam=gebruikersnaam,
                    naam=naam,
                    wachtwoord=_HASHER.hash(wachtwoord) if wachtwoord is not None else None,
                    actief=True,
                    aanwezig=False,
                    mislukt=0,
                )
            )
            medewerker_id = int(made.inserted_primary_key[0])
            _set_roles(connection, medewerker_id, rollen)
    except sa.exc.IntegrityError as error:
        raise ValueError(f'de naam "{gebruikersnaam}" bestaat al') from error
    return load(engine, medewerker_id)


def set_roles(engine: Engine, medewerker_id: int, rollen: Iterable[tuple[str, str]]) -> None:
    """Replace the roles of an employee."""
    with engine.begin() as connection:
        connection.execute(sa.delete(medewerker_rol).where(medewerker_rol.c.medewerker_id == medewerker_id))
        _set_roles(connection, medewerker_id, rollen)


def set_password(engine: Engine, medewerker_id: int, wachtwoord: str) -> None:
    """A new password ends all sessions. Raises ValueError when it is too short."""
    if len(wachtwoord) < KORTST_WACHTWOORD:
        raise ValueError(f"een wachtwoord heeft minstens {KORTST_WACHTWOORD} tekens")
    with engine.begin() as connection:
        connection.execute(
            sa.update(medewerker)
            .where(_M.id == medewerker_id)
            .values(wachtwoord=_HASHER.hash(wachtwoord), mislukt=0, geblokkeerd_tot=None)
        )
        connection.execute(sa.delete(medewerker_sessie).where(medewerker_sessie.c.medewerker_id == medewerker_id))


def set_active(engine: Engine, medewerker_id: int, actief: bool) -> None:
    """Take an account out of use, or back; out of use ends its sessions."""
    with engine.begin() as connection:
        connection.execute(sa.update(medewerker).where(_M.id == medewerker_id).values(actief=actief, aanwezig=False))
        if not actief:
            connection.execute(sa.delete(medewerker_sessie).where(medewerker_sessie.c.medewerker_id == medewerker_id))


def load(engine: Engine, medewerker_id: int) -> Medewerker:
    """An employee. Raises UnknownMedewerker."""
    found = _select(engine, _M.id == medewerker_id)
    if not found:
        raise UnknownMedewerker(str(medewerker_id))
    return found[0]


def by_name(engine: Engine, gebruikersnaam: str) -> Medewerker | None:
    """The employee with a login name."""
    found = _select(engine, _M.gebruikersnaam == gebruikersnaam)
    return found[0] if found else None


def everybody(engine: Engine) -> list[Medewerker]:
    """All employees, by name."""
    return sorted(_select(engine), key=lambda one: one.naam)


def log_in(engine: Engine, gebruikersnaam: str, wachtwoord: str, now: datetime | None = None) -> Medewerker:
    """Check name and password; takes as long for an unknown name as for a wrong password.

    Raises WrongLogin, and Locked after five wrong passwords in a row.
    """
    moment = now or datetime.now(UTC)
    with engine.connect() as connection:
        row = connection.execute(sa.select(medewerker).where(_M.gebruikersnaam == gebruikersnaam)).first()
    if row is not None and row.geblokkeerd_tot is not None and row.geblokkeerd_tot > moment:
        raise Locked(row.geblokkeerd_tot)
    good = _matches(row.wachtwoord if row is not None and row.wachtwoord else _NOBODY, wachtwoord)
    if row is None or not row.wachtwoord or not good or not row.actief:
        if row is not None:
            _count_failure(engine, row.id, moment)
        raise WrongLogin
    with engine.begin() as connection:
        values: dict[str, Any] = {"mislukt": 0, "geblokkeerd_tot": None}
        if _HASHER.check_needs_rehash(row.wachtwoord):
            values["wachtwoord"] = _HASHER.hash(wachtwoord)
        connection.execute(sa.update(medewerker).where(_M.id == row.id).values(**values))
    return load(engine, row.id)


def begin_session(engine: Engine, medewerker_id: int, now: datetime | None = None) -> tuple[str, str]:
    """A new session; returns the cookie's value and the token that a form must carry (against request forgery)."""
    moment, cookie, csrf = now or datetime.now(UTC), secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    with engine.begin() as connection:
        connection.execute(sa.delete(medewerker_sessie).where(medewerker_sessie.c.verloopt_op < moment))
        connection.execute(
            sa.insert(medewerker_sessie).values(
                sleutel=_digest(cookie), medewerker_id=medewerker_id, csrf=csrf, verloopt_op=moment + SESSIE
            )
        )
    return cookie, csrf


def session(engine: Engine, cookie: str, now: datetime | None = None) -> tuple[Medewerker, str] | None:
    """The employee of a cookie and the session's token; None when it is unknown, over, or the account out of use."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(medewerker_sessie).where(
                medewerker_sessie.c.sleutel == _digest(cookie),
                medewerker_sessie.c.verloopt_op > (now or datetime.now(UTC)),
            )
        ).first()
    if row is None:
        return None
    found = load(engine, row.medewerker_id)
    return (found, row.csrf) if found.actief else None


def end_session(engine: Engine, cookie: str) -> None:
    """Log out; the employee is no longer there."""
    with engine.begin() as connection:
        row = connection.execute(
            sa.select(medewerker_sessie.c.medewerker_id).where(medewerker_sessie.c.sleutel == _digest(cookie))
        ).first()
        connection.execute(sa.delete(medewerker_sessie).where(medewerker_sessie.c.sleutel == _digest(cookie)))
        if row is not None:
            # Their conversations need not wait until nothing is heard of them.
            gone = {"aanwezig": False, "gezien_op": None}
            connection.execute(sa.update(medewerker).where(_M.id == row.medewerker_id).values(**gone))


def set_presence(engine: Engine, medewerker_id: int, aanwezig: bool, now: datetime | None = None) -> None:
    """The employee takes conversations, or no new ones."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(medewerker)
            .where(_M.id == medewerker_id)
            .values(aanwezig=aanwezig, gezien_op=now or datetime.now(UTC))
        )


def heartbeat(engine: Engine, medewerker_id: int, now: datetime | None = None) -> None:
    """The employee's desk is open."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(medewerker).where(_M.id == medewerker_id).values(gezien_op=now or datetime.now(UTC))
        )


def present(engine: Engine, gemeenten: Collection[str], now: datetime | None = None) -> list[Medewerker]:
    """Who takes conversations of any of these municipalities now."""
    since = (now or datetime.now(UTC)) - WEG_NA
    found = _select(engine, _M.actief.is_(True), _M.aanwezig.is_(True), _M.gezien_op >= since)
    return [one for one in found if one.gemeenten & set(gemeenten)]


def gone(engine: Engine, now: datetime | None = None) -> list[int]:
    """Employees of whom nothing was heard for a while, and who may still have conversations."""
    since = (now or datetime.now(UTC)) - WEG_NA
    with engine.connect() as connection:
        rows = connection.execute(sa.select(_M.id).where(sa.or_(_M.gezien_op.is_(None), _M.gezien_op < since)))
        return [row.id for row in rows]


def _count_failure(engine: Engine, medewerker_id: int, moment: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(medewerker).where(_M.id == medewerker_id).values(mislukt=_M.mislukt + 1))
        count = connection.execute(sa.select(_M.mislukt).where(_M.id == medewerker_id)).scalar_one()
        if count >= POGINGEN:
            connection.execute(
                sa.update(medewerker).where(_M.id == medewerker_id).values(mislukt=0, geblokkeerd_tot=moment + BLOKKADE)
            )


def _matches(hashed: str, wachtwoord: str) -> bool:
    try:
        return _HASHER.verify(hashed, wachtwoord)
    except (VerificationError, InvalidHashError):
        return False


def _set_roles(connection: Connection, medewerker_id: int, rollen: Iterable[tuple[str, str]]) -> None:
    for gemeente, rol in sorted(set(rollen)):
        connection.execute(sa.insert(medewerker_rol).values(medewerker_id=medewerker_id, gemeente=gemeente, rol=rol))


def _select(engine: Engine, *where: Any) -> list[Medewerker]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(medewerker).where(*where)).all()
        rollen = defaultdict(set)
        ids = [row.id for row in rows]
        for rol in connection.execute(sa.select(medewerker_rol).where(medewerker_rol.c.medewerker_id.in_(ids))):
            rollen[rol.medewerker_id].add((rol.gemeente, rol.rol))
    return [
        Medewerker(
            id=row.id,
            gebruikersnaam=row.gebruikersnaam,
            naam=row.naam,
            actief=row.actief,
            aanwezig=row.aanwezig,
            gezien_op=row.gezien_op,
            rollen=frozenset(rollen[row.id]),
        )
        for row in rows
    ]


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
