"""The library as editors see it: every product of a municipality, or the central ones, in one list to search, filter and sort."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from bot.catalog.product import parse_product
from bot.catalog.tables import CENTRAAL, product_stand, product_versie
from bot.errors import ContentError
from bot.redactie import fields, local, usage
from bot.redactie.checks import overdue
from bot.redactie.likeness import plain
from bot.redactie.tables import redactie_concept
from bot.redactie.values import OPEN, Status

GEVRAAGD_DAGEN = 30
SLECHT = 0.5
"""A share of thumbs down from which an answer counts as rated low."""
GENOEG_DUIMEN = 3

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
"""No words of the text: `tarief.paspoort` would make half the library be about passports."""

INGETROKKEN, VEROUDERD, LIVE = "ingetrokken", "verouderd", "live"


@dataclass(frozen=True)
class Regel:
    """One product in the list."""

    product_id: str
    naam: str
    thema: str
    doelgroep: str
    stand: str
    """The most telling of `standen`: an open draft's status, gepland, ingetrokken, verouderd, live."""
    standen: frozenset[str]
    live: bool
    eigen: bool
    """The municipality has a text of its own, or took the central one out of use."""
    verouderd: bool
    herzien: date | None
    """None for a product that is only a draft and has no date yet."""
    herzien_over_tijd: bool
    gewijzigd_op: datetime
    gewijzigd_door: str
    gevraagd: int
    klachten: int
    duim_op: int
    duim_neer: int
    geen_formulier: bool
    """It cannot be arranged online: another way, or no address."""
    concept_id: int | None
    gepland_op: datetime | None
    zoekvelden: tuple[str, str, str, str] = field(repr=False, default=("", "", "", ""))
    """Plain texts to search: name, synonyms, questions, the rest."""

    @property
    def lage_waardering(self) -> bool:
        """Whether residents rate the answer low."""
        total = self.duim_op + self.duim_neer
        return total >= GENOEG_DUIMEN and self.duim_neer / total >= SLECHT


@dataclass(frozen=True)
class Keus:
    """What to show, in which order. Empty and False: no matter."""

    zoek: str = ""
    thema: str = ""
    doelgroep: str = ""
    status: str = ""
    verouderd: bool = False
    herzien_over_tijd: bool = False
    eigen: bool = False
    geen_formulier: bool = False
    klachten: bool = False
    lage_waardering: bool = False
    sorteer: str = "naam"
    """`naam`, `gevraagd`, `klachten`, `waardering`, `herzien` (oldest first), `gewijzigd` (newest first)."""


@dataclass(frozen=True)
class _Kern:
    """What the list shows of a text; worked out once per text."""

    naam: str
    doelgroep: str
    herzien: date | None
    geen_formulier: bool
    zoekvelden: tuple[str, str, str, str]


def listing(
    engine: Engine, gemeente: str, *, asked_days: int = GEVRAAGD_DAGEN, now: datetime | None = None
) -> list[Regel]:
    """All products of a municipality (its own texts over the central ones), or the central ones; by name.

    Args:
        engine: the database.
        gemeente: whose, or CENTRAAL.
        asked_days: days over which answers and thumbs are counted.
        now: the moment.
    """
    moment = now or datetime.now(UTC)
    with engine.connect() as connection:
        stands = _stands(connection, gemeente)
        drafts = _drafts(connection, gemeente)
    asked = usage.asked(engine, gemeente, (moment - timedelta(days=asked_days)).date())
    complaints = usage.complained(engine, gemeente)
    thumbs = usage.thumbs(engine, gemeente, moment - timedelta(days=asked_days))
    behind = {one.product_id for one in local.stale(engine, gemeente)} if gemeente != CENTRAAL else set()
    rows = []
    for product_id in sorted({*stands, *drafts}):
        stand = stands.get(product_id)
        open_ = next((one for one in drafts.get(product_id, ()) if one.status != Status.GEPLAND), None)
        planned = next((one for one in drafts.get(product_id, ()) if one.status == Status.GEPLAND), None)
        shown = stand or open_ or planned
        assert shown is not None
        kern = _kern(shown.tekst, shown.thema)
        standen = _states(stand, open_, planned, product_id in behind)
        up, down = thumbs.get(product_id, (0, 0))
        rows.append(
            Regel(
                product_id=product_id,
                naam=kern.naam or product_id,
                thema=shown.thema,
                doelgroep=kern.doelgroep,
                stand=standen[0],
                standen=frozenset(standen),
                live=stand is not None and stand.gepubliceerd,
                eigen=stand is not None and stand.owner == gemeente and gemeente != CENTRAAL,
                verouderd=product_id in behind,
                herzien=kern.herzien,
                herzien_over_tijd=kern.herzien is not None and overdue(kern.herzien, moment.date()),
                gewijzigd_op=_utc(stand.gemaakt_op) if stand else shown.laatst_op,
                gewijzigd_door=stand.auteur if stand else shown.laatst_door,
                gevraagd=asked.get(product_id, 0),
                klachten=complaints.get(product_id, 0),
                duim_op=up,
                duim_neer=down,
                geen_formulier=kern.geen_formulier,
                concept_id=open_.id if open_ else None,
                gepland_op=planned.gepland_op if planned else None,
                zoekvelden=kern.zoekvelden,
            )
        )
    return sorted(rows, key=_by_name)


