"""People on WhatsApp: found by who Meta says they are, known to the rest of the installation by a random conversation.

Meta's user id (BSUID) comes first; a phone number may be absent since there are user names. Whoever was known by number alone
gets their BSUID written down when it is first seen, and keeps their conversation.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from bot.attempts import keyed
from bot.whatsapp.tables import whatsapp_in, whatsapp_persoon, whatsapp_uit

VENSTER = timedelta(hours=24)
"""How long after their last message somebody may be written to freely."""
OPENING = timedelta(days=30)
"""After so long somebody is told again whom they talk to."""
_P = whatsapp_persoon.c


@dataclass(frozen=True)
class Adres:
    """Where to send to; `nummer` in E.164 with a plus, or empty; `gebruiker` (BSUID) or empty."""

    nummer: str = field(default="", repr=False)
    gebruiker: str = field(default="", repr=False)


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


def found_or_made(
    engine: Engine,
    geheim: str,
    *,
    gemeente: str,
    phone_number_id: str,
    gebruiker: str | None,
    nummer: str | None,
    tijd: datetime,
    new_conversation: str,
) -> tuple[Persoon, bool]:
    """The person, and whether they are new; `laatst_op` is moved on.

    Args:
        gebruiker: BSUID, or None.
        nummer: digits with the country code, or None; one of both must be there.
        new_conversation: id of the conversation to give somebody new.
    """
    adres = Adres(f"+{nummer}" if nummer else "", gebruiker or "")
    by_user = keyed(geheim, "whatsapp", phone_number_id, "gebruiker", gebruiker) if gebruiker else None
    by_number = keyed(geheim, "whatsapp", phone_number_id, "nummer", nummer) if nummer else None
    for _ in range(3):
        with engine.begin() as connection:
            row = _find(connection, by_user, by_number)
            if row is not None:
                _renew(connection, geheim, row, adres, by_user, by_number, tijd)
        if row is not None:
            found = load(engine, geheim, row.gesprek_id)
            assert found is not None
            return found, False
        try:
            with engine.begin() as connection:
                connection.execute(
                    sa.insert(whatsapp_persoon).values(
                        id=secrets.token_hex(16),
                        gemeente=gemeente,
                        phone_number_id=phone_number_id,
                        gebruiker_sleutel=by_user,
                        nummer_sleutel=by_number,
                        adres=encrypted(geheim, adres),
                        gesprek_id=new_conversation,
                        laatst_op=tijd,
                        gestopt=False,
                        uitgezet=0,
                    )
                )
        except IntegrityError:
            # Two messages of somebody new met; the other one was first.
            continue
        made = load(engine, geheim, new_conversation)
        assert made is not None
        return made, True
    raise AssertionError("somebody is neither there nor can be made")


def load(engine: Engine, geheim: str, gesprek_id: str) -> Persoon | None:
    """Whose conversation this is; None when it is of nobody on WhatsApp."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(whatsapp_persoon).where(_P.gesprek_id == gesprek_id)).first()
    return _read(row, geheim) if row is not None else None


