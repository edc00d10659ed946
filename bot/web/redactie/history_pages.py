"""History: versions, what differed, and going back in one click; and taking a text out of use."""

from __future__ import annotations

from bot.redactie import audit, history, reading, undo
from bot.redactie.roles import Recht
from bot.redactie.values import Status
from bot.web.redactie import texts
from bot.web.redactie.common import ER_NIET, Answer, Call, Page, Redirect, Refused
from bot.web.redactie.texts import product_id

REDEN = 400
STAPPEN = 50
"""Steps of the trail that are shown."""


def history_page(call: Call) -> Answer:
    """GET …/geschiedenis: `?van=` and `?naar=` are the versions that are compared; by default the last two."""
    concept = reading.open_of(call.engine, product_id(call), call.gemeente)
    versies = history.versions(call.engine, product_id(call), call.gemeente)
    known = [one.versie for one in versies]
    naar = _version(call, "naar", known, known[0] if known else 0)
    older = [one for one in known if one < naar]
    van = _version(call, "van", known, older[0] if older else 0)
    verschil = None
    if naar:
        oud = history.text(call.engine, product_id(call), call.gemeente, van) if van else ""
        nieuw = history.text(call.engine, product_id(call), call.gemeente, naar)
        verschil = history.difference(oud, nieuw)
    weg = reading.listing(call.engine, call.gemeente, (Status.WEGGEGOOID, Status.MISLUKT))
    return Page(
        "geschiedenis.html",
        {
            "naam": texts.name_of(call, concept) if versies or concept else product_id(call),
            "product_id": product_id(call),
            "versies": versies,
            "van": van,
            "naar": naar,
            "verschil": verschil,
            "mag_publiceren": call.mag(Recht.PUBLICEREN),
            "weg": [one for one in weg if one.product_id == product_id(call)],
            "statussen": texts.STATUSSEN,
            "stappen": audit.listing(call.engine, [call.gemeente], product_id=product_id(call), limit=STAPPEN),
        },
    )


def back(call: Call) -> Answer:
    """POST …/terugdraaien: undo the last change, or go back to a version."""
    verwacht, reden = call.number("verwacht"), call.field("reden", REDEN).strip()
    versie = call.field("versie", 9)
    if versie:
        reden = reden or f"terug naar versie {call.number('versie')}"
        undo.roll_back(
            call.engine,
            product_id(call),
            call.gemeente,
            call.number("versie"),
            call.redacteur,
            reden=reden,
            verwacht=verwacht,
            gemeenten=call.room.gemeenten,
        )
    else:
        undo.undo(
            call.engine,
            product_id(call),
            call.gemeente,
            call.redacteur,
            verwacht=verwacht,
            reden=reden,
            gemeenten=call.room.gemeenten,
        )
    return Redirect(call.url(f"product/{product_id(call)}/geschiedenis", gedaan="teruggedraaid"))


def withdraw(call: Call) -> Answer:
    """POST …/intrekken: the product is not offered any more."""
    reden = call.needed("reden", "in waarom de tekst uit gebruik gaat", REDEN)
    undo.withdraw(
        call.engine, product_id(call), call.gemeente, call.redacteur, reden=reden, verwacht=call.number("versie")
    )
    return Redirect(call.url(f"product/{product_id(call)}", gedaan="ingetrokken"))


def _version(call: Call, name: str, known: list[int], otherwise: int) -> int:
    asked = call.query.get(name, "")
    if not asked:
        return otherwise
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) not in (0, *known):
        raise Refused(404, ER_NIET)
    return int(asked)
