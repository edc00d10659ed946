"""Why the assistant answers as it does, and repairs of one click: each goes past the gate first, and then live."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog import live_thesaurus
from bot.catalog.tables import CENTRAAL
from bot.redactie import audit, drafts, fields, inbox, reading, workflow
from bot.redactie.roles import Recht, require
from bot.redactie.standing import standing
from bot.redactie.values import NietGevonden, NietToegestaan, Poort, TweedePersoonNodig, Wat
from bot.redactie_engine import EngineAway, EngineRefused, Tekst, Wijziging, explain
from bot.threads import in_thread
from bot.web.redactie import gate, texts
from bot.web.redactie.common import MAG_NIET, Answer, Call, Page, Redirect, Refused, address

VRAAG = 500
"""Characters of a question."""
REDEN = 400
SOORTEN = {"voorbeeld": "voorbeeldvraag", "synoniem": "synoniem", "thesaurus": "woorden in de thesaurus"}
WEG = "thesaurus_weg"
"""Takes an addition of the thesaurus back; the only repair that takes something away."""


@dataclass(frozen=True)
class Herstel:
    """A repair that an editor proposes."""

    soort: str
    """A key of SOORTEN."""
    product_id: str
    woorden: tuple[str, ...]
    """The question, the synonym, or the words of a group of the thesaurus, the concept first."""
    gemeente: str
    """Whose text or thesaurus: a municipality's, or CENTRAAL."""
    groep: str
    """Group of the inbox that it solves, or empty."""


async def why_page(call: Call) -> Answer:
    """GET …/waarom?vraag=."""
    vraag = call.query.get("vraag", "")[:VRAAG].strip()
    uitleg, weg = None, ""
    if vraag:
        try:
            uitleg = await explain(call.room.settings, vraag, call.gemeente)
        except (EngineAway, EngineRefused) as error:
            weg = str(error)
    namen = await in_thread(texts.names, call)
    return Page(
        "waarom.html",
        {
            "vraag": vraag,
            "uitleg": uitleg,
            "weg": weg,
            "namen": namen,
            "producten": sorted(namen.items(), key=lambda one: one[1].lower()),
            "waar": repair_places(call),
            "toegevoegd": [
                one for one in await in_thread(live_thesaurus.additions, call.engine, call.gemeente) if one.actief
            ],
            "mag_publiceren": call.mag(Recht.PUBLICEREN),
        },
    )


async def gate_page(call: Call) -> Answer:
    """POST …/poort: what a repair would do to the known questions, before it is made."""
    herstel = _herstel(call)
    tekst, wijziging = await in_thread(_change, call, herstel)
    toets = await gate.attempt(call, wijziging, tekst)
    return await in_thread(_show, call, herstel, toets)


def repair(call: Call) -> Answer:
    """POST …/poort/live: make the repair; with a second person where the municipality wants one."""
    herstel = _herstel(call)
    poort = gate.signed(call, call.field("verlies_reden", REDEN).strip())
    ids = _questions(call, herstel)
    reden = call.field("reden", REDEN).strip() or f"{_title(herstel)}: {', '.join(herstel.woorden)}"[:REDEN]
    if herstel.soort in ("thesaurus", WEG):
        _in_thesaurus(call, herstel, poort, reden)
        return Redirect(call.url("waarom", gedaan="woorden" if herstel.soort == "thesaurus" else "woorden_weg"))
    gedaan = _in_text(call, herstel, poort, reden)
    if ids:
        inbox.assign(call.engine, call.gemeente, ids, herstel.product_id, call.redacteur)
    plek = call.room.plek(herstel.gemeente or "centraal")
    assert plek is not None
    return Redirect(address(f"{plek.pad}/product/{herstel.product_id}", tab="vragen", gedaan=gedaan))


def repair_places(call: Call) -> list[tuple[str, str]]:
    """(municipality, name) of the texts that a repair from here may go into."""
    places = [call.plek] if call.plek.is_centraal else [call.plek, call.room.plek("centraal")]
    return [(one.pad, one.naam) for one in places if one and call.mag(Recht.SCHRIJVEN, one.gemeente)]


def _in_thesaurus(call: Call, herstel: Herstel, poort: Poort, reden: str) -> None:
    if not call.mag(Recht.PUBLICEREN, herstel.gemeente):
        raise NietToegestaan(MAG_NIET)
    gate.accept(call, poort, _change(call, herstel)[0])
    who = {"gemeente": herstel.gemeente, "auteur": call.medewerker.naam, "reden": reden}
    with call.engine.begin() as connection:
        try:
            versie = (
                live_thesaurus.take_back_in(connection, herstel.woorden[0], **who)
                if herstel.soort == WEG
                else live_thesaurus.put_in(connection, list(herstel.woorden), **who)
            )
        except KeyError:
            raise NietGevonden("Deze woorden staan niet meer in de thesaurus.") from None
        audit.write_in(
            connection,
            call.redacteur,
            Wat.THESAURUS,
            gemeente=herstel.gemeente,
            reden=reden,
            gegevens={"woorden": list(herstel.woorden), "versie": versie, "weg": herstel.soort == WEG},
        )


