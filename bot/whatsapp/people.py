"""People on WhatsApp: found by who Meta says they are, known to the rest of the installation by a random conversation.

Meta's user id (BSUID) comes first; a phone number may be absent since there are user names. Whoever was known by number alone
gets their BSUID written down when it is first seen, and keeps their conversation. A number that somebody else writes from is
theirs from then on: whoever had it before is not written to on it any more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Connection, Engine, Row

from bot.attempts import keyed
from bot.database import Moment
from bot.whatsapp.tables import whatsapp_in, whatsapp_persoon, whatsapp_uit

VENSTER = timedelta(hours=24)
"""How long after their last message somebody may be written to freely."""
OPENING = timedelta(days=30)
"""After so long somebody is told again whom they talk to."""
_P = whatsapp_persoon.c


class Gone(Exception):
    """The person was erased just now."""


@dataclass(frozen=True)
class Adres:
    """Where to send to; `nummer` in E.164 with a plus, or empty; `gebruiker` (BSUID) or empty."""

    nummer: str = field(default="", repr=False)
    gebruiker: str = field(default="", repr=False)


@dataclass(frozen=True)
class Afzender:
    """Who wrote to a number of ours, as Meta tells it; `gebruiker` or `nummer` is there."""

    phone_number_id: str
    gebruiker: str | None = field(default=None, repr=False)
    """BSUID."""
    nummer: str | None = field(default=None, repr=False)
    """Digits with country code, no plus."""

    @property
    def adres(self) -> Adres:
        """Where to write back to."""
        return Adres(f"+{self.nummer}" if self.nummer else "", self.gebruiker or "")


@dataclass(frozen=True)
class Persoon:
    """Somebody at one of our numbers."""

    id: str
    gemeente: str
    phone_number_id: str
    adres: Adres = field(repr=False)
    gesprek_id: str
    laatst_op: datetime
    geopend_op: datetime | None
    gestopt: bool
    uitgezet: int
    meer: dict[str, int] | None
    """{"nummer": of the message, "vanaf": part} where a long answer goes on."""

    def window_until(self) -> datetime:
        """Until when they may be written to freely."""
        return self.laatst_op + VENSTER


def seen(
    connection: Connection, geheim: str, afzender: Afzender, *, gemeente: str, tijd: datetime, opens: bool = True
) -> str:
    """Id of who wrote; somebody new is made, with a conversation of their own.

    Their row is held until the transaction ends, so that an erasure comes wholly before or wholly after it.

    Args:
        tijd: when they wrote, by Meta's clock.
        opens: whether it opens the 24 hours.

    Raises Gone, or IntegrityError when two messages of somebody new meet: begin the transaction again.
    """
    keys = _keys(geheim, afzender)
    row = _find(connection, keys)
    if row is not None:
        _renew(connection, geheim, row, afzender, keys, tijd if opens else None)
        return str(row.id)
    id = secrets.token_hex(16)
    # Of somebody known to be another. The same person, made at this very moment, must stop the insertion instead.
    other = sa.and_(_P.gebruiker_sleutel.is_not(None), _P.gebruiker_sleutel != keys["gebruiker_sleutel"])
    _take_away(connection, geheim, "nummer", keys, other)
    connection.execute(
        sa.insert(whatsapp_persoon).values(
            id=id,
            gemeente=gemeente,
            phone_number_id=afzender.phone_number_id,
            adres=encrypted(geheim, afzender.adres),
            gesprek_id=secrets.token_urlsafe(18),
            laatst_op=tijd,
            gestopt=False,
            uitgezet=0,
            **keys,
        )
    )
    return id


def known(connection: Connection, geheim: str, afzender: Afzender) -> str | None:
    """Id of who wrote; None for somebody new, of whom nothing is made."""
    row = _find(connection, _keys(geheim, afzender))
    return str(row.id) if row is not None else None


def moved(connection: Connection, geheim: str, persoon_id: str, new: Afzender) -> None:
    """They have another number, and with it another BSUID; the conversation stays theirs."""
    keys = _keys(geheim, new)
    for part in ("gebruiker", "nummer"):
        _take_away(connection, geheim, part, keys, _P.id != persoon_id)
    connection.execute(
        sa.update(whatsapp_persoon).where(_P.id == persoon_id).values(adres=encrypted(geheim, new.adres), **keys)
    )


def load(engine: Engine, geheim: str, gesprek_id: str) -> Persoon | None:
    """Whose conversation this is; None when it is of nobody on WhatsApp."""
    return _load(engine, geheim, _P.gesprek_id == gesprek_id)


def by_id(engine: Engine, geheim: str, persoon_id: str) -> Persoon | None:
    """Somebody by our own id."""
    return _load(engine, geheim, _P.id == persoon_id)


def behind(engine: Engine, numbers: Mapping[str, int]) -> list[str]:
    """Ids of people of whose conversation not everything was made ready to send.

    Args:
        numbers: conversation → number of its last message.
    """
    found: list[str] = []
    ids = list(numbers)
    with engine.connect() as connection:
        # SQLite takes some thousands of values in one statement.
        for start in range(0, len(ids), 500):
            rows = connection.execute(
                sa.select(_P.id, _P.gesprek_id, _P.uitgezet).where(_P.gesprek_id.in_(ids[start : start + 500]))
            )
            found += [row.id for row in rows if row.uitgezet < numbers[row.gesprek_id]]
    return found


def change(engine: Engine, persoon: Persoon, **values: Any) -> None:
    """Write down what changed: `geopend_op`, `gestopt`, `meer`."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_persoon).where(_P.id == persoon.id).values(**values))


