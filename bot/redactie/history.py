"""Versions of a text, and what differs between any two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.tables import product_stand, product_versie
from bot.redactie.tables import redactie_versie
from bot.redactie.values import NietGevonden

LIJKT = 0.4
"""Lines that have less in common (0-1) are shown as one gone and one new, not as one changed."""


@dataclass(frozen=True)
class Versie:
    """One version of a text."""

    versie: int
    auteur: str
    reden: str
    moment: datetime
    live: bool
    """Whether it is what residents get now."""
    centraal_versie: int | None
    """Of an own text: the central version that is worked into it."""
    spoed: bool


@dataclass(frozen=True)
class Stuk:
    """A piece of a changed line."""

    soort: str
    """`gelijk`, `erbij` or `weg`."""
    tekst: str


@dataclass(frozen=True)
class Regel:
    """A line of a comparison."""

    soort: str
    """`gelijk`, `erbij`, `weg` or `anders`."""
    oud: str
    nieuw: str
    stukken: tuple[Stuk, ...] = ()
    """Of a changed line: its words."""
    oud_nummer: int | None = None
    nieuw_nummer: int | None = None


@dataclass(frozen=True)
class Verschil:
    """What differs between two texts."""

    regels: tuple[Regel, ...]
    erbij: int
    """Words that were added."""
    weg: int
    """Words that are gone."""

    @property
    def gelijk(self) -> bool:
        """Whether nothing differs."""
        return all(one.soort == "gelijk" for one in self.regels)


def versions(engine: Engine, product_id: str, gemeente: str) -> list[Versie]:
    """All versions of a text, newest first."""
    p, v = product_versie.c, redactie_versie.c
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(
                p.versie,
                p.auteur,
                p.reden,
                p.gemaakt_op,
                v.centraal_versie,
                v.spoed,
                product_stand.c.gepubliceerd,
            )
            .join_from(
                product_versie,
                redactie_versie,
                sa.and_(v.product_id == p.product_id, v.gemeente == p.gemeente, v.versie == p.versie),
                isouter=True,
            )
            .join(
                product_stand,
                sa.and_(product_stand.c.versie_id == p.id, product_stand.c.gemeente == p.gemeente),
                isouter=True,
            )
            .where(p.product_id == product_id, p.gemeente == gemeente)
            .order_by(p.versie.desc())
        )
        return [
            Versie(
                row.versie,
                row.auteur,
                row.reden,
                row.gemaakt_op,
                bool(row.gepubliceerd),
                row.centraal_versie,
                bool(row.spoed),
            )
            for row in rows
        ]


def text(engine: Engine, product_id: str, gemeente: str, versie: int) -> str:
    """The product file of any version. Raises NietGevonden."""
    with engine.connect() as connection:
        try:
            return store.version_text(connection, product_id, gemeente, versie)[0]
        except KeyError as error:
            raise NietGevonden(f"Versie {versie} bestaat niet.") from error


def difference(oud: str, nieuw: str) -> Verschil:
    """What differs, line by line, and within changed lines word by word."""
    before, after = oud.splitlines(), nieuw.splitlines()
    regels: list[Regel] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            regels += [Regel("gelijk", before[i + n], after[j + n], (), i + n + 1, j + n + 1) for n in range(i_end - i)]
        else:
            regels += _block(before, after, range(i, i_end), range(j, j_end))
    return Verschil(
        tuple(regels),
        sum(_words(one.nieuw, one.stukken, "erbij") for one in regels if one.soort in ("erbij", "anders")),
        sum(_words(one.oud, one.stukken, "weg") for one in regels if one.soort in ("weg", "anders")),
    )


def _block(before: list[str], after: list[str], old: range, new: range) -> Iterator[Regel]:
    """Lines that were replaced: pairs that look alike as one changed line, in order; the rest as gone and new."""
    start = new.start
    for i in old:
        partner = next((j for j in range(start, new.stop) if _alike(before[i], after[j])), None)
        if partner is None:
            yield Regel("weg", before[i], "", (), i + 1, None)
            continue
        for j in range(start, partner):
            yield Regel("erbij", "", after[j], (), None, j + 1)
        yield Regel("anders", before[i], after[partner], tuple(_pieces(before[i], after[partner])), i + 1, partner + 1)
        start = partner + 1
    for j in range(start, new.stop):
        yield Regel("erbij", "", after[j], (), None, j + 1)


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return bool(one.strip() and other.strip()) and matcher.quick_ratio() >= LIJKT and matcher.ratio() >= LIJKT


def _pieces(oud: str, nieuw: str) -> Iterator[Stuk]:
    before, after = re.findall(r"\s+|\w+|[^\w\s]", oud), re.findall(r"\s+|\w+|[^\w\s]", nieuw)
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Stuk("gelijk", "".join(before[i:i_end]))
            continue
        if i < i_end:
            yield Stuk("weg", "".join(before[i:i_end]))
        if j < j_end:
            yield Stuk("erbij", "".join(after[j:j_end]))


def _words(line: str, pieces: tuple[Stuk, ...], soort: str) -> int:
    parts = [one.tekst for one in pieces if one.soort == soort] if pieces else [line]
    return sum(len(re.findall(r"\w+", part)) for part in parts)