def choose(regels: Sequence[Regel], keus: Keus) -> list[Regel]:
    """The rows that a choice leaves, sorted. All words of `zoek` must be there; where they stand decides who comes first."""
    wanted = [
        one
        for one in regels
        if keus.thema in ("", one.thema)
        and keus.doelgroep in ("", one.doelgroep)
        and (not keus.status or keus.status in one.standen)
        and (one.verouderd or not keus.verouderd)
        and (one.herzien_over_tijd or not keus.herzien_over_tijd)
        and (one.eigen or not keus.eigen)
        and (one.geen_formulier or not keus.geen_formulier)
        and (one.klachten or not keus.klachten)
        and (one.lage_waardering or not keus.lage_waardering)
    ]
    order = {
        "gevraagd": lambda one: (-one.gevraagd, *_by_name(one)),
        "klachten": lambda one: (-one.klachten, *_by_name(one)),
        "waardering": lambda one: (one.duim_op - one.duim_neer, *_by_name(one)),
        "herzien": lambda one: (one.herzien or date.min, *_by_name(one)),
        "gewijzigd": lambda one: (-one.gewijzigd_op.timestamp(), *_by_name(one)),
    }.get(keus.sorteer, _by_name)
    words = plain(keus.zoek).split()
    if not words:
        return sorted(wanted, key=order)
    found = [(place, one) for one in wanted if (place := _place(one, words)) is not None]
    if keus.sorteer == "naam":
        return [one for _, one in sorted(found, key=lambda pair: (pair[0], *_by_name(pair[1])))]
    return sorted((one for _, one in found), key=order)


def _place(regel: Regel, words: list[str]) -> int | None:
    """Where the words stand: the farthest field that one of them needs (0: the name); None when one is nowhere."""
    worst = 0
    for word in words:
        place = next((n for n, text in enumerate(regel.zoekvelden) if word in text), None)
        if place is None:
            return None
        worst = max(worst, place)
    return worst


def _stands(connection: Connection, gemeente: str) -> dict[str, Row]:
    p, s = product_versie.c, product_stand.c
    rows = connection.execute(
        sa.select(
            s.product_id,
            s.gemeente,
            s.gepubliceerd,
            p.gemeente.label("owner"),
            p.thema,
            p.tekst,
            p.auteur,
            p.gemaakt_op,
        )
        .join_from(product_stand, product_versie, s.versie_id == p.id)
        .where(s.gemeente.in_({CENTRAAL, gemeente}))
        # The municipality's own row comes after the central one and replaces it.
        .order_by(s.gemeente)
    )
    return {row.product_id: row for row in rows}


def _drafts(connection: Connection, gemeente: str) -> dict[str, list[Row]]:
    c = redactie_concept.c
    found: dict[str, list[Row]] = defaultdict(list)
    statuses = [one.value for one in (*OPEN, Status.GEPLAND)]
    for row in connection.execute(
        sa.select(c.id, c.product_id, c.status, c.thema, c.tekst, c.laatst_op, c.laatst_door, c.gepland_op)
        .where(c.gemeente == gemeente, c.status.in_(statuses))
        .order_by(c.gepland_op, c.id)
    ):
        found[row.product_id].append(row)
    return found


def _states(stand: Row | None, open_: Row | None, planned: Row | None, behind: bool) -> list[str]:
    """All states that hold, the most telling first."""
    found = [str(open_.status)] if open_ else []
    if planned:
        found.append(Status.GEPLAND.value)
    if stand is not None and not stand.gepubliceerd:
        found.append(INGETROKKEN)
    if behind:
        found.append(VEROUDERD)
    if stand is not None and stand.gepubliceerd:
        found.append(LIVE)
    return found


@lru_cache(maxsize=16384)
def _kern(tekst: str, thema: str) -> _Kern:
    try:
        product = parse_product(tekst, thema, "")
    except ContentError:
        return _half(tekst)
    kop = product.kop
    return _Kern(
        kop.naam,
        kop.doelgroep,
        kop.herzien,
        kop.regelen.soort != "formulier" or not kop.regelen.url,
        (
            plain(kop.naam),
            plain(" ".join(kop.synoniemen)),
            plain(" ".join(kop.vragen)),
            plain(_PLACEHOLDER.sub(" ", " ".join((kop.id, product.kort, *product.aspecten.values())))),
        ),
    )


def _half(tekst: str) -> _Kern:
    """Of a draft that is no product yet."""
    try:
        velden = fields.split(tekst)
    except ContentError:
        return _Kern("", "", None, True, ("", "", "", plain(tekst)))
    try:
        herzien: date | None = date.fromisoformat(velden.herzien)
    except ValueError:
        herzien = None
    texts = (velden.naam, " ".join(velden.synoniemen), " ".join(velden.vragen), " ".join(velden.aspecten.values()))
    plains = tuple(plain(text) for text in texts)
    return _Kern(
        velden.naam,
        velden.doelgroep,
        herzien,
        velden.soort != "formulier" or not velden.url,
        (plains[0], plains[1], plains[2], plains[3]),
    )


def _by_name(regel: Regel) -> tuple[str, str]:
    return plain(regel.naam), regel.product_id


def _utc(moment: datetime) -> datetime:
    """SQLite gives the catalogue's moments without their zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
