"""What an import would do, before it does anything; and doing it, all at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.catalog import store
from bot.catalog.exchange.current import Current
from bot.catalog.exchange.values import Candidate, Reading, Refusal, Remark
from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.lint import lint
from bot.catalog.product import ASPECTS, Kop, Product
from bot.catalog.tables import CENTRAAL, product_stand
from bot.errors import VraagbaakError

_ROOT = "products"


class PlanRefused(VraagbaakError):
    """The source holds texts that cannot be taken in; nothing was changed."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} geweigerd; er is niets gewijzigd.")
        self.count = count


class PlanOutdated(VraagbaakError):
    """Somebody changed one of the products after the plan was made; nothing was changed."""

    def __init__(self, products: tuple[str, ...]) -> None:
        super().__init__(f"Intussen gewijzigd: {', '.join(products)}. Er is niets gewijzigd; maak een nieuwe proef.")
        self.products = products


@dataclass(frozen=True)
class Change:
    """A product that would become another, or that is new."""

    candidate: Candidate
    velden: tuple[str, ...]
    """What differs from the text that is live: fields, `thema`, `kort`, aspects. Empty for a new product."""

    @property
    def where(self) -> str:
        """Where in the source it stands."""
        return self.candidate.where

    @property
    def product(self) -> Product:
        """What it would become."""
        return self.candidate.product


