"""The queue: asking for a human, picking up, handing over, closing. Plain functions on a database; times are UTC.

Every change is one conditional update that looks at what it changed, so two people, or two processes, never both succeed;
and every change leaves an event with its moment and actor.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.handoff.model import (
    AlreadyTaken,
    Eigenaar,
    Gebeurtenis,
    Notitie,
    NotYours,
    Overdracht,
    Reden,
    Status,
    TooMany,
    Uitkomst,
    UnknownOverdracht,
)
from bot.handoff.tables import medewerker, overdracht, overdracht_gebeurtenis, overdracht_notitie

_O = overdracht.c
TERUG_VOORRANG = 1
"""Place in the queue of what an employee had already: before all others."""


def ask(
    engine: Engine,
    *,
    gesprek_id: str,
    gemeente: str,
    kanaal: str,
    reden: Reden,
    doel: timedelta,
    vanaf_nummer: int,
    naam: str | None = None,
    product_id: str | None = None,
    now: datetime | None = None,
) -> Overdracht:
    """Put a conversation in the queue; when it is there already, or with an employee, that request is given.

    Args:
        doel: the municipality's term for a first answer.
        vanaf_nummer: first message that the employee may read.
    """
    moment = now or datetime.now(UTC)
    values: dict[str, Any] = {
        "id": secrets.token_hex(16),
        "gesprek_id": gesprek_id,
        "gemeente": gemeente,
        "kanaal": kanaal,
        "status": Status.WACHTRIJ.value,
        "reden": Reden(reden).value,
        "product_id": product_id,
        "voorrang": 0,
        "naam": naam,
        "vanaf_nummer": vanaf_nummer,
        "gelezen_nummer": 0,
        "gevraagd_op": moment,
        "in_wachtrij_op": moment,
        "uiterlijk_op": moment + doel,
        "teruggegeven": False,
    }
    try:
        with engine.begin() as connection:
            connection.execute(sa.insert(overdracht).values(**values))
            _note(connection, values["id"], gemeente, "in_wachtrij", moment)
    except sa.exc.IntegrityError:
        found = open_request(engine, gesprek_id)
        if found is None:
            raise
        return found
    return load(engine, values["id"])


def load(engine: Engine, overdracht_id: str) -> Overdracht:
    """A request. Raises UnknownOverdracht."""
    found = _select(engine, _O.id == overdracht_id)
    if not found:
        raise UnknownOverdracht(overdracht_id)
    return found[0]


def open_request(engine: Engine, gesprek_id: str) -> Overdracht | None:
    """The request of a conversation that waits or is being helped."""
    found = _select(engine, _O.gesprek_id == gesprek_id, _O.status != Status.GESLOTEN.value)
    return found[0] if found else None


def owner(engine: Engine, gesprek_id: str) -> Eigenaar:
    """Who has a conversation now."""
    with engine.connect() as connection:
        status = connection.execute(
            sa.select(_O.status).where(_O.gesprek_id == gesprek_id, _O.status != Status.GESLOTEN.value)
        ).scalar()
    return Eigenaar(status) if status else Eigenaar.BOT


def claim(
    engine: Engine, overdracht_id: str, medewerker_id: int, hoogstens: int, now: datetime | None = None
) -> Overdracht:
    """Pick a waiting request up: one employee gets it, whoever clicks at the same moment.

    Raises:
        AlreadyTaken: it waits no longer.
        TooMany: the employee has `hoogstens` conversations already.
    """
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        # The employee's own row is held, so that two clicks of one employee do not both pass the count.
        connection.execute(sa.update(medewerker).where(medewerker.c.id == medewerker_id).values(id=medewerker_id))
        has = connection.execute(
            sa.select(sa.func.count()).where(_O.medewerker_id == medewerker_id, _O.status == Status.MEDEWERKER.value)
        ).scalar_one()
        if has >= hoogstens:
            raise TooMany(f"U hebt al {has} gesprekken. Sluit er eerst een.")
        changed = connection.execute(
            sa.update(overdracht)
            .where(_O.id == overdracht_id, _O.status == Status.WACHTRIJ.value)
            .values(
                status=Status.MEDEWERKER.value,
                medewerker_id=medewerker_id,
                opgepakt_op=sa.func.coalesce(_O.opgepakt_op, sa.bindparam("nu", moment, _O.opgepakt_op.type)),
            )
        )
        if not changed.rowcount:
            raise AlreadyTaken("Een collega was u voor, of de bewoner wacht niet meer.")
        _note(connection, overdracht_id, _gemeente(connection, overdracht_id), "opgepakt", moment, medewerker_id)
    return load(engine, overdracht_id)


def answered(engine: Engine, overdracht_id: str, medewerker_id: int, now: datetime | None = None) -> None:
    """The employee sent a message; the first one stops the clock. Raises NotYours."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        _must_have(connection, overdracht_id, medewerker_id)
        changed = connection.execute(
            sa.update(overdracht)
            .where(_O.id == overdracht_id, _O.eerste_antwoord_op.is_(None))
            .values(eerste_antwoord_op=moment)
        )
        if changed.rowcount:
            gemeente = _gemeente(connection, overdracht_id)
            _note(connection, overdracht_id, gemeente, "eerste_antwoord", moment, medewerker_id)


