"""What the WhatsApp sandbox keeps in SQLite: messages of both sides, files, and how much of each rate was used.

Moments are seconds since 1970, of the sandbox's own clock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from bot.sandbox.whatsapp_values import Json

Side = Literal["in", "uit"]
"""Of a message: from the user to the business is `in`."""

metadata = sa.MetaData()
"""Apart from the installation's own tables: a sandbox is no part of its database."""

bericht = sa.Table(
    "whatsapp_bericht",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("nummer", sa.String(40), nullable=False, index=True),
    sa.Column("gebruiker", sa.String(160), nullable=False, index=True),
    sa.Column("wamid", sa.String(200), nullable=False, unique=True),
    sa.Column("kant", sa.String(3), nullable=False),
    sa.Column("soort", sa.String(40), nullable=False),
    sa.Column("inhoud", sa.Text, nullable=False),
    sa.Column("antwoord_op", sa.String(512), nullable=False, default=""),
    sa.Column("op", sa.Float, nullable=False),
    sa.Column("stand", sa.String(20), nullable=False),
    sa.Column("foutcode", sa.Integer, nullable=True),
    sa.Column("kenmerk", sa.String(512), nullable=False, default=""),
    sa.Column("aan_nummer", sa.Boolean, nullable=False, default=True),
    sa.Column("prijs", sa.String(20), nullable=False, default=""),
    # Goes up at each change, so that a page can ask for what is new.
    sa.Column("versie", sa.Integer, nullable=False, index=True),
)
bestand = sa.Table(
    "whatsapp_bestand",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("nummer", sa.String(40), nullable=False),
    sa.Column("van", sa.String(10), nullable=False),
    sa.Column("mime", sa.String(100), nullable=False),
    sa.Column("naam", sa.String(240), nullable=False, default=""),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("op", sa.Float, nullable=False),
    sa.Column("inhoud", sa.LargeBinary, nullable=False),
)
tempo = sa.Table(
    "whatsapp_tempo",
    metadata,
    sa.Column("sleutel", sa.String(250), primary_key=True),
    sa.Column("tot", sa.Float, nullable=False),
)
instelling = sa.Table(
    "whatsapp_instelling",
    metadata,
    sa.Column("sleutel", sa.String(250), primary_key=True),
    sa.Column("waarde", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Message:
    """A message as it is kept."""

    nummer: str
    """phone_number_id."""
    gebruiker: str
    """BSUID of the user."""
    wamid: str
    kant: Side
    soort: str
    inhoud: Json
    op: float
    stand: str
    """Out: accepted, sent, delivered, read or failed. In: onderweg, bezorgd, gelezen or verloren."""
    antwoord_op: str = ""
    foutcode: int | None = None
    kenmerk: str = ""
    """The `biz_opaque_callback_data` of the sender."""
    aan_nummer: bool = True
    """Whether it was sent to a number rather than a BSUID."""
    prijs: str = ""
    """Category in `pricing`; empty once a status has told it."""
    versie: int = 0


@dataclass(frozen=True)
class File:
    """A file as it is kept. `van` is who brought it: bedrijf or gebruiker; `sha256` is in hexadecimal."""

    id: str
    nummer: str
    van: str
    mime: str
    naam: str
    sha256: str
    op: float
    inhoud: bytes

    @property
    def sha256_base64(self) -> str:
        """As webhooks give it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class Store:
    """The tables; every method is a transaction of its own. May be used from any thread."""

    def __init__(self, database: Engine) -> None:
        metadata.create_all(database)
        self._database = database
        # SQLite lets one write at a time, and refuses a transaction that began to read before another one wrote.
        self._lock = threading.RLock()
        with self._transaction() as connection:
            newest = connection.execute(sa.select(sa.func.max(bericht.c.versie))).scalar() or 0
        self._version = max(newest, int(self.setting("versie") or 0))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._lock, self._database.begin() as connection:
            yield connection

    def add(self, message: Message) -> None:
        """Keep a message; `versie` is given here."""
        with self._transaction() as connection:
            values = {**message.__dict__, "inhoud": json.dumps(message.inhoud), "versie": self._next()}
            connection.execute(sa.insert(bericht).values(**values))

    def message(self, wamid: str) -> Message | None:
        """One message."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(bericht).where(bericht.c.wamid == wamid)).mappings().first()
        return _message(row) if row else None

    def thread(self, nummer: str, gebruiker: str, after: int = 0) -> list[Message]:
        """Messages between a number and a user that changed after a version, in the order in which they came."""
        query = sa.select(bericht).where(
            bericht.c.nummer == nummer, bericht.c.gebruiker == gebruiker, bericht.c.versie > after
        )
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(bericht.c.id)).mappings().all()
        return [_message(row) for row in rows]

    def sent(self, nummer: str) -> list[Message]:
        """Everything that a number sent, in order."""
        query = sa.select(bericht).where(bericht.c.nummer == nummer, bericht.c.kant == "uit").order_by(bericht.c.id)
        with self._transaction() as connection:
            return [_message(row) for row in connection.execute(query).mappings().all()]

    def last_from_user(self, nummer: str, gebruiker: str) -> float | None:
        """When a user last wrote to a number; None is never. Notices of the system do not count."""
        query = sa.select(sa.func.max(bericht.c.op)).where(
            bericht.c.nummer == nummer,
            bericht.c.gebruiker == gebruiker,
            bericht.c.kant == "in",
            bericht.c.soort != "system",
        )
        with self._transaction() as connection:
            found: float | None = connection.execute(query).scalar()
        return found

    def set_state(self, wamid: str, **fields: Any) -> None:
        """Change `stand`, `foutcode` or `prijs` of a message."""
        with self._transaction() as connection:
            values = {**fields, "versie": self._next()}
            connection.execute(sa.update(bericht).where(bericht.c.wamid == wamid).values(**values))

    def mark_read(self, nummer: str, wamid: str) -> str | None:
        """The business has read a user's message, and all of that user before it. Whose it is; None when unknown."""
        with self._transaction() as connection:
            query = sa.select(bericht.c.id, bericht.c.gebruiker).where(
                bericht.c.wamid == wamid, bericht.c.nummer == nummer, bericht.c.kant == "in"
            )
            found = connection.execute(query).first()
            if found is None:
                return None
            change = sa.update(bericht).where(
                bericht.c.nummer == nummer,
                bericht.c.gebruiker == found.gebruiker,
                bericht.c.kant == "in",
                bericht.c.id <= found.id,
                bericht.c.stand != "gelezen",
            )
            connection.execute(change.values(stand="gelezen", versie=self._next()))
            return str(found.gebruiker)

    def clear(self, nummer: str, gebruiker: str) -> None:
        """Forget what a number and a user said to each other; the files as well, and what was used of the pair rate."""
        here = (bericht.c.nummer == nummer) & (bericht.c.gebruiker == gebruiker)
        with self._transaction() as connection:
            contents = connection.execute(sa.select(bericht.c.inhoud).where(here)).scalars().all()
            ids = [found["id"] for text in contents if "id" in (found := json.loads(text))]
            connection.execute(sa.delete(bestand).where(bestand.c.nummer == nummer, bestand.c.id.in_(ids)))
            connection.execute(sa.delete(bericht).where(here))
            connection.execute(sa.delete(tempo).where(tempo.c.sleutel == pair_key(nummer, gebruiker)))
            self._note_cleared(connection, _cleared_key(nummer, gebruiker))

    def clear_all(self) -> None:
        """Forget what everybody said, all files, and what was used of the rates."""
        with self._transaction() as connection:
            for table in (bericht, bestand, tempo):
                connection.execute(sa.delete(table))
            self._note_cleared(connection, "gewist")

    def _note_cleared(self, connection: Connection, key: str) -> None:
        # In two places: without the messages nothing else remembers how far it was.
        version = str(self._next())
        for one in ("versie", key):
            _put(connection, instelling, one, waarde=version)

    def lose(self) -> None:
        """What was under way from users when the sandbox stopped never arrives."""
        with self._transaction() as connection:
            change = sa.update(bericht).where(bericht.c.stand == "onderweg")
            connection.execute(change.values(stand="verloren", versie=self._next()))

    def cleared(self, nummer: str, gebruiker: str) -> int:
        """At which version a thread was last forgotten; 0 is never."""
        return max(int(self.setting(key) or 0) for key in ("gewist", _cleared_key(nummer, gebruiker)))

    def rename(self, old: str, new: str) -> None:
        """A user has another id from now on."""
        with self._transaction() as connection:
            change = sa.update(bericht).where(bericht.c.gebruiker == old)
            connection.execute(change.values(gebruiker=new, versie=self._next()))

    def version(self) -> int:
        """The version of the newest change."""
        with self._lock:
            return self._version

    def _next(self) -> int:
        self._version += 1
        return self._version

    def take(self, key: str, now: float, interval: float, burst: int) -> bool:
        """Whether one more is allowed of a rate of one per `interval` seconds, `burst` at once; if so it is counted.

        `tot` is until when what was used is borrowed from the future.
        """
        with self._transaction() as connection:
            until = connection.execute(sa.select(tempo.c.tot).where(tempo.c.sleutel == key)).scalar() or 0.0
            # A whole burst reaches exactly `burst` intervals ahead; a thousandth is room for the rounding of floats.
            after = max(until, now) + interval
            if after - now > burst * interval + interval / 1000:
                return False
            _put(connection, tempo, key, tot=after)
        return True

    def add_file(self, nummer: str, van: str, mime: str, contents: bytes, now: float, naam: str = "") -> File:
        """Keep a file under a new id."""
        made = File(
            str(secrets.randbelow(9 * 10**14) + 10**14),
            nummer,
            van,
            mime,
            naam,
            hashlib.sha256(contents).hexdigest(),
            now,
            contents,
        )
        with self._transaction() as connection:
            connection.execute(sa.insert(bestand).values(**made.__dict__))
        return made

    def file(self, id: str) -> File | None:
        """One file."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(bestand).where(bestand.c.id == id)).mappings().first()
        return File(**row) if row else None

    def setting(self, key: str) -> str | None:
        """A value that was set."""
        with self._transaction() as connection:
            found = connection.execute(sa.select(instelling.c.waarde).where(instelling.c.sleutel == key)).scalar()
        return None if found is None else str(found)

    def set(self, key: str, value: str | None) -> None:
        """Set a value; None takes it away."""
        with self._transaction() as connection:
            if value is None:
                connection.execute(sa.delete(instelling).where(instelling.c.sleutel == key))
            else:
                _put(connection, instelling, key, waarde=value)


def pair_key(nummer: str, gebruiker: str) -> str:
    """Key of the rate from a number to one user."""
    return f"paar:{nummer}:{gebruiker}"


def _cleared_key(nummer: str, gebruiker: str) -> str:
    return f"gewist:{nummer}:{gebruiker}"


def _put(connection: Connection, table: sa.Table, key: str, **values: Any) -> None:
    changed = connection.execute(sa.update(table).where(table.c.sleutel == key).values(**values))
    if not changed.rowcount:
        connection.execute(sa.insert(table).values(sleutel=key, **values))


def _message(row: RowMapping | Mapping[str, Any]) -> Message:
    fields = {name: value for name, value in row.items() if name != "id"}
    return Message(**{**fields, "inhoud": json.loads(fields["inhoud"])})
