"""A redactie in which there is something on every page: for accessibility, and for pictures."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Engine

from bot.handoff.model import Medewerker
from bot.redactie import drafts, fields, inbox, toetsvragen
from bot.redactie.values import Redacteur
from tests.web.redactie.editors import STAD

PASPOORT, KAART, RIJBEWIJS = "paspoort-aanvragen", "identiteitskaart-aanvragen", "rijbewijs-aanvragen"


def as_redacteur(one: Medewerker) -> Redacteur:
    """An account as the domain knows it."""
    return Redacteur(one.id, one.naam, one.rollen)


def fill(engine: Engine, wie: Redacteur) -> Mapping[str, str]:
    """Drafts, questions that went wrong and test questions; the id of a group of the inbox."""
    concept = drafts.open_concept(engine, PASPOORT, STAD, wie)
    velden = fields.split(concept.tekst)
    long = (
        "Indien u een paspoort wenst aan te vragen, dient u conform de geldende regels een afspraak te maken, waarna u in "
        "persoon verschijnt aan de balie en daar alle benodigde bescheiden overlegt."
    )
    form = {"kort": long, "aspect.kosten": "Een paspoort kost {{ tarief.paspoort_volwassene }}."}
    drafts.save(engine, concept.id, concept.volgnummer, fields.join(fields.from_form(form, velden)), wie)
    drafts.open_concept(engine, KAART, "", wie)
    for vraag, times in (
        ("mijn pasje is zoek", 4),
        ("roze briefje kwijt", 2),
        ("kan ik hier vliegen met een drone", 1),
    ):
        for number in range(times):
            inbox.record(engine, gemeente=STAD, soort="niet_begrepen", tekst=vraag, gesprek_id=f"{vraag[:5]}-{number}")
    toetsvragen.add(engine, STAD, "wat kost een paspoort voor mijn kind", PASPOORT, wie)
    return {"groep": inbox.groups(engine, STAD)[0].id}
