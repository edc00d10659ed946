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
from bot.search.searcher import Ranking, Treffer
from bot.search.subject import subject_words
from bot.search.text import Token, words


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
    waarde: str | None = None
    """What the choice stands for to the form that offered it: a moment, a place, a field to change."""


@dataclass(frozen=True)
class Gesprek:
    """What the conversation so far says about the next message."""

    product: str | None = None
    """The product that was answered last."""
    keuzes: tuple[Keuze, ...] = ()
    """The choices under the assistant's last message."""
    niet_begrepen: int = 0
    """Fallbacks in a row, up to now."""
    in_formulier: bool = False
    """A form asked something: most messages answer that, and lean on nothing else that was said."""


@dataclass(frozen=True)
class Beslissing:
    """The outcome for a message."""

    act: str
    uitkomst: Uitkomst
    product: str | None = None
    aspect: str | None = None
    """The aspect that was asked, also when no product was found."""
    kandidaten: tuple[str, ...] = ()
    waarde: str | None = None
    """What a taken choice stands for to the form that offered it."""
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
    genoemd: str | None = None
    """The one product of which a name or synonym is all that the message speaks of."""
    voorbeeld: str | None = None
    """The one product of which the message is an example question, word for word."""
    zaaknummer: bool = False
    """Whether a case number stands in the message."""
    afspraak_over: Callable[[], str] = field(default=lambda: "", repr=False)
    """The message without the words about an appointment and its moment, worked out when it is asked."""

    @property
    def act(self) -> str:
        """The likeliest dialogue act."""
        return next(iter(self.acts), VRAAG_PRODUCT)

    @property
    def beste(self) -> float:
        """Certainty of the best product."""
        return self.ranking.treffers[0].zekerheid if self.ranking.treffers else 0.0


MAX_KEUZES = 4
AFHANKELIJK = 11
"""A message longer than this many words stands on its own."""
ACT_DREMPEL = 0.5
"""Share from which another dialogue act is believed against a product that is just certain enough to answer."""
ACT_ZEKER = 0.62
"""The same against a product that is wholly certain."""

NOOD_WOORD = 0.6
"""The same for a message of one word: "kind" by itself is no cry for help, "brand" is."""
VRAAG_IN_FORMULIER = 4
"""Words from which a message without a question mark can be a question of its own while a form waits for an answer."""
BEVESTIGEN, ONTKENNEN, ZAAKSTATUS, AFSPRAAK_MAKEN = "bevestigen", "ontkennen", "zaakstatus", "afspraak_maken"

GEVOELIGE_KEUZE = 0.1
"""Certainty from which a sensitive product may be a choice."""
ACT_BIJ_NAAM = 0.8
"""Share from which another dialogue act is believed against a product that is called by its name ("afspraak maken")."""
ALLEBEI = 0.1
"""Certainty in the whole message that each of two needs must have when none of them is certain there."""
EERST = 0.1
"""Certainty in the whole message from which the need that is named first is answered first."""

WINST = 2.0
"""How many times likelier an addition must make a relative, to be about that relative."""
NIETS = 0.01
"""Certainty that counts as none, so that a gain over nothing stays a number."""
WINST_KAAL = 5.0
"""The same for a message that names no subject, which points to a relative less often."""
ALLEEN = 0.1
"""Certainty from which a product that a message names by itself is worth a choice beside that of the conversation."""
VERWANT = 3.0
"""How much likelier a relative of the offered products is meant by a correction."""

_LEUNEND = (VRAAG_PRODUCT, BUITEN_SCOPE, "ontkennen", "bevestigen")
"""Acts that a follow-up may look like."""
_CORRECTIE = frozenset(["nee", "neen", "niet", "bedoel", "bedoelde", "ik"])
_JA = frozenset(["ja", "oke", "ok", "jep", "dank", "bedankt"])
_TOEVOEGING = frozenset(["en", "maar", "of", "dan"])
_RANGTELWOORDEN = ("eerste", "tweede", "derde", "vierde", "vijfde", "zesde", "zevende", "achtste", "negende", "tiende")
_RANG = {"laatste": -1, **{word: place for place, word in enumerate(_RANGTELWOORDEN, start=1)}}


