"""What goes out: written down before it is sent, sent in order per person, and followed until it was read.

A message may be sent twice only when Meta's answer stayed away and no status came that says it was sent. Therefore it is
marked `onzeker` before it is sent: a process that dies in the middle leaves it so.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.whatsapp import inbox
from bot.whatsapp.inbox import Binnen, key_of
from bot.whatsapp.tables import whatsapp_nummer, whatsapp_persoon, whatsapp_uit

Stand = Literal["wacht", "onzeker", "verzonden", "afgeleverd", "gelezen", "mislukt", "vastgehouden"]
TERUG = "terug"
"""Meta took it, and told later that it failed: what that asks for is still to be done."""
STATUSSEN = {
    "sent": ("verzonden", ("onzeker",)),
    "delivered": ("afgeleverd", ("onzeker", "verzonden", TERUG, "mislukt")),
    "read": ("gelezen", ("onzeker", "verzonden", TERUG, "mislukt", "afgeleverd")),
}
"""Meta's word for a status → ours, and from which it goes there: never back. `failed` counts only before it arrived, and what was
given up may have arrived after all."""
_AAN_DE_BEURT = ("wacht", "onzeker", TERUG)
_AANGEKOMEN = ("afgeleverd", "gelezen")
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
    stand: str
    pogingen: int
    """How often it was sent, this time included once it was taken."""
    volgende_op: datetime
    fout: int | None


def put(
    engine: Engine,
    *,
    persoon_id: str,
    gemeente: str,
    nummer: int,
    lijven: Sequence[dict[str, Any]],
    now: datetime,
    uitgezet: int | None = None,
    eerste_deel: int = 0,
    handled: Binnen | None = None,
    **changes: Any,
) -> None:
    """Write the pieces of one message down to be sent; pieces that were written down before are left as they are.

    What belongs to it is written in the same transaction.

    Args:
        nummer: of the message in the conversation.
        uitgezet: the person's last message made ready; None leaves it. Nothing is done when it was made ready before.
        eerste_deel: number of the first piece, when a message goes on.
        handled: what came in and is answered by this.
        changes: of the person: `meer`.
    """
    values = {**changes, **({"uitgezet": uitgezet} if uitgezet is not None else {})}
    with engine.begin() as connection:
        # The person first: it takes the row's lock, so that two processes do not do this at once.
        if values:
            new = _P.uitgezet < uitgezet if uitgezet is not None else sa.true()
            changed = connection.execute(sa.update(whatsapp_persoon).where(_P.id == persoon_id, new).values(**values))
            if not changed.rowcount:
                return
        there = set(
            connection.execute(sa.select(_U.deel).where(_U.persoon_id == persoon_id, _U.nummer == nummer)).scalars()
        )
        pieces = {deel: lijf for deel, lijf in enumerate(lijven, start=eerste_deel) if deel not in there}
        _insert(connection, pieces, now, persoon_id=persoon_id, gemeente=gemeente, nummer=nummer)
        if handled is not None:
            inbox.handled(connection, handled, now)


def put_loose(
    engine: Engine,
    *,
    persoon_id: str,
    gemeente: str,
    lijven: Sequence[dict[str, Any]],
    now: datetime,
    adres: str | None = None,
) -> None:
    """Write something down that is no message of the conversation. `adres`: encrypted, for who is not kept any more."""
    for _ in range(5):
        try:
            with engine.begin() as connection:
                query = sa.select(sa.func.min(_U.nummer)).where(_U.persoon_id == persoon_id)
                nummer = min(connection.execute(query).scalar() or 0, 0) + LOS
                whose = {"persoon_id": persoon_id, "gemeente": gemeente, "nummer": nummer, "adres": adres}
                _insert(connection, dict(enumerate(lijven)), now, **whose)
        except IntegrityError:
            # Another one took the number.
            continue
        return
    raise AssertionError("others kept taking the number")


def next_of(engine: Engine, persoon_id: str) -> Uit | None:
    """What must be sent to somebody next; what comes after it waits for it."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(whatsapp_uit)
            .where(_U.persoon_id == persoon_id, _U.stand.in_(_AAN_DE_BEURT))
            .order_by(_U.id)
            .limit(1)
        ).first()
    if row is None:
        return None
    return Uit(
        id=row.id,
        persoon_id=row.persoon_id,
        gemeente=row.gemeente,
        adres=row.adres,
        nummer=row.nummer,
        deel=row.deel,
        sleutel=row.sleutel,
        lijf=row.lijf,
        stand=row.stand,
        pogingen=row.pogingen,
        volgende_op=row.volgende_op,
        fout=row.fout,
    )


