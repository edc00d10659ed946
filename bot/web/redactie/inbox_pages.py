"""The inbox: questions of residents that went wrong, alike ones together, the most frequent first. All words are masked."""

from __future__ import annotations

from bot.redactie import inbox
from bot.redactie.roles import Recht
from bot.web.redactie import texts
from bot.web.redactie.common import ER_NIET, Answer, Call, Page, Redirect, Refused
from bot.web.redactie.why import repair_places

SOORTEN = {
    "niet_begrepen": "niet begrepen",
    "duim_omlaag": "duim omlaag",
    "verduidelijking_verlaten": "keuze verlaten",
    "overgedragen": "overgedragen",
}
BESLUITEN = (
    ("", "Te doen"),
    ("toegewezen", "Toegewezen"),
    ("buiten_bereik", "Buiten bereik"),
    ("nieuw_product", "Nieuw product"),
    ("klaar", "Klaar"),
)


def inbox_page(call: Call) -> Answer:
    """GET …/postvak."""
    besluit = call.query.get("besluit", "")
    if besluit not in dict(BESLUITEN):
        raise Refused(404, ER_NIET)
    groepen = inbox.groups(call.engine, call.gemeente, besluit=besluit or None)
    return Page(
        "postvak.html",
        {
            "groepen": groepen,
            "besluit": besluit,
            "besluiten": BESLUITEN,
            "soorten": SOORTEN,
            "namen": texts.names(call),
        },
    )


def group_page(call: Call) -> Answer:
    """GET …/postvak/<groep>."""
    groep = inbox.group(call.engine, call.gemeente, call.names["groep_id"])
    namen = texts.names(call)
    return Page(
        "vraag.html",
        {
            "groep": groep,
            "soorten": SOORTEN,
            "namen": namen,
            "producten": sorted(namen.items(), key=lambda one: one[1].lower()),
            "waar": repair_places(call),
            "mag_schrijven": call.mag(Recht.SCHRIJVEN),
        },
    )


def decide(call: Call) -> Answer:
    """POST …/postvak/<groep>: what is not a repair: out of scope, a new product, done, or open again."""
    groep = inbox.group(call.engine, call.gemeente, call.names["groep_id"])
    doe = call.field("doe", 20)
    if doe == "buiten":
        inbox.out_of_scope(call.engine, call.gemeente, groep.ids, call.redacteur)
    elif doe == "voorgesteld":
        voorstel = call.needed("voorstel", "in hoe het nieuwe product heet", 200)
        inbox.propose(call.engine, call.gemeente, groep.ids, voorstel, call.redacteur)
    elif doe == "klaar":
        inbox.done(call.engine, call.gemeente, groep.ids, call.redacteur)
    elif doe == "heropend":
        inbox.reopen(call.engine, call.gemeente, groep.ids, call.redacteur)
    else:
        raise Refused(400, "Kies wat er met de vragen gebeurt.")
    return Redirect(call.url("postvak", gedaan=doe))
