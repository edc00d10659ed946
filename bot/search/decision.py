"""What happens with a message: answer, ask back, fall back, or leave it to another dialogue act's rule.

`decide` is the whole order of steps on one page: each step either settles the message or passes it on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.catalog.product import Product
from bot.search.acts import BUITEN_SCOPE, NOOD_DREMPEL, NOODGEVAL, VRAAG_PRODUCT
from bot.search.searcher import Ranking
from bot.search.text import Token, fold, words


class Uitkomst(str, Enum):
    """The ways in which a message can end. A new ending starts with a new name here."""

    ANTWOORD = "antwoord"
    """One product is certain enough to answer directly."""
    VERDUIDELIJKING = "verduidelijking"
    """Two to four products are shown as choices, with "geen van deze"."""
    TERUGVAL = "terugval"
    """Not understood: ask once more, with a hint."""
    TERUGVAL_HERHAALD = "terugval_herhaald"
    """Not understood twice in a row: bring in a human."""
    DIALOOG = "dialoog"
    """Another dialogue act's rule runs: a greeting, a case, an appointment, danger."""


@dataclass(frozen=True)
class Drempels:
    """Certainties (0-1) from which the assistant answers, or asks back."""

    antwoord: float = 0.55
    verduidelijking: float = 0.30
    keuze: float = 0.04
    """A product below this certainty is not worth a button."""


@dataclass(frozen=True)
class Keuze:
    """A choice that the assistant offered: what happens when the resident takes it."""

    titel: str
    product: str | None = None
    aspect: str | None = None
    act: str | None = None


@dataclass(frozen=True)
class Gesprek:
    """What the conversation so far says about the next message."""

    product: str | None = None
    """The product that was answered last."""
    keuzes: tuple[Keuze, ...] = ()
    """The choices under the assistant's last message."""
    niet_begrepen: int = 0
    """Fallbacks in a row, up to now."""


@dataclass(frozen=True)
class Beslissing:
    """The outcome for a message."""

    act: str
    uitkomst: Uitkomst
    product: str | None = None
    aspect: str | None = None
    """The aspect that was asked, also when no product was found."""
    kandidaten: tuple[str, ...] = ()
    ranking: Ranking = Ranking((), 1.0)
    """The ranking it rests on; with a follow-up that of the message in its context."""
    reden: str = ""
    """Which step settled it, for an explanation."""


Zoek = Callable[[str], Ranking]
"""Ranks another text than the message itself: the message put in its context."""


@dataclass(frozen=True)
class Bericht:
    """All that a decision rests on."""

    tekst: str
    tokens: Sequence[Token]
    acts: Mapping[str, float]
    """Share per act, kinds taken together, largest first."""
    aspect: str | None
    ranking: Ranking
    gesprek: Gesprek
    drempels: Drempels
    products: Mapping[str, Product]
    zoek: Zoek = field(repr=False)

    @property
    def act(self) -> str:
        """The likeliest dialogue act."""
        return next(iter(self.acts), VRAAG_PRODUCT)

    @property
    def beste(self) -> float:
        """Certainty of the best product."""
        return self.ranking.treffers[0].zekerheid if self.ranking.treffers else 0.0


MAX_KEUZES = 4
AFHANKELIJK = 9
"""A message longer than this many words stands on its own."""
ACT_DREMPEL = 0.5
"""Share from which another dialogue act than a product question is believed against a certain product."""

_BEGIN = frozenset("en maar nee of ja oke ok dus".split())
_VERWIJST = frozenset("dat die dit deze daar daarvan daarvoor daarmee ervan ervoor erbij ermee het hem dan".split())
_RANG = {"eerste": 1, "1e": 1, "tweede": 2, "2e": 2, "derde": 3, "3e": 3, "vierde": 4, "4e": 4, "laatste": -1}


def decide(bericht: Bericht) -> Beslissing:
    """The outcome of a message: the first step that settles it."""
    steps = (_danger, _nothing_said, _taken_choice, _follow_up, _other_act, _out_of_scope, _by_certainty)
    for step in steps:
        beslissing = step(bericht)
        if beslissing is not None:
            return replace(
                beslissing, aspect=beslissing.aspect or bericht.aspect, reden=step.__name__.strip("_")
            )
    raise AssertionError("the last step always settles")


def _danger(bericht: Bericht) -> Beslissing | None:
    """Acute danger goes before anything else."""
    if bericht.acts.get(NOODGEVAL, 0.0) >= NOOD_DREMPEL:
        return Beslissing(NOODGEVAL, Uitkomst.DIALOOG, ranking=bericht.ranking)
    return None


def _nothing_said(bericht: Bericht) -> Beslissing | None:
    """Empty, or without a single word: emoji, punctuation, control characters."""
    return None if bericht.tokens else _fall_back(bericht)


def _taken_choice(bericht: Bericht) -> Beslissing | None:
    """A choice of the assistant's last message: its title, its number, or "de tweede"."""
    keuze = _choice(bericht.tekst, bericht.gesprek.keuzes)
    if keuze is None:
        return None
    if keuze.product is not None:
        return _answer(bericht, keuze.product, keuze.aspect or bericht.aspect, bericht.ranking)
    if keuze.act == VRAAG_PRODUCT:
        return _fall_back(bericht)
    return Beslissing(keuze.act or VRAAG_PRODUCT, Uitkomst.DIALOOG, ranking=bericht.ranking)