def has(engine: Engine, overdracht_id: str, medewerker_id: int) -> bool:
    """Whether a conversation is this employee's now."""
    with engine.connect() as connection:
        return _has(connection, overdracht_id, medewerker_id)


def transfer(
    engine: Engine,
    overdracht_id: str,
    medewerker_id: int,
    *,
    naar: int | None = None,
    afdeling: str | None = None,
    now: datetime | None = None,
) -> Overdracht:
    """Hand a conversation to a colleague, or back to the queue for a department. Raises NotYours, ValueError."""
    if (naar is None) == (afdeling is None):
        raise ValueError("kies een collega of een afdeling")
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        _must_have(connection, overdracht_id, medewerker_id)
        if naar is not None:
            values: dict[str, Any] = {"medewerker_id": naar}
        else:
            values = _queued(moment, afdeling)
        connection.execute(sa.update(overdracht).where(_O.id == overdracht_id).values(**values))
        gemeente = _gemeente(connection, overdracht_id)
        target = str(naar) if naar is not None else afdeling
        _note(connection, overdracht_id, gemeente, "overgedragen", moment, medewerker_id, target)
        if naar is None:
            _note(connection, overdracht_id, gemeente, "in_wachtrij", moment)
    return load(engine, overdracht_id)


def release(engine: Engine, overdracht_id: str, medewerker_id: int, now: datetime | None = None) -> bool:
    """Take a conversation back from an employee who is gone, to the front of the queue; False when it was not theirs."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        if not _has(connection, overdracht_id, medewerker_id):
            return False
        connection.execute(
            sa.update(overdracht).where(_O.id == overdracht_id).values(**_queued(moment, sa.literal_column("afdeling")))
        )
        gemeente = _gemeente(connection, overdracht_id)
        _note(connection, overdracht_id, gemeente, "teruggezet", moment, medewerker_id)
        _note(connection, overdracht_id, gemeente, "in_wachtrij", moment)
    return True


def close(
    engine: Engine,
    overdracht_id: str,
    *,
    uitkomst: Uitkomst,
    medewerker_id: int | None = None,
    label: str | None = None,
    now: datetime | None = None,
) -> bool:
    """End a request: an employee theirs, or (without one) the resident or the clock one that still waits.

    Returns False when it was closed already, or was picked up meanwhile. Raises NotYours for another employee's.
    """
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        if medewerker_id is not None:
            _must_have(connection, overdracht_id, medewerker_id)
            still = _O.status == Status.MEDEWERKER.value
        else:
            still = _O.status == Status.WACHTRIJ.value
        return _close(connection, [_O.id == overdracht_id, still], uitkomst, moment, medewerker_id, label)


def end_by_resident(engine: Engine, gesprek_id: str, now: datetime | None = None) -> bool:
    """The resident ended the conversation, whoever had it. Returns whether a request was open."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        where = [_O.gesprek_id == gesprek_id, _O.status != Status.GESLOTEN.value]
        return _close(connection, where, Uitkomst.VERLATEN, moment)


def waiting(engine: Engine, gemeenten: Collection[str]) -> list[Overdracht]:
    """Who waits in these municipalities, in the order in which they are helped: longest first, whatever the town."""
    found = _select(engine, _O.status == Status.WACHTRIJ.value, _O.gemeente.in_(list(gemeenten)))
    return sorted(found, key=_order)


