"""Proving that a case is somebody's: a code to the address or phone that the case itself holds.

Whoever tries numbers or codes learns nothing: a number that does not exist gets the same words, the same writing in the
database and a code that nothing matches. What is limited is limited for existing and unknown numbers alike. Codes are six
digits, live ten minutes, work once, and are stored as keyed hashes.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.attempts import count, counted, keyed, within
from bot.cases.tables import zaak_bewijs, zaak_code, zaak_identiteit

CIJFERS = 6
GELDIG = timedelta(minutes=10)
FOUTEN_PER_BEWIJS = 3
"""Wrong codes after which a new one must be asked."""
LIMIETEN: Mapping[str, int] = {"gesprek": 5, "zaak": 5, "adres": 5, "fout_gesprek": 6, "fout_zaak": 6}
"""Attempts within an hour: numbers named in a conversation, codes for a case, codes to an address, wrong codes of both."""
_B, _C = zaak_bewijs.c, zaak_code.c


def begin(
    engine: Engine, geheim: str, *, gesprek_id: str, gemeente: str, identificatie: str, now: datetime | None = None
) -> str:
    """Begin an attempt for a case number, existing or not; returns its id. Raises Locked."""
    moment = now or datetime.now(UTC)
    zaak = keyed(geheim, "zaak", gemeente, identificatie)
    gesprek = keyed(geheim, "gesprek", gesprek_id)
    bewijs_id = secrets.token_hex(16)
    with engine.begin() as connection:
        within(
            connection, LIMIETEN, {"gesprek": gesprek, "zaak": zaak, "fout_gesprek": gesprek, "fout_zaak": zaak}, moment
        )
        count(connection, {"gesprek": gesprek, "zaak": zaak}, moment)
        # Of an earlier attempt in this conversation no code works any more.
        connection.execute(
            sa.delete(zaak_code).where(_C.bewijs_id.in_(sa.select(_B.id).where(_B.gesprek_id == gesprek_id))),
            execution_options={"synchronize_session": False},
        )
        connection.execute(sa.delete(zaak_bewijs).where(_B.gesprek_id == gesprek_id))
        connection.execute(
            sa.insert(zaak_bewijs).values(
                id=bewijs_id,
                gesprek_id=gesprek_id,
                gemeente=gemeente,
                zaak=zaak,
                verloopt_op=moment + GELDIG,
                fout=0,
                urls=None,
            )
        )
    return bewijs_id


def issue(
    engine: Engine,
    geheim: str,
    bewijs_id: str,
    adressen: Mapping[str, Sequence[str]],
    now: datetime | None = None,
) -> dict[str, str]:
    """Make a code for each address that a case holds; returns address → code, to be sent.

    Args:
        adressen: address → the cases (URLs) that a code sent there opens. Empty for a number that does not exist or has no
            address: then there is a code all the same, that nobody gets.

    An address that got too many codes gets no more; nobody is told.
    """
    moment = now or datetime.now(UTC)
    made: dict[str, str] = {}
    with engine.begin() as connection:
        for adres, urls in adressen.items() or [("", [])]:
            code = f"{secrets.randbelow(10**CIJFERS):0{CIJFERS}d}"
            sleutel = keyed(geheim, "adres", adres.lower() or bewijs_id)
            # Counted without an address too: the database is asked the same.
            known = counted(connection, "adres", sleutel, moment) < LIMIETEN["adres"] and bool(adres)
            # What nobody was sent, nobody can type.
            stored = keyed(geheim, "code", bewijs_id, code if known else secrets.token_hex(16))
            connection.execute(sa.insert(zaak_code).values(bewijs_id=bewijs_id, code=stored, urls=list(urls)))
            count(connection, {"adres": sleutel}, moment)
            if known:
                made[adres] = code
    return made


def verify(engine: Engine, geheim: str, bewijs_id: str, code: str, now: datetime | None = None) -> tuple[str, ...]:
    """The cases (URLs) that a code opens; empty when it is wrong, too old or used. Raises Locked.

    The same code a second time is wrong.
    """
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        row = connection.execute(sa.select(zaak_bewijs).where(_B.id == bewijs_id)).first()
        if row is None:
            return ()
        sleutels = {"fout_gesprek": keyed(geheim, "gesprek", row.gesprek_id), "fout_zaak": row.zaak}
        within(connection, LIMIETEN, sleutels, moment)
        found = _matching(connection, keyed(geheim, "code", bewijs_id, code), bewijs_id)
        good = found is not None and row.verloopt_op > moment and row.fout < FOUTEN_PER_BEWIJS and row.urls is None
        # Both ends write the same rows, so that a wrong code takes as long as a right one.
        connection.execute(
            sa.update(zaak_bewijs)
            .where(_B.id == bewijs_id)
            .values(fout=row.fout + (not good), urls=list(found or ()) if good else row.urls)
        )
        count(connection, {} if good else sleutels, moment)
        if good:
            connection.execute(sa.delete(zaak_code).where(_C.bewijs_id == bewijs_id))
        return tuple(found or ()) if good else ()


def current(engine: Engine, gesprek_id: str) -> str:
    """The attempt of a conversation; empty when there is none."""
    with engine.connect() as connection:
        return connection.execute(sa.select(_B.id).where(_B.gesprek_id == gesprek_id)).scalar() or ""


def proven(engine: Engine, gesprek_id: str, now: datetime | None = None) -> tuple[str, ...]:
    """The cases that were proven in a conversation to be the resident's, as long as the proof lives."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(_B.urls).where(_B.gesprek_id == gesprek_id, _B.verloopt_op > (now or datetime.now(UTC)))
        ).first()
    return tuple(row.urls or ()) if row else ()


