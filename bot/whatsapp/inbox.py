"""What came in: written down before Meta gets its 200, handled after it, once, and in order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.whatsapp.tables import whatsapp_in

BEWAREN = timedelta(days=8)
"""How long ids are kept: Meta repeats a webhook for up to seven days."""
_I = whatsapp_in.c


@dataclass(frozen=True)
class Binnen:
    """A message that waits to be handled."""

    id: int
    persoon_id: str
    sleutel: str
    """Names the message in the conversation: a second handling adds nothing."""
    inhoud: dict[str, Any] = field(repr=False)
    tijd: datetime
    ontvangen_op: datetime
    pogingen: int


def key_of(wamid: str) -> str:
    """Meta's id of a message as it is kept: a phone number can be read from the id itself."""
    return hashlib.sha256(wamid.encode()).hexdigest()


def take_in(
    engine: Engine,
    *,
    phone_number_id: str,
    wamid: str,
    persoon_id: str,
    inhoud: dict[str, Any],
    tijd: datetime,
    now: datetime,
) -> bool:
    """Write a message down; False when it was there already."""
    try:
        with engine.begin() as connection:
            connection.execute(
                sa.insert(whatsapp_in).values(
                    phone_number_id=phone_number_id,
                    wamid=key_of(wamid),
                    persoon_id=persoon_id,
                    inhoud=inhoud,
                    tijd=tijd,
                    ontvangen_op=now,
                    pogingen=0,
                )
            )
    except IntegrityError:
        return False
    return True


def known(engine: Engine, phone_number_id: str, wamid: str) -> bool:
    """Whether a message came in before."""
    with engine.connect() as connection:
        query = sa.select(_I.id).where(_I.phone_number_id == phone_number_id, _I.wamid == key_of(wamid))
        return connection.execute(query).first() is not None


def waiting(engine: Engine, persoon_id: str) -> list[Binnen]:
    """What somebody sent and was not handled yet, in the order in which they sent it (Meta's clock, then arrival)."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(whatsapp_in).where(_I.persoon_id == persoon_id, _I.klaar_op.is_(None)).order_by(_I.tijd, _I.id)
        ).all()
    return [
        Binnen(row.id, row.persoon_id, row.wamid, row.inhoud or {}, row.tijd, row.ontvangen_op, row.pogingen)
        for row in rows
    ]


def people_waiting(engine: Engine) -> list[str]:
    """Ids of people of whom something is still to be handled."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(_I.persoon_id).where(_I.klaar_op.is_(None)).distinct()).scalars())


def attempt(engine: Engine, one: Binnen) -> None:
    """Count an attempt to handle it, before it is made: what makes a process die must not do so for ever."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_in).where(_I.id == one.id).values(pogingen=_I.pogingen + 1))


def done(engine: Engine, one: Binnen, now: datetime) -> None:
    """It was handled; its words live in the conversation."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_in).where(_I.id == one.id).values(klaar_op=now, inhoud=None))


def clean_up(engine: Engine, now: datetime) -> None:
    """Take away the keys that no repetition can come for any more."""
    with engine.begin() as connection:
        connection.execute(sa.delete(whatsapp_in).where(_I.klaar_op < now - BEWAREN))