def people_to_send_to(engine: Engine, now: datetime) -> list[str]:
    """Ids of people to whom something may be sent now."""
    first = sa.select(sa.func.min(_U.id)).where(_U.stand.in_(_AAN_DE_BEURT)).group_by(_U.persoon_id)
    with engine.connect() as connection:
        query = sa.select(_U.persoon_id).where(_U.id.in_(first), _U.volgende_op <= now).order_by(_U.id)
        return list(connection.execute(query).scalars())


def take(engine: Engine, one: Uit, now: datetime) -> Uit | None:
    """Take something to send it now; None when another process did, or a status says that it was sent."""
    values = {"stand": "onzeker", "pogingen": one.pogingen + 1, "volgende_op": now + ONZEKER_WACHTEN}
    if not _settle(engine, one, **values):
        return None
    return Uit(**{**one.__dict__, **values})


def accepted(engine: Engine, one: Uit, wamid: str) -> None:
    """Meta took it. Its body stays until it arrived: Meta may still say that it failed."""
    _settle(engine, one, stand="verzonden", wamid=key_of(wamid), fout=None)


def later(
    engine: Engine,
    one: Uit,
    at: datetime,
    fout: int | None = None,
    *,
    lijf: dict[str, Any] | None = None,
    counts: bool = True,
) -> None:
    """Try again at a moment: Meta has not sent it.

    Args:
        fout: code of the error.
        lijf: in another form.
        counts: whether it was an attempt; having to wait is none.
    """
    changes: dict[str, Any] = {"lijf": lijf} if lijf is not None else {}
    if not counts:
        changes["pogingen"] = max(one.pogingen - 1, 0)
    # Under another key, so that statuses of the earlier attempt say nothing of this one.
    _settle(engine, one, stand="wacht", sleutel=_new_key(), wamid=None, volgende_op=at, fout=fout, **changes)


def postponed(engine: Engine, one: Uit, at: datetime) -> None:
    """Not tried: the pace does not allow it yet."""
    _settle(engine, one, volgende_op=at)


def failed(engine: Engine, one: Uit, fout: int | None) -> bool:
    """It cannot be sent; whether it is the first piece of its message that cannot."""
    first = not _numbers(engine, one, "mislukt")
    return _settle(engine, one, stand="mislukt", fout=fout, lijf=None, adres=None) and first


def held(engine: Engine, one: Uit, fout: int | None = None) -> tuple[bool, bool]:
    """The 24 hours are over: it waits until somebody writes again.

    Returns whether it is the first thing that waits for that, and whether it is the first piece of its message.
    """
    numbers = _numbers(engine, one, "vastgehouden")
    done = _settle(engine, one, stand="vastgehouden", sleutel=_new_key(), wamid=None, fout=fout)
    return done and not numbers, done and one.nummer not in numbers


def release(engine: Engine, persoon_id: str, now: datetime) -> int:
    """Somebody wrote again: what was held may go, and nobody needs to be asked any more. Returns how many."""
    with engine.begin() as connection:
        asking = sa.and_(_U.nummer < 0, _U.adres.is_(None), _U.stand == "wacht")
        connection.execute(sa.delete(whatsapp_uit).where(_U.persoon_id == persoon_id, asking))
        changed = connection.execute(
            sa.update(whatsapp_uit)
            .where(_U.persoon_id == persoon_id, _U.stand == "vastgehouden")
            .values(stand="wacht", volgende_op=now)
        )
    return int(changed.rowcount)


def status(
    engine: Engine, *, gemeente: str, wamid: str, sleutel: str, woord: str, fout: int | None, now: datetime
) -> str | None:
    """Take in what became of a message of a municipality, by Meta's id or our own key; a status never goes back.

    Returns the person when there is something to be done now: it failed, or what comes after it may go.
    """
    by = sa.or_(_U.wamid == key_of(wamid), _U.sleutel == sleutel) if sleutel else _U.wamid == key_of(wamid)
    values: dict[str, Any] = {"wamid": key_of(wamid), "volgende_op": now}
    if woord == "failed":
        was: Sequence[str] = ("onzeker", "verzonden")
        values |= {"stand": TERUG, "fout": fout}
    elif (known := STATUSSEN.get("read" if woord == "played" else woord)) is not None:
        stand, was = known
        values |= {"stand": stand, "fout": None}
        values |= {"lijf": None, "adres": None} if stand in _AANGEKOMEN else {}
    else:
        return None
    with engine.begin() as connection:
        row = connection.execute(sa.select(_U.id, _U.persoon_id, _U.stand).where(by, _U.gemeente == gemeente)).first()
        if row is None:
            return None
        # The condition is in the update itself: two statuses may come at once.
        changed = connection.execute(sa.update(whatsapp_uit).where(_U.id == row.id, _U.stand.in_(was)).values(**values))
    has_work = woord == "failed" or row.stand == "onzeker"
    return str(row.persoon_id) if changed.rowcount and has_work else None


