"""Fresh values for tests, with only what a test cares about spelled out."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Kop, Product, Regelen


def product(id: str = "paspoort-aanvragen", *, kort: str = "U vraagt het aan bij de balie.", **kwargs: Any) -> Product:
    """A product; keyword arguments go to its front matter, `aspecten` and `thema` to the product itself."""
    aspecten = kwargs.pop("aspecten", {"kosten": "Het kost {{ tarief.paspoort }}."})
    thema = kwargs.pop("thema", "burgerzaken")
    kop: dict[str, Any] = {
        "id": id,
        "naam": id.replace("-", " ").capitalize(),
        "doelgroep": "inwoner",
        "synoniemen": [],
        "vragen": [],
        "regelen": Regelen(soort="afspraak"),
        "herzien": date(2026, 11, 1),
        "bronnen": ["https://wetten.overheid.nl/BWBR0005212"],
    } | kwargs
    return Product(Kop(**kop), thema, kort, aspecten)


def gemeente(id: str = "voorbeeldstad", **kwargs: Any) -> Gemeente:
    """A municipality that is open on weekdays from nine to five."""
    weekdays = dict.fromkeys(("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag"), "09:00-17:00")
    data: dict[str, Any] = {
        "id": id,
        "naam": id.capitalize(),
        "website": f"https://www.{id}.example",
        "productpagina": f"https://www.{id}.example/producten/{{id}}",
        "afsprakenpagina": f"https://www.{id}.example/afspraak",
        "mijn_zaken": f"https://www.{id}.example/mijn",
        "contactpagina": f"https://www.{id}.example/contact",
        "privacyverklaring": f"https://www.{id}.example/privacy",
        "contact": {"telefoon": "14 088", "email": "info@example.org", "adres": "Plein 1", "postadres": "Postbus 1"},
        "openingstijden": {"telefoon": weekdays, "balie": weekdays},
        "tarief": {"paspoort": 77.85},
    } | kwargs
    return Gemeente(**data)
