"""What can be said of the question library without training anything: counts, repetition and spread of words.

The retrieval learns from these questions only, so it matters that they differ: a question that is nearly another, or a
sentence that was filled in for one product after the other, adds lines and no knowledge.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from bot.catalog.questions import Voorbeeld

SIMILARITY = 0.85
"""Two questions of a product that are more alike than this are near-duplicates."""
FRAME_PRODUCTS = 15
"""A sentence may recur, with another filling, in as many products; in more it is a frame."""
FRAME_WORDS = 3
"""Fewest fixed words of a frame: "mag ik ..." and "wat kost ..." are how people begin, not how one writer fills in."""

_CLOSED_CLASSES = """
de het een 't 'n die dat dit deze daar hier er
ik je jij u ge gij hij ze zij we wij jullie me mij jou hem haar ons hen hun zich elkaar
mijn m'n jouw uw zijn z'n onze men iemand niemand iets niets alles
wie wat waar wanneer waarom hoe hoeveel hoelang welk welke
van voor in op te aan met bij naar uit over door tot om na als dan of en maar want dus omdat voordat nadat sinds
tegen tussen onder zonder per via vanaf volgens tijdens terwijl zodat
ook nog al wel niet geen nu toch weer even zo zelf alleen meer veel heel erg
is ben bent was waren wees geweest heb hebt heeft hebben had hadden gehad
kan kun kunt kunnen kon konden wil wilt willen wou wilde moet moeten moest mag mogen mocht
zal zul zult zullen zou zouden word wordt worden werd geworden ga gaat gaan ging doe doet doen deed gedaan
kom komt komen laat laten graag svp aub alstublieft alsjeblieft hallo dag
s t n m
"""
FUNCTION_WORDS = frozenset(_CLOSED_CLASSES.split())
"""Words that carry no subject; every other word with a letter in it is a content word."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Dubbel:
    """A question that is too much like another of its product."""

    product: str
    vraag: str
    ander: str
    """The question that stands earlier, and can stay."""
    gelijkenis: float


@dataclass(frozen=True)
class Raam:
    """A sentence that recurs over products with one part filled in anew each time."""

    begin: Words
    eind: Words
    voorbeelden: tuple[Voorbeeld, ...]

    @property
    def producten(self) -> int:
        """In how many products it occurs."""
        return len({voorbeeld.product for voorbeeld in self.voorbeelden})

    def __str__(self) -> str:
        return " ".join((*self.begin, "…", *self.eind))


@dataclass(frozen=True)
class Telling:
    """How many questions there are of everything."""

    totaal: int
    per_product: Counter[str]
    per_stijl: Counter[str]
    per_aspect: Counter[str]
    """Of the questions that ask for one aspect."""
    per_product_en_stijl: Counter[tuple[str, str]]

    @property
    def aandeel_aspect(self) -> float:
        """Share of the questions that ask for one aspect; 0 of nothing."""
        return self.per_aspect.total() / self.totaal if self.totaal else 0.0


@dataclass(frozen=True)
class Spreiding:
    """How widely the words of one product's questions are spread."""

    product: str
    vragen: int
    woorden: int
    """Distinct content words."""
    zonder_naam: float | None
    """Share of the questions that hold no content word of the product's name; None when its name is not known."""


def words(text: str) -> Words:
    """The words of a text in lower case without accents; punctuation is left out."""
    folded = unicodedata.normalize("NFKD", text).lower().replace("\u2019", "'")
    return tuple(_WORD.findall("".join(char for char in folded if not unicodedata.combining(char))))


def content_words(text: str) -> list[str]:
    """The words that carry a subject."""
    return [
        word
        for word in words(text)
        if len(word) > 1 and word not in FUNCTION_WORDS and any(char.isalpha() for char in word)
    ]


def count(voorbeelden: Sequence[Voorbeeld]) -> Telling:
    """Questions per product, style and aspect."""
    return Telling(
        totaal=len(voorbeelden),
        per_product=Counter(voorbeeld.product for voorbeeld in voorbeelden),
        per_stijl=Counter(voorbeeld.stijl for voorbeeld in voorbeelden),
        per_aspect=Counter(voorbeeld.aspect for voorbeeld in voorbeelden if voorbeeld.aspect),
        per_product_en_stijl=Counter((voorbeeld.product, voorbeeld.stijl) for voorbeeld in voorbeelden),
    )


def near_duplicates(voorbeelden: Iterable[Voorbeeld], more_than: float = SIMILARITY) -> list[Dubbel]:
    """Questions that are too much like an earlier one of the same product; without them none is left.

    Two questions are as alike as the larger of two figures between 0 and 1, both on the words alone (no capitals, accents
    or punctuation): RapidFuzz's `ratio` of the texts as they stand, which finds another ending, a typing error or one
    word exchanged, and of the texts with their words in alphabetical order, which finds "kosten kinderpaspoort" beside
    "kinderpaspoort kosten". Products are not compared with each other: near products need questions that differ in one
    deciding word.
    """
    found = []
    for product, group in _by_product(voorbeelden).items():
        alike = _similarities([words(voorbeeld.vraag) for voorbeeld in group])
        staying: list[int] = []
        for index, voorbeeld in enumerate(group):
            nearest = max(staying, key=lambda other: alike[index, other], default=None)
            if nearest is None or alike[index, nearest] <= more_than * 100:
                staying.append(index)
            else:
                found.append(Dubbel(product, voorbeeld.vraag, group[nearest].vraag, float(alike[index, nearest]) / 100))
    return found


