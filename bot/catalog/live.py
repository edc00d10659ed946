"""The catalogue as a running process sees it: in memory, and never more than a moment behind the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock

from sqlalchemy.engine import Engine

from bot.catalog import live_thesaurus, store
from bot.catalog.gemeente import Gemeenten, load_gemeenten
from bot.catalog.product import Product
from bot.catalog.render import waarden
from bot.catalog.tables import CENTRAAL
from bot.catalog.thesaurus import Groep
from bot.database import open_database
from bot.settings import Settings

LOOK_EVERY = 0.5
"""Seconds between two looks at the revision. With the promise of two seconds this leaves room for a slow index."""


class LiveCatalog:
    """Products per municipality, kept up to date by looking at the revision counter now and then."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._texts: dict[tuple[str, str], Product | None] = {}
        self._merged: dict[str, Mapping[str, Product]] = {}
        self._words: dict[tuple[str, str], Groep] = {}
        self._owners: frozenset[str] = frozenset()
        self._looked = float("-inf")
        self._lock = Lock()
        self.revisie = 0

    def refresh(self) -> int:
        """Take in what changed, when the last look is long enough ago; returns the revision reached.

        Raises ContentError when a stored text cannot be read, and SQLAlchemy's errors when the database is away.
        """
        with self._lock:
            now = self._clock()
            if now - self._looked < LOOK_EVERY:
                return self.revisie
            self._looked = now
            if store.revision(self._engine) == self.revisie:
                return self.revisie
            reached, changed = store.changes_since(self._engine, self.revisie)
            for live in changed:
                self._texts[live.product.id, live.gemeente] = live.product if live.gepubliceerd else None
            for words in live_thesaurus.changes_since(self._engine, self.revisie, reached):
                if words.actief:
                    self._words[words.begrip, words.gemeente] = words.groep
                else:
                    self._words.pop((words.begrip, words.gemeente), None)
            self._merged = {}
            self._owners = frozenset(owner for _, owner in (*self._texts, *self._words))
            self.revisie = reached
            return reached

    def has_own(self, gemeente: str) -> bool:
        """Whether a municipality has texts or words of its own, or took central texts out of use."""
        return gemeente in self._owners

    def products(self, gemeente: str = CENTRAAL) -> Mapping[str, Product]:
        """Product id → text for a municipality: its own where it has one, else the central one."""
        merged = self._merged.get(gemeente)
        if merged is None:
            merged = self._merged[gemeente] = _merged(self._texts, gemeente)
        return merged

    def products_with(self, gemeente: str, changed: Mapping[tuple[str, str], Product | None]) -> Mapping[str, Product]:
        """`products` as they would be with other texts, or withdrawn ones (None): (product id, whose) → text.

        Who went back to the central text has its changes too.
        """
        texts: dict[tuple[str, str], Product | None] = {**self._texts, **changed}
        for (product_id, owner), product in changed.items():
            mine = (product_id, gemeente)
            central = self._texts.get((product_id, CENTRAAL))
            if owner == CENTRAAL and mine not in changed and central is not None and self._texts.get(mine) == central:
                texts[mine] = product
        return _merged(texts, gemeente)

    def groepen(
        self, gemeente: str = CENTRAAL, changed: Mapping[tuple[str, str], Groep | None] | None = None
    ) -> tuple[Groep, ...]:
        """The groups that editors added for a municipality: the central ones and its own.

        Args:
            gemeente: whose; CENTRAAL for the central ones alone.
            changed: (concept, whose) → group, or None for one that would be taken back, to see them with that.
        """
        words: dict[tuple[str, str], Groep | None] = {**self._words, **(changed or {})}
        return tuple(
            groep
            for (_, owner), groep in sorted(words.items(), key=lambda item: (item[0][1], item[0][0]))
            if groep is not None and owner in (CENTRAAL, gemeente)
        )


def _merged(texts: Mapping[tuple[str, str], Product | None], gemeente: str) -> Mapping[str, Product]:
    merged: dict[str, Product] = {}
    for (product_id, owner), product in sorted(texts.items(), key=lambda item: item[0]):
        if owner not in (CENTRAAL, gemeente):
            continue
        if product is None:
            merged.pop(product_id, None)
        else:
            merged[product_id] = product
    return merged


@lru_cache(maxsize=4)
def live_catalog(settings: Settings) -> LiveCatalog:
    """The catalogue of this process; one for all components of an engine."""
    return LiveCatalog(open_database(settings.catalog_url))


@lru_cache(maxsize=4)
def gemeenten_of(settings: Settings) -> Gemeenten:
    """The municipalities of this process, read once."""
    return load_gemeenten(settings.path(settings.gemeenten_dir))


@lru_cache(maxsize=1024)
def waarden_van(settings: Settings, gemeente_id: str) -> Mapping[str, Mapping[str, str]]:
    """All values that a text may use for a municipality. Worked out once: writing two hundred amounts takes 25 ms.

    Raises UnknownGemeente.
    """
    gemeenten = gemeenten_of(settings)
    return waarden(gemeenten[gemeente_id], gemeenten.landelijk)
