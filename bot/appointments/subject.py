"""What an appointment is for, as a text to search with: a message without its moment and its words about appointments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.appointments import wishes_scan
from bot.appointments.wishes_pieces import Rij
from bot.appointments.wishes_text import plain

GEWOON_WOORD = "w"
"""Kind of a piece that says nothing about a moment."""
_OVER_AFSPRAKEN = re.compile(
    r"(?:afspraak|afspraken|afspr|afspraakje|maken|make|maak|plannen|plan|inplannen|inboeken|boeken|boek|reserveren|reserveer"
    r"|ingepland|langs|langskomen|langsgaan|komen|kom|bezoek|graag|wil|willen|wou|zou|mag|kan|kunnen|ik|wij|we|mij|me|u|jullie"
    r"|nodig|hebben|heb|regelen|balie|loket|stadhuis|gemeentehuis|hallo|hoi|goedemorgen|goedemiddag|goedenavond|aub|alstublieft"
    r"|svp|nieuwe?|eerstvolgende|personen|persoon|tijd|tijdstip|vrije?|plek|plekje)"
)


def subject_of(text: str, vandaag: date) -> str:
    """The words that are left; empty when a message says nothing but that, and when, somebody wants an appointment."""
    words = [
        stuk
        for delen, stuk in _pieces(plain(text), vandaag)
        if [deel.soort for deel in delen] == [GEWOON_WOORD] and re.search(r"\w", stuk)
    ]
    return " ".join(word for word in words if not _OVER_AFSPRAKEN.fullmatch(word))


def _pieces(text: str, vandaag: date) -> Iterator[tuple[Rij, str]]:
    """What the reading of moments makes of each word, with the words that it was read from."""
    position = 0
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        begin = position
        delen, position = wishes_scan._at(text, position, vandaag)
        yield delen, text[begin:position]
