"""From draft to live: the checks, the gate, a second pair of eyes, a moment to go live and one to end."""

from __future__ import annotations

from datetime import date, datetime, time

from bot.errors import VraagbaakError
from bot.redactie import clock, drafts, history, reading, rules, workflow
from bot.redactie.checks import Keuring, check
from bot.redactie.roles import Recht
from bot.redactie.values import Concept, RedactieError, Status
from bot.redactie_engine import Tekst, Wijziging
from bot.threads import in_thread
from bot.web.redactie import gate, texts
from bot.web.redactie.common import Answer, Call, Page, Redirect, Refused
from bot.web.redactie.texts import STATUSSEN, product_id

REDEN = 400
"""Characters of a reason that the history holds."""


async def publish_page(call: Call) -> Answer:
    """GET …/publiceren: what would change, whether the text is right, and what it does to the known questions."""
    concept = await in_thread(texts.the_concept, call)
    keuring = await in_thread(_check, call, concept)
    toets = gate.Toets()
    if not keuring.fouten:
        change = Wijziging(concept.gemeente, (Tekst(concept.product_id, concept.thema, concept.tekst),))
        toets = await gate.attempt(call, change, concept.tekst)
    return await in_thread(_show, call, concept, keuring, toets)


def publish(call: Call) -> Answer:
    """POST …/publiceren: live now, planned, or approved for another to publish."""
    concept = texts.the_concept(call)
    poort = gate.signed(call, call.field("verlies_reden", REDEN).strip())
    if call.field("doe", 20) == "goedkeuren":
        workflow.approve(
            call.engine, call.room.gemeenten, concept.id, call.number("volgnummer"), call.redacteur, poort=poort
        )
        return Redirect(call.url(f"product/{product_id(call)}/publiceren", gedaan="goedgekeurd"))
    reden = call.needed("reden", "in waarom u dit wijzigt", REDEN)
    verloopt = _moment(call, "verloopt")
    arguments = (call.engine, call.room.gemeenten, texts.others(call), concept.id, call.number("volgnummer"))
    if call.field("wanneer", 10) == "later":
        moment = _moment(call, "vanaf")
        if moment is None:
            raise Refused(400, "Vul in op welke dag en hoe laat de tekst live gaat.")
        workflow.plan(*arguments, call.redacteur, poort=poort, reden=reden, moment=moment, verloopt_op=verloopt)
        return Redirect(call.url(f"product/{product_id(call)}", gedaan="gepland"))
    spoed = call.field("spoed", 2) == "ja"
    workflow.publish(*arguments, call.redacteur, poort=poort, reden=reden, spoed=spoed, verloopt_op=verloopt)
    return Redirect(call.url(f"product/{product_id(call)}", gedaan="gepubliceerd"))


def submit(call: Call) -> Answer:
    """POST …/indienen: ask somebody else to judge, or take that back; also a plan is taken back here."""
    doe = call.field("doe", 20)
    if doe == "planning":
        concept = reading.load(call.engine, call.number("concept"))
        if (concept.product_id, concept.gemeente) != (product_id(call), call.gemeente):
            raise RedactieError("Dit concept hoort bij een andere tekst.")
        workflow.unplan(call.engine, concept.id, call.redacteur)
        return Redirect(call.url(f"product/{product_id(call)}", gedaan="plan_weg"))
    concept = texts.the_concept(call)
    if doe == "terughalen":
        workflow.take_back(call.engine, concept.id, call.redacteur)
        return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="teruggehaald"))
    opmerking = call.field("opmerking", REDEN).strip()
    workflow.submit(call.engine, concept.id, call.number("volgnummer"), call.redacteur, opmerking=opmerking)
    return Redirect(call.url(f"product/{product_id(call)}", gedaan="ingediend"))


def reject(call: Call) -> Answer:
    """POST …/afwijzen: back to the writer, with a reason."""
    concept = texts.the_concept(call)
    reden = call.needed("reden", "in wat er anders moet", REDEN)
    workflow.reject(call.engine, concept.id, call.number("volgnummer"), call.redacteur, reden=reden)
    return Redirect(call.url(f"product/{product_id(call)}", gedaan="afgewezen"))


def _check(call: Call, concept: Concept) -> Keuring:
    return check(
        concept.tekst,
        concept.thema,
        call.gemeente,
        call.room.gemeenten,
        texts.others(call),
        product_id=concept.product_id,
    )


def _show(call: Call, concept: Concept, keuring: Keuring, toets: gate.Toets) -> Answer:
    live = texts.beginning(call)
    product = texts.parsed(concept.tekst, concept.thema)
    gemeente = call.a_gemeente()
    return Page(
        "publiceren.html",
        {
            "naam": texts.name_of(call, concept),
            "product_id": product_id(call),
            "concept": concept,
            "keuring": keuring,
            "toets": toets,
            "waarom_niet": rules.may_publish(
                call.room.gemeenten, concept, call.redacteur, gate.read(call, toets.poort)
            ),
            "achter": drafts.behind(call.engine, concept.id),
            "verschil": history.difference(live.tekst, concept.tekst),
            "namen": texts.names(call),
            "mag_publiceren": call.mag(Recht.PUBLICEREN),
            "instelling": rules.settings(call.room.gemeenten, call.gemeente),
            "titels": texts.DELEN,
            "mag_goedkeuren": concept.status is Status.TER_BEOORDELING and concept.laatst_door_id != call.medewerker.id,
            "statussen": STATUSSEN,
            "Status": Status,
            "voorbeelden": texts.shown(call, product, gemeente) if product else (),
            "gemeente": gemeente,
        },
    )


def _moment(call: Call, name: str) -> datetime | None:
    """A day and a time of the form, in UTC; None when no day is given. Raises Refused."""
    dag, tijd = call.field(f"{name}_dag", 10), call.field(f"{name}_tijd", 8) or "00:00"
    if not dag:
        return None
    try:
        return clock.moment_in_nederland(date.fromisoformat(dag), time.fromisoformat(tijd))
    except VraagbaakError:
        raise
    except ValueError as error:
        raise Refused(400, "Deze dag en dit tijdstip bestaan niet. Vul een andere in.") from error