def _in_text(call: Call, herstel: Herstel, poort: Poort, reden: str) -> str:
    """The repair as a version of the text. When a colleague has a draft open it joins that."""
    busy = reading.open_of(call.engine, herstel.product_id, herstel.gemeente)
    concept = busy or drafts.open_concept(call.engine, herstel.product_id, herstel.gemeente, call.redacteur)
    saved = drafts.save(call.engine, concept.id, concept.volgnummer, _with(concept.tekst, herstel), call.redacteur)
    if saved.geweigerd is not None or busy is not None:
        return "concept"
    concept = saved.concept
    if not call.mag(Recht.PUBLICEREN, herstel.gemeente):
        workflow.submit(call.engine, concept.id, concept.volgnummer, call.redacteur, opmerking=reden)
        return "ingediend"
    others = [one for key, one in call.room.catalog().products(herstel.gemeente).items() if key != herstel.product_id]
    try:
        workflow.publish(
            call.engine,
            call.room.gemeenten,
            others,
            concept.id,
            concept.volgnummer,
            call.redacteur,
            poort=poort,
            reden=reden,
        )
    except TweedePersoonNodig:
        workflow.submit(call.engine, concept.id, concept.volgnummer, call.redacteur, opmerking=reden)
        return "ingediend"
    return "gepubliceerd"


def _questions(call: Call, herstel: Herstel) -> tuple[int, ...]:
    """The questions of the inbox that a repair is for. Raises NietGevonden and NietToegestaan, before anything is done."""
    if not herstel.groep:
        return ()
    require(call.redacteur, Recht.POSTVAK, call.gemeente)
    return inbox.group(call.engine, call.gemeente, herstel.groep).ids


def _herstel(call: Call) -> Herstel:
    soort = call.field("soort", 20)
    if soort not in (*SOORTEN, WEG):
        raise Refused(400, "Kies wat u wilt verbeteren.")
    plek = call.room.plek(call.field("waar", 80) or call.plek.pad)
    if plek is None or not call.mag(Recht.SCHRIJVEN, plek.gemeente):
        raise Refused(403, MAG_NIET)
    given = call.needed("woorden", "de vraag of de woorden", VRAAG)
    woorden = tuple(one.strip() for one in given.split("," if soort == "thesaurus" else "\n") if one.strip())
    product = call.field("product", 80).strip()
    if soort in ("thesaurus", WEG):
        product = ""
        if soort == "thesaurus" and len(woorden) < 2:
            raise Refused(400, "Vul minstens twee woorden in, met een komma ertussen. Het woord uit de teksten eerst.")
    elif product not in {**call.room.catalog().products(), **call.room.catalog().products(plek.gemeente)}:
        raise Refused(400, "Kies een product uit de lijst.")
    else:
        woorden = woorden[:1]
    return Herstel(soort, product, woorden, plek.gemeente, call.field("groep", 80))


def _change(call: Call, herstel: Herstel) -> tuple[str, Wijziging]:
    """(text that it is about, the change). The text is that of the open draft when there is one."""
    if herstel.soort in ("thesaurus", WEG):
        groep = {herstel.woorden[0]: None if herstel.soort == WEG else herstel.woorden}
        return f"{herstel.soort} {','.join(herstel.woorden)}", Wijziging(herstel.gemeente, groepen=groep)
    concept = reading.open_of(call.engine, herstel.product_id, herstel.gemeente)
    with call.engine.connect() as connection:
        stands = standing(connection, herstel.product_id, herstel.gemeente)
    if not stands.tekst:
        raise NietGevonden("Dit product bestaat hier niet.")
    tekst = _with(concept.tekst if concept else stands.tekst, herstel)
    thema = concept.thema if concept else stands.thema
    return tekst, Wijziging(herstel.gemeente, (Tekst(herstel.product_id, thema, tekst),))


def _title(herstel: Herstel) -> str:
    return SOORTEN.get(herstel.soort, "weghalen uit de thesaurus")


def _with(tekst: str, herstel: Herstel) -> str:
    add = fields.with_example if herstel.soort == "voorbeeld" else fields.with_synonym
    return add(tekst, herstel.woorden[0])


def _show(call: Call, herstel: Herstel, toets: gate.Toets) -> Answer:
    concept = reading.open_of(call.engine, herstel.product_id, herstel.gemeente) if herstel.product_id else None
    with call.engine.connect() as connection:
        stands = standing(connection, herstel.product_id, herstel.gemeente) if herstel.product_id else None
    return Page(
        "poort.html",
        {
            "herstel": herstel,
            "soort": _title(herstel),
            "namen": texts.names(call),
            "waar": call.field("waar", 80) or call.plek.pad,
            "wordt_eigen": herstel.gemeente != CENTRAAL and stands is not None and not stands.eigen,
            "concept": concept,
            "toets": toets,
            "mag_publiceren": call.mag(Recht.PUBLICEREN, herstel.gemeente),
        },
    )
