"""A sentence as a row of pieces: every word becomes a moment, a word that joins moments, or just a word."""

from __future__ import annotations

import re
from datetime import date

from bot.appointments import wishes_clock, wishes_days, wishes_periods, wishes_vague
from bot.appointments.wishes_days import Regel
from bot.appointments.wishes_pieces import Deel, Rij
from bot.appointments.wishes_words import EINDE, WEEKDAG, keuze, woorden

_AFSPRAAK = keuze(
    r"\w*afspraak \w*afspraken afspr \w*gesprek boeking reservering \w*bezoek \w*overleg \w*controle hoorzitting die dat "
    "eentje tijd dag"
)
_STAAT = keuze("heb hebt heeft had hebben hadden staat sta stond staan stonden ben was")
_GEPLAND = keuze("ingepland gepland ingeroosterd geboekt genoteerd gezet")
_GEBEURT = keuze(
    "verloopt verloop verliep vlieg vliegt vertrek vertrekt verhuis verhuist jarig uitgerekend geldig op_reis belde belden was "
    "waren kwam kwamen stond stonden kreeg ging"
)
_GEBEURT_OP = keuze("verlopen vliegen vertrekken verhuizen verhuisd geboren")
_GEBEURD = keuze(
    "verlopen vliegen vertrekken verhuizen verhuisd overleden binnengekomen aangevraagd gebeld gestuurd verloren gestolen kwijt "
    "geboren geland landen gekregen ontvangen getrouwd gemaild belden belde moest moesten geboekt ingepland gepland gekozen "
    "aangeklikt was waren"
)
_VOOR_IETS = re.compile(
    r"\b(?:\w*afspraak|afspr|\w*plek|\w*gaatje|"
    + keuze(
        "plekje plaats plaatsje tijd reservering boeken maken inplannen plannen reserveren in lijst afspreken ingepland iets "
        "ruimte rooster vrij beschikbaar geven zetten door af inschrijven noteren afbellen annuleren opgeven afmelden afzeggen"
    )
    + ")$"
)
"""Before "voor": it says for what day, not before which."""

