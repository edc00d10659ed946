"""Values as the desk's page gets them. Times are ISO 8601 in UTC; the page reckons with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.catalog.product import Product
from bot.channels.blocks import Block, blocks
from bot.contact import shown
from bot.conversations.model import Bericht
from bot.handoff.model import Gebeurtenis, Medewerker, Notitie, Overdracht, Terugbelverzoek
from bot.web.desk.links import linked
from bot.web.desk.watch import Stand
from bot.web.desk.whatsapp import Lijn

Products = Mapping[str, Product]
Names = Mapping[int, str]


def state(
    stand: Stand, medewerker: Medewerker, gemeenten: Gemeenten, products: Mapping[str, Products]
) -> dict[str, Any]:
    """What one employee may see of the desk."""
    mine = [gemeente for gemeente in gemeenten if gemeente.id in medewerker.gemeenten]
    ids = {gemeente.id for gemeente in mine}
    names = {one.id: one.naam for one in stand.aanwezig}
    chats = [one for one in stand.in_gesprek if one.gemeente in ids]

    def asked(one: Overdracht) -> dict[str, Any]:
        line = whatsapp_json(stand.lijnen.get(one.id), gemeenten[one.gemeente])
        return {**overdracht_json(one, products), "whatsapp": line}

    return {
        "ik": {
            "id": medewerker.id,
            "naam": medewerker.naam,
            "aanwezig": medewerker.id in names,
            "hoogstens": min((gemeente.balie.per_medewerker for gemeente in mine), default=0),
        },
        "gemeenten": [gemeente_json(gemeente) for gemeente in mine],
        "wachtrij": [asked(one) for one in stand.wachtrij if one.gemeente in ids],
        "gesprekken": [{**asked(one), **_live(stand, one)} for one in chats if one.medewerker_id == medewerker.id],
        "elders": [
            {**asked(one), "wie": names.get(one.medewerker_id or 0)}
            for one in chats
            if one.medewerker_id != medewerker.id
        ],
        "collegas": [
            {
                "id": one.id,
                "naam": one.naam,
                "gemeenten": sorted(one.gemeenten & ids),
                "gesprekken": sum(chat.medewerker_id == one.id for chat in stand.in_gesprek),
            }
            for one in stand.aanwezig
            if one.id != medewerker.id and one.gemeenten & ids
        ],
        "terugbelverzoeken": [
            verzoek_json(one, products, medewerker.id) for one in stand.terugbelverzoeken if one.gemeente in ids
        ],
    }


def gemeente_json(gemeente: Gemeente) -> dict[str, Any]:
    """What the desk needs to know of a municipality."""
    balie = gemeente.balie
    return {
        "id": gemeente.id,
        "naam": gemeente.naam,
        "afdelingen": [{"id": key, "naam": name} for key, name in balie.afdelingen.items()],
        "labels": list(balie.labels),
        "doel": balie.doel_seconden,
    }


def overdracht_json(one: Overdracht, products: Mapping[str, Products]) -> dict[str, Any]:
    """A request for a human, without a word of the conversation."""
    return {
        "id": one.id,
        "gemeente": one.gemeente,
        "kanaal": one.kanaal,
        "status": one.status.value,
        "reden": one.reden.value,
        "naam": one.naam,
        "product": product_name(products.get(one.gemeente, {}), one.product_id),
        "afdeling": one.afdeling,
        "terug": one.voorrang > 0,
        "gevraagd": _iso(one.gevraagd_op),
        "wacht": _iso(one.in_wachtrij_op),
        "uiterlijk": _iso(one.uiterlijk_op),
        "opgepakt": _iso(one.opgepakt_op),
        "beantwoord": _iso(one.eerste_antwoord_op),
        "gesloten": _iso(one.gesloten_op),
        "uitkomst": one.uitkomst,
        "label": one.label,
        "gelezen": one.gelezen_nummer,
        "vanaf": one.vanaf_nummer,
        "gewist": one.gesprek_id is None,
    }


def whatsapp_json(line: Lijn | None, gemeente: Gemeente) -> dict[str, Any] | None:
    """What an employee may know of somebody on WhatsApp. The page reckons with `tot`: the end of the 24 hours."""
    if line is None:
        return None
    sjabloon = gemeente.whatsapp.sjabloon if gemeente.whatsapp else ""
    return {
        "nummer": line.nummer,
        "tot": _iso(line.tot),
        "sjabloon": bool(sjabloon) and not line.gestopt,
        "terugbellen": bool(line.nummer) and gemeente.balie.terugbellen,
        "verzoek": line.verzoek,
        "uitgezet": line.uitgezet,
        "standen": {str(nummer): stand for nummer, stand in sorted(line.standen.items())},
    }


def bericht_json(bericht: Bericht, products: Products) -> dict[str, Any]:
    """A message of a conversation, with the sources and the product of an answer."""
    bot = bericht.van in ("vraagbaak", "systeem")
    extra = bericht.extra
    return {
        "nummer": bericht.nummer,
        "van": bericht.van,
        "naam": bericht.naam,
        "tijd": _iso(bericht.tijd),
        "id": bericht.client_id if bericht.van == "medewerker" else None,
        "intern": extra.get("voor") == "medewerker",
        "blokken": blocks(bericht.tekst) if bot else linked(bericht.tekst),
        "keuzes": [keuze["titel"] for keuze in extra.get("keuzes", [])] if bot else [],
        "product": product_name(products, extra.get("product")) if bot else None,
        "bronnen": list(extra.get("bronnen", [])) if bot else [],
        "taal": extra.get("taal") if bot else None,
    }


def notitie_json(notitie: Notitie, names: Names) -> dict[str, Any]:
    """What a colleague wrote down."""
    return {
        "id": notitie.id,
        "wie": names.get(notitie.medewerker_id),
        "tekst": notitie.tekst,
        "tijd": _iso(notitie.tijd),
    }


def course(events: Iterable[Gebeurtenis], names: Names, gemeente: Gemeente) -> list[dict[str, Any]]:
    """How a request went from one to the other."""
    return [
        {
            "soort": one.soort,
            "tijd": _iso(one.tijd),
            "wie": names.get(one.medewerker_id or 0),
            "naar": _target(one, names, gemeente) if one.soort == "overgedragen" else None,
        }
        for one in events
        if one.soort in ("opgepakt", "overgedragen", "teruggezet")
    ]


def verzoek_json(one: Terugbelverzoek, products: Mapping[str, Products], mine: int) -> dict[str, Any]:
    """A call-back as it stands in the list: what it is about and when, not whom and what was written."""
    return {
        "nummer": one.referentienummer,
        "gemeente": one.gemeente,
        "kanaal": one.kanaal,
        "status": one.status,
        "onderwerp": one.onderwerp,
        "product": product_name(products.get(one.gemeente, {}), one.product_id),
        "gevraagd": _iso(one.gevraagd_op),
        "uiterlijk": _iso(one.uiterlijk_op),
        "opgepakt": _iso(one.opgepakt_op),
        "afgehandeld": _iso(one.afgehandeld_op),
        "van_mij": one.medewerker_id == mine,
        "vrij": one.medewerker_id is None,
    }


def verzoek_details(one: Terugbelverzoek, wie: str | None) -> dict[str, Any]:
    """The rest of a call-back, for who is going to call."""
    return {
        "naam": one.naam,
        "telefoon": one.telefoon,
        "telefoon_tekst": shown(one.telefoon) if one.telefoon else None,
        "email": one.email,
        "vraag": linked(one.vraag or ""),
        "wanneer": one.wanneer,
        "wie": wie,
    }


def product_name(products: Products, product_id: str | None) -> dict[str, str] | None:
    """Id and name of a product; the id alone when it was taken out of use."""
    if not product_id:
        return None
    known = products.get(product_id)
    return {"id": product_id, "naam": known.kop.naam if known else product_id}


def as_text(parts: Iterable[Block], indent: str = "") -> str:
    """Blocks as a plain text: what an employee sends is no Markdown."""
    return "\n\n".join(_block_text(block, indent) for block in parts)


def _block_text(block: Block, indent: str) -> str:
    if block["soort"] == "lijst":
        lines = []
        for number, item in enumerate(block["punten"], start=1):
            mark = f"{number}. " if block["genummerd"] else "- "
            lines.append(indent + mark + as_text(item, indent + "  ").lstrip())
        return "\n".join(lines)
    return indent + "".join(_inline_text(part) for part in block["inhoud"]).replace("\n", f"\n{indent}")


def _inline_text(part: Mapping[str, Any]) -> str:
    text = str(part["tekst"])
    link = str(part.get("link", "")).removeprefix("tel:").removeprefix("mailto:")
    return f"{text} ({link})" if link and link != text else text


def _live(stand: Stand, one: Overdracht) -> dict[str, Any]:
    gesprek = stand.gesprekken.get(one.gesprek_id or "")
    return {
        "laatste": gesprek.laatste_nummer if gesprek else 0,
        "typt": gesprek.toestand.get("bewoner_typt") if gesprek else None,
        "weg": bool(gesprek and gesprek.geeindigd_op),
    }


def _target(one: Gebeurtenis, names: Names, gemeente: Gemeente) -> str | None:
    naar = one.naar or ""
    return gemeente.balie.afdelingen.get(naar) or (names.get(int(naar)) if naar.isdigit() else naar)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