def decide(bericht: Bericht) -> Beslissing:
    """The outcome of a message: the first step that settles it."""
    steps: tuple[Callable[[Bericht], Beslissing | None], ...] = (
        _danger,
        _nothing_said,
        _taken_choice,
        _case_number,
        _example,
        _named,
        _follow_up,
        _other_act,
        _out_of_scope,
        _two_needs,
        _by_certainty,
    )
    if bericht.gesprek.in_formulier:
        steps = (_danger, _nothing_said, _taken_choice, _in_form)
    for step in steps:
        beslissing = step(bericht)
        if beslissing is not None:
            return replace(beslissing, aspect=beslissing.aspect or bericht.aspect, reden=step.__name__.strip("_"))
    raise AssertionError("the last step always settles")


def _danger(bericht: Bericht) -> Beslissing | None:
    """Acute danger goes before anything else."""
    needed = NOOD_DREMPEL if len(bericht.tokens) > 1 else NOOD_WOORD
    if bericht.acts.get(NOODGEVAL, 0.0) >= needed:
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
    return Beslissing(keuze.act or VRAAG_PRODUCT, Uitkomst.DIALOOG, waarde=keuze.waarde, ranking=bericht.ranking)


def _case_number(bericht: Bericht) -> Beslissing | None:
    """A case number asks how that case stands, whatever words surround it."""
    return Beslissing(ZAAKSTATUS, Uitkomst.DIALOOG, ranking=bericht.ranking) if bericht.zaaknummer else None


def _follow_up(bericht: Bericht) -> Beslissing | None:
    """A short message that leans on what was just said. From the barest to the fullest:

    - nothing but an aspect ("en wat kost dat?"): the product in the conversation, or a relative that fits better
    - a correction ("nee ik bedoelde bezoekers"): the rest of the message, with its relatives preferred
    - an addition ("en voor mijn dochter van 12?"): the relative that the addition points to
    - a subject that is not clear by itself: asked back, with the product in the conversation among the choices
    """
    anchors = _anchors(bericht)
    said = [token.woord for token in bericht.tokens]
    if not anchors or len(said) > AFHANKELIJK:
        return None
    if bericht.act not in _LEUNEND and bericht.acts[bericht.act] >= ACT_DREMPEL:
        return None
    subject = [word for word in subject_words(bericht.tokens) if word not in _CORRECTIE and word not in _JA]
    if not subject and bericht.aspect is None and bericht.act in ("ontkennen", "bevestigen"):
        # A bare yes or no asks for nothing.
        return None
    if subject and said[0] in _CORRECTIE:
        return _corrected(bericht, anchors, said)
    adds = said[0] in _TOEVOEGING
    if subject and not adds and bericht.beste >= bericht.drempels.antwoord:
        return None
    rest = said[1:] if adds else said
    relative = _relative(bericht, anchors, rest, WINST if subject else WINST_KAAL)
    if relative is not None:
        return relative
    if not subject:
        return _about_the_same(bericht, anchors)
    # A new question may begin with "en" as well: then it is clear without the conversation.
    if bericht.beste >= bericht.drempels.antwoord:
        return None
    return _with_the_same(bericht, anchors, rest)


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


def _relative(bericht: Bericht, anchors: Sequence[str], rest: Sequence[str], winst: float) -> Beslissing | None:
    """A relative of the product in the conversation that the message makes much likelier than it was."""
    family = _family(anchors[:1], bericht.products)
    anchor = bericht.products[anchors[0]].kop
    # A variant is read as its general product: the word that makes it a variant must not outweigh the message.
    general = bericht.products.get(anchor.boven or "")
    naam = (general.kop if general else anchor).naam
    before = {treffer.product: treffer.zekerheid for treffer in bericht.zoek(naam).treffers}
    ranking = bericht.zoek(f"{naam} {' '.join(rest)}")
    # The name itself always fits the product it was taken from; what counts is whom the message makes likelier.
    gains = {
        treffer.product: treffer.zekerheid / (before.get(treffer.product, 0.0) + NIETS)
        for treffer in ranking.treffers
        if treffer.product in family and treffer.product != anchors[0] and treffer.zekerheid >= bericht.drempels.keuze
    }
    best = max(gains, key=lambda product: gains[product], default=None)
    if best is None or gains[best] < winst:
        return None
    return _answer(bericht, best, bericht.aspect, ranking)


