"""Editing a text, section by section: saving, autosave, and what to do when a colleague was first.

Autosave is the same form, sent by a script that takes over the parts of the answer that changed. A text that comes on an
older number is never lost and never written over another: both are shown.
"""

from __future__ import annotations

from bot.errors import ContentError
from bot.redactie import drafts, fields, history, links, presence, reading
from bot.redactie.checks import Keuring, check, values_for
from bot.redactie.fields import Velden
from bot.redactie.roles import Recht
from bot.redactie.values import Bewaard, Concept, Melding, NietGevonden, Opzij, Status
from bot.threads import in_thread
from bot.web.redactie import texts
from bot.web.redactie.common import Answer, Call, Page, Redirect, Refused
from bot.web.redactie.texts import DELEN, LIJSTEN, STATUSSEN, product_id

UITKOMSTEN = {
    "": "nog niet nagekeken",
    "goed": "werkt",
    "dood": "bestaat niet meer",
    "fout": "geeft een fout",
    "tijd": "antwoordt niet op tijd",
    "verboden": "mag niet worden nagekeken",
    "onbereikbaar": "is niet te bereiken",
}


def edit_page(call: Call) -> Answer:
    """GET …/bewerken: the form. Nothing is begun until something is saved."""
    concept = reading.open_of(call.engine, product_id(call), call.gemeente)
    return _form(call, concept)


def save(call: Call) -> Answer:
    """POST …/bewerken: `doe` says what: bewaar, hartslag, publiceren, indienen, weggooien, terughalen, vergeleken, mijn_tekst."""
    doe = call.field("doe", 20) or "bewaar"
    if doe == "hartslag":
        return _heartbeat(call)
    if doe == "mijn_tekst":
        return _my_text(call)
    if doe in ("weggooien", "terughalen", "vergeleken"):
        return _other(call, doe)
    saved = _save(call)
    if saved.geweigerd is not None:
        return _conflict(call, saved.concept, saved.geweigerd)
    if doe == "publiceren":
        return Redirect(call.url(f"product/{product_id(call)}/publiceren"))
    if call.field("stil", 2):
        return _form(call, saved.concept)
    return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="bewaard"))


async def check_the_links(call: Call) -> Answer:
    """POST …/links: look at each address in the text."""
    concept = await in_thread(reading.open_of, call.engine, product_id(call), call.gemeente)
    tekst, thema, _ = await in_thread(_start, call, concept)
    keuring = await in_thread(check, tekst, thema, call.gemeente, call.room.gemeenten, texts.others(call))
    await in_thread(links.record, call.engine, await links.check_links(keuring.links))
    return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="link"))


def _save(call: Call) -> Bewaard:
    """The form's text, saved; or set aside when it began at another text than the one that stands there."""
    concept = reading.open_of(call.engine, product_id(call), call.gemeente)
    known, number = call.number("concept"), call.number("volgnummer")
    if concept is None and known:
        # Published or thrown away meanwhile: the text is kept with that draft.
        concept = reading.load(call.engine, known)
        if (concept.product_id, concept.gemeente) != (product_id(call), call.gemeente):
            raise NietGevonden("Dit concept hoort bij een andere tekst.")
        return drafts.save(call.engine, concept.id, number, _text(call, concept.tekst), call.redacteur)
    if concept is None:
        concept = drafts.open_concept(call.engine, product_id(call), call.gemeente, call.redacteur)
        is_same = (concept.basis_versie or 0) == call.number("basis")
        number = concept.volgnummer if is_same and concept.volgnummer == 1 else 0
    return drafts.save(call.engine, concept.id, number, _text(call, concept.tekst), call.redacteur)


def _text(call: Call, basis: str) -> str:
    """The product file of the form. Raises Refused with what is wrong when it cannot be one."""
    given = {key: call.field(key) for key in call.form if key not in ("csrf", "doe", "stil")}
    try:
        return fields.join(fields.from_form(given, fields.split(basis)))
    except (ContentError, ValueError) as error:
        reason = error.problem if isinstance(error, ContentError) else str(error)
        raise Refused(400, f"De tekst is nog niet bewaard: {reason}. Ga terug en verbeter dit.") from error


def _other(call: Call, doe: str) -> Answer:
    concept = reading.load(call.engine, call.number("concept"))
    if (concept.product_id, concept.gemeente) != (product_id(call), call.gemeente):
        raise NietGevonden("Dit concept hoort bij een andere tekst.")
    if doe == "weggooien":
        drafts.discard(call.engine, concept.id, call.redacteur)
        return Redirect(call.url(f"product/{product_id(call)}/geschiedenis", gedaan="weggegooid"))
    if doe == "terughalen":
        drafts.restore(call.engine, concept.id, call.redacteur)
        return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="hersteld"))
    drafts.catch_up(call.engine, concept.id, call.number("versie"), call.redacteur)
    return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="vergeleken"))