def helped_by(engine: Engine, medewerker_id: int) -> list[Overdracht]:
    """The conversations of an employee, oldest first."""
    found = _select(engine, _O.status == Status.MEDEWERKER.value, _O.medewerker_id == medewerker_id)
    return sorted(found, key=lambda one: one.opgepakt_op or one.gevraagd_op)


def being_helped(engine: Engine, gemeenten: Collection[str]) -> list[Overdracht]:
    """All conversations with an employee in these municipalities."""
    return _select(engine, _O.status == Status.MEDEWERKER.value, _O.gemeente.in_(list(gemeenten)))


def closed(engine: Engine, gemeenten: Collection[str], most: int = 50) -> list[Overdracht]:
    """The last closed requests of these municipalities that an employee had, newest first."""
    return _select(
        engine,
        _O.status == Status.GESLOTEN.value,
        _O.gemeente.in_(list(gemeenten)),
        _O.medewerker_id.is_not(None),
        order=_O.gesloten_op.desc(),
        limit=most,
    )


def to_give_back(engine: Engine, gesprek_id: str) -> list[Overdracht]:
    """Closed requests of a conversation of which Rasa does not know yet how they ended."""
    return _select(
        engine,
        _O.gesprek_id == gesprek_id,
        _O.status == Status.GESLOTEN.value,
        _O.teruggegeven.is_(False),
        order=_O.gevraagd_op,
    )


def given_back(engine: Engine, overdracht_ids: Iterable[str]) -> None:
    """Rasa knows now."""
    with engine.begin() as connection:
        connection.execute(sa.update(overdracht).where(_O.id.in_(list(overdracht_ids))).values(teruggegeven=True))


def places(engine: Engine, gemeente: str) -> dict[str, int]:
    """Request → place in the queue of its municipality (1 is next)."""
    return {one.id: place for place, one in enumerate(waiting(engine, [gemeente]), start=1)}


def moves(engine: Engine, gemeente: str, since: datetime) -> list[tuple[str, str, datetime]]:
    """(kind, request, moment) of all that moved the queue of a municipality, in order; for `waiting_time.intervals`."""
    event = overdracht_gebeurtenis.c
    kinds = ("in_wachtrij", "opgepakt", "gesloten")
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(event.soort, event.overdracht_id, event.tijd)
            .where(event.gemeente == gemeente, event.tijd >= since, event.soort.in_(kinds))
            .order_by(event.id)
        )
        return [(row.soort, row.overdracht_id, row.tijd) for row in rows]


def announce(engine: Engine, overdracht_id: str, seconds: tuple[int, int]) -> None:
    """Keep the first range that the resident was told, to be compared with what it became."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(overdracht)
            .where(_O.id == overdracht_id, _O.verwacht_van.is_(None))
            .values(verwacht_van=seconds[0], verwacht_tot=seconds[1])
        )


def offered(engine: Engine, overdracht_id: str, now: datetime | None = None) -> bool:
    """A call-back is being offered because waiting takes long; True the first time only."""
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(overdracht)
            .where(_O.id == overdracht_id, _O.aangeboden_op.is_(None), _O.status == Status.WACHTRIJ.value)
            .values(aangeboden_op=now or datetime.now(UTC))
        )
        return bool(changed.rowcount)


def read_until(engine: Engine, overdracht_id: str, nummer: int) -> None:
    """The employee has seen the conversation up to a message."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(overdracht)
            .where(_O.id == overdracht_id, _O.gelezen_nummer < nummer)
            .values(gelezen_nummer=nummer)
        )


def looked(engine: Engine, one: Overdracht, medewerker_id: int, now: datetime | None = None) -> None:
    """Keep that an employee looked into a conversation (AVG: who saw what)."""
    with engine.begin() as connection:
        _note(connection, one.id, one.gemeente, "ingezien", now or datetime.now(UTC), medewerker_id)


def events(engine: Engine, overdracht_id: str) -> list[Gebeurtenis]:
    """All that happened to a request, in order."""
    event = overdracht_gebeurtenis.c
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(event.soort, event.tijd, event.medewerker_id, event.naar)
            .where(event.overdracht_id == overdracht_id)
            .order_by(event.id)
        )
        return [Gebeurtenis(row.soort, row.tijd, row.medewerker_id, row.naar) for row in rows]


def add_note(engine: Engine, overdracht_id: str, medewerker_id: int, tekst: str, now: datetime | None = None) -> None:
    """Write something down for colleagues."""
    with engine.begin() as connection:
        connection.execute(
            sa.insert(overdracht_notitie).values(
                overdracht_id=overdracht_id, medewerker_id=medewerker_id, tekst=tekst, tijd=now or datetime.now(UTC)
            )
        )


