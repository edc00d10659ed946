"""Dutch words for days, months, numbers and parts of the day, as `wishes_text.plain` leaves them: small, no accents."""

from __future__ import annotations

from collections.abc import Iterable


def woorden(text: str) -> list[str]:
    """The words of a list in one string."""
    return text.split()


def keuze(words: Iterable[str] | str) -> str:
    """A regex for one of some words, longest first; in a string, `_` stands for a space within one."""
    names = [word.replace("_", " ") for word in woorden(words)] if isinstance(words, str) else list(words)
    return "(?:" + "|".join(sorted(names, key=len, reverse=True)) + ")"


WEEKDAGEN = {
    name: number for number, name in enumerate(woorden("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"))
}
AFKORTINGEN = {"ma": 0, "di": 1, "wo": 2, "do": 3, "vr": 4, "za": 5, "zo": 6}
MAANDEN = {
    "januari": 1,
    "februari": 2,
    "maart": 3,
    "april": 4,
    "mei": 5,
    "juni": 6,
    "juli": 7,
    "augustus": 8,
    "september": 9,
    "oktober": 10,
    "november": 11,
    "december": 12,
}
VOLLE_MAAND = keuze(MAANDEN)
"""Months by their full names: "jan" alone is somebody."""
MAANDEN |= {name[:3]: number for name, number in MAANDEN.items()} | {"mrt": 3, "febr": 2, "sept": 9}
_EENHEDEN = woorden("een twee drie vier vijf zes zeven acht negen")
_TIENTALLEN = woorden(
    "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig "
    "eenentwintig tweeentwintig drieentwintig vierentwintig vijfentwintig zesentwintig zevenentwintig achtentwintig "
    "negenentwintig dertig eenendertig"
)
_RANG = woorden(
    "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende veertiende vijftiende "
    "zestiende zeventiende achttiende negentiende"
)
GETALLEN = {name: number for number, name in enumerate(_EENHEDEN + _TIENTALLEN, start=1)}
RANGTELWOORDEN = {name: number for number, name in enumerate(_RANG, start=1)}
RANGTELWOORDEN |= {f"{name}ste": number for name, number in GETALLEN.items() if number >= 20}
_OP_HET_UUR = woorden("enen tweeen drieen vieren vijven zessen zevenen achten negenen tienen elven twaalven")
UREN = {name: number for number, name in enumerate(_OP_HET_UUR, start=1)}
"""Hours as in "na vieren"."""
DELEN: dict[str, tuple[int, int | None]] = {
    "ochtend": (6 * 60, 12 * 60),
    "voormiddag": (6 * 60, 12 * 60),
    "morgen": (6 * 60, 12 * 60),
    "vroeg": (6 * 60, 12 * 60),
    "middag": (12 * 60, 18 * 60),
    "namiddag": (12 * 60, 18 * 60),
    "avond": (17 * 60, None),
}
"""Parts of the day in minutes. Evening begins at five: that is when evening openings begin, and still afternoon."""
HELFT = {"ochtend": "o", "voormiddag": "o", "morgen": "o", "vroeg": "o", "middag": "m", "namiddag": "m", "avond": "a"}


def getal(word: str) -> int:
    """A number in figures or words, also one of order. Raises KeyError for any other word."""
    digits = word
    for ending in ("ste", "den", "de", "e"):
        digits = digits.removesuffix(ending).strip()
    if digits.isdigit():
        return int(digits)
    return GETALLEN.get(word) or RANGTELWOORDEN[word]


GETAL = rf"(?:\d{{1,2}}|{keuze(GETALLEN)})"
MAAND = rf"(?:{keuze(MAANDEN)}\b\.?)"
WEEKDAG = keuze(WEEKDAGEN)
EINDE = r"(?!\w)"
"""Where a word ends."""