def claim(engine: Engine, persoon_id: str, wie: str, now: datetime, lang: timedelta) -> bool:
    """Whether this process may handle somebody's messages now, and for `lang`."""
    free = sa.or_(_P.bezig_tot.is_(None), _P.bezig_tot < now, _P.bezig_door == wie)
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(whatsapp_persoon).where(_P.id == persoon_id, free).values(bezig_tot=now + lang, bezig_door=wie)
        )
    return bool(changed.rowcount)


def keep(engine: Engine, wie: str, now: datetime, lang: timedelta) -> None:
    """This process lives, and goes on with everybody it has."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_persoon).where(_P.bezig_door == wie).values(bezig_tot=now + lang))


def let_go(engine: Engine, persoon_id: str, wie: str) -> None:
    """Others may handle them again."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(whatsapp_persoon)
            .where(_P.id == persoon_id, _P.bezig_door == wie)
            .values(bezig_tot=None, bezig_door=None)
        )


def forget(engine: Engine, gesprek_id: str) -> None:
    """The conversation is erased: who it was of, and everything that came and went.

    Bare keys of what came in stay as long as Meta may repeat it: else a repetition would begin a new conversation.
    """
    with engine.begin() as connection:
        mine = list(connection.execute(sa.select(_P.id).where(_P.gesprek_id == gesprek_id)).scalars())
        # The people first: who is taking something of theirs in waits for that, and then finds nobody.
        connection.execute(sa.delete(whatsapp_persoon).where(_P.id.in_(mine)))
        connection.execute(
            sa.update(whatsapp_in)
            .where(whatsapp_in.c.persoon_id.in_(mine))
            .values(
                persoon_id=None,
                inhoud=None,
                klaar_op=sa.func.coalesce(whatsapp_in.c.klaar_op, sa.literal(datetime.now(UTC), Moment)),
            )
        )
        connection.execute(
            sa.delete(whatsapp_uit).where(whatsapp_uit.c.persoon_id.in_(mine), whatsapp_uit.c.adres.is_(None))
        )


def encrypted(geheim: str, adres: Adres) -> str:
    """An address as it is kept."""
    return _fernet(geheim).encrypt(json.dumps([adres.nummer, adres.gebruiker]).encode()).decode()


def decrypted(geheim: str, kept: str) -> Adres:
    """The address again; an empty one when the installation has another secret by now."""
    try:
        nummer, gebruiker = json.loads(_fernet(geheim).decrypt(kept.encode()))
    except InvalidToken:
        return Adres()
    return Adres(nummer, gebruiker)


def masked(adres: Adres) -> str:
    """What an employee may see: the last three digits."""
    return f"•••• {adres.nummer[-3:]}" if adres.nummer else ""


def _keys(geheim: str, afzender: Afzender) -> dict[str, str | None]:
    """What somebody is found by, as columns."""
    given = {"gebruiker": afzender.gebruiker, "nummer": afzender.nummer}
    return {
        f"{kind}_sleutel": keyed(geheim, "whatsapp", afzender.phone_number_id, kind, value) if value else None
        for kind, value in given.items()
    }


def _find(connection: Connection, keys: Mapping[str, str | None]) -> Row | None:
    for column in ("gebruiker_sleutel", "nummer_sleutel"):
        if keys[column] is None:
            continue
        row = connection.execute(sa.select(whatsapp_persoon).where(_P[column] == keys[column])).first()
        # The number of somebody with another BSUID was given to somebody else since.
        if row is not None and (
            column == "gebruiker_sleutel" or not (keys["gebruiker_sleutel"] and row.gebruiker_sleutel)
        ):
            return row
    return None


def _renew(
    connection: Connection,
    geheim: str,
    row: Row,
    afzender: Afzender,
    keys: Mapping[str, str | None],
    tijd: datetime | None,
) -> None:
    """Take over what is newly known of somebody. Raises Gone."""
    _take_away(connection, geheim, "nummer", keys, _P.id != row.id)
    known, new = decrypted(geheim, row.adres), afzender.adres
    full = replace(known, nummer=new.nummer or known.nummer, gebruiker=new.gebruiker or known.gebruiker)
    values: dict[str, Any] = {column: key for column, key in keys.items() if key and getattr(row, column) != key}
    if full != known:
        values["adres"] = encrypted(geheim, full)
    # In the database itself: two messages at once must not set it back.
    moment = sa.literal(tijd or row.laatst_op, Moment)
    values["laatst_op"] = sa.case((_P.laatst_op < moment, moment), else_=_P.laatst_op)
    changed = connection.execute(sa.update(whatsapp_persoon).where(_P.id == row.id).values(**values))
    if not changed.rowcount:
        raise Gone


def _take_away(connection: Connection, geheim: str, part: str, keys: Mapping[str, str | None], of: Any) -> None:
    """Whoever else had this `nummer` or `gebruiker` has it no more: nothing meant for them may go there."""
    column = f"{part}_sleutel"
    if keys[column] is None:
        return
    for row in connection.execute(sa.select(whatsapp_persoon).where(_P[column] == keys[column], of)).all():
        left = replace(decrypted(geheim, row.adres), **{part: ""})
        connection.execute(
            sa.update(whatsapp_persoon).where(_P.id == row.id).values({column: None, "adres": encrypted(geheim, left)})
        )


def _load(engine: Engine, geheim: str, which: Any) -> Persoon | None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(whatsapp_persoon).where(which)).first()
    if row is None:
        return None
    return Persoon(
        id=row.id,
        gemeente=row.gemeente,
        phone_number_id=row.phone_number_id,
        adres=decrypted(geheim, row.adres),
        gesprek_id=row.gesprek_id,
        laatst_op=row.laatst_op,
        geopend_op=row.geopend_op,
        gestopt=row.gestopt,
        uitgezet=row.uitgezet,
        meer=row.meer,
    )


def _fernet(geheim: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"whatsapp\0" + geheim.encode()).digest()))