def frames(voorbeelden: Iterable[Voorbeeld], more_than: int = FRAME_PRODUCTS) -> list[Raam]:
    """Sentences that recur in more than so many products with one part filled in anew; widest first.

    A frame is a fixed beginning, one slot of any words, and a fixed end (one of the two may be empty), which together
    make up the whole question. At least three words are fixed, and they are at least half of the question. So "Hoe kan ik
    een parkeervergunning aanvragen?" stands in the frame "hoe kan ik een … aanvragen" and "Wat kost een paspoort?" in
    "wat kost een …". Beginnings that everybody uses are none: of "Mag ik mijn hond meenemen naar de balie?" only "mag
    ik" recurs, and after a longer one, as "hoe lang duurt het", a question of its own follows with more words than that.
    Which words are fixed shows from the library itself: those that recur. No list of words is needed, and a frame of
    uncommon words is found too. Not found are frames with two slots, and two fixed words ("wat kost …").

    A question that stands in several frames is counted with the widest.
    """
    asked = [(voorbeeld, words(voorbeeld.vraag)) for voorbeeld in voorbeelden]
    # Only a beginning and an end that recur by themselves can recur together: that leaves few of all combinations.
    begins = _recurring(((one.product, text[:size]) for one, text in asked for size in range(len(text))), more_than)
    ends = _recurring(
        ((one.product, text[size:]) for one, text in asked for size in range(1, len(text) + 1)), more_than
    )
    groups: dict[tuple[Words, Words], list[Voorbeeld]] = defaultdict(list)
    for voorbeeld, text in asked:
        for start, stop in _slots(len(text)):
            begin, end = text[:start], text[stop:]
            if begin in begins and end in ends:
                groups[begin, end].append(voorbeeld)
    return _widest(groups, more_than)


def literally_in(voorbeelden: Iterable[Voorbeeld], others: Iterable[Voorbeeld]) -> list[tuple[Voorbeeld, Voorbeeld]]:
    """Questions that stand among others word for word (capitals, accents and punctuation aside), each with that other."""
    known = {words(other.vraag): other for other in others}
    return [(voorbeeld, known[words(voorbeeld.vraag)]) for voorbeeld in voorbeelden if words(voorbeeld.vraag) in known]


def spread(voorbeelden: Iterable[Voorbeeld], names: Mapping[str, str]) -> list[Spreiding]:
    """Spread of words per product, narrowest first.

    Args:
        voorbeelden: the questions.
        names: the name of each product, as far as known.
    """
    rows = []
    for product, group in _by_product(voorbeelden).items():
        used = [set(content_words(voorbeeld.vraag)) for voorbeeld in group]
        name = set(content_words(names[product])) if product in names else None
        without = None if name is None else sum(name.isdisjoint(one) for one in used) / len(used)
        rows.append(Spreiding(product, len(group), len(set().union(*used)), without))
    return sorted(rows, key=lambda row: (row.woorden, row.product))


def _by_product(voorbeelden: Iterable[Voorbeeld]) -> dict[str, list[Voorbeeld]]:
    groups: dict[str, list[Voorbeeld]] = defaultdict(list)
    for voorbeeld in voorbeelden:
        groups[voorbeeld.product].append(voorbeeld)
    return groups


def _similarities(texts: Sequence[Words]) -> np.ndarray:
    """How alike texts are, (texts, texts), from 0 to 100."""
    plain = [" ".join(text) for text in texts]
    ordered = [" ".join(sorted(text)) for text in texts]
    return np.maximum(*(process.cdist(one, one, scorer=fuzz.ratio) for one in (plain, ordered)))


def _recurring(parts: Iterable[tuple[str, Words]], more_than: int) -> Collection[Words]:
    """Runs of words that occur in more than so many products."""
    products = Counter(part for _, part in set(parts))
    return {part for part, number in products.items() if number > more_than}


def _slots(length: int) -> Iterator[tuple[int, int]]:
    """Where the slot may begin and stop in a question of so many words."""
    longest = min(length // 2, length - FRAME_WORDS)
    for size in range(1, longest + 1):
        for start in range(length - size + 1):
            yield start, start + size


def _widest(groups: Mapping[tuple[Words, Words], Sequence[Voorbeeld]], more_than: int) -> list[Raam]:
    """The frames that are left when each question counts once, with the frame of most products."""
    found: list[Raam] = []
    taken: set[Voorbeeld] = set()
    whole = [Raam(begin, end, tuple(group)) for (begin, end), group in groups.items()]
    # Of two that are as wide, the one that says more.
    whole.sort(key=lambda frame: (-frame.producten, -len(frame.begin) - len(frame.eind), str(frame)))
    for frame in whole:
        left = Raam(
            frame.begin, frame.eind, tuple(voorbeeld for voorbeeld in frame.voorbeelden if voorbeeld not in taken)
        )
        if left.producten > more_than:
            found.append(left)
            taken.update(left.voorbeelden)
    return sorted(found, key=lambda frame: -frame.producten)