def prove(
    engine: Engine, geheim: str, *, gesprek_id: str, gemeente: str, urls: Sequence[str], now: datetime | None = None
) -> None:
    """Take these cases to be the resident's, because something better than a code says so (the portal)."""
    moment = now or datetime.now(UTC)
    forget(engine, gesprek_id)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(zaak_bewijs).values(
                id=secrets.token_hex(16),
                gesprek_id=gesprek_id,
                gemeente=gemeente,
                zaak=keyed(geheim, "portaal", gesprek_id),
                verloopt_op=moment + GELDIG,
                fout=0,
                urls=list(urls),
            )
        )


def forget_resident(engine: Engine, gesprek_id: str) -> None:
    """The conversation is erased: also who the portal said it was."""
    forget(engine, gesprek_id)
    with engine.begin() as connection:
        connection.execute(sa.delete(zaak_identiteit).where(zaak_identiteit.c.gesprek_id == gesprek_id))


def forget(engine: Engine, gesprek_id: str) -> None:
    """The conversation needs the proof no more."""
    with engine.begin() as connection:
        mine = sa.select(_B.id).where(_B.gesprek_id == gesprek_id)
        connection.execute(
            sa.delete(zaak_code).where(_C.bewijs_id.in_(mine)), execution_options={"synchronize_session": False}
        )
        connection.execute(sa.delete(zaak_bewijs).where(_B.gesprek_id == gesprek_id))


def clean_up(engine: Engine, now: datetime | None = None) -> None:
    """Take away what is over."""
    moment = now or datetime.now(UTC)
    with engine.begin() as connection:
        over = sa.select(_B.id).where(_B.verloopt_op < moment)
        connection.execute(
            sa.delete(zaak_code).where(_C.bewijs_id.in_(over)), execution_options={"synchronize_session": False}
        )
        connection.execute(sa.delete(zaak_bewijs).where(_B.verloopt_op < moment))
        connection.execute(sa.delete(zaak_identiteit).where(zaak_identiteit.c.verloopt_op < moment))


def _matching(connection: Connection, code: str, bewijs_id: str) -> list[str] | None:
    rows = connection.execute(sa.select(zaak_code).where(_C.bewijs_id == bewijs_id)).all()
    found = None
    for row in rows:
        if hmac.compare_digest(row.code, code):
            found = list(row.urls)
    return found
