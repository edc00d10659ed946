"""The gate: what a change of texts or thesaurus does to the questions of which it is known what should be answered.

Each question is decided before and after the change, as a message in a fresh conversation. What came before is kept for the
next change, and only questions that the change can reach are worked out again (`reach`); a test holds that against working
out all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakKeyDictionary

from bot.catalog.product import Product
from bot.catalog.questions import examples_of
from bot.search.acts import VRAAG_PRODUCT
from bot.search.batch import Key, Lezer, Randen, Rij, rank_many, rank_with_edges
from bot.search.decision import Bericht, Beslissing, Drempels, Gesprek, Uitkomst, decide
from bot.search.dutch import Dutch
from bot.search.gate_values import BekendeVraag, Bevinding, Oordeel, Poortuitslag, Stand
from bot.search.needs import parts
from bot.search.reach import Reach
from bot.search.searcher import Ranking, Searcher

OVERNEMEN = 25
"""So many publications in a row outcomes are taken over; then all are worked out anew, so that small shifts cannot add up."""
BLOK = 256
"""Questions between two reports of progress."""


@dataclass(frozen=True)
class Plek:
    """Where questions are asked: live texts, words and thresholds, and the municipalities that share them."""

    gemeenten: tuple[str, ...]
    searcher: Searcher
    dutch: Dutch
    drempels: Drempels
    zaaknummer: Callable[[str], bool] = lambda _: False
    """Whether a case number stands in a message: then it asks for that case."""


@dataclass(frozen=True)
class _Beslist:
    """A question's outcome, and what it takes for another product to come into it."""

    stand: Stand
    kandidaten: tuple[str, ...]
    randen: Randen


class Poort:
    """Runs the gate; one for a process, because it keeps what it worked out. Several changes may be tried at a time."""

    def __init__(self, lezer: Lezer) -> None:
        self.lezer = lezer
        self._lock = Lock()
        self._latest: dict[tuple[tuple[str, ...], Drempels], tuple[Plek, int]] = {}
        """Per place the live texts it was tried on last, and how often in a row outcomes were taken over from older ones."""
        self._known: WeakKeyDictionary[Searcher, dict[tuple[Drempels, Key], _Beslist]] = WeakKeyDictionary()

    def run(
        self, plekken: Sequence[tuple[Plek, Plek]], extra: Sequence[BekendeVraag] = ()
    ) -> Iterator[tuple[int, int] | Poortuitslag]:
        """Try a change.

        Args:
            plekken: each place as it is, and as it would be.
            extra: known questions beside the examples of the live texts.

        Yields:
            (done, total) after each block of questions, and at last the outcome.
        """
        begin = time.monotonic()
        work = [(voor, na, _questions(voor, na, extra)) for voor, na in plekken]
        total = sum(len(vragen) for *_, vragen in work)
        done = opnieuw = goed_voor = goed_na = 0
        found: list[Bevinding] = []
        for voor, na, vragen in work:
            earlier = self._earlier(voor)
            published = None if earlier is None else Reach(earlier.searcher, voor.searcher)
            reach = Reach(voor.searcher, na.searcher)
            for start in range(0, len(vragen), BLOK):
                block = vragen[start : start + BLOK]
                texts = [one.vraag.vraag for one in block]
                before = self._decided(texts, voor, earlier, published)
                for one, was, wordt in zip(block, before, self._decided(texts, na, voor, reach), strict=True):
                    opnieuw += was is not wordt
                    if not one.toegevoegd and not one.vervallen:
                        goed_voor += is_right(one.vraag, was.stand)
                        goed_na += is_right(one.vraag, wordt.stand)
                    bevinding = _finding(one, was.stand, wordt.stand, na.gemeenten)
                    if bevinding is not None:
                        found.append(bevinding)
                done += len(block)
                yield done, total
        yield Poortuitslag(
            _sorted(_together(found)), total, opnieuw, goed_voor, goed_na, round(time.monotonic() - begin, 2)
        )

    def _earlier(self, voor: Plek) -> Plek | None:
        """The place as it was at the last run, when texts were published since; None when nothing of that can be used."""
        key = (voor.gemeenten, voor.drempels)
        latest, taken_over = self._latest.get(key, (None, 0))
        if latest is not None and latest.searcher is voor.searcher:
            return None
        usable = latest if latest is not None and taken_over < OVERNEMEN else None
        self._latest[key] = (voor, taken_over + 1 if usable is not None else 0)
        return usable

    def stands(self, texts: Sequence[str], plek: Plek) -> list[Stand]:
        """What the assistant does with each question there."""
        return [one.stand for one in self._decided(texts, plek)]

    def _decided(
        self, texts: Sequence[str], plek: Plek, voor: Plek | None = None, reach: Reach | None = None
    ) -> list[_Beslist]:
        """The outcomes; those of `voor` where the change cannot reach."""
        with self._lock:
            kept = self._known.setdefault(plek.searcher, {})
            rijen = self.lezer(texts, plek.dutch)
            keys = [(plek.drempels, rij.key) for rij in rijen]
            if voor is not None and reach is not None:
                before = self._known.get(voor.searcher, {})
                same = [(key, rij) for key, rij in zip(keys, rijen, strict=True) if key in before and key not in kept]
                known = [before[key] for key, _ in same]
                reached = reach([rij for _, rij in same], [(one.kandidaten, one.randen) for one in known])
                kept.update((key, one) for (key, _), one, far in zip(same, known, ~reached, strict=True) if far)
            todo = {key: rij for key, rij in zip(keys, rijen, strict=True) if key not in kept}
            kept.update(zip(todo, self._decide(list(todo.values()), plek), strict=True))
            return [kept[key] for key in keys]

    def _decide(self, rijen: Sequence[Rij], plek: Plek) -> Iterator[_Beslist]:
        ranker = self.lezer.geleerd.knowledge.ranker
        # A part that is searched with by itself is taken to be a question (`understand.zoek`).
        pieces = [
            replace(rij, vraag=replace(rij.vraag, bereik={VRAAG_PRODUCT: 1.0}))
            for rij in self.lezer(sorted({deel for rij in rijen for deel in parts(rij.tekst)}), plek.dutch)
        ]
        of_pieces = {
            piece.tekst: ranking
            for piece, ranking in zip(pieces, rank_many(pieces, plek.searcher, ranker), strict=True)
        }
        for rij, (ranking, randen) in zip(rijen, rank_with_edges(rijen, plek.searcher, ranker), strict=True):
            stand = _stand(_decision(rij, ranking, plek, of_pieces))
            yield _Beslist(stand, tuple(one.product for one in ranking.treffers), randen)


