"""A resident's sentence made ready for reading: one way of writing, numbers that are no moment covered, typing mended."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.appointments.wishes_words import GETAL, MAAND, MAANDEN, WEEKDAGEN, keuze, woorden

BEDEKT = "\u00a7"
"""Stands for a number that is no moment."""

_KLOK = r"(?:[01]?\d|2[0-4])[:.][0-5]\d"
_UUR = rf"(?:{_KLOK}(?:u|h|uur)?|(?:[01]?\d|2[0-4])[uh][0-5]\d|(?:[01]?\d|2[0-4])(?:u|h|uur)?)"
_DATUM = r"\d{1,2}[-/]\d{1,2}|\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d\d)|(?:19|20)\d\d-\d\d?-\d\d?"
_MOMENT = re.compile(
    rf"\d{{1,2}}(?:e|den?|ste|en)?|(?:19|20)\d\d|{_DATUM}|{_UUR}(?:[-/]{_UUR})?|\d{{1,2}}(?:e|de|ste)[-/]\d{{1,2}}(?:e|de|ste)"
    rf"|\d{{1,2}}-?{MAAND}(?:-?(?:19|20)\d\d)?|[a-z]+-\d{{1,2}}|t/m\d{{1,2}}|'\d\d"
)
_TOKEN = re.compile(r"[^\s,;!?()\"]*\d[^\s,;!?()\"]*")
_LETTERS = re.compile(r"[a-z]+-\d{1,2}")

_JONG = keuze(
    "leeftijd jeugdhulp zoon zoontje dochter dochtertje kind kindje kinderen kleinkind kleinzoon kleindochter jongen jongetje "
    "meisje baby broertje zusje tweeling jongeren jeugd leerlingen"
)
_GROEP = keuze(
    "personen persoon mensen volwassenen kinderen kids paspoorten id-kaarten kaarten pasjes werknemers keer maal stuks x jaar "
    "jaren jarige procent km kilometer m2 m3 meter cm kg kilo liter minuten_te_laat verdieping etage euro eur"
)
_STRAAT = r"\w{2,}" + keuze("straat laan weg plein gracht kade dijk singel steeg dreef hof pad plantsoen")
_NUMMER = (
    r"(?:(?:\w*(?:huis|dossier|zaak|afspraak|klant|volg|telefoon|kamer))?nummer|(?:nr|no|art)\b\.?|\w*code|"
    + keuze("kenmerk kamer loket balie lijn bus tram groep klas artikel pagina stap optie keuze postbus versie")
    + ")"
)
_GEBOREN = keuze("geboren geb geb. geboortedatum geboortedag")
_WAARDE = keuze("kost kosten kostte betaal betaald betaalde bedrag tarief prijs euro eur")
_GEEN_MOMENT = rf"(?!\d| ?(?:uur|u|h)\b| ?{MAAND}|[-/:.,]\d)"
"""After a number that is covered: nothing that makes it a moment after all."""
_BEDEKKEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"\S+@\S+|https?://\S+|www\.\S+",
        rf"\b{_GEBOREN}:? (?:is |op |in |per )?(?:de )?(?:{GETAL} {MAAND}|\d+[-/. ]\d+)(?:[-/. ]?\d{{4}})?",
        r"(?:\beur(?:o)? ?)?€ ?\d[\d.,]*|\d[\d.,]*(?:,-)? ?(?:€|euro\b|eur\b)",
        rf"\b{_WAARDE} (?:is |was |van |maar |ongeveer )?\d+(?:[.,]\d+)?(?![\d.,]| ?(?:uur|u|{MAAND}))",
        r"\b24/7\b(?!/)|\b24 uur\b",
        # An IBAN, a BSN in groups, a phone number, a postcode, an address.
        r"\b[a-z]{2}\d\d ?[a-z]{4}(?: ?\d{2,4}){2,}",
        r"(?<![\w/.:-])(?:\d{3}[ -]\d{3}[ -]\d{3}|\d{4}[ -]\d\d[ -]\d{3})(?![\w-])",
        r"(?<![\w/.:-])(?!\d{1,2}[-/.]\d{1,2}[-/.]\d\d)(?=\(?\+?\(?(?:[ ()-]{0,2}\d){7})\(?(?:\+\d{1,3}|0\d{0,3})"
        r"(?:[ ()-]{1,2}\d+)+(?!\w)",
        r"(?<![\w/.:-])[1-9]\d{3} ?[a-z]{2}(?!\w)(?<! (?:om|op|en|of|in|na|is|ik|we|te|al|ja))",
        rf"\b{_STRAAT} \d+[a-z]?(?:[-/]\d+)?{_GEEN_MOMENT}",
        rf"\b{_NUMMER}:? (?:is )?\d+(?:[-/]\d+)?{_GEEN_MOMENT}",
        # Ages, numbers of people and things, lengths of time.
        rf"\b{_JONG} (?:(?:van|tot|vanaf|onder|boven) )?(?:de )?{GETAL}(?: tot {GETAL})?(?: jaar| maanden)?(?!\w){_GEEN_MOMENT}",
        r"\b(?:word|wordt|worden) (?:\w+ ){0,2}\d{1,2}\b(?! ?(?:uur|u|h)\b|[:.-]\d)",
        r"\b(?:ben|is|was) (?:al |net |nu )?\d{1,3}(?= ?(?:jaar|en\b|geworden|$|[,.!?](?!\d)))",
        rf"(?<!over )\b{GETAL}(?:(?: of |-| a | en ){GETAL})?[ -]?{_GROEP}\b",
        r"\bmet (?:z'?n|zijn|ons|hun|de) (?:tweeen|drieen|vieren|vijven|zessen|zevenen)\b",
        rf"\b{keuze('al duurt duurde bijna ruim elke per extra werk werken')} {GETAL} ?uur\b",
        rf"\b{GETAL} uur (?:per|lang|gewacht|wachten|in de week)\b|\b{GETAL} (?:dagen|weken|maanden|uur|uren) (?:per|in de) \w+",
        # Greetings and sayings.
        r"\b(?:goede|goeie|goeden)[ -]?(?:morgen|middag|avond|ochtend|namiddag|dag)\b|^goed ?(?:morgen|middag|avond)\b",
        rf"\b{keuze('fijn fijne prettig prettige mooie leuke goede')} "
        rf"{keuze('weekend dag middag avond ochtend week vakantie feestdagen kerst')}\b",
        r"\bgoed weekend\b|\bvandaag de dag\b|\bdag van vandaag\b|\bom de (?:week|dag|maand)\b|\bop (?:den|de) duur\b",
    )
)

_HERSCHREVEN = (
    (re.compile(r"[\u2018\u2019\u201b`\u00b4]"), "'"),
    (re.compile(r"[\u2010-\u2015\u2212]"), "-"),
    # An accent that says "before", not "for".
    (re.compile("v\u00f3\u00f3r"), "nog voor"),
)
_DAARNA = (
    (re.compile(r"\bmorge\b"), "morgen"),
    (re.compile(r"\b(?:fan|vna)\b"), "van"),
    (re.compile(r"\b(?:achternoen|achtermiddag)\b"), "namiddag"),
    (re.compile(rf"'?\bs ?'? ?(?=(?:ochtend|morgen|middag|namiddag|avond|{keuze(WEEKDAGEN)})s\b)"), "'s "),
    (re.compile(r"\bwk\b\.?"), "week"),
    (re.compile(r"\b(?:tot en met|tot en|t\.?e\.?m\.?|tm|tot aan)\b|\bt/m ?"), " t/m "),
    (re.compile(r"(?<=\d) - (?=\d)"), "-"),
    (re.compile(r"\s+"), " "),
)

_LANG = 6
"""Letters from which a word may hold a slip of the finger; shorter ones are too easily another word."""
_GOED = frozenset(
    woorden(
        "zorgen borgen morren vandaan vandaal vandaar kopende werkend komend volgend aankomend aanstaand weekdag doordeweekse"
    )
)
_BEKEND = sorted(
    {
        *WEEKDAGEN,
        *(f"{dag}{deel}" for dag in WEEKDAGEN for deel in ("ochtend", "middag", "avond", "morgen")),
        *(name for name in MAANDEN if len(name) >= _LANG),
        *woorden(
            "vandaag morgen overmorgen morgenochtend morgenmiddag morgenavond vanmiddag vanavond vanochtend vanmorgen"
        ),
        *woorden(
            "volgende komende aanstaande aankomende uiterlijk weekend ochtend ochtends middag middags avonds overdag"
        ),
        *woorden("behalve doordeweeks gisteren"),
    }
)

_KNOWN = frozenset(_BEKEND) | {f"{word}{end}" for word in _BEKEND for end in ("s", "en")}


def plain(text: str) -> str:
    """A sentence in small letters, without accents, with single spaces and with its slips mended.

    Numbers that are no moment (phone and case numbers, addresses, ages, amounts) are covered by BEDEKT.
    """
    for pattern, new in _HERSCHREVEN:
        text = pattern.sub(new, text.lower())
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    text = " ".join(text.lower().split())
    for pattern, new in _DAARNA:
        text = pattern.sub(new, text)
    for pattern in _BEDEKKEN:
        text = pattern.sub(BEDEKT, text)
    text = _TOKEN.sub(_moments_only, text)
    return re.sub(rf"[a-z]{{{_LANG},}}", _mended, text).strip()


def _moments_only(match: re.Match[str]) -> str:
    """A word with figures in it, when it can be a moment."""
    word = match.group()
    bare = word.strip(".:-'")
    if _MOMENT.fullmatch(bare) and not (_LETTERS.fullmatch(bare) and not _day_before(bare)):
        return word
    return BEDEKT


def _day_before(word: str) -> bool:
    return word.partition("-")[0] in {"ma", "di", "wo", "do", "vr", "za", "zo", *WEEKDAGEN}


def _mended(match: re.Match[str]) -> str:
    return _nearest(match.group())


def _nearest(word: str) -> str:
    """The known word that differs in one letter, begins with the same one and has no rival; else the word itself."""
    if word in _KNOWN or word in _GOED:
        return word
    near = process.extract(word, _BEKEND, scorer=OSA.distance, score_cutoff=1, limit=2)
    near = [one for one in near if one[0][0] == word[0]]
    return str(near[0][0]) if len(near) == 1 else word
