"""What goes out: written down before it is sent, sent in order per person, and followed until it was read.

A message may be sent twice only when Meta's answer stayed away and no status came that says it was sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.whatsapp.inbox import key_of
from bot.whatsapp.tables import whatsapp_nummer, whatsapp_persoon, whatsapp_uit

Stand = Literal["wacht", "onzeker", "verzonden", "afgeleverd", "gelezen", "mislukt", "vastgehouden"]
RANG = {"sent": ("verzonden", 1), "delivered": ("afgeleverd", 2), "read": ("gelezen", 3), "played": ("gelezen", 3)}
"""Meta's word for a status → ours, and how far it is; a status never goes back."""
_RANG_VAN = {"wacht": 0, "vastgehouden": 0, "onzeker": 0, "mislukt": 0, "verzonden": 1, "afgeleverd": 2, "gelezen": 3}
ONZEKER_WACHTEN = timedelta(seconds=60)
"""How long a status may take to tell that a message was sent after all, before it is sent again."""
BEWAREN = timedelta(days=8)
LOS = -1
"""`nummer` of what belongs to no message of the conversation: counted down, so that each is its own."""
_U, _P, _N = whatsapp_uit.c, whatsapp_persoon.c, whatsapp_nummer.c


@dataclass(frozen=True)
class Uit:
    """Something to send."""

    id: int
    persoon_id: str
    gemeente: str
    adres: str | None = field(repr=False)
    """Encrypted; only for who is not kept any more."""
    nummer: int
    deel: int
    sleutel: str
    lijf: dict[str, Any] | None = field(repr=False)
    stand: Stand
    pogingen: int
    volgende_op: datetime


def put(
    engine: Engine,
    *,
    persoon_id: str,
    gemeente: str,
    nummer: int,
    lijven: Sequence[dict[str, Any]],
    now: datetime,
    adres: str | None = None,
    uitgezet: int | None = None,
    meer: dict[str, int] | None = None,
    eerste_deel: int = 0,
) -> None:
    """Write the pieces of one message down to be sent; pieces that were written down before are left as they are.

    Args:
        nummer: of the message in the conversation.
        uitgezet: the person's last message made ready, written in the same transaction; None leaves it.
        meer: where the message goes on after "meer".
        eerste_deel: number of the first piece, when a message goes on.
    """
    with engine.begin() as connection:
        there = set(
            connection.execute(sa.select(_U.deel).where(_U.persoon_id == persoon_id, _U.nummer == nummer)).scalars()
        )
        for deel, lijf in enumerate(lijven, start=eerste_deel):
            if deel in there:
                continue
            connection.execute(
                sa.insert(whatsapp_uit).values(
                    persoon_id=persoon_id,
                    gemeente=gemeente,
                    adres=adres,
                    nummer=nummer,
                    deel=deel,
                    sleutel=secrets.token_hex(12),
                    lijf=lijf,
                    stand="wacht",
                    pogingen=0,
                    volgende_op=now,
                    gemaakt_op=now,
                )
            )
        if uitgezet is not None:
            connection.execute(
                sa.update(whatsapp_persoon)
                .where(_P.id == persoon_id, _P.uitgezet < uitgezet)
                .values(uitgezet=uitgezet, meer=meer)
            )


def put_loose(
    engine: Engine,
    *,
    persoon_id: str,
    gemeente: str,
    lijven: Sequence[dict[str, Any]],
    now: datetime,
    adres: str | None = None,
) -> None:
    """Write something down that is no message of the conversation."""
    for _ in range(5):
        with engine.connect() as connection:
            least = connection.execute(sa.select(sa.func.min(_U.nummer)).where(_U.persoon_id == persoon_id)).scalar()
        try:
            put(
                engine,
                persoon_id=persoon_id,
                gemeente=gemeente,
                nummer=min(least or 0, 0) + LOS,
                lijven=lijven,
                now=now,
                adres=adres,
            )
        except IntegrityError:
            continue
        return
    raise AssertionError("others kept taking the number")


def next_of(engine: Engine, persoon_id: str) -> Uit | None:
    """What must be sent to somebody next; what comes after it waits for it."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(whatsapp_uit)
            .where(_U.persoon_id == persoon_id, _U.stand.in_(("wacht", "onzeker")))
            .order_by(_U.id)
            .limit(1)
        ).first()
    if row is None:
        return None
    return Uit(
        row.id,
        row.persoon_id,
        row.gemeente,
        row.adres,
        row.nummer,
        row.deel,
        row.sleutel,
        row.lijf,
        row.stand,
        row.pogingen,
        row.volgende_op,
    )


def people_to_send_to(engine: Engine, now: datetime) -> list[str]:
    """Ids of people to whom something may be sent now."""
    with engine.connect() as connection:
        return list(
            connection.execute(
                sa.select(_U.persoon_id).where(_U.stand.in_(("wacht", "onzeker")), _U.volgende_op <= now).distinct()
            ).scalars()
        )


def accepted(engine: Engine, one: Uit, wamid: str) -> None:
    """Meta took it. Its body is not needed any more."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(whatsapp_uit)
            .where(_U.id == one.id, _U.stand.in_(("wacht", "onzeker")))
            .values(stand="verzonden", wamid=key_of(wamid), lijf=None, adres=None, pogingen=_U.pogingen + 1)
        )


