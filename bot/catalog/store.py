"""Versions and publication of product texts in the database.

One write path: every change is a new version with author and reason, and raises the catalogue's revision in the same
transaction, so that a running engine picks it up at its next look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.catalog.library import ProductFile
from bot.catalog.product import Product, parse_product
from bot.catalog.tables import CENTRAAL, catalogus_stand, product_stand, product_versie

AUTEUR_BESTAND = "bibliotheek"
"""Author of versions that come from the files of the central library."""


@dataclass(frozen=True)
class ImportResult:
    """What an import of the library did, per product id."""

    nieuw: tuple[str, ...]
    gewijzigd: tuple[str, ...]
    ongewijzigd: int
    bewaard: tuple[str, ...]
    """Files that changed while an editor's own version is live: the editor's version stayed, the file is in the history."""
    verwijderd: tuple[str, ...] = ()
    """Products whose file is gone, and that were still as the file had them."""


@dataclass(frozen=True)
class Live:
    """The text of a product that is live (or was withdrawn) for a municipality, or centrally (`gemeente == ""`)."""

    product: Product
    gemeente: str
    versie: int
    gepubliceerd: bool


@dataclass(frozen=True)
class Stand:
    """How things stand with a product for a municipality, or centrally."""

    versie: int
    """The last version of its own; for a text that follows the central one, the version that says so."""
    tekst: str
    """What is live, or was withdrawn; the central text for one that follows it."""
    thema: str
    gepubliceerd: bool
    volgt_centraal: bool
    """A municipality that had a text of its own and went back to the central one."""


def publish(engine: Engine, product: Product, text: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> int:
    """Make `text` the live version of a product.

    Args:
        product: the parsed text.
        text: the product file as text.
        gemeente: a municipality's id for its own text, or CENTRAAL.
        auteur, reden: who changed it and why.

    Returns:
        The version number.
    """
    with engine.begin() as connection:
        return publish_in(connection, product, text, gemeente=gemeente, auteur=auteur, reden=reden)


def withdraw(engine: Engine, product_id: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> None:
    """Take a product's live text out of use; its history stays. A municipality may take a central text out of use for itself.

    Raises KeyError when the product has no text there.
    """
    with engine.begin() as connection:
        withdraw_in(connection, product_id, gemeente=gemeente, auteur=auteur, reden=reden)


def lock(connection: Connection) -> None:
    """Keep others from changing the catalogue until this transaction ends: before reading what a change depends on."""
    connection.execute(sa.update(catalogus_stand).values(revisie=catalogus_stand.c.revisie))


def publish_in(
    connection: Connection, product: Product, text: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str
) -> int:
    """`publish` as part of a transaction."""
    revisie = next_revision(connection)
    versie_id, versie = _add_version(connection, product.id, product.thema, text, gemeente, auteur, reden)
    _set_live(connection, product.id, gemeente, revisie, versie_id=versie_id, gepubliceerd=True)
    return versie


def withdraw_in(connection: Connection, product_id: str, *, gemeente: str = CENTRAAL, auteur: str, reden: str) -> int:
    """`withdraw` as part of a transaction; returns the version number."""
    revisie = next_revision(connection)
    current = _current(connection, product_id, gemeente) or _current(connection, product_id, CENTRAAL)
    if current is None:
        raise KeyError(product_id)
    live = _version(connection, current.versie_id)
    versie_id, versie = _add_version(connection, product_id, live.thema, live.tekst, gemeente, auteur, reden)
    _set_live(connection, product_id, gemeente, revisie, versie_id=versie_id, gepubliceerd=False)
    return versie


def follow_central_in(connection: Connection, product_id: str, *, gemeente: str, auteur: str, reden: str) -> int:
    """Let a municipality's text be the central one again, now and after its changes, as part of a transaction.

    Its row then points to the central version and moves with it. Returns the number of the version that says so, with the
    central text of now. Raises KeyError when there is no central text.
    """
    revisie = next_revision(connection)
    central = _current(connection, product_id, CENTRAAL)
    if central is None or gemeente == CENTRAAL:
        raise KeyError(product_id)
    live = _version(connection, central.versie_id)
    _, versie = _add_version(connection, product_id, live.thema, live.tekst, gemeente, auteur, reden)
    _set_live(connection, product_id, gemeente, revisie, versie_id=central.versie_id, gepubliceerd=central.gepubliceerd)
    return versie


def state(connection: Connection, product_id: str, gemeente: str = CENTRAAL) -> Stand | None:
    """How things stand with a product there; None when there never was a text of its own."""
    current = _current(connection, product_id, gemeente)
    if current is None:
        return None
    live = _version(connection, current.versie_id)
    follows = live.gemeente != gemeente
    return Stand(
        versie=_last_version(connection, product_id, gemeente) if follows else live.versie,
        tekst=live.tekst,
        thema=live.thema,
        gepubliceerd=current.gepubliceerd,
        volgt_centraal=follows,
    )


def version_text(connection: Connection, product_id: str, gemeente: str, versie: int) -> tuple[str, str]:
    """(text, theme) of any version. Raises KeyError."""
    row = connection.execute(
        sa.select(product_versie.c.tekst, product_versie.c.thema).where(
            product_versie.c.product_id == product_id,
            product_versie.c.gemeente == gemeente,
            product_versie.c.versie == versie,
        )
    ).one_or_none()
    if row is None:
        raise KeyError((product_id, gemeente, versie))
    return row.tekst, row.thema


def import_library(engine: Engine, files: Iterable[ProductFile], *, whole: bool = True) -> ImportResult:
    """Bring changed files of the central library into the database.

    Args:
        engine: the database.
        files: product files.
        whole: the files are the whole library, so a product whose file is gone is taken out of use.

    A file counts as changed against the file that was imported last, not against what is live: an editor's change is
    never overwritten by a restart. When both changed, the editor's text stays live and the file joins the history.
    Raises ContentError for the first bad file; nothing is then imported.
    """
    library = list(files)
    nieuw: list[str] = []
    gewijzigd: list[str] = []
    bewaard: list[str] = []
    with engine.begin() as connection:
        stand = {
            row.product_id: row
            for row in connection.execute(
                sa.select(
                    product_stand.c.product_id,
                    product_stand.c.bestand_hash,
                    product_stand.c.gepubliceerd,
                    product_versie.c.auteur,
                )
                .join_from(product_stand, product_versie, product_stand.c.versie_id == product_versie.c.id)
                .where(product_stand.c.gemeente == CENTRAAL)
            )
        }
        todo = [
            file
            for file in library
            if file.product.id not in stand or stand[file.product.id].bestand_hash != file.digest
        ]
        ongewijzigd = len(library) - len(todo)
        present = {file.product.id for file in library}
        gone = [
            product_id
            for product_id, row in stand.items()
            if whole and row.gepubliceerd and row.auteur == AUTEUR_BESTAND and product_id not in present
        ]
        revisie = next_revision(connection) if todo or gone else 0
        for product_id in gone:
            # An empty hash: when the file comes back it counts as new.
            _set_live(connection, product_id, CENTRAAL, revisie, versie_id=None, gepubliceerd=False, bestand_hash="-")
        for file in todo:
            product_id = file.product.id
            versie_id, _ = _add_version(
                connection,
                product_id,
                file.product.thema,
                file.text,
                CENTRAAL,
                AUTEUR_BESTAND,
                "uit de centrale bibliotheek",
            )
            edited = product_id in stand and stand[product_id].auteur != AUTEUR_BESTAND
            _set_live(
                connection,
                product_id,
                CENTRAAL,
                revisie,
                versie_id=None if edited else versie_id,
                gepubliceerd=None if edited else True,
                bestand_hash=file.digest,
            )
            (bewaard if edited else gewijzigd if product_id in stand else nieuw).append(product_id)
    return ImportResult(tuple(nieuw), tuple(gewijzigd), ongewijzigd, tuple(bewaard), tuple(gone))


def revision(engine: Engine) -> int:
    """The catalogue's revision: it goes up with every change."""
    with engine.connect() as connection:
        return int(connection.execute(sa.select(catalogus_stand.c.revisie)).scalar_one())


