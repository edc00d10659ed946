"""The live side of the pipeline: words and texts as they are now, for the municipality of a message.

Editors change both without training. What is learned stays; this keeps a language pipeline and a searcher per municipality
that has something of its own, and renews them when the catalogue's revision goes up.
"""

from __future__ import annotations

from typing import Dict, Mapping, Tuple

from bot.catalog.live import live_catalog
from bot.catalog.product import Product
from bot.catalog.tables import CENTRAAL
from bot.catalog.thesaurus import Groep
from bot.search.dutch import Dutch, load_dutch
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge
from bot.search.prepared import reached_by
from bot.search.searcher import Searcher
from bot.settings import Settings

_dutch: Dict[Tuple[Groep, ...], Dutch] = {}
MEESTE = 64
"""Sets of added groups that are kept ready, at most."""


def dutch_with(groepen: Tuple[Groep, ...]) -> Dutch:
    """The language pipeline with groups of the thesaurus that editors added."""
    if not groepen:
        return load_dutch()
    known = _dutch.get(groepen)
    if known is None:
        if len(_dutch) >= MEESTE:
            _dutch.clear()
        known = _dutch[groepen] = load_dutch().with_groups(groepen)
    return known


def live_dutch(settings: Settings, gemeente: str) -> Dutch:
    """The language pipeline with the words of a municipality, or the central ones (`CENTRAAL`)."""
    catalog = live_catalog(settings)
    catalog.refresh()
    return dutch_with(catalog.groepen(gemeente))


class LiveSearch:
    """Searchers over the live texts; those without texts or words of their own share one."""

    def __init__(self, settings: Settings, knowledge: Knowledge) -> None:
        """Opens the catalogue at the first use."""
        self._settings, self._knowledge = settings, knowledge
        self._known: Dict[str, Tuple[int, Searcher, Dutch]] = {}

    def __call__(self, gemeente: str, features: TextFeatures) -> Tuple[Searcher, Dutch]:
        """The searcher over a municipality's live texts (or the central ones), and the words it goes by."""
        catalog = live_catalog(self._settings)
        revisie = catalog.refresh()
        key = gemeente if catalog.has_own(gemeente) else CENTRAAL
        known = self._known.get(key)
        if known is not None and known[0] == revisie:
            return known[1], known[2]
        products, dutch = catalog.products(key), dutch_with(catalog.groepen(key))
        base = known or self._known.get(CENTRAAL)
        if base is not None:
            searcher = renewed(base[1], base[2], products, dutch)
        else:
            # What was made ready in training knows no added words.
            plain = load_dutch()
            stale = reached_by(self._knowledge.texts, plain.phrases, dutch.phrases)
            searcher = Searcher(
                products,
                model=self._knowledge.questions,
                from_library=self._knowledge.library,
                analyse=dutch.many,
                vectorise=features,
                known={id: text for id, text in self._knowledge.texts.items() if id not in stale},
            )
        self._known[key] = (revisie, searcher, dutch)
        return searcher, dutch


def renewed(searcher: Searcher, was: Dutch, products: Mapping[str, Product], dutch: Dutch) -> Searcher:
    """A searcher over other texts and words; what neither reaches is taken from the one that is there."""
    stale = frozenset() if was is dutch else reached_by(searcher.texts, was.phrases, dutch.phrases)
    return searcher.renewed(products, dutch.many, stale)