def _about_the_same(bericht: Bericht, anchors: Sequence[str]) -> Beslissing | None:
    """The product that was answered last, or once more the choices that were offered and not taken."""
    if bericht.gesprek.product in anchors and not _offered(bericht)[1:]:
        return _answer(bericht, str(bericht.gesprek.product), bericht.aspect, bericht.ranking)
    offered = _offered(bericht)[:MAX_KEUZES]
    if len(offered) < 2:
        return None
    return Beslissing(VRAAG_PRODUCT, Uitkomst.VERDUIDELIJKING, kandidaten=tuple(offered), ranking=bericht.ranking)


def _with_the_same(bericht: Bericht, anchors: Sequence[str], rest: Sequence[str]) -> Beslissing | None:
    """Ask back: what the message says by itself, and what it says in the conversation."""
    naam = bericht.products[anchors[0]].kop.naam
    context = bericht.zoek(f"{naam} {' '.join(rest)}").treffers
    if not context or context[0].product not in _family(anchors, bericht.products):
        return None
    alone = [one.product for one in bericht.ranking.treffers[: MAX_KEUZES - 1] if one.zekerheid >= ALLEEN]
    choices = tuple(dict.fromkeys([*alone, context[0].product]))
    if len(choices) < 2:
        return _answer(bericht, context[0].product, bericht.aspect, bericht.ranking)
    return Beslissing(VRAAG_PRODUCT, Uitkomst.VERDUIDELIJKING, kandidaten=choices, ranking=bericht.ranking)


def _example(bericht: Bericht) -> Beslissing | None:
    """The message is, word for word, an example question of one product: what an editor wrote there holds at once, also
    before it was ever trained on."""
    return _answer_to_name(bericht, bericht.voorbeeld)


def _named(bericht: Bericht) -> Beslissing | None:
    """The message speaks of one product by its name or a synonym, and of nothing else.

    That is what editors give names for, so it needs no certainty: "wat kost een paspoort" is about the product that is
    called so, however many variants come near.
    """
    return _answer_to_name(bericht, bericht.genoemd)


def _answer_to_name(bericht: Bericht, product: str | None) -> Beslissing | None:
    """The product that the words themselves point to, unless they are surely something else to say."""
    if product is None:
        return None
    if bericht.act not in (VRAAG_PRODUCT, BUITEN_SCOPE) and bericht.acts[bericht.act] >= ACT_BIJ_NAAM:
        return None
    return _answer(bericht, product, bericht.aspect, bericht.ranking)


def _in_form(bericht: Bericht) -> Beslissing:
    """What a message says while a form waits for an answer: another act when that is sure, a question of its own when it
    asks one and the answer is certain, and else the answer that the form waits for."""
    act = bericht.act
    if act in (BEVESTIGEN, ONTKENNEN) or (
        act not in (VRAAG_PRODUCT, BUITEN_SCOPE) and bericht.acts[act] >= ACT_DREMPEL
    ):
        return Beslissing(act, Uitkomst.DIALOOG, ranking=bericht.ranking)
    asks = "?" in bericht.tekst or len(bericht.tokens) >= VRAAG_IN_FORMULIER
    if asks:
        named = _example(bericht) or _named(bericht)
        if named is not None:
            return named
        if _is_certain(bericht, bericht.ranking):
            return _answer(bericht, bericht.ranking.treffers[0].product, bericht.aspect, bericht.ranking)
    return Beslissing(VRAAG_PRODUCT, Uitkomst.TERUGVAL, ranking=bericht.ranking)


