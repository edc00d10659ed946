"""Why: what the assistant would do with a question, and what that rests on, in plain values for an editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.acts import BUITEN_SCOPE, total_per_act
from bot.search.batch import Geleerd
from bot.search.decision import Beslissing
from bot.search.fields import content_words
from bot.search.gate import Plek
from bot.search.searcher import Treffer, Vraag
from bot.search.understand import Omgeving, understand

GETOOND = 5
"""Products and dialogue acts of which the figures are shown."""
ONDERBOUWD = 2
"""Products of which the words are shown: the best, and the one after it."""
BUITEN = 0.5
"""Share from which a message is called out of scope."""


@dataclass(frozen=True)
class Aandeel:
    """A dialogue act and its share (0-1)."""

    act: str
    aandeel: float


@dataclass(frozen=True)
class Signaal:
    """One signal of a product (`ranker.SIGNALEN`), and what it adds to or takes from its chances."""

    naam: str
    waarde: float
    bijdrage: float


@dataclass(frozen=True)
class Gerangschikt:
    """A product in the ranking."""

    product: str
    naam: str
    zekerheid: float
    signalen: tuple[Signaal, ...]


@dataclass(frozen=True)
class Grond:
    """Which words of the question led to a product."""

    product: str
    velden: dict[str, list[str]]
    """naam, synoniemen, vragen, kort, aspecten → the words (or concepts) of the question that stand there."""
    voorbeeld: str | None
    """The example question that is nearest, and how near (0-1)."""
    gelijkenis: float
    woorden: list[str]
    """The words that weighed most in the question model; none for a product that came after training."""


@dataclass(frozen=True)
class Woord:
    """A word of the question."""

    woord: str
    lemma: str
    begrip: str | None
    """The concept of the thesaurus that begins at this word."""
    telt: bool
    """It carries a subject, so the search looks for it."""
    bekend: bool
    """It stands, as itself or as its concept, in a live text."""


@dataclass(frozen=True)
class Drempelwaarden:
    """Certainties (0-1) from which is answered and asked back there."""

    antwoord: float
    gevoelig: float
    verduidelijking: float
    keuze: float


@dataclass(frozen=True)
class Uitleg:
    """What happens with a question, and why."""

    vraag: str
    uitkomst: str
    stap: str
    """The step of `decision.decide` that settled it."""
    act: str
    acts: tuple[Aandeel, ...]
    aspect: str | None
    in_bereik: bool
    buiten_bereik: float
    """Share (0-1) of being no question for the municipality."""
    product: str | None
    tweede_keus: str | None
    """The product that came after the best one."""
    kandidaten: tuple[str, ...]
    ranking: tuple[Gerangschikt, ...]
    geen: float
    """Certainty that no product is meant."""
    drempels: Drempelwaarden
    nodig: float | None
    """The threshold for the best product: the higher one for a sensitive subject."""
    redenen: tuple[Grond, ...]
    woorden: tuple[Woord, ...]


def explain(
    tekst: str, plek: Plek, geleerd: Geleerd, *, afspraak_over: Callable[[], str] = lambda: ""
) -> tuple[Uitleg, Beslissing]:
    """What the assistant would do with a question in a fresh conversation there, and why; with the decision itself.

    Args:
        tekst: the question, cleaned and masked as any message.
        plek: the live texts, words and thresholds.
        geleerd: what was trained.
        afspraak_over: the question without the words about an appointment, when it is asked for.
    """
    tokens = plek.dutch(tekst)
    vector = geleerd.features([tokens])
    shares = geleerd.acts.shares(vector)
    omgeving = Omgeving(geleerd.knowledge, geleerd.features, plek.searcher, plek.dutch, plek.drempels)
    beslissing, vraag = understand(
        tekst,
        tokens,
        vector,
        shares,
        omgeving,
        zaaknummer=plek.zaaknummer(tekst),
        afspraak_over=afspraak_over,
    )
    treffers = beslissing.ranking.treffers
    totals = total_per_act(shares)
    products, drempels = plek.searcher.products, plek.drempels
    best = products[treffers[0].product] if treffers else None
    buiten = vraag.bereik.get(BUITEN_SCOPE, 0.0)
    uitleg = Uitleg(
        vraag=tekst,
        uitkomst=beslissing.uitkomst.value,
        stap=beslissing.reden,
        act=beslissing.act,
        acts=tuple(Aandeel(act, _round(share)) for act, share in list(totals.items())[:GETOOND]),
        aspect=beslissing.aspect,
        in_bereik=beslissing.act != BUITEN_SCOPE and buiten < BUITEN,
        buiten_bereik=_round(buiten),
        product=beslissing.product,
        tweede_keus=_runner_up(treffers, beslissing.product),
        kandidaten=beslissing.kandidaten,
        ranking=tuple(_ranked(one, products[one.product].kop.naam, geleerd) for one in treffers[:GETOOND]),
        geen=_round(beslissing.ranking.geen),
        drempels=Drempelwaarden(drempels.antwoord, drempels.gevoelig, drempels.verduidelijking, drempels.keuze),
        nodig=None if best is None else drempels.gevoelig if best.kop.gevoelig else drempels.antwoord,
        redenen=tuple(_ground(product, vraag, plek, geleerd) for product in _shown(treffers, beslissing.product)),
        woorden=_words(vraag, plek),
    )
    return uitleg, beslissing


def _runner_up(treffers: Sequence[Treffer], product: str | None) -> str | None:
    first = product or (treffers[0].product if treffers else None)
    return next((one.product for one in treffers if one.product != first), None)


def _shown(treffers: Sequence[Treffer], product: str | None) -> list[str]:
    """The answered product first: a name that was called may not be the most certain one."""
    ranked = [one.product for one in treffers]
    return list(dict.fromkeys([*([product] if product in ranked else []), *ranked]))[:ONDERBOUWD]  # type: ignore[list-item]


def _ranked(treffer: Treffer, naam: str, geleerd: Geleerd) -> Gerangschikt:
    parts = geleerd.knowledge.ranker.contributions(np.array(treffer.signalen))
    return Gerangschikt(
        treffer.product,
        naam,
        _round(treffer.zekerheid),
        tuple(
            Signaal(name, _round(value), _round(parts[name]))
            for name, value in zip(parts, treffer.signalen, strict=True)
        ),
    )


def _ground(product: str, vraag: Vraag, plek: Plek, geleerd: Geleerd) -> Grond:
    found = plek.searcher.explain(vraag, product)
    weights = plek.searcher.model_weights(vraag, product)
    return Grond(product, woorden=geleerd.features.words_of(weights), **found)  # type: ignore[arg-type]


def _words(vraag: Vraag, plek: Plek) -> tuple[Woord, ...]:
    known = plek.searcher.parts().fields
    found = []
    for token in vraag.tokens:
        content = content_words([token])
        found.append(
            Woord(token.woord, token.lemma, token.begrip, bool(content), all(known.has(word) for word in content))
        )
    return tuple(found)


def _round(value: float) -> float:
    return round(float(value), 4)
