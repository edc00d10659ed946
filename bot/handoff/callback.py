"""Requests to be called back: written down here first, and sent on to Open Klant when the municipality has it.

So nothing is lost when Open Klant is down, and the resident gets a reference either way. Times are UTC.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.contact import Contact
from bot.handoff.model import AlreadyTaken, NotYours, Terugbelverzoek
from bot.handoff.tables import terugbelverzoek

_T = terugbelverzoek.c
CIJFERS = 10
"""Digits of a reference: the longest `referentienummer` of the Klantinteracties API."""
ONDERWERP, VRAAG, WANNEER = 200, 1000, 200
"""Longest texts, in characters."""
WACHTEN = (timedelta(seconds=45), timedelta(minutes=3), timedelta(minutes=10), timedelta(minutes=30))
"""Pauses before sending to Open Klant again, longer than one attempt can last; the last one is repeated."""
PERSOONLIJK: Mapping[str, None] = dict.fromkeys(("naam", "telefoon", "email", "onderwerp", "vraag", "wanneer"))


class UnknownVerzoek(LookupError):
    """There is no such request."""


def create(
    engine: Engine,
    *,
    gemeente: str,
    kanaal: str,
    contact: Contact,
    uiterlijk_op: datetime,
    bestemming: Literal["balie", "openklant"],
    naam: str | None = None,
    onderwerp: str = "",
    vraag: str = "",
    wanneer: str = "",
    gesprek_id: str | None = None,
    product_id: str | None = None,
    now: datetime | None = None,
) -> Terugbelverzoek:
    """Write a request down; what is too long is cut. `uiterlijk_op`: the municipality's term."""
    moment = now or datetime.now(UTC)
    values: dict[str, Any] = {
        "gesprek_id": gesprek_id,
        "gemeente": gemeente,
        "kanaal": kanaal,
        "product_id": product_id,
        "status": "te_verwerken",
        "naam": (naam or "")[:200] or None,
        "telefoon": contact.telefoon,
        "email": contact.email,
        "onderwerp": onderwerp[:ONDERWERP],
        "vraag": vraag[:VRAAG],
        "wanneer": wanneer[:WANNEER],
        "gevraagd_op": moment,
        "uiterlijk_op": uiterlijk_op,
        "bestemming": bestemming,
        "stappen": {},
        "pogingen": 0,
        "volgende_op": moment if bestemming == "openklant" else None,
    }
    while True:
        nummer = _reference()
        try:
            with engine.begin() as connection:
                connection.execute(sa.insert(terugbelverzoek).values(referentienummer=nummer, **values))
            return load(engine, nummer)
        except sa.exc.IntegrityError:
            # One in some billions; any other reason would have been one for the first time too.
            if not exists(engine, nummer):
                raise


def exists(engine: Engine, referentienummer: str) -> bool:
    """Whether a reference is taken."""
    return bool(_select(engine, _T.referentienummer == referentienummer))


def load(engine: Engine, referentienummer: str) -> Terugbelverzoek:
    """A request. Raises UnknownVerzoek."""
    found = _select(engine, _T.referentienummer == referentienummer)
    if not found:
        raise UnknownVerzoek(referentienummer)
    return found[0]


def of_conversation(engine: Engine, gesprek_id: str) -> list[Terugbelverzoek]:
    """The requests of a conversation, newest first."""
    return _select(engine, _T.gesprek_id == gesprek_id)[::-1]


def on_desk(engine: Engine, gemeenten: Collection[str]) -> list[Terugbelverzoek]:
    """Requests that employees of these municipalities still have to do, most urgent first."""
    found = _select(engine, _T.status == "te_verwerken", _T.bestemming == "balie", _T.gemeente.in_(list(gemeenten)))
    return sorted(found, key=lambda one: one.uiterlijk_op)


def pick_up(engine: Engine, referentienummer: str, medewerker_id: int, now: datetime | None = None) -> None:
    """An employee is going to call. Raises AlreadyTaken when a colleague is, or it is done."""
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.referentienummer == referentienummer, _T.status == "te_verwerken", _T.medewerker_id.is_(None))
            .values(medewerker_id=medewerker_id, opgepakt_op=now or datetime.now(UTC))
        )
        if not changed.rowcount:
            raise AlreadyTaken("Een collega heeft dit terugbelverzoek al, of het is klaar.")


def put_back(engine: Engine, referentienummer: str, medewerker_id: int) -> None:
    """The employee does not do it after all. Raises NotYours."""
    _change_mine(engine, referentienummer, medewerker_id, {"medewerker_id": None, "opgepakt_op": None})


def finish(engine: Engine, referentienummer: str, medewerker_id: int, now: datetime | None = None) -> None:
    """The resident was called. Raises NotYours."""
    values = {"status": "verwerkt", "afgehandeld_op": now or datetime.now(UTC)}
    _change_mine(engine, referentienummer, medewerker_id, values)


