"""What came in: written down before Meta gets its 200, handled after it, once, and in order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.whatsapp import people
from bot.whatsapp.people import Afzender
from bot.whatsapp.tables import whatsapp_in

BEWAREN = timedelta(days=8)
"""How long ids are kept: Meta repeats a webhook for up to seven days."""
_TRIES = 5
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
    """How often it was tried before."""


def key_of(wamid: str) -> str:
    """Meta's id of a message as it is kept: a phone number can be read from the id itself."""
    return hashlib.sha256(wamid.encode()).hexdigest()


def take_in(
    engine: Engine,
    geheim: str,
    afzender: Afzender,
    *,
    gemeente: str,
    wamid: str,
    inhoud: dict[str, Any],
    tijd: datetime,
    now: datetime,
    only_known: bool = False,
) -> str | None:
    """Write a message down; the id of whose it is. None when it was there already.

    Args:
        geheim: the installation's secret.
        inhoud: what it says, fit to be stored.
        tijd: by Meta's clock.
        only_known: it begins no conversation and does not open the 24 hours (a reaction); None for somebody new.
    """

    def write(connection: Connection) -> str | None:
        if _is_there(connection, afzender, wamid):
            return None
        if only_known and people.known(connection, geheim, afzender) is None:
            return None
        persoon = people.seen(connection, geheim, afzender, gemeente=gemeente, tijd=tijd, opens=not only_known)
        row = {"persoon_id": persoon, "inhoud": inhoud, "tijd": tijd, "ontvangen_op": now, "pogingen": 0}
        return persoon if _add(connection, afzender, wamid, row) else None

    return _written(engine, write)


def take_in_move(
    engine: Engine, geheim: str, afzender: Afzender, new: Afzender, *, wamid: str, tijd: datetime, now: datetime
) -> None:
    """Somebody has another number or BSUID, as Meta tells in a message of its own; told twice it is done once."""

    def write(connection: Connection) -> None:
        row = {"tijd": tijd, "ontvangen_op": now, "klaar_op": now, "pogingen": 0}
        persoon = people.known(connection, geheim, afzender)
        if _add(connection, afzender, wamid, row) and persoon is not None:
            people.moved(connection, geheim, persoon, new)

    _written(engine, write)


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
        query = sa.select(_I.persoon_id).where(_I.klaar_op.is_(None), _I.persoon_id.is_not(None)).distinct()
        return list(connection.execute(query).scalars())


def attempt(engine: Engine, one: Binnen) -> None:
    """Count an attempt to handle it, before it is made: what makes a process die must not do so for ever."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_in).where(_I.id == one.id).values(pogingen=_I.pogingen + 1))


def done(engine: Engine, one: Binnen, now: datetime) -> None:
    """It was handled; its words live in the conversation."""
    with engine.begin() as connection:
        handled(connection, one, now)


def handled(connection: Connection, one: Binnen, now: datetime) -> None:
    """As `done`, in one transaction with what came of it."""
    connection.execute(sa.update(whatsapp_in).where(_I.id == one.id).values(klaar_op=now, inhoud=None))


def hand_over(engine: Engine, ones: Iterable[Binnen], persoon_id: str) -> None:
    """Somebody was erased on their own request, and had said more after that: it waits for who they are now."""
    with engine.begin() as connection:
        for one in ones:
            connection.execute(
                sa.update(whatsapp_in)
                .where(_I.id == one.id)
                .values(persoon_id=persoon_id, inhoud=one.inhoud, klaar_op=None)
            )


def clean_up(engine: Engine, now: datetime) -> None:
    """Take away the keys that no repetition can come for any more."""
    with engine.begin() as connection:
        connection.execute(sa.delete(whatsapp_in).where(_I.klaar_op < now - BEWAREN))


def _written(engine: Engine, write: Callable[[Connection], str | None]) -> str | None:
    """What a transaction gives, begun again when it met another one."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with engine.begin() as connection:
                return write(connection)
        except (IntegrityError, people.Gone):
            if last:
                raise
    raise AssertionError("the last one raises")


def _is_there(connection: Connection, afzender: Afzender, wamid: str) -> bool:
    query = sa.select(_I.id).where(_I.phone_number_id == afzender.phone_number_id, _I.wamid == key_of(wamid))
    return connection.execute(query).first() is not None


def _add(connection: Connection, afzender: Afzender, wamid: str, row: dict[str, Any]) -> bool:
    """Whether it is new. Two that come at once are told apart by the database."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(whatsapp_in)
    values = {"phone_number_id": afzender.phone_number_id, "wamid": key_of(wamid), **row}
    added = connection.execute(
        insert.values(**values).on_conflict_do_nothing(index_elements=["phone_number_id", "wamid"])
    )
    return bool(added.rowcount)