def _my_text(call: Call) -> Answer:
    """After comparing: the editor's own text goes over the colleague's, which is kept."""
    concept = texts.the_concept(call)
    mine = next(
        (one for one in reading.aside(call.engine, call.number("concept")) if one.id == call.number("opzij")), None
    )
    if mine is None:
        raise NietGevonden("Deze tekst is er niet meer.")
    saved = drafts.save(call.engine, concept.id, call.number("volgnummer"), mine.tekst, call.redacteur)
    if saved.geweigerd is not None:
        return _conflict(call, saved.concept, saved.geweigerd)
    return Redirect(call.url(f"product/{product_id(call)}/bewerken", gedaan="bewaard"))


def _heartbeat(call: Call) -> Answer:
    seen = presence.seen(call.engine, product_id(call), call.gemeente, call.redacteur)
    return Page("aanwezig.html", {"anderen": seen})


def _conflict(call: Call, concept: Concept, mine: Opzij) -> Answer:
    """Both texts, side by side; nothing of either is lost."""
    return Page(
        "botsing.html",
        {
            "naam": texts.name_of(call, concept),
            "product_id": product_id(call),
            "concept": concept,
            "mijne": mine,
            "delen": _parts_of_both(mine.tekst, concept.tekst),
            "verschil": history.difference(mine.tekst, concept.tekst),
        },
        409,
    )


def _parts_of_both(mine: str, theirs: str) -> list[tuple[str, str, str]]:
    """(title, mine, theirs) of each part that differs; whole texts when they cannot be taken apart."""
    try:
        one, other = fields.split(mine), fields.split(theirs)
    except ContentError:
        return [("De hele tekst", mine, theirs)]
    found = []
    for key, titel in DELEN.items():
        pair = _part(one, key), _part(other, key)
        if pair[0] != pair[1]:
            found.append((titel, *pair))
    for key in LIJSTEN:
        lists = "\n".join(getattr(one, key)), "\n".join(getattr(other, key))
        if lists[0] != lists[1]:
            found.append((key.capitalize(), *lists))
    return found


def _form(call: Call, concept: Concept | None, fout: str = "") -> Answer:
    tekst, thema, basis = _start(call, concept)
    velden = fields.split(tekst)
    keuring = check(tekst, thema, call.gemeente, call.room.gemeenten, texts.others(call), product_id=product_id(call))
    gemeente = call.a_gemeente()
    product = keuring.product or texts.parsed(tekst, thema)
    achter = drafts.behind(call.engine, concept.id) if concept else None
    known = links.known(call.engine, keuring.links)
    opzij = [one for one in reading.aside(call.engine, concept.id) if one.soort != "vorige"] if concept else []
    return Page(
        "bewerken.html",
        {
            "naam": velden.naam or product_id(call),
            "product_id": product_id(call),
            "concept": concept,
            "mag_schrijven": concept is None or concept.status is Status.CONCEPT or call.mag(Recht.PUBLICEREN),
            "basis": basis,
            "velden": velden,
            "lijsten": {key: "\n".join(getattr(velden, key)) for key in LIJSTEN},
            "delen": {key: _part(velden, key) for key in DELEN},
            "titels": DELEN,
            "keuring": keuring,
            "tips": _tips(velden, keuring),
            "invulvelden": values_for(call.gemeente, call.room.gemeenten),
            "gemeente": gemeente,
            "gemeenten": list(call.room.gemeenten),
            "voorbeelden": texts.shown(call, product, gemeente) if product else (),
            "anderen": presence.seen(call.engine, product_id(call), call.gemeente, call.redacteur),
            "achter": achter,
            "achter_verschil": history.difference(achter.tekst_begin, achter.tekst_nu) if achter else None,
            "links": [(one, known[one].uitkomst if one in known else "") for one in keuring.links],
            "uitkomsten": UITKOMSTEN,
            "fout": fout,
            "opzij": opzij,
            "statussen": STATUSSEN,
            "thema": thema,
        },
    )


def _start(call: Call, concept: Concept | None) -> tuple[str, str, int]:
    """(text, theme, version it begins at) of the draft, or else of what stands there."""
    if concept is not None:
        return concept.tekst, concept.thema, concept.basis_versie or 0
    found = texts.beginning(call)
    if not found.tekst:
        raise NietGevonden("Dit product bestaat hier niet.")
    return found.tekst, found.thema, found.versie or 0


def _tips(velden: Velden, keuring: Keuring) -> list[tuple[str, str, list[texts.Stukje], list[Melding]]]:
    """(part, title, its text in pieces, its remarks) of each part with a tip or an error."""
    found = []
    every = [*keuring.fouten, *keuring.tips]
    for key, titel in DELEN.items():
        mine = [one for one in every if one.deel == key]
        if mine:
            found.append((key, titel, texts.marked(_part(velden, key), mine), mine))
    return found


def _part(velden: Velden, key: str) -> str:
    return velden.kort if key == texts.KORT else velden.aspecten.get(key, "")
