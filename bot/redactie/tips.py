"""Tips about the language of a text, each with its place. They hold nothing up: no program measures B1.

Long sentences, the passive with *worden*, hard words with a plainer one (`moeilijk.yml`), long words, "klik hier", and the
form of address. Placeholders and the addresses of links count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml

from bot.redactie.values import Melding

LANGE_ZIN = 20
"""Words; a sentence with more is marked."""
LANG_WOORD = 26
"""Letters; a word with more is marked."""

_WORDS_FILE = Path(__file__).parent / "moeilijk.yml"
_SILENT = re.compile(r"\{\{.*?\}\}|\]\([^)]*\)|https?://\S+")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LIST_ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+")
_SENTENCE = re.compile(r".+?(?:[.!?]+(?=\s|$)|$)", re.DOTALL)
_ABBREVIATION = re.compile(r"\b(?:bijv|bv|dhr|mevr|nr|tel|o\.a|d\.w\.z|m\.b\.t|t\.a\.v|art|lid)\.$", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:word|wordt|worden|werd|werden)\b", re.IGNORECASE)
_PARTICIPLE = re.compile(r"\b(?:(?:\w{0,12}?)ge\w{2,}|(?:be|ver|ont|her|er)\w{3,})(?:d|t|en)\b", re.IGNORECASE)
_LINK_HERE = re.compile(r"\[\s*(?:klik(?:t u)?\s+)?hier\s*\]\(", re.IGNORECASE)
_JE = re.compile(r"\b(?:je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)
_U = re.compile(r"\b(?:u|uw|uzelf)\b", re.IGNORECASE)


def tips(tekst: str, deel: str, aanspreekvorm: str = "u") -> list[Melding]:
    """Tips about one part of a text (the short answer, a section), in the order of their places.

    Args:
        tekst: Markdown of that part.
        deel: its name, for `Melding.deel`.
        aanspreekvorm: `u` or `je`: how the municipality addresses residents.
    """
    # Of equal length, so that places stay places.
    bare = _SILENT.sub(lambda match: " " * len(match.group()), tekst)
    found = [*_sentences(bare, deel), *_words(bare, deel), *_address(bare, deel, aanspreekvorm)]
    found += [
        Melding(deel, "een link zegt waar hij heen gaat, niet “hier”", "link_hier", *match.span())
        for match in _LINK_HERE.finditer(tekst)
    ]
    return sorted(found, key=lambda one: (one.van or 0, one.tot or 0, one.soort))


@lru_cache(maxsize=1)
def hard_words() -> dict[str, str]:
    """Hard word or phrase → a plainer one."""
    raw = yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))
    return {str(word).lower(): str(plain) for word, plain in raw.items()}


def sentences(bare: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each sentence; an item of a list is one of its own, and so is a paragraph without a full stop."""
    begin = 0
    for block in re.split(r"(\n(?:\s*\n)+|\n(?=\s*(?:[-*]|\d+\.)\s))", bare):
        item = _LIST_ITEM.match(block)
        skip = item.end() if item else 0
        yield from _within(block, begin, skip)
        begin += len(block)


def _within(block: str, begin: int, skip: int) -> Iterator[tuple[int, int]]:
    start = skip
    for match in _SENTENCE.finditer(block, skip):
        if _ABBREVIATION.search(block[start : match.end()].rstrip()) and match.end() < len(block):
            continue
        text = block[start : match.end()]
        if _WORD.search(text):
            lead = len(text) - len(text.lstrip())
            yield begin + start + lead, begin + start + len(text.rstrip())
        start = match.end()


def _sentences(bare: str, deel: str) -> Iterator[Melding]:
    for van, tot in sentences(bare):
        sentence = bare[van:tot]
        count = len(_WORD.findall(sentence))
        if count > LANGE_ZIN:
            yield Melding(deel, f"lange zin ({count} woorden): maak er twee van", "lange_zin", van, tot)
        passive = _PASSIVE.search(sentence)
        if passive and _PARTICIPLE.search(sentence):
            yield Melding(
                deel,
                f"“{passive.group()}”: zeg wie het doet",
                "lijdend",
                van + passive.start(),
                van + passive.end(),
            )


def _words(bare: str, deel: str) -> Iterator[Melding]:
    for match in _hard().finditer(bare):
        plain = hard_words()[re.sub(r"\s+", " ", match.group().lower())]
        yield Melding(deel, f"“{match.group()}”: schrijf liever “{plain}”", "moeilijk_woord", *match.span())
    for match in _WORD.finditer(bare):
        if len(match.group()) > LANG_WOORD and "-" not in match.group():
            yield Melding(
                deel, f"“{match.group()}” is een lang woord: deel het op of leg het uit", "lang_woord", *match.span()
            )


@lru_cache(maxsize=1)
def _hard() -> re.Pattern[str]:
    longest_first = sorted(hard_words(), key=lambda word: (-len(word), word))
    return re.compile(
        r"\b(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first) + r")\b", re.IGNORECASE
    )


def _address(bare: str, deel: str, aanspreekvorm: str) -> Iterator[Melding]:
    other, name = (_U, "je") if aanspreekvorm == "je" else (_JE, "u")
    for match in other.finditer(bare):
        yield Melding(
            deel, f"“{match.group()}”: hier spreekt u bewoners aan met “{name}”", "aanspreekvorm", *match.span()
        )
