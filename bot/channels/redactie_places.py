"""The places at which the gate asks its questions: what is live at each municipality, and what would be after a change."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Tuple

from bot.case_numbers import case_numbers
from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of, live_catalog
from bot.catalog.product import Product
from bot.catalog.tables import CENTRAAL
from bot.catalog.thesaurus import Groep
from bot.nlu.living import LiveSearch, dutch_with, renewed
from bot.redactie_change import Wijziging, groups_of, texts_of
from bot.search.decision import Drempels
from bot.search.features import TextFeatures
from bot.search.gate import Plek
from bot.search.thresholds import STANDAARD, thresholds_for
from bot.settings import Settings

Texts = Dict[Tuple[str, str], Optional[Product]]
Groups = Dict[Tuple[str, str], Optional[Groep]]


def place(settings: Settings, live: LiveSearch, features: TextFeatures, gemeente: str) -> Plek:
    """A municipality as it is now; CENTRAAL: central texts with the usual thresholds. Raises UnknownGemeente."""
    served = gemeenten_of(settings)[gemeente] if gemeente != CENTRAAL else None
    searcher, dutch = live(gemeente, features)
    return Plek((gemeente,), searcher, dutch, _thresholds(served), _case_number_of(served))


def changed(settings: Settings, plek: Plek, gemeente: str, wijziging: Wijziging) -> Plek:
    """A place as it would be with a change. Raises ContentError for a text or group that cannot be used."""
    whose = wijziging.gemeente
    texts: Texts = {(id, whose): product for id, product in texts_of(wijziging).items()}
    groups: Groups = {(begrip, whose): groep for begrip, groep in groups_of(wijziging).items()}
    catalog = live_catalog(settings)
    dutch = dutch_with(catalog.groepen(gemeente, groups)) if groups else plek.dutch
    searcher = renewed(plek.searcher, plek.dutch, catalog.products_with(gemeente, texts), dutch)
    return Plek(plek.gemeenten, searcher, dutch, plek.drempels, plek.zaaknummer)


def pairs(settings: Settings, live: LiveSearch, features: TextFeatures, wijziging: Wijziging) -> List[Tuple[str, Plek]]:
    """The places that a change can touch, each with one of its municipalities. Those that share texts, words and
    thresholds are one place. Raises UnknownGemeente.
    """
    ids = [wijziging.gemeente] if wijziging.gemeente != CENTRAAL else list(gemeenten_of(settings).ids)
    catalog = live_catalog(settings)
    catalog.refresh()
    found: Dict[Tuple[str, Drempels], Plek] = {}
    for id in ids:
        one = place(settings, live, features, id)
        key = (id if catalog.has_own(id) else CENTRAAL, one.drempels)
        known = found.get(key)
        if known is not None:
            one = Plek((*known.gemeenten, id), known.searcher, known.dutch, known.drempels, known.zaaknummer)
        found[key] = one
    return [(one.gemeenten[0], one) for one in found.values()]


def _thresholds(served: Optional[Gemeente]) -> Drempels:
    return STANDAARD if served is None else thresholds_for(served.drempels)


def _case_number_of(served: Optional[Gemeente]) -> Callable[[str], bool]:
    def there(text: str) -> bool:
        # Without a digit there is none, and looking for one takes a while.
        return served is not None and any(char.isdigit() for char in text) and bool(case_numbers(text, served))

    return there