def message_of(engine: Engine, wamid: str) -> tuple[str, int] | None:
    """(person, number of the message in the conversation) of something we sent; None when it is not known."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(_U.persoon_id, _U.nummer).where(_U.wamid == key_of(wamid))).first()
    return (row.persoon_id, row.nummer) if row is not None else None


def last_piece(engine: Engine, persoon_id: str, nummer: int) -> int | None:
    """Number of the last piece of a message that was made ready; None when nothing of it was, or it is long ago."""
    with engine.connect() as connection:
        query = sa.select(sa.func.max(_U.deel)).where(_U.persoon_id == persoon_id, _U.nummer == nummer)
        found: int | None = connection.execute(query).scalar()
    return found


def stands(engine: Engine, persoon_id: str) -> dict[int, Stand]:
    """Number of a message in the conversation → how it stands: of its pieces the one that is least far."""
    order: tuple[Stand, ...] = ("mislukt", "vastgehouden", "wacht", "onzeker", "verzonden", "afgeleverd", "gelezen")
    found: dict[int, Stand] = {}
    with engine.connect() as connection:
        for row in connection.execute(sa.select(_U.nummer, _U.stand).where(_U.persoon_id == persoon_id, _U.nummer > 0)):
            stand: Stand = "wacht" if row.stand == TERUG else row.stand
            if row.nummer not in found or order.index(stand) < order.index(found[row.nummer]):
                found[row.nummer] = stand
    return found


def rest_until(engine: Engine, phone_number_id: str) -> tuple[datetime | None, bool]:
    """Until when a number of ours must wait, and whether Meta refuses it altogether."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(whatsapp_nummer).where(_N.phone_number_id == phone_number_id)).first()
    return (row.rust_tot, row.gestopt_op is not None) if row is not None else (None, False)


def let_rest(
    engine: Engine,
    phone_number_id: str,
    *,
    until: datetime | None,
    stopped: datetime | None = None,
    fout: int | None = None,
) -> None:
    """Hold a number back; nothing of the queue is lost. With neither moment it may send again.

    A rest does not end a stop: that only `until=None` does.
    """
    insert = {"phone_number_id": phone_number_id, "rust_tot": until, "gestopt_op": stopped, "fout": fout}
    for _ in range(3):
        try:
            with engine.begin() as connection:
                known = _N.phone_number_id == phone_number_id
                if until is None and stopped is None:
                    connection.execute(sa.delete(whatsapp_nummer).where(known))
                    return
                change = {name: value for name, value in insert.items() if value is not None}
                changed = connection.execute(sa.update(whatsapp_nummer).where(known).values(**change))
                if not changed.rowcount:
                    connection.execute(sa.insert(whatsapp_nummer).values(**insert))
            return
        except IntegrityError:
            continue
    raise AssertionError("a row is neither there nor can be made")


def clean_up(engine: Engine, now: datetime) -> None:
    """Take away what was sent or failed long ago."""
    with engine.begin() as connection:
        connection.execute(
            sa.delete(whatsapp_uit).where(
                _U.gemaakt_op < now - BEWAREN, _U.stand.notin_((*_AAN_DE_BEURT, "vastgehouden"))
            )
        )


def _insert(connection: Connection, pieces: Mapping[int, dict[str, Any]], now: datetime, **whose: Any) -> None:
    """Write pieces down (number → body) to be sent. Raises IntegrityError for one that is there."""
    for deel, lijf in pieces.items():
        row = {"deel": deel, "lijf": lijf, "sleutel": _new_key(), "stand": "wacht", "pogingen": 0}
        connection.execute(sa.insert(whatsapp_uit).values(**row, **whose, volgende_op=now, gemaakt_op=now))


def _new_key() -> str:
    return secrets.token_hex(12)


def _settle(engine: Engine, one: Uit, **values: Any) -> bool:
    """Change something that is still as it was seen; False when a status or another process was first."""
    seen = (_U.id == one.id, _U.stand == one.stand, _U.pogingen == one.pogingen)
    with engine.begin() as connection:
        return bool(connection.execute(sa.update(whatsapp_uit).where(*seen).values(**values)).rowcount)


def _numbers(engine: Engine, one: Uit, stand: str) -> set[int]:
    """Numbers of the messages to the same person that stand so; for `mislukt` only that of this one."""
    which = [_U.persoon_id == one.persoon_id, _U.stand == stand]
    if stand == "mislukt":
        which.append(_U.nummer == one.nummer)
    with engine.connect() as connection:
        return set(connection.execute(sa.select(_U.nummer).where(*which)).scalars())
