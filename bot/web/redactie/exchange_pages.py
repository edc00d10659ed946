"""Texts in and out: a download, or a file whose effect is shown first and then taken in, all or nothing.

The file travels with the form between trial and taking in, so nothing is kept of a trial; when the catalogue changed in
between the plan differs, and is shown again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from bot.catalog.exchange import sc_import
from bot.catalog.exchange.current import Current, read_current
from bot.catalog.exchange.files import read_zip, write_zip
from bot.catalog.exchange.plan import Plan, apply, make_plan
from bot.catalog.exchange.samenwerkende_catalogi import is_own, sc_product, write_sc
from bot.catalog.exchange.table import read_table, write_table
from bot.catalog.exchange.values import Reading
from bot.catalog.live import waarden_van
from bot.errors import ContentError
from bot.redactie import audit, rules
from bot.redactie.values import RedactieError, Wat
from bot.redactie_engine import EngineAway, EngineRefused, Tekst, Wijziging
from bot.search.gate_values import Poortuitslag
from bot.threads import in_thread
from bot.web.redactie import gate, texts
from bot.web.redactie.common import ER_NIET, Answer, Call, Download, Page, Redirect, Refused, Upload

GROOTST = 20_000_000
"""Bytes of a file."""
REDEN = 400
VORMEN = {
    "bestanden": ("productbestanden.zip", "application/zip"),
    "csv": ("producten.csv", "text/csv; charset=utf-8"),
    "sc": ("samenwerkende-catalogi.xml", "application/xml"),
}
BRONNEN = {"bestanden": "Productbestanden (.zip)", "csv": "Tabel (.csv)", "sc": "Samenwerkende Catalogi (.xml)"}


@dataclass(frozen=True)
class _Bron:
    """What was uploaded."""

    soort: str
    bestand: Upload
    thema: str


def exchange_page(call: Call) -> Answer:
    """GET …/uitwisselen."""
    themas = sorted({one.thema for one in call.room.catalog().products().values()})
    vier_ogen = rules.settings(call.room.gemeenten, call.gemeente).vier_ogen
    return Page("uitwisselen.html", {"bronnen": BRONNEN, "themas": themas, "vier_ogen": vier_ogen})


def export(call: Call) -> Answer:
    """GET …/uitwisselen/<vorm>: what is live, as a file."""
    vorm = call.names["vorm"]
    if vorm not in VORMEN or (vorm == "sc" and call.plek.is_centraal):
        raise Refused(404, ER_NIET)
    current = read_current(call.engine, call.gemeente)
    live = list(current.live.values())
    if vorm == "csv":
        body = write_table(one.product for one in live)
    elif vorm == "bestanden":
        body = write_zip((one.product.thema, one.product.id, one.text) for one in live)
    else:
        gemeente = call.room.gemeenten[call.gemeente]
        values = waarden_van(call.room.settings, gemeente.id)
        own = [one for one in live if is_own(one.product)]
        body = write_sc([sc_product(one.product, gemeente, values, one.gewijzigd) for one in own], gemeente.naam, "")
    audit.write(
        call.engine,
        call.redacteur,
        Wat.UITGEVOERD,
        gemeente=call.gemeente,
        gegevens={"als": vorm, "aantal": len(live)},
    )
    naam, soort = VORMEN[vorm]
    return Download(f"{call.plek.pad}-{naam}", body, soort)


async def trial(call: Call) -> Answer:
    """POST …/uitwisselen/proef: what a file would change, and what that does to the known questions. Nothing is written."""
    upload = call.files.get("bestand")
    if upload is None or not upload.inhoud:
        raise Refused(400, "Kies eerst een bestand.")
    bron = _Bron(_soort(call), upload, call.field("thema", 80))
    return await _tried(call, bron, await in_thread(_plan, call, bron))


async def take_in(call: Call) -> Answer:
    """POST …/uitwisselen/overnemen: what the trial showed, all at once. When that changed in between: a new trial."""
    bron, plan = await in_thread(_again, call)
    if _digest(plan) != call.field("plan", 64):
        return await _tried(call, bron, plan, veranderd=True)
    return await in_thread(_write, call, bron, plan)


def _again(call: Call) -> tuple[_Bron, Plan]:
    """The file that travelled with the form, and what it would change now."""
    if rules.settings(call.room.gemeenten, call.gemeente).vier_ogen:
        raise RedactieError(
            "Hier publiceert een ander dan wie schrijft. Neem de teksten over als concept, een voor een."
        )
    try:
        inhoud = base64.b64decode(call.field("inhoud", 2 * GROOTST), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "Het bestand kwam niet goed over. Kies het opnieuw.") from None
    bron = _Bron(_soort(call), Upload(call.field("naam", 200), inhoud), call.field("thema", 80))
    return bron, _plan(call, bron)


def _write(call: Call, bron: _Bron, plan: Plan) -> Answer:
    poort = gate.signed(call, call.field("verlies_reden", REDEN).strip())
    gate.accept(call, poort, _digest(plan))
    reden = call.needed("reden", "in waarom u dit overneemt", REDEN)
    zonder = call.field("zonder_geweigerde", 2) == "ja"
    written = apply(call.engine, plan, auteur=call.medewerker.naam, reden=reden, zonder_geweigerde=zonder)
    audit.write(
        call.engine,
        call.redacteur,
        Wat.INGEVOERD,
        gemeente=call.gemeente,
        reden=reden,
        gegevens={"uit": bron.soort, "aantal": len(written), "poort": poort.as_json()},
    )
    return Redirect(call.url("uitwisselen", gedaan="ingevoerd"))


def _soort(call: Call) -> str:
    soort = call.field("soort", 20)
    if soort not in BRONNEN or (soort == "sc" and call.plek.is_centraal):
        raise Refused(400, "Kies wat voor bestand het is. Samenwerkende Catalogi horen bij een gemeente.")
    return soort


def _plan(call: Call, bron: _Bron) -> Plan:
    if len(bron.bestand.inhoud) > GROOTST:
        raise Refused(413, "Het bestand is te groot. Gebruik hoogstens 20 MB.")
    current = read_current(call.engine, call.gemeente)
    try:
        return make_plan(_read(call, bron, current), current, call.room.gemeenten)
    except ContentError as error:
        raise Refused(400, f"Er is niets gewijzigd. {error}") from error


def _read(call: Call, bron: _Bron, current: Current) -> Reading:
    inhoud, naam = bron.bestand.inhoud, bron.bestand.naam
    if bron.soort == "csv":
        return read_table(inhoud, naam)
    if bron.soort == "bestanden":
        return read_zip(inhoud, naam)
    gemeente = call.room.gemeenten[call.gemeente]
    values = waarden_van(call.room.settings, gemeente.id)
    ours = sc_import.Ours(current.products, gemeente, values, thema=bron.thema, koppel={})
    return sc_import.read_sc(inhoud, naam, ours)


async def _tried(call: Call, bron: _Bron, plan: Plan, *, veranderd: bool = False) -> Answer:
    uitslag, poort, weg = None, "", ""
    if plan.changes:
        new = tuple(Tekst(one.product.id, one.product.thema, one.candidate.text) for one in plan.changes)
        try:
            uitslag, found = await gate.run(call, Wijziging(call.gemeente, new), _digest(plan))
            poort = gate.sign(call, found)
        except (EngineAway, EngineRefused) as error:
            weg = str(error)
    return await in_thread(_show, call, bron, plan, uitslag, poort, weg, veranderd)


def _show(
    call: Call, bron: _Bron, plan: Plan, uitslag: Poortuitslag | None, poort: str, weg: str, veranderd: bool
) -> Answer:
    return Page(
        "proef.html",
        {
            "plan": plan,
            "digest": _digest(plan),
            "soort": bron.soort,
            "soortnaam": BRONNEN[bron.soort],
            "naam": bron.bestand.naam,
            "inhoud": base64.b64encode(bron.bestand.inhoud).decode(),
            "thema": bron.thema,
            "veranderd": veranderd,
            "uitslag": uitslag,
            "poort": poort,
            "weg": weg,
            "namen": texts.names(call) | {one.product.id: one.product.kop.naam for one in plan.nieuw},
            "vier_ogen": rules.settings(call.room.gemeenten, call.gemeente).vier_ogen,
        },
        409 if veranderd else 200,
    )


def _digest(plan: Plan) -> str:
    """Of what a plan would do: the same when nothing that matters changed in between."""
    lines = [f"{one.product.id} {one.candidate.text} {one.velden}" for one in plan.changes]
    lines += [str(one) for one in plan.geweigerd]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
