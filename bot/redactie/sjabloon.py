"""A new product starts from a template: every part asks what belongs there, and nothing that asks may go live."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from bot.redactie.fields import Velden, join, split_body
from bot.redactie.values import RedactieError

_TEMPLATE = Path(__file__).parent / "sjablonen" / "product.md"
_REMAINS = re.compile(r"\[vul in\b[^\]]*\]?", re.IGNORECASE)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_text(product_id: str, naam: str, doelgroep: str, soort: str, vandaag: date) -> str:
    """The product file with which a new product starts. Raises RedactieError for a name or id that cannot be one."""
    if not naam.strip():
        raise RedactieError("Geef het product een naam.")
    if len(product_id) > 80 or not _ID.fullmatch(product_id):
        raise RedactieError(
            "Een product-id heeft alleen kleine letters, cijfers en koppeltekens, en hoogstens 80 tekens."
        )
    kort, aspecten = split_body(_TEMPLATE.read_text(encoding="utf-8"))
    return join(
        Velden(
            id=product_id,
            naam=" ".join(naam.split()),
            doelgroep=doelgroep,
            soort=soort,
            herzien=vandaag.isoformat(),
            kort=kort,
            aspecten=aspecten,
        )
    )


def remains(tekst: str) -> list[str]:
    """What stands in a text that the template put there."""
    return _REMAINS.findall(tekst)


def slug(naam: str) -> str:
    """An id for a name: `Café openen` becomes `cafe-openen`. Empty when the name has no letters or digits."""
    plain = unicodedata.normalize("NFKD", naam).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:80].strip("-")