def _other_act(bericht: Bericht) -> Beslissing | None:
    """A greeting, a case, an appointment and so on, unless a product is certain and the act is not."""
    act = bericht.act
    if act in (VRAAG_PRODUCT, BUITEN_SCOPE, NOODGEVAL):
        # Of danger the first step says whether it is sure enough.
        return None
    if bericht.acts[act] < _needed(bericht.beste, bericht.drempels.antwoord):
        return None
    if act == AFSPRAAK_MAKEN:
        # "Een afspraak voor een paspoort, zo snel mogelijk" is no passport in a hurry.
        over = bericht.afspraak_over()
        return Beslissing(act, Uitkomst.DIALOOG, ranking=bericht.zoek(over) if over else Ranking((), 1.0))
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
    """Parts of a message that ask for products of their own: one is answered, the second offered.

    A part torn from its sentence can point anywhere, so the message as a whole must know both products. The one that is
    named first is answered, unless the whole hardly knows it.
    """
    certain = _is_certain(bericht, bericht.ranking)
    least = bericht.drempels.keuze if certain else ALLEBEI
    share = {treffer.product: treffer.zekerheid for treffer in bericht.ranking.treffers if treffer.zekerheid >= least}
    if len(share) < 2:
        return None
    noden: list[str] = []
    for part in parts(bericht.tekst):
        ranking = bericht.zoek(part)
        if _is_certain(bericht, ranking) and ranking.treffers[0].product not in noden:
            noden.append(ranking.treffers[0].product)
    if certain:
        noden.append(bericht.ranking.treffers[0].product)
    known = [one for one in dict.fromkeys(noden) if one in share]
    known.sort(key=lambda one: share[one] < EERST)
    if len(known) < 2 or known[1] in _family(known[:1], bericht.products):
        return None
    return replace(_answer(bericht, known[0], bericht.aspect, bericht.ranking), tweede=known[1])


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
    top = [treffer for treffer in treffers if not _hurts(bericht, treffer)][:MAX_KEUZES]
    if len(top) >= 2 and sum(treffer.zekerheid for treffer in top) >= drempels.verduidelijking:
        choices = [treffer.product for treffer in top if treffer.zekerheid >= drempels.keuze]
        if len(choices) < 2:
            choices = [treffer.product for treffer in top[:2]]
        return Beslissing(VRAAG_PRODUCT, Uitkomst.VERDUIDELIJKING, kandidaten=tuple(choices), ranking=bericht.ranking)
    return _fall_back(bericht)


def _hurts(bericht: Bericht, treffer: Treffer) -> bool:
    """Whether a sensitive product is too unlikely to be shown as a choice: parents to be are not asked whether their child
    was stillborn."""
    return bericht.products[treffer.product].kop.gevoelig and treffer.zekerheid < GEVOELIGE_KEUZE


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
    # Where choices cannot be tapped they are numbered, and there may be more than nine.
    number = re.fullmatch(r"([1-9]\d?)(?:e|ste|de)?", rest[0])
    if number:
        return int(number.group(1))
    return _RANG.get(rest[0])


def _last_product(keuzes: Sequence[Keuze]) -> Keuze | None:
    return next((keuze for keuze in reversed(keuzes) if keuze.product), None)


def _anchors(bericht: Bericht) -> list[str]:
    """Products a follow-up may lean on: the one answered last, and those offered just now."""
    last = [bericht.gesprek.product] if bericht.gesprek.product in bericht.products else []
    return [str(product) for product in dict.fromkeys([*last, *_offered(bericht)])]


def _offered(bericht: Bericht) -> list[str]:
    """Products among the choices under the last message, each once."""
    offered = dict.fromkeys(keuze.product for keuze in bericht.gesprek.keuzes if keuze.product)
    return [product for product in offered if product in bericht.products]


def _family(anchors: Sequence[str], products: Mapping[str, Product]) -> set[str]:
    """The anchors with their general product and its variants."""
    roots = {products[product].kop.boven or product for product in anchors}
    return set(anchors) | {
        product_id for product_id, product in products.items() if product_id in roots or product.kop.boven in roots
    }
