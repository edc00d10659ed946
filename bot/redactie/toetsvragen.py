"""A municipality's own test questions: what must get which answer. The gate runs them; central ones count for all."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.redactie import audit
from bot.redactie.likeness import plain
from bot.redactie.roles import Recht, require
from bot.redactie.tables import redactie_toetsvraag
from bot.redactie.values import NietGevonden, Redacteur, RedactieError, Wat

LANGSTE = 400
"""Characters of a question."""
GEEN = "geen"
"""Stands in a file where no product may answer."""
_C = redactie_toetsvraag.c


@dataclass(frozen=True)
class Toetsvraag:
    """A question and the product that must answer it; None: no product may."""

    id: int
    gemeente: str
    vraag: str
    verwacht: str | None
    door: str
    gemaakt_op: datetime


@dataclass(frozen=True)
class Lezing:
    """What a file holds. With `fouten` (Dutch, with the line) nothing should be taken in."""

    vragen: tuple[tuple[str, str | None], ...]
    fouten: tuple[str, ...]


def listing(engine: Engine, gemeente: str | None = None) -> list[Toetsvraag]:
    """The test questions of a municipality, or the central ones; None: all. By question."""
    where = [] if gemeente is None else [_C.gemeente == gemeente]
    with engine.connect() as connection:
        rows = connection.execute(sa.select(redactie_toetsvraag).where(*where))
        found = [Toetsvraag(row.id, row.gemeente, row.vraag, row.verwacht, row.door, row.gemaakt_op) for row in rows]
    return sorted(found, key=lambda one: (one.vraag.lower(), one.id))


def add(
    engine: Engine, gemeente: str, vraag: str, verwacht: str | None, wie: Redacteur, *, now: datetime | None = None
) -> None:
    """Add a question. Raises NietToegestaan, and RedactieError when it is empty, too long or there already."""
    if not add_all(engine, gemeente, [(vraag, verwacht)], wie, now=now):
        raise RedactieError("Deze toetsvraag staat er al. Verwijder hem eerst om een ander product te kiezen.")


def add_all(
    engine: Engine,
    gemeente: str,
    vragen: Iterable[tuple[str, str | None]],
    wie: Redacteur,
    *,
    now: datetime | None = None,
) -> int:
    """Add questions, all at once; those that are there already stay as they are. Returns how many are new.

    Raises NietToegestaan, and RedactieError when one is empty or too long; nothing is then added.
    """
    require(wie, Recht.TOETSVRAGEN, gemeente)
    moment = now or datetime.now(UTC)
    wanted = {_key(vraag): (_clean(vraag), verwacht or None) for vraag, verwacht in vragen}
    try:
        with engine.begin() as connection:
            return _add(connection, gemeente, wanted, wie, moment)
    except sa.exc.IntegrityError:
        # A colleague added one of them at the same moment.
        with engine.begin() as connection:
            return _add(connection, gemeente, wanted, wie, moment)


def remove(engine: Engine, toetsvraag_id: int, wie: Redacteur, *, now: datetime | None = None) -> None:
    """Take a question away. Raises NietToegestaan and NietGevonden."""
    with engine.begin() as connection:
        row = connection.execute(sa.select(redactie_toetsvraag).where(_C.id == toetsvraag_id)).first()
        if row is None:
            raise NietGevonden("Deze toetsvraag bestaat niet (meer).")
        require(wie, Recht.TOETSVRAGEN, row.gemeente)
        connection.execute(sa.delete(redactie_toetsvraag).where(_C.id == toetsvraag_id))
        audit.write_in(
            connection,
            wie,
            Wat.TOETSVRAAG_WEG,
            gemeente=row.gemeente,
            product_id=row.verwacht,
            gegevens={"vraag": row.vraag},
            now=now,
        )


def read_csv(text: str, product_ids: Collection[str]) -> Lezing:
    """Questions from a file with the columns `vraag` and `product`, with commas or semicolons; `geen`: no product may answer.

    A first line that names the columns may be there.
    """
    text = text.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    vragen: list[tuple[str, str | None]] = []
    fouten: list[str] = []
    try:
        for cells in reader:
            line = reader.line_num
            values = [cell.strip() for cell in cells]
            if not any(values) or (line == 1 and values[0].lower() == "vraag"):
                continue
            problem = _problem(values, product_ids)
            if problem:
                fouten.append(f"regel {line}: {problem}")
            else:
                vragen.append((values[0], None if values[1].lower() == GEEN else values[1]))
    except csv.Error:
        fouten.append(f"regel {reader.line_num}: de aanhalingstekens kloppen niet")
    return Lezing(tuple(vragen), tuple(fouten))


def _problem(values: list[str], product_ids: Collection[str]) -> str | None:
    if len(values) != 2:
        return f"verwacht twee kolommen, vraag en product; er zijn er {len(values)}"
    if not plain(values[0]) or len(values[0]) > LANGSTE:
        return f"een vraag heeft woorden en hoogstens {LANGSTE} tekens"
    if not values[1]:
        return f'vul het product in, of "{GEEN}" als geen product mag antwoorden'
    if values[1].lower() != GEEN and values[1] not in product_ids:
        return f'product "{values[1]}" bestaat niet'
    return None


def _add(
    connection: Connection,
    gemeente: str,
    wanted: dict[str, tuple[str, str | None]],
    wie: Redacteur,
    moment: datetime,
) -> int:
    known = set(connection.execute(sa.select(_C.sleutel).where(_C.gemeente == gemeente)).scalars())
    fresh = {key: value for key, value in wanted.items() if key not in known}
    for key, (vraag, verwacht) in fresh.items():
        connection.execute(
            sa.insert(redactie_toetsvraag).values(
                gemeente=gemeente, sleutel=key, vraag=vraag, verwacht=verwacht, door=wie.naam, gemaakt_op=moment
            )
        )
        audit.write_in(
            connection,
            wie,
            Wat.TOETSVRAAG_ERBIJ,
            gemeente=gemeente,
            product_id=verwacht,
            gegevens={"vraag": vraag},
            now=moment,
        )
    return len(fresh)


def _clean(vraag: str) -> str:
    text = " ".join(vraag.split())
    if not plain(text) or len(text) > LANGSTE:
        raise RedactieError(f"Een toetsvraag heeft woorden, en hoogstens {LANGSTE} tekens.")
    return text


def _key(vraag: str) -> str:
    return plain(vraag)[:LANGSTE]
