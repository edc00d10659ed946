"""Keeping conversations: plain functions on a database engine. Times are UTC."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversations.model import Bericht, Duim, Gesprek, Gewist, Nieuw, UnknownGesprek
from bot.conversations.tables import bericht_oordeel, gesprek, gesprek_bericht, oordeel_feit

CIJFER = 0
"""Place of the grade among a conversation's judgements: real messages count from 1."""


def start(engine: Engine, *, gemeente: str, kanaal: str, gesprek_id: str | None = None) -> Gesprek:
    """Begin a conversation. Its id cannot be guessed (144 random bits) unless the channel has an own one."""
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "id": gesprek_id or secrets.token_urlsafe(18),
        "gemeente": gemeente,
        "kanaal": kanaal,
        "begonnen_op": now,
        "laatste_op": now,
        "geeindigd_op": None,
        "laatste_nummer": 0,
        "toestand": {},
        "toestand_versie": 0,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(gesprek).values(**fields))
    return Gesprek(**fields)


def load(engine: Engine, gesprek_id: str) -> Gesprek:
    """The conversation. Raises UnknownGesprek."""
    with engine.connect() as connection:
        return _load(connection, gesprek_id)


def append(engine: Engine, gesprek_id: str, nieuw: Nieuw) -> tuple[Bericht, bool]:
    """Add a message; returns it, and whether it is new (False: its `client_id` was there already).

    Raises UnknownGesprek.
    """
    try:
        with engine.begin() as connection:
            return _append(connection, gesprek_id, nieuw), True
    except sa.exc.IntegrityError:
        if nieuw.client_id is None:
            raise
        # Two sendings of one message met; the other one was first.
        with engine.connect() as connection:
            known = _by_client_id(connection, gesprek_id, nieuw.client_id)
        if known is None:
            raise
        return known, False


def _append(connection: Connection, gesprek_id: str, nieuw: Nieuw) -> Bericht:
    now = datetime.now(UTC)
    # The update comes first: it takes the row's lock, so that numbers have no gaps and no doubles.
    changed = connection.execute(
        sa.update(gesprek)
        .where(gesprek.c.id == gesprek_id)
        .values(laatste_nummer=gesprek.c.laatste_nummer + 1, laatste_op=now)
    )
    if not changed.rowcount:
        raise UnknownGesprek(gesprek_id)
    nummer = connection.execute(sa.select(gesprek.c.laatste_nummer).where(gesprek.c.id == gesprek_id)).scalar_one()
    fields = {
        "nummer": nummer,
        "van": nieuw.van,
        "tekst": nieuw.tekst,
        "naam": nieuw.naam,
        "extra": dict(nieuw.extra),
        "client_id": nieuw.client_id,
        "antwoord_op": nieuw.antwoord_op,
        "tijd": now,
    }
    connection.execute(sa.insert(gesprek_bericht).values(gesprek_id=gesprek_id, **fields))
    return Bericht(**fields)


def find_sent(engine: Engine, gesprek_id: str, client_id: str) -> Bericht | None:
    """The message that was sent with this id, or None."""
    with engine.connect() as connection:
        return _by_client_id(connection, gesprek_id, client_id)


def since(engine: Engine, gesprek_id: str, nummer: int = 0) -> list[Bericht]:
    """The messages after a number, in order. An unknown conversation has none."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(gesprek_bericht)
            .where(gesprek_bericht.c.gesprek_id == gesprek_id, gesprek_bericht.c.nummer > nummer)
            .order_by(gesprek_bericht.c.nummer)
        )
        return [_bericht(row) for row in rows]


def answers_to(engine: Engine, gesprek_id: str, nummer: int) -> list[Bericht]:
    """A message and what was said in answer to it, in order."""
    return [one for one in since(engine, gesprek_id, nummer - 1) if nummer in (one.nummer, one.antwoord_op)]


def positions(engine: Engine, gesprek_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """(last number, version of the state) of conversations, for those who wait for something new."""
    ids = list(gesprek_ids)
    if not ids:
        return {}
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(gesprek.c.id, gesprek.c.laatste_nummer, gesprek.c.toestand_versie).where(gesprek.c.id.in_(ids))
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def recent(engine: Engine, kanaal: str, since: datetime) -> dict[str, int]:
    """Conversations of a channel in which something was said since a moment → number of the last message."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(gesprek.c.id, gesprek.c.laatste_nummer).where(
                gesprek.c.kanaal == kanaal, gesprek.c.laatste_op >= since
            )
        )
        return {row.id: row.laatste_nummer for row in rows}


def idle_since(engine: Engine, gemeente: str, moment: datetime) -> list[str]:
    """Ids of a municipality's conversations in which nothing was said since a moment."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(gesprek.c.id).where(gesprek.c.gemeente == gemeente, gesprek.c.laatste_op < moment)
        )
        return [row[0] for row in rows]


def set_state(engine: Engine, gesprek_id: str, toestand: Mapping[str, Any]) -> None:
    """Replace what the resident may see of the state just now; an unknown conversation is left alone."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(gesprek)
            .where(gesprek.c.id == gesprek_id)
            .values(toestand=dict(toestand), toestand_versie=gesprek.c.toestand_versie + 1)
        )