def changes_since(engine: Engine, known: int) -> tuple[int, list[Live]]:
    """What changed after revision `known` (0: everything), and the revision reached.

    Raises ContentError when a stored text cannot be read.
    """
    with engine.connect() as connection:
        reached = int(connection.execute(sa.select(catalogus_stand.c.revisie)).scalar_one())
        rows = connection.execute(
            sa.select(
                product_versie.c.tekst,
                product_versie.c.thema,
                product_versie.c.product_id,
                product_versie.c.versie,
                product_stand.c.gemeente,
                product_stand.c.gepubliceerd,
            )
            .join_from(product_stand, product_versie, product_stand.c.versie_id == product_versie.c.id)
            .where(product_stand.c.revisie > known, product_stand.c.revisie <= reached)
            .order_by(product_versie.c.product_id, product_stand.c.gemeente)
        ).all()
    return reached, [
        Live(
            product=parse_product(row.tekst, row.thema, f"{row.product_id} versie {row.versie}"),
            gemeente=row.gemeente,
            versie=row.versie,
            gepubliceerd=row.gepubliceerd,
        )
        for row in rows
    ]


def live_text(engine: Engine, product_id: str, gemeente: str = CENTRAAL) -> str | None:
    """The text that is live, or None."""
    with engine.connect() as connection:
        current = _current(connection, product_id, gemeente)
        if current is None or not current.gepubliceerd:
            return None
        return str(_version(connection, current.versie_id).tekst)


