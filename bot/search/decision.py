"""What happens with a message: answer, ask back, fall back, or leave it to another dialogue act's rule.

`decide` is the whole order of steps on one page: each step either settles the message or passes it on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.catalog.product import Product
from bot.search.acts import BUITEN_SCOPE, NOOD_DREMPEL, NOODGEVAL, VRAAG_PRODUCT
from bot.search.needs import parts
from bot.search.searcher import Ranking
from bot.search.text import STOPWOORDEN, Token, words


class Uitkomst(StrEnum):
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

    antwoord: float = 0.88
    gevoelig: float = 0.93
    """The same for a sensitive subject, where a wrong answer hurts."""
    verduidelijking: float = 0.30
    keuze: float = 0.02
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
    tweede: str | None = None
    """A second need in the same message, that is offered under the answer to the first."""
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
"""Share from which another dialogue act is believed against a product that is just certain enough to answer."""
ACT_ZEKER = 0.62
"""The same against a product that is wholly certain."""

ALLEBEI = 0.05
"""Certainty in the whole message that each of two needs must have when none of them is certain there."""
EERST = 0.1
"""Certainty in the whole message from which the need that stands first is answered before a more certain one."""

WINST = 2.0
"""How many times likelier an addition must make a relative, to be about that relative."""
NIETS = 0.01
"""Certainty that counts as none, so that a gain over nothing stays a number."""
VERWANT = 3.0
"""How much likelier a relative of the offered products is meant by a correction."""

_CORRECTIE = frozenset(["nee", "neen", "niet", "bedoel", "bedoelde", "ik"])
_TOEVOEGING = frozenset(["en", "maar", "of", "dan"])
_ASPECTWOORDEN = frozenset(
    [
        "kost",
        "kosten",
        "prijs",
        "prijzen",
        "duur",
        "betalen",
        "betaal",
        "gratis",
        "geld",
        "tarief",
        "lang",
        "hoelang",
        "duren",
        "duurt",
        "snel",
        "tijd",
        "klaar",
        "wachten",
        "dag",
        "dagen",
        "week",
        "weken",
        "nodig",
        "meenemen",
        "meebrengen",
        "papieren",
        "documenten",
        "aanvragen",
        "aanvraag",
        "aanvraagt",
        "regelen",
        "regel",
        "online",
        "waar",
        "voorwaarde",
        "voorwaarden",
        "mag",
        "bellen",
        "bel",
        "telefoon",
        "nummer",
        "contact",
        "mailen",
        "precies",
        "ongeveer",
        "eigenlijk",
        "ook",
        "nog",
        "verder",
        "daarvan",
        "daarvoor",
        "daarover",
        "ervan",
        "ervoor",
        "erbij",
        "daarmee",
        "ermee",
        "daar",
        "dat",
        "die",
        "dit",
        "deze",
        "het",
        "hem",
        "ze",
        "dan",
        "iets",
        "iemand",
        "veel",
        "wat",
        "wie",
        "welk",
        "welke",
        "wanneer",
        "hoe",
        "hoeveel",
        "moet",
        "moeten",
        "kan",
        "kunnen",
        "doen",
        "gaat",
        "zit",
    ]
)
"""Words of a message that asks an aspect and names no subject. Lemmas and forms."""

_RANG = {"eerste": 1, "1e": 1, "tweede": 2, "2e": 2, "derde": 3, "3e": 3, "vierde": 4, "4e": 4, "laatste": -1}


def decide(bericht: Bericht) -> Beslissing:
    """The outcome of a message: the first step that settles it."""
    steps = (_danger, _nothing_said, _taken_choice, _follow_up, _other_act, _out_of_scope, _two_needs, _by_certainty)
    for step in steps:
        beslissing = step(bericht)
        if beslissing is not None:
            return replace(beslissing, aspect=beslissing.aspect or bericht.aspect, reden=step.__name__.strip("_"))
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
    """A short message that leans on what was just said. Three kinds, from the barest to the fullest:

    - nothing but an aspect ("en wat kost dat?"): the product in the conversation
    - a correction ("nee ik bedoelde bezoekers"): the rest of the message, with its relatives preferred
    - an addition ("en voor mijn dochter van 12?"): the message read together with the product's name
    """
    anchors = _anchors(bericht)
    said = [token.woord for token in bericht.tokens]
    if not anchors or len(said) > AFHANKELIJK:
        return None
    if bericht.act not in (VRAAG_PRODUCT, BUITEN_SCOPE, "ontkennen", "bevestigen"):
        return None
    subject = _subject(bericht.tokens)
    if not subject:
        if bericht.aspect is None or bericht.gesprek.product not in anchors:
            return None
        return _answer(bericht, str(bericht.gesprek.product), bericht.aspect, bericht.ranking)
    if said[0] in _CORRECTIE:
        return _corrected(bericht, anchors, said)
    if said[0] in _TOEVOEGING:
        return _added(bericht, anchors, said)
    return None


def _corrected(bericht: Bericht, anchors: Sequence[str], said: Sequence[str]) -> Beslissing | None:
    """What the resident means instead, with the relatives of what was offered preferred."""
    rest = [word for word in said if word not in _CORRECTIE]
    if not rest:
        return None
    ranking = bericht.zoek(" ".join(rest))
    family = _family(anchors, bericht.products) - {str(bericht.gesprek.product)}
    boosted = [
        replace(treffer, zekerheid=treffer.zekerheid * (VERWANT if treffer.product in family else 1.0))
        for treffer in ranking.treffers
        if treffer.product != bericht.gesprek.product
    ]
    total = sum(treffer.zekerheid for treffer in boosted) + ranking.geen
    if not boosted or not total:
        return None
    treffers = sorted(
        (replace(treffer, zekerheid=treffer.zekerheid / total) for treffer in boosted), key=lambda one: -one.zekerheid
    )
    return _by_certainty(replace(bericht, ranking=Ranking(tuple(treffers), ranking.geen / total)))


def _added(bericht: Bericht, anchors: Sequence[str], said: Sequence[str]) -> Beslissing | None:
    """The relative of the product in the conversation that the addition points to, or else that product itself."""
    family = _family(anchors, bericht.products)
    naam = bericht.products[anchors[0]].kop.naam
    before = {treffer.product: treffer.zekerheid for treffer in bericht.zoek(naam).treffers}
    ranking = bericht.zoek(f"{naam} {' '.join(said[1:])}")
    # The name itself always fits the product it was taken from; what counts is whom the addition makes likelier.
    gains = {
        treffer.product: treffer.zekerheid / (before.get(treffer.product, 0.0) + NIETS)
        for treffer in ranking.treffers
        if treffer.product in family
        and treffer.product not in anchors[:1]
        and treffer.zekerheid >= bericht.drempels.keuze
    }
    best = max(gains, key=lambda product: gains[product], default=None)
    if best is not None and gains[best] >= WINST:
        return _answer(bericht, best, bericht.aspect, ranking)
    # A new question may begin with "en" as well: then it is clear without the conversation.
    if bericht.beste >= bericht.drempels.antwoord:
        return None
    if bericht.aspect is not None and ranking.treffers and ranking.treffers[0].product == anchors[0]:
        return _answer(bericht, anchors[0], bericht.aspect, ranking)
    return None


def _other_act(bericht: Bericht) -> Beslissing | None:
    """A greeting, a case, an appointment and so on, unless a product is certain and the act is not."""
    act = bericht.act
    if act in (VRAAG_PRODUCT, BUITEN_SCOPE):
        return None
    if bericht.acts[act] < _needed(bericht.beste, bericht.drempels.antwoord):
        return None
    return Beslissing(act, Uitkomst.DIALOOG, ranking=bericht.ranking)


def _needed(beste: float, drempel: float) -> float:
    """Share that another act needs to be believed: nothing while no product is certain, more the more one is."""
    if beste < drempel:
        return 0.0
    return ACT_DREMPEL + (ACT_ZEKER - ACT_DREMPEL) * (beste - drempel) / max(1 - drempel, 1e-9)


def _out_of_scope(bericht: Bericht) -> Beslissing | None:
    """Out of scope by its wording, and "none of them" is likelier than all products together."""
    if bericht.act == BUITEN_SCOPE and bericht.ranking.geen >= 0.5:
        return Beslissing(BUITEN_SCOPE, Uitkomst.DIALOOG, ranking=bericht.ranking)
    return None


def _two_needs(bericht: Bericht) -> Beslissing | None:
    """Parts of a message that ask for products of their own: the first is answered, the second offered.

    A part torn from its sentence can point anywhere, so the message as a whole must know both products.
    """
    share = {treffer.product: treffer.zekerheid for treffer in bericht.ranking.treffers}
    noden: list[str] = []
    for part in parts(bericht.tekst):
        ranking = bericht.zoek(part)
        if _is_certain(bericht, ranking) and ranking.treffers[0].product not in noden:
            noden.append(ranking.treffers[0].product)
    if _is_certain(bericht, bericht.ranking):
        best = bericht.ranking.treffers[0].product
        others = [product for product in noden if product != best and share.get(product, 0.0) >= bericht.drempels.keuze]
        noden = [others[0], best] if others and noden[0] == others[0] and share[others[0]] >= EERST else [best, *others]
    elif not all(share.get(product, 0.0) >= ALLEBEI for product in noden[:2]):
        return None
    if len(noden) < 2 or noden[1] in _family(noden[:1], bericht.products):
        return None
    return replace(_answer(bericht, noden[0], bericht.aspect, bericht.ranking), tweede=noden[1])


def _is_certain(bericht: Bericht, ranking: Ranking) -> bool:
    """Whether the best product may be answered directly; a sensitive one needs more."""
    if not ranking.treffers:
        return False
    best = ranking.treffers[0]
    sensitive = bericht.products[best.product].kop.gevoelig
    return best.zekerheid >= (bericht.drempels.gevoelig if sensitive else bericht.drempels.antwoord)


def _by_certainty(bericht: Bericht) -> Beslissing:
    """Answer, ask back or fall back, by the municipality's thresholds."""
    treffers, drempels = bericht.ranking.treffers, bericht.drempels
    if _is_certain(bericht, bericht.ranking):
        return _answer(bericht, treffers[0].product, bericht.aspect, bericht.ranking)
    top = treffers[:MAX_KEUZES]
    if len(top) >= 2 and sum(treffer.zekerheid for treffer in top) >= drempels.verduidelijking:
        choices = [treffer.product for treffer in top if treffer.zekerheid >= drempels.keuze]
        if len(choices) < 2:
            choices = [treffer.product for treffer in top[:2]]
        return Beslissing(VRAAG_PRODUCT, Uitkomst.VERDUIDELIJKING, kandidaten=tuple(choices), ranking=bericht.ranking)
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
    rest = [
        word
        for word in said.split()
        if word
        not in {
            "ja",
            "nee",
            "die",
            "de",
            "het",
            "nummer",
            "nr",
            "optie",
            "keuze",
            "graag",
            "doe",
            "maar",
            "dan",
            "bedoel",
            "ik",
            "was",
        }
    ]
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


def _subject(tokens: Sequence[Token]) -> list[str]:
    """The words of a message that could name a subject."""
    return [
        token.woord
        for token in tokens
        if token.woord not in STOPWOORDEN
        and token.lemma not in STOPWOORDEN
        and token.woord not in _ASPECTWOORDEN
        and token.lemma not in _ASPECTWOORDEN
        and token.woord not in _CORRECTIE
        and token.woord not in ("ja", "oke", "ok", "jep", "dank", "bedankt")
    ]
