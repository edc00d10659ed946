"""What is live at this moment, as an import is compared with it and an export writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog.product import Product, parse_product
from bot.catalog.tables import CENTRAAL, catalogus_stand, product_stand, product_versie


@dataclass(frozen=True)
class LiveText:
    """A text that residents get."""

    product: Product
    text: str
    """Its product file."""
    gemeente: str
    """Whose text it is: the municipality's own, or CENTRAAL."""
    gewijzigd: date
    """When this version was made."""


@dataclass(frozen=True)
class Current:
    """The live texts for a municipality, or the central ones."""

    revisie: int
    """Of the catalogue, when this was read."""
    gemeente: str
    live: Mapping[str, LiveText]
    """Product id → text: the municipality's own where it has one."""

    @property
    def products(self) -> dict[str, Product]:
        """Product id → product."""
        return {product_id: one.product for product_id, one in self.live.items()}


def read_current(engine: Engine, gemeente: str = CENTRAAL) -> Current:
    """What is live for a municipality. Raises ContentError when a stored text cannot be read."""
    with engine.connect() as connection:
        revisie = int(connection.execute(sa.select(catalogus_stand.c.revisie)).scalar_one())
        rows = connection.execute(
            sa.select(
                product_versie.c.product_id,
                product_versie.c.versie,
                product_versie.c.thema,
                product_versie.c.tekst,
                product_versie.c.gemaakt_op,
                product_versie.c.gemeente,
                product_stand.c.gepubliceerd,
            )
            .join_from(product_stand, product_versie, product_stand.c.versie_id == product_versie.c.id)
            .where(product_stand.c.gemeente.in_({CENTRAAL, gemeente}), product_stand.c.revisie <= revisie)
            .order_by(product_versie.c.product_id, product_stand.c.gemeente)
        ).all()
    # Central comes first: CENTRAAL is the empty name. A municipality that took a text out of use has none; one that went
    # back to the central text has a row that points to it.
    chosen = {row.product_id: row for row in rows}
    return Current(
        revisie,
        gemeente,
        {
            product_id: LiveText(
                product=parse_product(row.tekst, row.thema, f"{product_id} versie {row.versie}"),
                text=row.tekst,
                gemeente=row.gemeente,
                gewijzigd=row.gemaakt_op.date(),
            )
            for product_id, row in chosen.items()
            if row.gepubliceerd
        },
    )
