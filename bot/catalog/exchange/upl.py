"""Names and addresses of the Uniforme Productnamenlijst (standaarden.overheid.nl), as far as our products need them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

TERMS = ("http://standaarden.overheid.nl/owms/terms/", "https://standaarden.overheid.nl/owms/terms/")
"""How the address of a uniform product name begins."""
GEEN_NAAM = "UPL-naam nog niet beschikbaar"
"""The name that the list has for a product that is not on it."""
GEEN_NAAM_URI = TERMS[0] + "UPL-naam_nog_niet_beschikbaar"

_FILE = Path(__file__).with_name("upl.csv")


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """Address → name."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["uri"]: row["naam"] for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def addresses() -> Mapping[str, str]:
    """Name in small letters → address."""
    return {naam.casefold(): uri for uri, naam in names().items()}


def name_of(uri: str) -> str:
    """The name at an address; for one that we do not know, what the address itself says."""
    return names().get(uri) or uri.rsplit("/", 1)[-1].replace("_", " ")
