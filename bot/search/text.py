"""Cleaning and cutting up what people type, before anything is compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

STOPWOORDEN = frozenset(
    [
        "de",
        "het",
        "een",
        "en",
        "of",
        "van",
        "voor",
        "in",
        "op",
        "te",
        "aan",
        "met",
        "is",
        "zijn",
        "was",
        "ben",
        "bent",
        "dat",
        "die",
        "dit",
        "deze",
        "er",
        "om",
        "bij",
        "als",
        "dan",
        "ook",
        "nog",
        "maar",
        "naar",
        "uit",
        "over",
        "door",
        "tot",
        "dus",
        "wel",
        "al",
        "ik",
        "u",
        "je",
        "jij",
        "we",
        "wij",
        "ze",
        "zij",
        "hij",
        "me",
        "mij",
        "mijn",
        "uw",
        "jouw",
        "ons",
        "onze",
        "haar",
        "hun",
        "hem",
        "men",
        "kan",
        "kunnen",
        "kunt",
        "wil",
        "wilt",
        "willen",
        "moet",
        "moeten",
        "mag",
        "mogen",
        "heb",
        "hebt",
        "heeft",
        "hebben",
        "word",
        "wordt",
        "worden",
        "zou",
        "zouden",
        "zal",
        "zullen",
        "wat",
        "hoe",
        "waar",
        "wie",
        "wanneer",
        "welke",
        "welk",
        "waarom",
        "hier",
        "daar",
        "graag",
        "hallo",
        "dag",
        "aub",
        "svp",
        "alstublieft",
        "alsjeblieft",
        "'t",
        "'n",
        "'m",
        "'s",
        "n",
        "m",
        "t",
        "ga",
        "gaat",
        "gaan",
        "doe",
        "doet",
        "doen",
    ]
)
"""Words that carry no subject. They stay in questions (order and grammar help) and are left out of field search."""

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class Token:
    """One word of a message: as typed in lower case without accents, and its lemma."""

    woord: str
    lemma: str
    begrip: str | None = None
    """The concept of the thesaurus that begins at this word."""


def clean(text: str) -> str:
    """Text as a person sees it: one Unicode form, no control or direction characters or halves of characters, single spaces."""
    text = unicodedata.normalize("NFC", text)
    return re.sub(r"\s+", " ", _CONTROL.sub("", text)).strip()


def fold(text: str) -> str:
    """Lower case without accents: `Café` and `cafe` are one."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFKD", text).lower().replace("\u2019", "'")
    # Once more: lower case can bring accents of its own, as with the Turkish dotted capital I.
    return "".join(char for char in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text, folded; punctuation and emoji are left out."""
    return _TOKEN.findall(fold(text))