_Patronen = tuple[tuple[str, re.Pattern[str]], ...]
_EERST: _Patronen = tuple(
    (soort, re.compile(rf"(?:{pattern}){EINDE}"))
    for soort, pattern in (
        ("A", r"(?:dat )?maakt? (?:(?:mij|me|ons|het|t|'t) )*niets? uit(?: wanneer| welke dag| welke tijd| hoe laat)?"),
        (
            "A",
            r"wanneer dan ook|op elk moment|elk moment is goed|(?:kan|kunnen) altijd|altijd (?:goed|prima|vrij|beschikbaar)",
        ),
        ("A", r"(?:elke|iedere) dag(?= (?:behalve|kan|is|past|goed|maar|uitgezonderd|prima)\b|$)|alle dagen|hele week"),
        ("Q", rf"(?:mijn|m'n|mn|onze|de|die|deze|dat|het|je|uw|kan|mag|wil|er) {_AFSPRAAK}(?: \w+)? van(?! de week)"),
        ("Q", rf"{_AFSPRAAK} (?:staat|stond) (?:gepland |ingepland |nu )?(?:op|om|voor)?"),
        (
            "Q",
            rf"{_STAAT} (?:(?:al|nu|hier|een|mijn|de|nog) )*{_AFSPRAAK} (?:staan |{_GEPLAND} |gemaakt )?(?:op|om|van|voor)",
        ),
        ("Q", rf"{_STAAT} (?:(?:nu|al|nog|mij|me|ons) )*{_GEPLAND} (?:op|om|voor)"),
        ("Q", rf"{_STAAT} (?:\w+ )?staan(?: (?:op|om|voor))?|(?:sta|staan) (?:(?:nu|pas|al|nog) )+(?:op|om)?"),
        ("Q", r"\w*afspraak is (?:op|om|nu|nu om|nu op)?"),
        ("i", r"in plaats van|ipv|i\.p\.v\."),
        (
            "j",
            rf"(?:{_GEBEURT}|{_GEBEURT_OP}(?= (?:tot|op|per|sinds|met ingang)))(?: (?:tot|op|per|sinds|van|met ingang van))*",
        ),
        ("J", _GEBEURD),
        ("L", r"(?:is |zijn |komt )?(?:mij |me |ons )?(?:veel )?te (?:vroeg|laat|snel|kort dag)"),
        ("X", r"behalve|uitgezonderd|(?:maar|alleen) (?:liever )?niet|exclusief|met uitzondering van"),
        ("x", r"geen tijd|verhinderd|op vakantie|afwezig|bezet|in het buitenland|weg(?= ?(?:$|[,.!]))"),
        ("x", r"niet (?:thuis|beschikbaar|aanwezig|in de gelegenheid|in staat)|niet"),
        ("x", r"werk ik|ik werk|werken (?:wij|we)|moet(?:en)? (?:(?:ik|we|wij) )?(?:\w+ )?werken"),
        ("x", rf"geen(?= (?:{WEEKDAG}|weekend|ochtend|middag|avond))"),
    )
)
"""What goes before any moment that begins at the same word."""
_DAN: _Patronen = tuple(
    (soort, re.compile(rf"(?:{pattern}){EINDE}"))
    for soort, pattern in (
        ("n", "later dan"),
        ("v", "(?:eerder|vroeger) (?:terecht |langs |komen )?dan|nog voor"),
        ("f", r"met ingang van|v\.a\."),
        ("u", "op (?:zijn|z'n|zn) (?:laatst|uiterst)|ten laatste|voor of op|tot uiterlijk"),
        ("r", r"(?:rond|omstreeks|ongeveer|circa|ca\.?|plusminus|zo rond|om en nabij)(?: de klok van)?"),
        ("c", "(?:en|of) anders"),
        ("w", "tot (?:ziens|snel|straks|later|dan)"),
    )
)
_LOS = {
    word: soort
    for soort, words in {
        "n": "na",
        "v": "voor",
        "f": "vanaf va",
        "u": "uiterlijk",
        "g": "tegen",
        "t": "tot t/m",
        "b": "tussen",
        "y": "van",
        "o": "om",
        "p": "op in per aan gedurende met",
        "c": "en of anders ofwel / &",
        "a": "naar wordt",
        "d": "dan",
        "l": "liever liefst eerder",
        "m": "maar",
        "<": "daarvoor ervoor",
        ">": "daarna erna",
        "k": "komen langskomen langs door doorgaan lukken af",
        "h": "kan kunnen kunt lukt past gaat komt schikt ik we wij mij me ons u je jullie is ben zijn heb hebben heeft helaas echt "
        "dus uit moet zou wil k red hij zij ze mag toch vrij jammer genoeg kom",
        "": "de het een den 't graag ook wel nog even misschien bijvoorbeeld bv eventueel pas alleen ergens eens hele ne n",
        ",": ",",
        "-": "-",
        ".": ". ! ? ;",
    }.items()
    for word in woorden(words)
}
_REGELS: tuple[Regel, ...] = wishes_vague.REGELS + wishes_periods.REGELS + wishes_days.REGELS + wishes_clock.REGELS
_WOORD = re.compile(r"t/m|[\w']+|.")


def scan(text: str, vandaag: date) -> Rij:
    """The pieces of a sentence that `plain` made ready; articles and words that say nothing about a moment are left out."""
    found: list[Deel] = []
    position = 0
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        delen, position = _at(text, position, vandaag)
        found += delen
    return tuple(found)


def _at(text: str, position: int, vandaag: date) -> tuple[Rij, int]:
    """The pieces that a word begins, and where the next word is."""
    if found := _first(_EERST, text, position):
        return found
    for pattern, handler in _REGELS:
        match = pattern.match(text, position)
        if match and match.end() > position:
            delen = handler(match, vandaag)
            if delen is not None:
                return delen, match.end()
    if found := _first(_DAN, text, position):
        return found
    match = _WOORD.match(text, position)
    assert match is not None
    soort = _LOS.get(match.group(), "w")
    if soort == "v":
        return (Deel("v", bestemd=_VOOR_IETS.search(text[:position].rstrip()) is not None),), match.end()
    return (Deel(soort),) if soort else (), match.end()


def _first(patronen: _Patronen, text: str, position: int) -> tuple[Rij, int] | None:
    for soort, pattern in patronen:
        match = pattern.match(text, position)
        if match and match.end() > position:
            return (Deel(soort, sterk=soort == "v"),), match.end()
    return None