def end(engine: Engine, gesprek_id: str) -> None:
    """Mark a conversation as ended; a second time changes nothing."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(gesprek)
            .where(gesprek.c.id == gesprek_id, gesprek.c.geeindigd_op.is_(None))
            .values(geeindigd_op=datetime.now(UTC))
        )


def judge(engine: Engine, gesprek_id: str, nummer: int, duim: Duim, reden: str | None) -> None:
    """A thumb under an answer. A later one on the same answer replaces the words, and the figure of the first stays.

    Raises UnknownGesprek when there is no such answer.
    """
    with engine.begin() as connection:
        known = _lock(connection, gesprek_id)
        extra = connection.execute(
            sa.select(gesprek_bericht.c.extra).where(
                gesprek_bericht.c.gesprek_id == gesprek_id,
                gesprek_bericht.c.nummer == nummer,
                gesprek_bericht.c.van == "vraagbaak",
            )
        ).scalar()
        if extra is None:
            raise UnknownGesprek(gesprek_id)
        fresh = _replace_judgement(connection, gesprek_id, nummer, duim, reden)
        if fresh:
            _fact(connection, known, product_id=extra.get("product"), duim=duim)


def grade(engine: Engine, gesprek_id: str, cijfer: int, toelichting: str | None) -> None:
    """The grade (1-10) for a conversation; only the first counts as a figure. Raises UnknownGesprek, ValueError."""
    if not 1 <= cijfer <= 10:
        raise ValueError("een cijfer ligt tussen 1 en 10")
    with engine.begin() as connection:
        known = _lock(connection, gesprek_id)
        if _replace_judgement(connection, gesprek_id, CIJFER, str(cijfer), toelichting):
            _fact(connection, known, cijfer=cijfer)


def erase(engine: Engine, gesprek_id: str) -> Gewist:
    """Take a conversation away with all its words. Figures stay: they know no conversation. Raises UnknownGesprek."""
    with engine.begin() as connection:
        _lock(connection, gesprek_id)
        oordelen = connection.execute(sa.delete(bericht_oordeel).where(bericht_oordeel.c.gesprek_id == gesprek_id))
        berichten = connection.execute(sa.delete(gesprek_bericht).where(gesprek_bericht.c.gesprek_id == gesprek_id))
        connection.execute(sa.delete(gesprek).where(gesprek.c.id == gesprek_id))
        return Gewist(berichten.rowcount, oordelen.rowcount)


def _replace_judgement(connection: Connection, gesprek_id: str, nummer: int, duim: str, reden: str | None) -> bool:
    where = (bericht_oordeel.c.gesprek_id == gesprek_id, bericht_oordeel.c.nummer == nummer)
    changed = connection.execute(sa.update(bericht_oordeel).where(*where).values(duim=duim, reden=reden))
    if changed.rowcount:
        return False
    connection.execute(sa.insert(bericht_oordeel).values(gesprek_id=gesprek_id, nummer=nummer, duim=duim, reden=reden))
    return True


def _fact(connection: Connection, known: Gesprek, **figures: Any) -> None:
    connection.execute(
        sa.insert(oordeel_feit).values(
            gemeente=known.gemeente, kanaal=known.kanaal, gegeven_op=datetime.now(UTC), **figures
        )
    )


def _load(connection: Connection, gesprek_id: str) -> Gesprek:
    row = connection.execute(sa.select(gesprek).where(gesprek.c.id == gesprek_id)).mappings().first()
    if row is None:
        raise UnknownGesprek(gesprek_id)
    return Gesprek(**{**row, **{name: _utc(row[name]) for name in ("begonnen_op", "laatste_op", "geeindigd_op")}})


def _lock(connection: Connection, gesprek_id: str) -> Gesprek:
    """The conversation, held until the transaction ends: a double click counts once, an erasure counts all that went."""
    connection.execute(
        sa.update(gesprek).where(gesprek.c.id == gesprek_id).values(laatste_nummer=gesprek.c.laatste_nummer)
    )
    return _load(connection, gesprek_id)


def _by_client_id(connection: Connection, gesprek_id: str, client_id: str) -> Bericht | None:
    row = connection.execute(
        sa.select(gesprek_bericht).where(
            gesprek_bericht.c.gesprek_id == gesprek_id, gesprek_bericht.c.client_id == client_id
        )
    ).first()
    return _bericht(row) if row else None


def _bericht(row: Any) -> Bericht:
    fields = {key: value for key, value in row._mapping.items() if key != "gesprek_id"}
    return Bericht(**{**fields, "tijd": _utc(fields["tijd"])})


def _utc(value: datetime | None) -> datetime | None:
    """SQLite gives times back without their zone."""
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