@dataclass(frozen=True)
class _Gevraagd:
    vraag: BekendeVraag
    toegevoegd: bool = False
    vervallen: bool = False


def is_right(vraag: BekendeVraag, stand: Stand) -> bool:
    """Whether the outcome is the expected one: its product is answered, or none when none should be."""
    return stand.product == vraag.product


def judged(vraag: BekendeVraag, voor: Stand, na: Stand) -> tuple[Oordeel, bool]:
    """What a change did to a question, and whether that is a loss."""
    was, wordt = is_right(vraag, voor), is_right(vraag, na)
    if wordt and not was:
        return Oordeel.NIEUW_GOED, False
    if voor.product != na.product:
        if na.product is None:
            return Oordeel.ONZEKER, was
        # Another answer that is wrong is worse than none; wrong it was before too when there was one.
        return (Oordeel.ZEKER, True) if voor.product is None else (Oordeel.ANDER_PRODUCT, was)
    if not was and vraag.product in voor.kandidaten and vraag.product not in na.kandidaten:
        return Oordeel.KEUZE_WEG, True
    return Oordeel.ONGEWIJZIGD, False


def _questions(voor: Plek, na: Plek, extra: Sequence[BekendeVraag]) -> list[_Gevraagd]:
    """The known questions of a place. Of a text that stays the same object the examples are the same."""
    before, after = _examples(voor.searcher.products), _examples(na.searcher.products)
    asked = [
        _Gevraagd(BekendeVraag(*one), toegevoegd=one not in before, vervallen=one not in after)
        for one in dict.fromkeys([*before, *after])
    ]
    for vraag in extra:
        if vraag.gemeente and vraag.gemeente not in voor.gemeenten:
            continue
        was = vraag.product is None or vraag.product in voor.searcher.products
        wordt = vraag.product is None or vraag.product in na.searcher.products
        if was or wordt:
            asked.append(_Gevraagd(vraag, vervallen=not wordt))
    return asked


def _examples(products: Mapping[str, Product]) -> dict[tuple[str, str], None]:
    return dict.fromkeys((one.vraag, one.product) for one in examples_of(products.values()))


def _finding(one: _Gevraagd, voor: Stand, na: Stand, gemeenten: tuple[str, ...]) -> Bevinding | None:
    oordeel, verlies = judged(one.vraag, voor, na)
    goed = is_right(one.vraag, na)
    if oordeel is Oordeel.ONGEWIJZIGD and not one.toegevoegd:
        return None
    return Bevinding(
        vraag=one.vraag.vraag,
        verwacht=one.vraag.product,
        herkomst=one.vraag.herkomst,
        oordeel=oordeel,
        # What the change itself adds was not asked for before, and what it takes away is meant to change.
        verlies=verlies and not one.toegevoegd and not one.vervallen,
        voor=voor,
        na=na,
        gemeenten=gemeenten,
        toegevoegd=one.toegevoegd,
        vervallen=one.vervallen,
        goed=goed,
    )


def _together(found: Iterable[Bevinding]) -> list[Bevinding]:
    """The same at several places is one finding."""
    by_what: dict[object, Bevinding] = {}
    for one in found:
        what = (one.vraag, one.verwacht, one.oordeel, one.voor.product, one.na.product, one.herkomst)
        known = by_what.get(what)
        by_what[what] = one if known is None else replace(known, gemeenten=(*known.gemeenten, *one.gemeenten))
    return list(by_what.values())


def _sorted(found: Iterable[Bevinding]) -> tuple[Bevinding, ...]:
    kinds = list(Oordeel)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.verlies,
                one.vervallen,
                not (one.toegevoegd and not one.goed),
                kinds.index(one.oordeel),
            ),
        )
    )


def _decision(rij: Rij, ranking: Ranking, plek: Plek, of_pieces: Mapping[str, Ranking]) -> Beslissing:
    return decide(
        Bericht(
            tekst=rij.tekst,
            tokens=rij.vraag.tokens,
            acts=rij.acts,
            # Which aspect is asked says nothing of the product in a fresh conversation.
            aspect=None,
            ranking=ranking,
            gesprek=Gesprek(),
            drempels=plek.drempels,
            products=plek.searcher.products,
            zoek=lambda text: of_pieces[text],
            genoemd=plek.searcher.named(rij.vraag.tokens),
            voorbeeld=plek.searcher.asked(rij.vraag.tokens),
            zaaknummer=plek.zaaknummer(rij.tekst),
        )
    )


def _stand(beslissing: Beslissing) -> Stand:
    treffers = beslissing.ranking.treffers
    return Stand(
        uitkomst=beslissing.uitkomst.value,
        act=beslissing.act,
        product=beslissing.product if beslissing.uitkomst is Uitkomst.ANTWOORD else None,
        kandidaten=beslissing.kandidaten,
        zekerheid=round(treffers[0].zekerheid, 4) if treffers else 0.0,
    )