def by_id(engine: Engine, geheim: str, persoon_id: str) -> Persoon | None:
    """Somebody by our own id."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(whatsapp_persoon).where(_P.id == persoon_id)).first()
    return _read(row, geheim) if row is not None else None


def changed_address(
    engine: Engine, geheim: str, persoon: Persoon, *, nummer: str | None, gebruiker: str | None
) -> None:
    """They have another number, and with it another BSUID; the conversation stays theirs."""
    adres = Adres(f"+{nummer}" if nummer else "", gebruiker or "")
    place = persoon.phone_number_id
    values: dict[str, Any] = {
        "adres": encrypted(geheim, adres),
        "gebruiker_sleutel": keyed(geheim, "whatsapp", place, "gebruiker", gebruiker) if gebruiker else None,
        "nummer_sleutel": keyed(geheim, "whatsapp", place, "nummer", nummer) if nummer else None,
    }
    with engine.begin() as connection:
        # Somebody else may have had that number before: they are not this person.
        for column in ("gebruiker_sleutel", "nummer_sleutel"):
            if values[column]:
                connection.execute(
                    sa.update(whatsapp_persoon)
                    .where(_P[column] == values[column], _P.id != persoon.id)
                    .values({column: None})
                )
        connection.execute(sa.update(whatsapp_persoon).where(_P.id == persoon.id).values(**values))


def change(engine: Engine, persoon: Persoon, **values: Any) -> None:
    """Write down what changed: `geopend_op`, `gestopt`, `uitgezet`, `meer`."""
    with engine.begin() as connection:
        connection.execute(sa.update(whatsapp_persoon).where(_P.id == persoon.id).values(**values))


def claim(engine: Engine, persoon_id: str, wie: str, now: datetime, lang: timedelta) -> bool:
    """Whether this process may handle somebody's messages now, and for `lang`; again by the same process makes it longer."""
    free = sa.or_(_P.bezig_tot.is_(None), _P.bezig_tot < now, _P.bezig_door == wie)
    with engine.begin() as connection:
        changed = connection.execute(
            sa.update(whatsapp_persoon).where(_P.id == persoon_id, free).values(bezig_tot=now + lang, bezig_door=wie)
        )
    return bool(changed.rowcount)


def let_go(engine: Engine, persoon_id: str, wie: str) -> None:
    """Others may handle them again."""
    with engine.begin() as connection:
        connection.execute(
            sa.update(whatsapp_persoon)
            .where(_P.id == persoon_id, _P.bezig_door == wie)
            .values(bezig_tot=None, bezig_door=None)
        )


def forget(engine: Engine, gesprek_id: str) -> None:
    """The conversation is erased: who it was of, and everything that came and went."""
    with engine.begin() as connection:
        mine = sa.select(_P.id).where(_P.gesprek_id == gesprek_id)
        for table in (whatsapp_in, whatsapp_uit):
            kept = table.c.adres.is_(None) if table is whatsapp_uit else sa.true()
            connection.execute(
                sa.delete(table).where(table.c.persoon_id.in_(mine), kept),
                execution_options={"synchronize_session": False},
            )
        connection.execute(sa.delete(whatsapp_persoon).where(_P.gesprek_id == gesprek_id))


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


def _find(connection: Connection, by_user: str | None, by_number: str | None) -> Row | None:
    for column, key in (("gebruiker_sleutel", by_user), ("nummer_sleutel", by_number)):
        if key:
            row = connection.execute(sa.select(whatsapp_persoon).where(_P[column] == key)).first()
            if row is not None and (column == "gebruiker_sleutel" or not (by_user and row.gebruiker_sleutel)):
                return row
    return None


def _renew(
    connection: Connection,
    geheim: str,
    row: Row,
    adres: Adres,
    by_user: str | None,
    by_number: str | None,
    tijd: datetime,
) -> None:
    known = decrypted(geheim, row.adres)
    full = replace(known, nummer=adres.nummer or known.nummer, gebruiker=adres.gebruiker or known.gebruiker)
    values: dict[str, Any] = {"laatst_op": max(tijd, row.laatst_op)}
    if full != known:
        values["adres"] = encrypted(geheim, full)
    if by_user and row.gebruiker_sleutel is None:
        values["gebruiker_sleutel"] = by_user
    if by_number and row.nummer_sleutel != by_number:
        # The number was somebody else's before; numbers are given out again.
        connection.execute(
            sa.update(whatsapp_persoon)
            .where(_P.nummer_sleutel == by_number, _P.id != row.id)
            .values(nummer_sleutel=None)
        )
        values["nummer_sleutel"] = by_number
    connection.execute(sa.update(whatsapp_persoon).where(_P.id == row.id).values(**values))


def _read(row: Row, geheim: str) -> Persoon:
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