def done_elsewhere(engine: Engine, referentienummer: str, moment: datetime) -> None:
    """Open Klant says that it was dealt with."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.referentienummer == referentienummer, _T.status == "te_verwerken")
            .values(status="verwerkt", afgehandeld_op=moment)
        )


def to_send(engine: Engine, now: datetime | None = None) -> list[Terugbelverzoek]:
    """Requests that Open Klant does not have (whole) and whose turn it is; also what was withdrawn and is there still."""
    moment = now or datetime.now(UTC)
    return _select(engine, _T.bestemming == "openklant", _T.volgende_op.is_not(None), _T.volgende_op <= moment)


def take_for_sending(engine: Engine, one: Terugbelverzoek, now: datetime | None = None) -> bool:
    """Take a request for sending; False when another process did. Sets the next moment, should this one break off."""
    moment = now or datetime.now(UTC)
    pause = WACHTEN[min(one.pogingen, len(WACHTEN) - 1)]
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.referentienummer == one.referentienummer, _T.pogingen == one.pogingen)
            .values(pogingen=one.pogingen + 1, volgende_op=moment + pause)
        )
        return bool(changed.rowcount)


def keep_steps(engine: Engine, referentienummer: str, stappen: Mapping[str, object]) -> None:
    """What Open Klant has of it by now."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(terugbelverzoek).where(_T.referentienummer == referentienummer).values(stappen=dict(stappen))
        )


def sent(engine: Engine, referentienummer: str) -> None:
    """Open Klant has all of it (or, when withdrawn, nothing any more)."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.referentienummer == referentienummer)
            .values(volgende_op=None, fout=None)
        )


def failed(engine: Engine, referentienummer: str, fout: str) -> None:
    """Sending failed; `fout` is the kind of error and never its text."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(terugbelverzoek).where(_T.referentienummer == referentienummer).values(fout=fout[:80])
        )


def to_desk(engine: Engine, referentienummer: str) -> None:
    """Open Klant refuses it for good: employees do it from our own desk."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.referentienummer == referentienummer)
            .values(bestemming="balie", volgende_op=None)
        )


def withdraw(engine: Engine, gesprek_id: str, now: datetime | None = None) -> int:
    """The resident had the conversation erased: nobody calls, and what says who it was goes. Returns the number."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        mine = _T.gesprek_id == gesprek_id
        connection.execute(
            sa.update(terugbelverzoek)
            .where(mine, _T.status == "te_verwerken")
            .values(status="ingetrokken", afgehandeld_op=moment)
        )
        connection.execute(
            sa.update(terugbelverzoek).where(mine, _T.bestemming == "openklant").values(volgende_op=moment, pogingen=0)
        )
        gone = connection.execute(sa.update(terugbelverzoek).where(mine).values(gesprek_id=None, **PERSOONLIJK))
        return int(gone.rowcount)


def let_go(engine: Engine, gesprek_id: str) -> None:
    """The conversation's time has passed: the requests no longer know it. Their own data go when they are done."""
    with engine.begin() as connection:
        connection.execute(sa.update(terugbelverzoek).where(_T.gesprek_id == gesprek_id).values(gesprek_id=None))


def forget_done(engine: Engine, gemeente: str, before: datetime) -> int:
    """Take out what says whose it was of requests that were done before a moment. Returns the number."""
    with engine.begin() as connection:
        gone = connection.execute(
            sa.update(terugbelverzoek)
            .where(_T.gemeente == gemeente, _T.afgehandeld_op < before, _T.naam.is_not(None) | _T.vraag.is_not(None))
            .values(**PERSOONLIJK)
        )
        return int(gone.rowcount)


def _change_mine(engine: Engine, referentienummer: str, medewerker_id: int, values: Mapping[str, Any]) -> None:
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(terugbelverzoek)
            .where(
                _T.referentienummer == referentienummer,
                _T.status == "te_verwerken",
                _T.medewerker_id == medewerker_id,
            )
            .values(**values)
        )
        if not changed.rowcount:
            raise NotYours("Dit terugbelverzoek is niet (meer) van u.")


def _reference() -> str:
    return str(secrets.randbelow(9 * 10 ** (CIJFERS - 1)) + 10 ** (CIJFERS - 1))


def _select(engine: Engine, *where: Any) -> list[Terugbelverzoek]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(terugbelverzoek).where(*where).order_by(_T.gevraagd_op)).mappings()
        return [_verzoek(row) for row in rows]


def _verzoek(row: Any) -> Terugbelverzoek:
    return Terugbelverzoek(**{field.name: row[field.name] for field in fields(Terugbelverzoek)})