def history(engine: Engine, product_id: str, gemeente: str = CENTRAAL) -> list[tuple[int, str, str, datetime]]:
    """(version, author, reason, moment) of each version, newest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(
                product_versie.c.versie, product_versie.c.auteur, product_versie.c.reden, product_versie.c.gemaakt_op
            )
            .where(product_versie.c.product_id == product_id, product_versie.c.gemeente == gemeente)
            .order_by(product_versie.c.versie.desc())
        )
        return [(row.versie, row.auteur, row.reden, row.gemaakt_op) for row in rows]


def next_revision(connection: Connection) -> int:
    """The revision of the change that this transaction makes."""
    # The update locks the row, so changes get their revisions one after another, in the order they commit.
    connection.execute(sa.update(catalogus_stand).values(revisie=catalogus_stand.c.revisie + 1))
    return int(connection.execute(sa.select(catalogus_stand.c.revisie)).scalar_one())


def _current(connection: Connection, product_id: str, gemeente: str) -> sa.engine.Row | None:
    return connection.execute(
        sa.select(product_stand).where(product_stand.c.product_id == product_id, product_stand.c.gemeente == gemeente)
    ).one_or_none()


def _version(connection: Connection, versie_id: int) -> sa.engine.Row:
    return connection.execute(sa.select(product_versie).where(product_versie.c.id == versie_id)).one()


def _last_version(connection: Connection, product_id: str, gemeente: str) -> int:
    last = connection.execute(
        sa.select(sa.func.max(product_versie.c.versie)).where(
            product_versie.c.product_id == product_id, product_versie.c.gemeente == gemeente
        )
    ).scalar()
    return int(last or 0)


def _add_version(
    connection: Connection, product_id: str, thema: str, text: str, gemeente: str, auteur: str, reden: str
) -> tuple[int, int]:
    versie = _last_version(connection, product_id, gemeente) + 1
    result = connection.execute(
        sa.insert(product_versie).values(
            product_id=product_id,
            gemeente=gemeente,
            versie=versie,
            thema=thema,
            tekst=text,
            auteur=auteur,
            reden=reden,
            gemaakt_op=datetime.now(UTC),
        )
    )
    return int(result.inserted_primary_key[0]), versie


def _set_live(
    connection: Connection,
    product_id: str,
    gemeente: str,
    revisie: int,
    *,
    versie_id: int | None,
    gepubliceerd: bool | None,
    bestand_hash: str | None = None,
) -> None:
    """Change the given columns of a product's row; None leaves a column as it is."""
    given = {"versie_id": versie_id, "gepubliceerd": gepubliceerd, "bestand_hash": bestand_hash}
    values = {name: value for name, value in given.items() if value is not None} | {"revisie": revisie}
    if _current(connection, product_id, gemeente) is not None:
        connection.execute(
            sa.update(product_stand)
            .where(product_stand.c.product_id == product_id, product_stand.c.gemeente == gemeente)
            .values(**values)
        )
    else:
        connection.execute(
            sa.insert(product_stand).values(product_id=product_id, gemeente=gemeente, **({"bestand_hash": ""} | values))
        )
    if gemeente == CENTRAAL:
        _take_followers_along(connection, product_id, {k: v for k, v in values.items() if k != "bestand_hash"})


def _take_followers_along(connection: Connection, product_id: str, values: dict[str, object]) -> None:
    """Municipalities that went back to the central text point to a central version."""
    central = sa.select(product_versie.c.id).where(
        product_versie.c.product_id == product_id, product_versie.c.gemeente == CENTRAAL
    )
    connection.execute(
        sa.update(product_stand)
        .where(
            product_stand.c.product_id == product_id,
            product_stand.c.gemeente != CENTRAAL,
            product_stand.c.versie_id.in_(central),
        )
        .values(**values)
    )