@dataclass(frozen=True)
class Plan:
    """What an import would do."""

    gemeente: str
    """Whose text it becomes; CENTRAAL for the central one."""
    revisie: int
    """Of the catalogue that it was compared with."""
    nieuw: tuple[Change, ...]
    gewijzigd: tuple[Change, ...]
    ongewijzigd: tuple[str, ...]
    """Product ids."""
    geweigerd: tuple[Refusal, ...]
    opmerkingen: tuple[Remark, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that would be written."""
        return self.nieuw + self.gewijzigd


def make_plan(reading: Reading, current: Current, gemeenten: Gemeenten) -> Plan:
    """Compare a source with what is live. Nothing is written.

    Every changed text goes through the same checks as a product file (`lint`); errors refuse it. A municipality's own
    text needs values for that municipality only, a central one for all.

    Args:
        reading: what the source holds.
        current: what is live for the municipality that it is for, or centrally.
        gemeenten: all municipalities.

    Raises:
        UnknownGemeente
    """
    own = (
        gemeenten
        if current.gemeente == CENTRAAL
        else Gemeenten({current.gemeente: gemeenten[current.gemeente]}, gemeenten.landelijk)
    )
    candidates, refusals = _once_each(reading.candidates)
    live = current.products
    changed = [one for one in candidates if live.get(one.product.id) != one.product]
    ids = {one.product.id for one in changed}
    found = [*_lint(changed, own), *_claimed(changed, [live[one] for one in live if one not in ids])]
    refused = {candidate.product.id for candidate, _ in found}
    refusals += [Refusal(candidate.place(problem), problem) for candidate, problem in found]
    changes = [
        Change(one, _differences(live.get(one.product.id), one.product))
        for one in changed
        if one.product.id not in refused
    ]
    return Plan(
        gemeente=current.gemeente,
        revisie=current.revisie,
        nieuw=tuple(one for one in changes if one.product.id not in live),
        gewijzigd=tuple(one for one in changes if one.product.id in live),
        ongewijzigd=tuple(one.product.id for one in candidates if one.product.id not in ids),
        geweigerd=(*reading.refusals, *refusals),
        opmerkingen=(*reading.remarks, *_new_themes(changes, live.values())),
    )


def apply(engine: Engine, plan: Plan, *, auteur: str, reden: str, zonder_geweigerde: bool = False) -> dict[str, int]:
    """Write a plan, in one transaction. Running engines take it in at their next look.

    Args:
        engine: the database.
        plan: what to write.
        auteur, reden: who changes it and why, for the history.
        zonder_geweigerde: write the rest when some texts were refused; otherwise nothing is written then.

    Returns:
        Product id → version number.

    Raises:
        PlanRefused: texts were refused.
        PlanOutdated: a product of the plan was changed after the plan was made.
    """
    if plan.geweigerd and not zonder_geweigerde:
        raise PlanRefused(len(plan.geweigerd))
    if not plan.changes:
        return {}
    written = {}
    with engine.begin() as connection:
        store.lock(connection)
        changed = _changed_since(connection, plan)
        if changed:
            raise PlanOutdated(changed)
        for change in plan.changes:
            written[change.product.id] = store.publish_in(
                connection,
                change.product,
                change.candidate.text,
                gemeente=plan.gemeente,
                auteur=auteur,
                reden=reden,
            )
    return written


def _changed_since(connection: Connection, plan: Plan) -> tuple[str, ...]:
    rows = connection.execute(
        sa.select(product_stand.c.product_id).where(
            product_stand.c.revisie > plan.revisie, product_stand.c.gemeente.in_({CENTRAAL, plan.gemeente})
        )
    ).scalars()
    return tuple(sorted(set(rows) & {change.product.id for change in plan.changes}))


def _once_each(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Refusal]]:
    """The candidates that stand alone, and a refusal for each of those that do not."""
    candidates = list(candidates)
    times = Counter(one.product.id for one in candidates)
    refusals = [
        Refusal(one.place("veld id:"), f"product {one.product.id} staat {times[one.product.id]} keer in de bron")
        for one in candidates
        if times[one.product.id] > 1
    ]
    return [one for one in candidates if times[one.product.id] == 1], refusals


def _lint(changed: list[Candidate], gemeenten: Gemeenten) -> Iterator[tuple[Candidate, str]]:
    by_where = {f"{_ROOT}/{one.product.thema}/{one.product.id}.md": one for one in changed}
    files = [
        ProductFile(Path(_ROOT, one.product.thema, f"{one.product.id}.md"), one.product, one.file) for one in changed
    ]
    for problem in lint(files, gemeenten, _ROOT):
        if problem.is_error:
            yield by_where[problem.where], problem.text


def _claimed(changed: Iterable[Candidate], others: Iterable[Product]) -> Iterator[tuple[Candidate, str]]:
    """Example questions and short answers that a product outside the import has already; `lint` sees only those in it."""
    questions: dict[str, str] = {}
    shorts: dict[str, str] = {}
    for product in others:
        shorts.setdefault(product.kort, product.id)
        for vraag in product.kop.vragen:
            questions.setdefault(_bare(vraag), product.id)
    for one in changed:
        for vraag in one.product.kop.vragen:
            owner = questions.get(_bare(vraag))
            if owner:
                yield one, f"veld vragen: de voorbeeldvraag {vraag!r} staat ook bij {owner}"
        owner = shorts.get(one.product.kort)
        if owner:
            yield one, f"kort: het korte antwoord is gelijk aan dat van {owner}"


def _bare(vraag: str) -> str:
    return re.sub(r"\W+", " ", vraag.lower()).strip()


def _differences(old: Product | None, new: Product) -> tuple[str, ...]:
    if old is None:
        return ()
    names = [name for name in Kop.__fields__ if getattr(old.kop, name) != getattr(new.kop, name)]
    names += ["thema"] if old.thema != new.thema else []
    names += ["kort"] if old.kort != new.kort else []
    return (*names, *(key for key in ASPECTS if old.aspecten.get(key) != new.aspecten.get(key)))


def _new_themes(changes: Iterable[Change], live: Iterable[Product]) -> list[Remark]:
    known = {product.thema for product in live}
    fresh: Mapping[str, str] = {
        change.product.thema: change.where for change in reversed(list(changes)) if change.product.thema not in known
    }
    return [Remark(where, f'thema "{thema}" is nieuw') for thema, where in sorted(fresh.items())] if known else []
