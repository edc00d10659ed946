"""What Open Klant accepts in a field, looked at before anything is sent."""

from __future__ import annotations

import re
import unicodedata

from bot.handoff.openklant.errors import Refused
from bot.handoff.openklant.versions import Dialect

# Source: `DigitaalAdres.adres` in the API document (`^(0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13})$`, and below it what
# is not allowed); the server looks at the beginning of the number as it is written.
_PHONE = re.compile(r"0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13}")
_SERVICE = ("0800", "0900", "1400", "140")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
MAX_ADRES = 80
"""Characters of a digitaal adres."""


def phone_for(number: str, spoken: Dialect) -> str:
    """A phone number as this version takes it: digits only, national (0612345678) or international (+31612345678).

    Raises Refused for what Open Klant refuses: other signs, a wrong length, and service numbers (0800, 0900, 14xx).
    """
    if number.startswith(_SERVICE):
        raise Refused("telefoon", "Open Klant neemt geen 0800-, 0900- of 14-nummers aan")
    if not _PHONE.fullmatch(number):
        raise Refused("telefoon", "geen telefoonnummer dat Open Klant aanneemt: alleen cijfers, eventueel met + ervoor")
    if spoken.refuses_088 and number.startswith("088"):
        # The same number, written so that these versions let it through.
        return "+31" + number[1:]
    return number


def email_for(adres: str) -> str:
    """An e-mail address. Raises Refused when it is none, or longer than 80 characters."""
    if len(adres) > MAX_ADRES:
        raise Refused("email", f"langer dan de {MAX_ADRES} tekens die Open Klant bewaart")
    if not _EMAIL.fullmatch(adres):
        raise Refused("email", "geen e-mailadres")
    return adres


def clean(text: str) -> str:
    """Text without what Open Klant refuses or drops: control characters, half characters, white space at the ends."""
    kept = (" " if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" else char for char in text)
    return "".join(kept).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters (at least 1); a cut is shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
