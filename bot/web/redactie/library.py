"""The first pages: what waits for the editor, the library with its filters, and one product."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.redactie import drafts, history, inbox, links, local, overview, reading, tasks
from bot.redactie.checks import links_of
from bot.redactie.overview import Keus
from bot.redactie.roles import Recht
from bot.redactie.values import Status
from bot.web.redactie import texts
from bot.web.redactie.common import ER_NIET, Answer, Call, Page, Redirect, Refused, address
from bot.web.redactie.preview import Deel
from bot.web.redactie.texts import STATUSSEN, product_id

PER_PAGINA = 100
SORTERINGEN = (
    ("naam", "naam"),
    ("gevraagd", "meest gevraagd"),
    ("klachten", "meeste klachten"),
    ("waardering", "laagste waardering"),
    ("herzien", "langst niet nagekeken"),
    ("gewijzigd", "laatst gewijzigd"),
)
VINKJES = (
    ("verouderd", "verouderd"),
    ("herzien_over_tijd", "lang niet nagekeken"),
    ("eigen", "eigen tekst"),
    ("geen_formulier", "nog geen formulier"),
    ("klachten", "met klachten"),
    ("lage_waardering", "lage waardering"),
)
STANDEN = (
    ("live", "live"),
    ("concept", "concept"),
    ("ter_beoordeling", "wacht op beoordeling"),
    ("goedgekeurd", "goedgekeurd"),
    ("gepland", "gepland"),
    ("verouderd", "verouderd"),
    ("ingetrokken", "uit gebruik"),
)
ZOEKTEKENS = 100


def start(call: Call) -> Answer:
    """GET /redactie: what waits."""
    regels = overview.listing(call.engine, call.gemeente)
    open_ = reading.listing(call.engine, call.gemeente)
    stale = [] if call.plek.is_centraal else local.stale(call.engine, call.gemeente)
    groups = inbox.groups(call.engine, call.gemeente) if call.mag(Recht.POSTVAK) else []
    return Page(
        "start.html",
        {
            "namen": texts.names(call),
            "ter_beoordeling": [one for one in open_ if one.status is not Status.CONCEPT],
            "concepten": [one for one in open_ if one.status is Status.CONCEPT],
            "gepland": reading.listing(call.engine, call.gemeente, (Status.GEPLAND,)),
            "mislukt": reading.listing(call.engine, call.gemeente, (Status.MISLUKT,)),
            "verouderd": stale,
            "over_tijd": [one for one in regels if one.herzien_over_tijd],
            "aantal": len(regels),
            "groepen": groups,
            "vragen": sum(one.aantal for one in groups),
            "taken": tasks.open_tasks(call.engine, call.gemeente),
            "stuk": _broken(call),
            "statussen": STATUSSEN,
        },
    )


def _broken(call: Call) -> list[tuple[str, str, str]]:
    """(product, name, address) of each address in a live text that does not work any more."""
    broken = {one.url for one in links.broken(call.engine)}
    if not broken:
        return []
    live = call.room.catalog().products(call.gemeente).values()
    return [(one.id, one.kop.naam, url) for one in live for url in links_of(one) if url in broken]


def task_done(call: Call) -> Answer:
    """POST …/taak: somebody else looked at an urgent correction."""
    tasks.done(call.engine, call.number("taak"), call.redacteur)
    return Redirect(address("", plek=call.plek.pad, gedaan="taak"))


def library(call: Call) -> Answer:
    """GET /redactie/bibliotheek: all products of the place, searched and filtered by the address."""
    asked = call.query
    keus = Keus(
        zoek=asked.get("zoek", "")[:ZOEKTEKENS],
        thema=asked.get("thema", ""),
        doelgroep=asked.get("doelgroep", ""),
        status=asked.get("status", ""),
        sorteer=asked.get("sorteer", "") or "naam",
        **{name: asked.get(name) == "ja" for name, _ in VINKJES},
    )
    if keus.sorteer not in dict(SORTERINGEN):
        keus = replace(keus, sorteer="naam")
    every = overview.listing(call.engine, call.gemeente)
    found = overview.choose(every, keus)
    bladzij = _number(asked.get("bladzij", "1"))
    bladzijden = max(1, -(-len(found) // PER_PAGINA))
    bladzij = min(bladzij, bladzijden)
    return Page(
        "bibliotheek.html",
        {
            "regels": found[(bladzij - 1) * PER_PAGINA : bladzij * PER_PAGINA],
            "gevonden": len(found),
            "aantal": len(every),
            "bladzij": bladzij,
            "bladzijden": bladzijden,
            "keus": keus,
            "vraag": {key: value for key, value in asked.items() if key not in ("plek", "bladzij")},
            "themas": sorted({one.thema for one in every}),
            "standen": STANDEN,
            "titel_van": dict(STANDEN),
            "sorteringen": SORTERINGEN,
            "vinkjes": VINKJES,
        },
    )


def product(call: Call) -> Answer:
    """GET …/product/<id>: the central text, the own one, the questions, and what residents of each municipality get."""
    concept = reading.open_of(call.engine, product_id(call), call.gemeente)
    naam = texts.name_of(call, concept)
    catalog = call.room.catalog()
    own = catalog.products(call.gemeente).get(product_id(call))
    central = catalog.products().get(product_id(call))
    stands = texts.beginning(call)
    tabs = [("centraal", "Centraal"), *([] if call.plek.is_centraal else [("eigen", f"Eigen van {call.plek.naam}")])]
    tabs += [(f"bewoners-{one.id}", f"Bewoners van {one.naam}") for one in call.room.gemeenten]
    tabs.append(("vragen", "Vragen"))
    tab = call.query.get("tab") or ("centraal" if call.plek.is_centraal else f"bewoners-{call.gemeente}")
    if tab not in dict(tabs):
        raise Refused(404, ER_NIET)
    shown, bewoners_van = central, ""
    voorbeelden: tuple[Deel, ...] = ()
    if tab == "eigen":
        shown = own if stands.eigen else None
    elif tab == "vragen":
        shown = own or central
    elif tab.startswith("bewoners-"):
        gemeente = call.room.gemeenten[tab.removeprefix("bewoners-")]
        bewoners_van, theirs = gemeente.naam, texts.seen_by(call, gemeente.id)
        voorbeelden = texts.shown(call, theirs, gemeente) if theirs else ()
    versies = history.versions(call.engine, product_id(call), call.gemeente)
    stale = () if call.plek.is_centraal else local.stale(call.engine, call.gemeente)
    return Page(
        "product.html",
        {
            "naam": naam,
            "product_id": product_id(call),
            "thema": (own or central).thema if own or central else "",  # type: ignore[union-attr]
            "stand": _stand(call, stands.eigen, own is not None),
            "concept": concept,
            "gepland": reading.planned_of(call.engine, product_id(call), call.gemeente),
            "verouderd": any(one.product_id == product_id(call) for one in stale),
            "versie": versies[0].versie if versies and own is not None else 0,
            "tabs": tabs,
            "tab": tab,
            "getoond": shown,
            "voorbeelden": voorbeelden,
            "bewoners_van": bewoners_van,
            "statussen": STATUSSEN,
        },
    )


def new_page(call: Call) -> Answer:
    """GET …/nieuw: a product from the template."""
    return Page("nieuw.html", {"themas": _themes(call), "naam": call.query.get("naam", "")[:200]})


def new(call: Call) -> Answer:
    """POST …/nieuw."""
    naam = call.needed("naam", "de naam", 200)
    key = call.field("id", 80).strip() or re.sub(r"[^a-z0-9]+", "-", naam.lower()).strip("-")[:80]
    thema = call.field("thema", 80)
    if thema not in _themes(call):
        raise Refused(400, "Kies een thema.")
    concept = drafts.new_product(
        call.engine,
        key,
        naam,
        thema,
        call.gemeente,
        call.redacteur,
        doelgroep=call.field("doelgroep", 20) or "inwoner",
        soort=call.field("soort", 20) or "formulier",
    )
    return Redirect(call.url(f"product/{concept.product_id}/bewerken"))


def _themes(call: Call) -> list[str]:
    return sorted({one.thema for one in call.room.catalog().products().values()})


def _stand(call: Call, eigen: bool, live: bool) -> str:
    if not live:
        return "niet live"
    if call.plek.is_centraal:
        return "live"
    return "eigen tekst" if eigen else "volgt de centrale tekst"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1