def _follow_up(bericht: Bericht) -> Beslissing | None:
    """A short message that leans on the product in the conversation: "en wat kost dat?", "en voor mijn kind?"."""
    anchors = _anchors(bericht)
    if not anchors or len(bericht.tokens) > AFHANKELIJK or not bericht.tokens:
        return None
    leans = _leans(bericht.tokens)
    if not leans and (bericht.act != VRAAG_PRODUCT or bericht.beste >= bericht.drempels.antwoord):
        return None
    if leans and bericht.act not in (VRAAG_PRODUCT, "ontkennen", "bevestigen", BUITEN_SCOPE):
        return None
    if len(bericht.tokens) <= 2 and bericht.aspect is None and bericht.act in ("ontkennen", "bevestigen"):
        return None
    family = _family(anchors, bericht.products)
    rest = " ".join(token.woord for token in bericht.tokens if token.woord not in ("nee", "ja", "oke", "ok"))
    ranking = bericht.zoek(f"{bericht.products[anchors[0]].kop.naam} {rest}")
    related = [treffer for treffer in ranking.treffers if treffer.product in family]
    if not related:
        return None
    # Within the family the message need only be clearer than its relatives, not than all products.
    total = sum(treffer.zekerheid for treffer in related)
    if total < bericht.drempels.verduidelijking or (not leans and total < bericht.beste):
        return None
    best = related[0]
    if best.zekerheid / total >= bericht.drempels.antwoord:
        return _answer(bericht, best.product, bericht.aspect, ranking)
    if bericht.aspect is not None and bericht.gesprek.product is not None:
        return _answer(bericht, bericht.gesprek.product, bericht.aspect, ranking)
    return None


def _other_act(bericht: Bericht) -> Beslissing | None:
    """A greeting, a case, an appointment and so on, unless a product is certain and the act is not."""
    act = bericht.act
    if act in (VRAAG_PRODUCT, BUITEN_SCOPE):
        return None
    if bericht.acts[act] < ACT_DREMPEL and bericht.beste >= bericht.drempels.antwoord:
        return None
    return Beslissing(act, Uitkomst.DIALOOG, ranking=bericht.ranking)


def _out_of_scope(bericht: Bericht) -> Beslissing | None:
    """Out of scope by its wording, and no product comes near."""
    if bericht.act == BUITEN_SCOPE and bericht.beste < bericht.drempels.antwoord:
        return Beslissing(BUITEN_SCOPE, Uitkomst.DIALOOG, ranking=bericht.ranking)
    return None


def _by_certainty(bericht: Bericht) -> Beslissing:
    """Answer, ask back or fall back, by the municipality's thresholds."""
    treffers, drempels = bericht.ranking.treffers, bericht.drempels
    if treffers and treffers[0].zekerheid >= drempels.antwoord:
        return _answer(bericht, treffers[0].product, bericht.aspect, bericht.ranking)
    top = treffers[:MAX_KEUZES]
    if len(top) >= 2 and sum(treffer.zekerheid for treffer in top) >= drempels.verduidelijking:
        choices = [treffer.product for treffer in top if treffer.zekerheid >= drempels.keuze]
        if len(choices) < 2:
            choices = [treffer.product for treffer in top[:2]]
        return Beslissing(
            VRAAG_PRODUCT, Uitkomst.VERDUIDELIJKING, kandidaten=tuple(choices), ranking=bericht.ranking
        )
    return _fall_back(bericht)


def _answer(bericht: Bericht, product: str, aspect: str | None, ranking: Ranking) -> Beslissing:
    return Beslissing(VRAAG_PRODUCT, Uitkomst.ANTWOORD, product=product, aspect=aspect, ranking=ranking)


def _fall_back(bericht: Bericht) -> Beslissing:
    again = bericht.gesprek.niet_begrepen >= 1
    return Beslissing(
        VRAAG_PRODUCT, Uitkomst.TERUGVAL_HERHAALD if again else Uitkomst.TERUGVAL, ranking=bericht.ranking
    )


def _choice(tekst: str, keuzes: Sequence[Keuze]) -> Keuze | None:
    """The offered choice that a message takes, or None."""
    if not keuzes:
        return None
    said = " ".join(words(tekst))
    for keuze in keuzes:
        if said and said == " ".join(words(keuze.titel)):
            return keuze
    number = _number(said)
    if number is None:
        return None
    if number == -1:
        return keuzes[-1] if keuzes[-1].product else _last_product(keuzes)
    return keuzes[number - 1] if 1 <= number <= len(keuzes) else None


def _number(said: str) -> int | None:
    """The number in "2", "nummer 2", "ja die tweede", "de laatste"; None when more is said than that."""
    rest = [word for word in said.split() if word not in {"ja", "nee", "die", "de", "het", "nummer", "nr", "optie", "keuze", "graag", "doe", "maar", "dan", "bedoel", "ik", "was"}]
    if len(rest) != 1:
        return None
    if re.fullmatch(r"[1-9]", rest[0]):
        return int(rest[0])
    return _RANG.get(rest[0])


def _last_product(keuzes: Sequence[Keuze]) -> Keuze | None:
    return next((keuze for keuze in reversed(keuzes) if keuze.product), None)


def _anchors(bericht: Bericht) -> list[str]:
    """Products a follow-up may lean on: those offered just now, and the one answered last."""
    offered = [keuze.product for keuze in bericht.gesprek.keuzes if keuze.product]
    last = [bericht.gesprek.product] if bericht.gesprek.product else []
    return [product for product in dict.fromkeys([*last, *offered]) if product in bericht.products]


def _family(anchors: Sequence[str], products: Mapping[str, Product]) -> set[str]:
    """The anchors with their general product and its variants."""
    roots = {products[product].kop.boven or product for product in anchors}
    return set(anchors) | {
        product_id for product_id, product in products.items() if product_id in roots or product.kop.boven in roots
    }


def _leans(tokens: Sequence[Token]) -> bool:
    said = [fold(token.woord) for token in tokens]
    return said[0] in _BEGIN or bool(_VERWIJST & set(said))
