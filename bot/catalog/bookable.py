"""Which products an appointment can be made for here, by the municipality's file."""

from __future__ import annotations

from collections.abc import Mapping

from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Product


def bookable(gemeente: Gemeente, product: str, products: Mapping[str, Product]) -> str:
    """The product under which it can be booked: itself, or the general one it is a variant of; empty when it cannot."""
    if gemeente.afspraken is None:
        return ""
    if product in gemeente.afspraken.producten:
        return product
    general = products[product].kop.boven if product in products else None
    return general if general and general in gemeente.afspraken.producten else ""