def uncertain(engine: Engine, one: Uit, now: datetime) -> None:
    """Meta's answer stayed away: wait for a status before sending it again."""
    _set(engine, one.id, stand="onzeker", pogingen=one.pogingen + 1, volgende_op=now + ONZEKER_WACHTEN)


def later(engine: Engine, one: Uit, at: datetime, fout: int | None = None) -> None:
    """Try again at a moment."""
    _set(engine, one.id, stand="wacht", pogingen=one.pogingen + 1, volgende_op=at, fout=fout)


def postponed(engine: Engine, one: Uit, at: datetime) -> None:
    """Not tried: the pace does not allow it yet."""
    _set(engine, one.id, volgende_op=at)


def failed(engine: Engine, one: Uit, fout: int | None) -> None:
    """It cannot be sent."""
    _set(engine, one.id, stand="mislukt", fout=fout, lijf=None, adres=None)


def held(engine: Engine, one: Uit, fout: int | None = None) -> None:
    """The 24 hours are over: it waits until somebody writes again."""
    _set(engine, one.id, stand="vastgehouden", fout=fout)


def release(engine: Engine, persoon_id: str, now: datetime) -> int:
    """Somebody wrote again: what was held may go. Returns how many."""
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(whatsapp_uit)
            .where(_U.persoon_id == persoon_id, _U.stand == "vastgehouden")
            .values(stand="wacht", volgende_op=now)
        )
    return int(changed.rowcount)


def status(engine: Engine, *, wamid: str, sleutel: str, woord: str, fout: int | None) -> tuple[str, int] | None:
    """Take in what became of a message, by Meta's id or our own key; a status never goes back.

    Returns (person, number of the message) when it failed by this status, else None.
    """
    with engine.begin() as connection:
        by = sa.or_(_U.wamid == key_of(wamid), _U.sleutel == sleutel) if sleutel else _U.wamid == key_of(wamid)
        row = connection.execute(sa.select(whatsapp_uit).where(by)).first()
        if row is None:
            return None
        if woord == "failed":
            if row.stand in ("afgeleverd", "gelezen", "mislukt"):
                return None
            connection.execute(
                sa.update(whatsapp_uit)
                .where(_U.id == row.id)
                .values(stand="mislukt", fout=fout, lijf=None, wamid=key_of(wamid))
            )
            return row.persoon_id, row.nummer
        if woord not in RANG:
            return None
        stand, rang = RANG[woord]
        # A "failed" that comes before "delivered" was of another attempt.
        if rang > _RANG_VAN[row.stand]:
            connection.execute(
                sa.update(whatsapp_uit)
                .where(_U.id == row.id)
                .values(stand=stand, lijf=None, adres=None, wamid=key_of(wamid))
            )
    return None


def message_of(engine: Engine, wamid: str) -> tuple[str, int] | None:
    """(person, number of the message in the conversation) of something we sent; None when it is not known."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(_U.persoon_id, _U.nummer).where(_U.wamid == key_of(wamid))).first()
    return (row.persoon_id, row.nummer) if row is not None else None


def stands(engine: Engine, persoon_id: str) -> dict[int, Stand]:
    """Number of a message in the conversation → how it stands: of its pieces the one that is least far."""
    order = ("mislukt", "vastgehouden", "wacht", "onzeker", "verzonden", "afgeleverd", "gelezen")
    found: dict[int, Stand] = {}
    with engine.connect() as connection:
        for row in connection.execute(sa.select(_U.nummer, _U.stand).where(_U.persoon_id == persoon_id, _U.nummer > 0)):
            known = found.get(row.nummer)
            if known is None or order.index(row.stand) < order.index(known):
                found[row.nummer] = row.stand
    return found


def rest_until(engine: Engine, phone_number_id: str) -> tuple[datetime | None, bool]:
    """Until when a number of ours must wait, and whether Meta refuses it altogether."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(whatsapp_nummer).where(_N.phone_number_id == phone_number_id)).first()
    return (row.rust_tot, row.gestopt_op is not None) if row is not None else (None, False)


def let_rest(
    engine: Engine, phone_number_id: str, *, until: datetime | None, stopped: datetime | None, fout: int | None
) -> None:
    """Hold a number back; nothing of the queue is lost. With neither moment it may send again."""
    with engine.begin() as connection:
        connection.execute(sa.delete(whatsapp_nummer).where(_N.phone_number_id == phone_number_id))
        if until is not None or stopped is not None:
            connection.execute(
                sa.insert(whatsapp_nummer).values(
                    phone_number_id=phone_number_id, rust_tot=until, gestopt_op=stopped, fout=fout
                )
            )


def clean_up(engine: Engine, now: datetime) -> None:
    """Take away what was sent or failed long ago."""
    with engine.begin() as connection:
        connection.execute(
            sa.delete(whatsapp_uit).where(
                _U.gemaakt_op < now - BEWAREN, _U.stand.notin_(("wacht", "onzeker", "vastgehouden"))
            )
        )


def _set(engine: Engine, id: int, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_uit).where(_U.id == id).values(**values))