def notes(engine: Engine, overdracht_id: str) -> list[Notitie]:
    """What employees wrote down, oldest first."""
    note = overdracht_notitie.c
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(overdracht_notitie).where(note.overdracht_id == overdracht_id).order_by(note.id)
        )
        return [Notitie(row.id, row.medewerker_id, row.tekst, row.tijd) for row in rows]


def forget(engine: Engine, gesprek_id: str, now: datetime | None = None) -> int:
    """Take out of a conversation's requests what says whose they were. Moments stay. Returns the number of requests."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        where = [_O.gesprek_id == gesprek_id, _O.status != Status.GESLOTEN.value]
        _close(connection, where, Uitkomst.GEWIST, moment)
        mine = sa.select(_O.id).where(_O.gesprek_id == gesprek_id)
        connection.execute(
            sa.delete(overdracht_notitie).where(overdracht_notitie.c.overdracht_id.in_(mine)),
            execution_options={"synchronize_session": False},
        )
        gone = connection.execute(
            sa.update(overdracht).where(_O.gesprek_id == gesprek_id).values(gesprek_id=None, naam=None)
        )
        return int(gone.rowcount)


def _queued(moment: datetime, afdeling: Any) -> dict[str, Any]:
    return {
        "status": Status.WACHTRIJ.value,
        "medewerker_id": None,
        "afdeling": afdeling,
        "voorrang": TERUG_VOORRANG,
        "in_wachtrij_op": moment,
        "aangeboden_op": None,
    }


def _order(one: Overdracht) -> tuple[int, datetime, str]:
    return -one.voorrang, one.in_wachtrij_op, one.id


def _close(
    connection: Connection,
    where: list[Any],
    uitkomst: Uitkomst,
    moment: datetime,
    medewerker_id: int | None = None,
    label: str | None = None,
) -> bool:
    row = connection.execute(sa.select(_O.id, _O.gemeente).where(*where)).first()
    if row is None:
        return False
    changed = connection.execute(
        sa.update(overdracht)
        .where(*where)
        .values(status=Status.GESLOTEN.value, gesloten_op=moment, uitkomst=uitkomst.value, label=label)
    )
    if changed.rowcount:
        _note(connection, row.id, row.gemeente, "gesloten", moment, medewerker_id, uitkomst.value)
    return bool(changed.rowcount)


def _has(connection: Connection, overdracht_id: str, medewerker_id: int) -> bool:
    """Whether it is the employee's; the row is held until the transaction ends."""
    changed = connection.execute(
        sa.update(overdracht)
        .where(_O.id == overdracht_id, _O.status == Status.MEDEWERKER.value, _O.medewerker_id == medewerker_id)
        .values(medewerker_id=medewerker_id)
    )
    return bool(changed.rowcount)


def _must_have(connection: Connection, overdracht_id: str, medewerker_id: int) -> None:
    if not _has(connection, overdracht_id, medewerker_id):
        raise NotYours("Dit gesprek is niet (meer) van u.")


def _gemeente(connection: Connection, overdracht_id: str) -> str:
    return str(connection.execute(sa.select(_O.gemeente).where(_O.id == overdracht_id)).scalar_one())


def _note(
    connection: Connection,
    overdracht_id: str,
    gemeente: str,
    soort: str,
    moment: datetime,
    medewerker_id: int | None = None,
    naar: str | None = None,
) -> None:
    connection.execute(
        sa.insert(overdracht_gebeurtenis).values(
            overdracht_id=overdracht_id,
            gemeente=gemeente,
            soort=soort,
            tijd=moment,
            medewerker_id=medewerker_id,
            naar=naar,
        )
    )


def _select(engine: Engine, *where: Any, order: Any = None, limit: int | None = None) -> list[Overdracht]:
    query = sa.select(overdracht).where(*where).order_by(order if order is not None else _O.in_wachtrij_op)
    with engine.connect() as connection:
        return [_overdracht(row) for row in connection.execute(query.limit(limit)).mappings()]


def _overdracht(row: Any) -> Overdracht:
    values = {field.name: row[field.name] for field in fields(Overdracht)}
    return Overdracht(**{**values, "status": Status(row["status"]), "reden": Reden(row["reden"])})
