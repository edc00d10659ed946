"""What the addresses of call-backs do, as in `api`: a plain function of a Call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.contact import Contact
from bot.handoff import callback
from bot.handoff.model import NotYours
from bot.handoff.offer import terugbellen_voor
from bot.web.desk import present, rows
from bot.web.desk.api import is_mine, names_of, own_gemeenten, products_per_gemeente, typed
from bot.web.desk.common import ER_NIET, Call, Refused
from bot.whatsapp import people

TERUGKIJKEN = timedelta(days=30)
MEESTE = 200
"""Call-backs that were done, in one list."""


def callback_details(call: Call) -> Any:
    """Whom to call, and what about. Each look is kept."""
    one = call.verzoek
    rows.looked(call.engine, one, call.medewerker.id)
    details = present.verzoek_details(one, names_of(call).get(one.medewerker_id or 0))
    return {**present.verzoek_json(one, products_per_gemeente(call.desk), call.medewerker.id), **details}


def pick_callback_up(call: Call) -> None:
    """The employee is going to call."""
    one = call.verzoek
    if one.medewerker_id == call.medewerker.id and one.status == "te_verwerken":
        return
    callback.pick_up(call.engine, one.referentienummer, call.medewerker.id)


def put_callback_back(call: Call) -> None:
    """A colleague may do it."""
    callback.put_back(call.engine, call.verzoek.referentienummer, call.medewerker.id)


def finish_callback(call: Call) -> None:
    """The resident was called."""
    one = call.verzoek
    if one.status == "verwerkt" and one.medewerker_id == call.medewerker.id:
        return
    callback.finish(call.engine, one.referentienummer, call.medewerker.id)


def done_callbacks(call: Call) -> Any:
    """The call-backs of the last 30 days that were done, of one municipality (`gemeente`) or of all of the employee's:
    what they were about and by whom they were done, not whom and what was written."""
    gemeenten, wanted = own_gemeenten(call), call.query.get("gemeente")
    if wanted is not None:
        if wanted not in gemeenten:
            raise Refused(404, ER_NIET)
        gemeenten = [wanted]
    every, names = products_per_gemeente(call.desk), names_of(call)
    found = rows.done(call.engine, gemeenten, datetime.now(UTC) - TERUGKIJKEN, MEESTE + 1)
    return {
        "verzoeken": [
            {**present.verzoek_json(one, every, call.medewerker.id), "wie": names.get(one.medewerker_id or 0)}
            for one in found[:MEESTE]
        ],
        "meer": len(found) > MEESTE,
    }


def call_back(call: Call) -> Any:
    """Ask for a call to the number of somebody on WhatsApp, who cannot be written to. While one is still to be done, that is
    the one that is given."""
    one, gemeente = call.overdracht, call.gemeente
    onderwerp = " ".join(typed(call.text("onderwerp", callback.ONDERWERP)).split())
    vraag = typed(call.text("vraag", callback.VRAAG)) if call.body.get("vraag") else ""
    if one.gesprek_id is None:
        raise Refused(410, "Dit gesprek is gewist door de bewoner.")
    if not is_mine(call, one):
        raise NotYours("Dit gesprek is niet (meer) van u.")
    if not gemeente.balie.terugbellen:
        raise Refused(409, "Deze gemeente belt niet terug.")
    persoon = people.load(call.engine, call.desk.secret, one.gesprek_id)
    if persoon is None or not persoon.adres.nummer:
        raise Refused(409, "Het telefoonnummer van deze bewoner is niet bekend.")
    now = datetime.now(UTC)
    earlier = [each for each in callback.of_conversation(call.engine, one.gesprek_id) if each.status == "te_verwerken"]
    made = (
        earlier[0]
        if earlier
        else callback.create(
            call.engine,
            gemeente=gemeente.id,
            kanaal=one.kanaal,
            contact=Contact(telefoon=persoon.adres.nummer),
            uiterlijk_op=terugbellen_voor(gemeente, now),
            bestemming="openklant" if gemeente.open_klant else "balie",
            naam=one.naam,
            onderwerp=onderwerp,
            vraag=vraag,
            gesprek_id=one.gesprek_id,
            product_id=one.product_id,
            now=now,
        )
    )
    return {"nummer": made.referentienummer, "balie": made.bestemming == "balie"}
