"""Groups of the thesaurus that editors added, in the database: live without training, with history and undo.

They come on top of `data/thesaurus.yml`: a group of the same concept gets more words, another concept is a new group. Each
change is a new version and raises the catalogue's revision, like a changed text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.catalog.store import next_revision
from bot.catalog.tables import CENTRAAL, thesaurus_stand, thesaurus_versie
from bot.catalog.thesaurus import THESAURUS, Groep, read_thesaurus
from bot.errors import ContentError

WAAR = "thesaurus"
MEESTE_WOORDEN, LANGSTE = 40, 80
"""Words of a group, and characters of a word, at most."""


@dataclass(frozen=True)
class Toevoeging:
    """Words that editors gave a concept, as they are live now (or were taken back: `actief` False)."""

    begrip: str
    gemeente: str
    woorden: tuple[str, ...]
    """The concept first."""
    actief: bool
    versie: int
    auteur: str
    reden: str
    gewijzigd_op: datetime

    @property
    def groep(self) -> Groep:
        """As a group of the thesaurus."""
        return Groep(self.woorden)


def put(engine: Engine, woorden: Sequence[str], *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> int:
    """Make `woorden` the live addition of a concept (its first word), replacing the earlier addition there.

    Returns the version. Raises ContentError: fewer than two words, a word without letters or digits, or a word that is in
    another group already.
    """
    with engine.begin() as connection:
        return put_in(connection, woorden, gemeente=gemeente, auteur=auteur, reden=reden)


def put_in(connection: Connection, woorden: Sequence[str], *, gemeente: str, auteur: str, reden: str) -> int:
    """`put` as part of a transaction."""
    # First: nobody else can then add one of these words to another group.
    revisie = next_revision(connection)
    fit = checked(woorden, _live(connection), gemeente)
    return _add(connection, fit[0], gemeente, fit, True, auteur, reden, revisie)


def checked(woorden: Sequence[str], live: Iterable[Toevoeging], gemeente: str) -> tuple[str, ...]:
    """The words as they are kept: lower case, single spaces, each once.

    Args:
        woorden: the concept first.
        live: the additions that are in use.
        gemeente: whose it would be; "" for all.

    Raises:
        ContentError.
    """
    fit = tuple(dict.fromkeys(" ".join(woord.lower().split()) for woord in woorden))
    if len(fit) < 2:
        raise ContentError(WAAR, "een groep heeft minstens twee verschillende woorden")
    if len(fit) > MEESTE_WOORDEN:
        raise ContentError(WAAR, f"een groep heeft hoogstens {MEESTE_WOORDEN} woorden")
    for woord in fit:
        if not any(char.isalnum() for char in woord) or len(woord) > LANGSTE:
            raise ContentError(WAAR, f"een woord heeft letters of cijfers, en hoogstens {LANGSTE} tekens")
    where = dict(_written())
    for one in live:
        # What is central counts everywhere, and what is central may be in no municipality's own group.
        if one.begrip != fit[0] and (one.gemeente == gemeente or CENTRAAL in (one.gemeente, gemeente)):
            where |= dict.fromkeys(one.woorden, one.begrip)
    for woord in fit:
        if where.get(woord, fit[0]) != fit[0]:
            raise ContentError(WAAR, f'"{woord}" staat al bij "{where[woord]}"; zet de woorden daarbij')
    return fit


def take_back(engine: Engine, begrip: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> int:
    """Take an addition out of use; its history stays. Raises KeyError when there is none in use."""
    with engine.begin() as connection:
        return take_back_in(connection, begrip, gemeente=gemeente, auteur=auteur, reden=reden)


def take_back_in(connection: Connection, begrip: str, *, gemeente: str, auteur: str, reden: str) -> int:
    """`take_back` as part of a transaction."""
    revisie = next_revision(connection)
    current = next((one for one in _live(connection) if (one.begrip, one.gemeente) == (begrip, gemeente)), None)
    if current is None:
        raise KeyError(begrip)
    return _add(connection, begrip, gemeente, current.woorden, False, auteur, reden, revisie)


def undo(engine: Engine, begrip: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> int:
    """Back to what was live before the last change, as a new version; before the first there was nothing.

    Raises KeyError when there never was an addition, ContentError when a word is in another group by now.
    """
    with engine.begin() as connection:
        revisie = next_revision(connection)
        versions = _versions(connection, begrip, gemeente)
        if not versions:
            raise KeyError(begrip)
        before = versions[1] if len(versions) > 1 else None
        if before is None or not before.actief:
            return _add(connection, begrip, gemeente, versions[0].woorden, False, auteur, reden, revisie)
        checked(before.woorden, _live(connection), gemeente)
        return _add(connection, begrip, gemeente, before.woorden, True, auteur, reden, revisie)


def additions(engine: Engine, gemeente: str | None = None) -> list[Toevoeging]:
    """All additions, of one municipality (or CENTRAAL) when given; those that were taken back too."""
    with engine.connect() as connection:
        return [one for one in _now(connection) if gemeente in (None, one.gemeente)]


def history(engine: Engine, begrip: str, gemeente: str = CENTRAAL) -> list[Toevoeging]:
    """Every version of an addition, newest first."""
    with engine.connect() as connection:
        return _versions(connection, begrip, gemeente)


def changes_since(engine: Engine, known: int, reached: int) -> list[Toevoeging]:
    """What changed after revision `known`, up to and with `reached`."""
    with engine.connect() as connection:
        return _now(connection, thesaurus_stand.c.revisie > known, thesaurus_stand.c.revisie <= reached)


def group_of(woord: str) -> tuple[str, ...]:
    """The words of the group of `data/thesaurus.yml` in which a word stands; none when it stands in none."""
    wanted = " ".join(woord.lower().split())
    return next((groep.alle for groep in _groups(THESAURUS, _age(THESAURUS)) if wanted in groep.alle), ())


def _written() -> Mapping[str, str]:
    """Word → concept, of the file."""
    return {woord: groep.begrip for groep in _groups(THESAURUS, _age(THESAURUS)) for woord in groep.alle}


@lru_cache(maxsize=2)
def _groups(path: Path, _age: float) -> tuple[Groep, ...]:
    return tuple(read_thesaurus(path))


def _age(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _add(
    connection: Connection,
    begrip: str,
    gemeente: str,
    woorden: Sequence[str],
    actief: bool,
    auteur: str,
    reden: str,
    revisie: int,
) -> int:
    last = connection.execute(
        sa.select(sa.func.max(thesaurus_versie.c.versie)).where(
            thesaurus_versie.c.begrip == begrip, thesaurus_versie.c.gemeente == gemeente
        )
    ).scalar()
    versie = int(last or 0) + 1
    added = connection.execute(
        sa.insert(thesaurus_versie).values(
            begrip=begrip,
            gemeente=gemeente,
            versie=versie,
            woorden=list(woorden),
            actief=actief,
            auteur=auteur,
            reden=reden,
            gemaakt_op=datetime.now(UTC),
        )
    )
    values = {"versie_id": int(added.inserted_primary_key[0]), "revisie": revisie}
    mine = (thesaurus_stand.c.begrip == begrip, thesaurus_stand.c.gemeente == gemeente)
    if not connection.execute(sa.update(thesaurus_stand).where(*mine).values(**values)).rowcount:
        connection.execute(sa.insert(thesaurus_stand).values(begrip=begrip, gemeente=gemeente, **values))
    return versie


def _live(connection: Connection) -> list[Toevoeging]:
    return [one for one in _now(connection) if one.actief]


def _now(connection: Connection, *where: sa.sql.ColumnElement) -> list[Toevoeging]:
    rows = connection.execute(
        sa.select(thesaurus_versie)
        .join_from(thesaurus_stand, thesaurus_versie, thesaurus_stand.c.versie_id == thesaurus_versie.c.id)
        .where(*where)
        .order_by(thesaurus_versie.c.gemeente, thesaurus_versie.c.begrip)
    )
    return [_addition(row) for row in rows]


def _versions(connection: Connection, begrip: str, gemeente: str) -> list[Toevoeging]:
    rows = connection.execute(
        sa.select(thesaurus_versie)
        .where(thesaurus_versie.c.begrip == begrip, thesaurus_versie.c.gemeente == gemeente)
        .order_by(thesaurus_versie.c.versie.desc())
    )
    return [_addition(row) for row in rows]


def _addition(row: Row) -> Toevoeging:
    return Toevoeging(
        begrip=row.begrip,
        gemeente=row.gemeente,
        woorden=tuple(row.woorden),
        actief=row.actief,
        versie=row.versie,
        auteur=row.auteur,
        reden=row.reden,
        gewijzigd_op=row.gemaakt_op,
    )
