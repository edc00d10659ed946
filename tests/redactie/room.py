"""Editors, municipalities and texts for tests of this room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from bot.catalog import store
from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.live import LiveCatalog
from bot.catalog.product import Product, format_product
from bot.catalog.tables import CENTRAAL
from bot.redactie import drafts, workflow
from bot.redactie.values import Concept, Poort, Redacteur, Verschuiving, digest
from tests.builders import gemeente, product

NU = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ID, STAD, DAM = "paspoort-aanvragen", "voorbeeldstad", "molendam"
OVERAL = (CENTRAAL, STAD, DAM)


def editor(id: int, naam: str, *rollen: str, at: tuple[str, ...] = OVERAL) -> Redacteur:
    return Redacteur(id, naam, frozenset((place, rol) for place in at for rol in rollen))


NOOR = editor(1, "Noor", "redacteur")
SEM = editor(2, "Sem", "eindredacteur")
EVA = editor(3, "Eva", "eindredacteur")
BAS = editor(4, "Bas", "beheerder")


def places(*, central: bool = True, **redactie: Any) -> Gemeenten:
    """Two municipalities; `redactie` is what the first one's editors want."""
    one = gemeente(STAD, redactie=redactie)
    return Gemeenten({STAD: one, DAM: gemeente(DAM)}, {})


def file(kort: str = "U vraagt het aan bij de balie.", id: str = ID, **kwargs: Any) -> ProductFile:
    made = product(id, kort=kort, **kwargs)
    return ProductFile(Path(f"products/burgerzaken/{id}.md"), made, format_product(made))


def fill(engine: Engine, *files: ProductFile) -> None:
    store.import_library(engine, files or [file()], whole=False)


def own(engine: Engine, kort: str = "Eigen tekst.", id: str = ID, gemeente: str = STAD) -> int:
    """A municipality's own text, as an import makes it."""
    made = product(id, kort=kort)
    return store.publish(engine, made, format_product(made), gemeente=gemeente, auteur="import", reden="invoer")


def with_short(tekst: str, kort: str) -> str:
    """A product file with another short answer."""
    from bot.redactie.fields import join, split

    return join(replace(split(tekst), kort=kort))


def gate(engine: Engine, concept: Concept, *lost: str, reden: str = "") -> Poort:
    """What a gate would give for a draft now."""
    return Poort(
        tekst_digest=digest(concept.tekst),
        revisie=store.revision(engine),
        vragen=10,
        verloren=tuple(Verschuiving(one, ID, "rijbewijs", "voorbeeld") for one in lost),
        reden=reden,
    )


def draft(
    engine: Engine, kort: str, wie: Redacteur = NOOR, *, gemeente: str = CENTRAAL, id: str = ID, now: datetime = NU
) -> Concept:
    """A draft with another short answer."""
    begun = drafts.open_concept(engine, id, gemeente, wie, now=now)
    saved = drafts.save(engine, begun.id, begun.volgnummer, with_short(begun.tekst, kort), wie, now=now)
    assert saved.geweigerd is None
    return saved.concept


def publish(
    engine: Engine,
    concept: Concept,
    wie: Redacteur = SEM,
    *,
    gemeenten: Gemeenten | None = None,
    poort: Poort | None = None,
    reden: str = "duidelijker",
    now: datetime = NU,
    **kwargs: Any,
) -> int:
    return workflow.publish(
        engine,
        gemeenten or places(),
        (),
        concept.id,
        concept.volgnummer,
        wie,
        poort=poort or gate(engine, concept),
        reden=reden,
        now=now,
        **kwargs,
    )


def plan(engine: Engine, concept: Concept, moment: datetime, wie: Redacteur = SEM, **kwargs: Any) -> Concept:
    return workflow.plan(
        engine,
        places(),
        (),
        concept.id,
        concept.volgnummer,
        wie,
        poort=gate(engine, concept),
        reden="nieuwe prijs",
        moment=moment,
        now=NU,
        **kwargs,
    )


def seen(engine: Engine, gemeente: str = CENTRAAL, id: str = ID) -> str | None:
    """The short answer that residents get, as a running engine sees it."""
    catalog = LiveCatalog(engine)
    catalog.refresh()
    found: Product | None = catalog.products(gemeente).get(id)
    return found.kort if found else None
