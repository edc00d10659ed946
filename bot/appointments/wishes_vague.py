"""Moments that a sentence speaks of and nobody can place: holidays from school, "als ik terug ben", "later"; and days gone by."""

from __future__ import annotations

import re
from datetime import date

from bot.appointments.wishes_days import Regel
from bot.appointments.wishes_pieces import ONBEKEND, Deel, Rij
from bot.appointments.wishes_words import EINDE, GETAL, keuze

_VAKANTIE = keuze(
    r"\w*vakantie bouwvak zomer zomermaanden winter herfst lente voorjaar najaar verhuizing operatie bevalling geboorte \w*verlof "
    "examen examens tentamens ramadan suikerfeest offerfeest carnaval reis bruiloft begrafenis crematie behandeling"
)
_VOOR_VAKANTIE = keuze("na in tijdens tot vanaf rond met nog_voor eind begin einde_van eind_van")
_WIE = r"(?:ik|we|wij|hij|ze|zij|(?:mijn|m'n|mn|onze|de|het) \w+)"
_ALS = rf"(?:als|zodra|wanneer|nadat) {_WIE}"
_WEER = keuze("terug vrij beter thuis klaar genezen hersteld op_school uitgewerkt")
_ZIJN = keuze("ben bent is zijn heb hebben heeft zit zitten kom komen komt")
_ANDER = keuze("dag week keer moment tijd tijdstip datum uur maand ochtend middag")
_DUUR = keuze("uurtje uurke uur dag dagen week weken weekje maand kwartier")


def _unknown(match: re.Match[str], vandaag: date) -> Rij:
    return (ONBEKEND,)


def _gone(match: re.Match[str], vandaag: date) -> Rij:
    return (Deel("P"),)


REGELS: tuple[Regel, ...] = tuple(
    (re.compile(pattern + EINDE), handler)
    for pattern, handler in (
        (r"(?:op |in )?(?:gisteren|eergisteren|gister)(?:ochtend|middag|avond)?", _gone),
        (r"(?:vorige?|afgelopen) (?:week|weekend|maand|jaar|keer|zomer)", _gone),
        (rf"{_VOOR_VAKANTIE} (?:de |het |mijn |onze |m'n |mn |je |die )?{_VAKANTIE}", _unknown),
        (rf"{_ALS}(?: \w+){{0,3}}? {_WEER}(?: \w+){{0,2}}? {_ZIJN}", _unknown),
        (rf"{_ALS}(?: \w+)? (?:vrij|terug|weer) (?:heeft|heb|hebben|ben|is|zijn|kan|kunnen)", _unknown),
        (rf"over (?:een |'n )?(?:tijdje|poosje|uurtje|uur|half uur|kwartier|kwartiertje)|over {GETAL} uur", _unknown),
        (rf"(?:een |op een |naar een |'n )?andere? {_ANDER}", _unknown),
        (r"(?:de |het )?(?:dag|week|maand|weekend) (?:erna|daarna|erop|ervoor|daarvoor|later)", _unknown),
        (r"(?:diezelfde|dezelfde|die|volgende) (?:dag|middag|ochtend|keer)", _unknown),
        (rf"(?:{GETAL}|paar|enkele|halve?) {_DUUR} (?:later|eerder)", _unknown),
        (r"(?<!tot )later(?= graag|$|[.?!,])", _unknown),
        (
            rf"{keuze('iets wat liever graag kan_het mag_het het even')} (?:iets |wat )?(?:later|eerder|vroeger)"
            r"(?! (?:dan|op|in|deze|vandaag)\b)",
            _unknown,
        ),
    )
)
