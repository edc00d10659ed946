"""Questions that went wrong, masked: grouped by likeness, the most frequent first, and what was decided about them.

They hold words of residents, so they go with their conversation or when the municipality's time has passed. The trail says
that something was decided, never about which words.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from bot.redactie import likeness
from bot.redactie.decisions import assign, done, out_of_scope, propose, reopen, solved
from bot.redactie.inbox_values import Besluit, Groep, Mis, Soort
from bot.redactie.tables import redactie_mis
from bot.redactie.values import NietGevonden

LANGSTE = 500
"""Characters that are kept of a question."""
VOORBEELDEN = 10
"""Questions that a group shows."""
_C = redactie_mis.c

__all__ = [
    "Besluit",
    "Groep",
    "Mis",
    "Soort",
    "assign",
    "done",
    "forget",
    "forget_before",
    "group",
    "groups",
    "out_of_scope",
    "propose",
    "record",
    "reopen",
    "solved",
    "waiting",
]


def record(
    engine: Engine,
    *,
    gemeente: str,
    soort: str,
    tekst: str,
    product_id: str | None = None,
    gesprek_id: str | None = None,
    now: datetime | None = None,
) -> int | None:
    """Keep a question that went wrong; returns its id.

    The same question of a conversation counts once per kind: None then, and for a text without words. A question that an
    editor put out of scope word for word stays there.

    Args:
        engine: the database.
        gemeente: whose resident asked.
        soort: a Soort. Raises ValueError for another.
        tekst: masked already.
        product_id: the answer that was given, if any.
        gesprek_id: the conversation, with which it is erased.
        now: the moment.
    """
    kind = Soort(soort)
    words = likeness.key(tekst)
    if not words:
        return None
    digest = hashlib.sha256(words.encode()).hexdigest()
    try:
        with engine.begin() as connection:
            same = [_C.gesprek_id == gesprek_id, _C.soort == kind.value, _C.digest == digest]
            if gesprek_id is not None and connection.execute(sa.select(_C.id).where(*same)).first():
                return None
            outside = connection.execute(
                sa.select(_C.besloten_door, _C.besloten_op)
                .where(_C.gemeente == gemeente, _C.digest == digest, _C.besluit == Besluit.BUITEN_BEREIK.value)
                .limit(1)
            ).first()
            made = connection.execute(
                sa.insert(redactie_mis).values(
                    gemeente=gemeente,
                    soort=kind.value,
                    tekst=tekst.replace("\x00", "").strip()[:LANGSTE],
                    digest=digest,
                    product_id=product_id,
                    gesprek_id=gesprek_id,
                    moment=now or datetime.now(UTC),
                    besluit=Besluit.BUITEN_BEREIK.value if outside else None,
                    besloten_door=outside.besloten_door if outside else None,
                    besloten_op=outside.besloten_op if outside else None,
                )
            )
            return int(made.inserted_primary_key[0])
    except sa.exc.IntegrityError:
        # Another process kept it at the same moment.
        return None


def groups(engine: Engine, gemeente: str, *, besluit: str | None = None, limit: int | None = 200) -> list[Groep]:
    """Groups of questions of a municipality, the most frequent first; of what is undecided, or of one kind of decision."""
    return [_group(leader, members) for leader, members in _members(_rows(engine, gemeente, besluit))[:limit]]


def waiting(engine: Engine, gemeente: str) -> int:
    """How many questions of a municipality nobody decided about."""
    with engine.connect() as connection:
        where = (_C.gemeente == gemeente, _C.besluit.is_(None))
        return int(connection.execute(sa.select(sa.func.count()).where(*where)).scalar_one())


def group(engine: Engine, gemeente: str, groep_id: str) -> Groep:
    """The group with an id, decided or not. Raises NietGevonden."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(_C.id, _C.besluit)
            .where(_C.gemeente == gemeente, _C.digest.startswith(groep_id, autoescape=True))
            .order_by(_C.besluit.isnot(None), _C.id)
        ).first()
    if row is None or len(groep_id) < 8:
        raise NietGevonden("Deze vragen zijn er niet (meer).")
    every = _members(_rows(engine, gemeente, row.besluit))
    return next(_group(leader, found) for leader, found in every if any(one.id == row.id for one in found))


def forget(engine: Engine, gesprek_id: str) -> int:
    """Erase what a conversation asked. Returns how many questions."""
    with engine.begin() as connection:
        return int(connection.execute(sa.delete(redactie_mis).where(_C.gesprek_id == gesprek_id)).rowcount)


def forget_before(engine: Engine, gemeente: str, before: datetime) -> int:
    """Erase what is older than the municipality keeps words. Returns how many questions."""
    with engine.begin() as connection:
        gone = connection.execute(sa.delete(redactie_mis).where(_C.gemeente == gemeente, _C.moment < before))
        return int(gone.rowcount)


def _rows(engine: Engine, gemeente: str, besluit: str | None) -> list[Row]:
    decided = _C.besluit.is_(None) if besluit is None else _C.besluit == besluit
    with engine.connect() as connection:
        found = connection.execute(sa.select(redactie_mis).where(_C.gemeente == gemeente, decided).order_by(_C.id))
        return list(found)


def _members(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """(key that leads, its questions), the most frequent first, then the newest."""
    keys: dict[str, str] = {}
    for row in rows:
        if row.digest not in keys:
            keys[row.digest] = likeness.key(row.tekst)
    leader_of = likeness.group(Counter(keys[row.digest] for row in rows).items())
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        members[leader_of[keys[row.digest]]].append(row)
    return sorted(
        members.items(), key=lambda item: (-len(item[1]), -max(row.moment for row in item[1]).timestamp(), item[0])
    )


def _group(leader: str, rows: list[Row]) -> Groep:
    newest_first = sorted(rows, key=lambda row: (row.moment, row.id), reverse=True)
    wordings = list({likeness.plain(row.tekst): row for row in reversed(newest_first)}.values())[::-1]
    said = Counter(row.tekst for row in newest_first)
    vraag = min(said, key=lambda text: (-said[text], likeness.key(text) != leader, text))
    last = newest_first[0]
    return Groep(
        id=hashlib.sha256(leader.encode()).hexdigest()[:16],
        vraag=vraag,
        aantal=len(rows),
        soorten=dict(Counter(row.soort for row in rows).most_common()),
        producten=dict(Counter(row.product_id for row in newest_first if row.product_id).most_common()),
        voorbeelden=tuple(
            Mis(row.id, Soort(row.soort), row.tekst, row.product_id, row.moment) for row in wordings[:VOORBEELDEN]
        ),
        eerste=newest_first[-1].moment,
        laatste=last.moment,
        ids=tuple(sorted(row.id for row in rows)),
        besluit=last.besluit,
        naar_product=last.naar_product,
        besloten_door=last.besloten_door,
    )
