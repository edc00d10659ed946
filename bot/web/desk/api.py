"""What each address under `/balie/api` does. A plain function of a Call: it calls the rooms and gives what becomes JSON."""

from __future__ import annotations

import uuid
from typing import Any

from bot import takeover
from bot.catalog.live import live_catalog, waarden_van
from bot.conversations import store
from bot.handoff import employees, queue
from bot.handoff.model import DOOR_MEDEWERKER, AlreadyTaken, NotYours, Overdracht, Status, Uitkomst
from bot.privacy.masking import mask
from bot.search.text import clean
from bot.web.desk import canned, present, products
from bot.web.desk.common import ER_NIET, Call, Desk, Refused
from bot.web.desk.present import Products
from bot.web.desk.whatsapp import lines_of

BERICHT_TEKENS = 4000
NOTITIE_TEKENS = 2000
REDEN_TEKENS = 500
GESCHIEDENIS = 50


def products_per_gemeente(desk: Desk) -> dict[str, Products]:
    """Municipality → its products, as they are live now."""
    live = live_catalog(desk.settings)
    live.refresh()
    return {gemeente: live.products(gemeente) for gemeente in desk.gemeenten.ids}


def state(call: Call) -> Any:
    """The desk as it stands, for who cannot have a stream."""
    return present.state(call.desk.watch.read(), call.medewerker, call.desk.gemeenten, products_per_gemeente(call.desk))


def set_presence(call: Call) -> None:
    """The employee takes conversations, or no new ones."""
    aanwezig = call.body.get("aanwezig")
    if not isinstance(aanwezig, bool):
        raise Refused(400, 'Stuur "aanwezig" (true of false).')
    employees.set_presence(call.engine, call.medewerker.id, aanwezig)


def heartbeat(call: Call) -> None:
    """The page is still open: it says so itself, since a connection may look open long after its browser is gone."""
    employees.heartbeat(call.engine, call.medewerker.id)


def conversation(call: Call) -> Any:
    """A conversation from a number on (`na`), with notes and course when it is opened. Each look is kept."""
    one, na = call.overdracht, call.query.get("na", "0")
    if not na.isascii() or not na.isdigit() or len(na) > 9:
        raise Refused(400, "Een nummer van een bericht is een geheel getal.")
    whole = na == "0"
    if whole or not is_mine(call, one):
        queue.looked(call.engine, one, call.medewerker.id)
    every = products_per_gemeente(call.desk)
    first = max(int(na), one.vanaf_nummer - 1)
    found = store.since(call.engine, one.gesprek_id, first) if one.gesprek_id else []
    answer: dict[str, Any] = {"berichten": [present.bericht_json(each, every[one.gemeente]) for each in found]}
    if whole:
        names = names_of(call)
        line = lines_of(call.engine, call.desk.secret, [one], whole=True).get(one.id)
        answer |= {
            "overdracht": {
                **present.overdracht_json(one, every),
                "whatsapp": present.whatsapp_json(line, call.gemeente),
                "wie": names.get(one.medewerker_id or 0),
            },
            "notities": [present.notitie_json(each, names) for each in queue.notes(call.engine, one.id)],
            "verloop": present.course(queue.events(call.engine, one.id), names, call.gemeente),
        }
    return answer


def claim(call: Call) -> Any:
    """Pick a waiting conversation up; who is too late reads who was first."""
    one, me = call.overdracht, call.medewerker
    try:
        taken = queue.claim(call.engine, one.id, me.id, call.gemeente.balie.per_medewerker)
    except AlreadyTaken as error:
        now = queue.load(call.engine, one.id)
        if is_mine(call, now):
            # Sent twice; the first time it succeeded, at least so far.
            call.changed.extend(takeover.picked_up(call.engine, now, me))
            return {"id": one.id}
        wie = names_of(call).get(now.medewerker_id or 0) if now.status == Status.MEDEWERKER else None
        text = f"{wie} was u voor." if wie else str(error)
        raise Refused(409, text, wie=wie) from None
    call.changed.extend(takeover.picked_up(call.engine, taken, me))
    return {"id": taken.id}


def say(call: Call) -> Any:
    """Send a message; the same `id` twice is one message."""
    one, client_id = call.overdracht, call.body.get("id")
    if not _is_uuid(client_id):
        raise Refused(400, 'Geef het bericht een eigen "id" (een UUID).')
    tekst = typed(call.text("tekst", BERICHT_TEKENS))
    if one.gesprek_id is None:
        raise Refused(410, "Dit gesprek is gewist door de bewoner.")
    try:
        sent = takeover.say(call.engine, one, call.medewerker, tekst, str(client_id))
    except NotYours:
        earlier = store.find_sent(call.engine, one.gesprek_id, str(client_id))
        if earlier is None:
            raise
        sent = earlier
    call.changed.append(one.gesprek_id)
    return {"bericht": present.bericht_json(sent, products_per_gemeente(call.desk)[one.gemeente])}


def types(call: Call) -> None:
    """The resident sees that the employee is typing."""
    call.changed.extend(takeover.types(call.engine, call.overdracht, call.medewerker))


def read_until(call: Call) -> None:
    """The employee has seen the conversation up to a message."""
    nummer = call.body.get("nummer")
    if not isinstance(nummer, int) or isinstance(nummer, bool) or not 0 <= nummer < 10**9:
        raise Refused(400, "Een nummer van een bericht is een geheel getal.")
    if is_mine(call, call.overdracht):
        queue.read_until(call.engine, call.overdracht.id, nummer)


def add_note(call: Call) -> Any:
    """Write something down for colleagues."""
    one = call.overdracht
    if one.gesprek_id is None:
        raise Refused(410, "Dit gesprek is gewist. Er kan geen notitie meer bij.")
    queue.add_note(call.engine, one.id, call.medewerker.id, typed(call.text("tekst", NOTITIE_TEKENS)))
    names = names_of(call)
    return {"notities": [present.notitie_json(each, names) for each in queue.notes(call.engine, one.id)]}


def transfer(call: Call) -> Any:
    """Hand a conversation to a colleague who is there, or to a department; why becomes a note."""
    one, gemeente, me = call.overdracht, call.gemeente, call.medewerker
    naar, afdeling = call.body.get("medewerker"), call.body.get("afdeling")
    reden = typed(call.text("reden", REDEN_TEKENS))
    if (naar is None) == (afdeling is None):
        raise Refused(400, "Kies een collega of een afdeling.")
    if not is_mine(call, one):
        raise NotYours("Dit gesprek is niet (meer) van u.")
    if naar is not None:
        there = {each.id: each.naam for each in employees.present(call.engine, [gemeente.id]) if each.id != me.id}
        if isinstance(naar, bool) or naar not in there:
            raise Refused(409, "Deze collega is er nu niet. Kies een ander.")
        name = there[naar]
        moved = queue.transfer(call.engine, one.id, me.id, naar=naar)
    else:
        if not isinstance(afdeling, str) or afdeling not in gemeente.balie.afdelingen:
            raise Refused(400, "Deze afdeling is er niet.")
        name = gemeente.balie.afdelingen[afdeling]
        moved = queue.transfer(call.engine, one.id, me.id, afdeling=afdeling)
    queue.add_note(call.engine, one.id, me.id, reden)
    call.changed.extend(takeover.handed_on(call.engine, gemeente, moved, me, name))
    return {"naar": name}


def close(call: Call) -> None:
    """End a conversation with an outcome, and a label if the employee gives one."""
    one, uitkomst, label = call.overdracht, call.body.get("uitkomst"), call.body.get("label")
    if uitkomst not in {each.value for each in DOOR_MEDEWERKER}:
        raise Refused(400, "Kies hoe het gesprek is afgelopen.")
    if label is not None and label not in call.gemeente.balie.labels:
        raise Refused(400, "Dit label is er niet.")
    me = call.medewerker
    if one.status == Status.GESLOTEN and one.medewerker_id == me.id:
        # Sent twice; should the first time have broken off half-way, then the resident still has to hear of it.
        ended = _still_shown_as_ours(call, one)
    else:
        ended = queue.close(call.engine, one.id, uitkomst=Uitkomst(uitkomst), medewerker_id=me.id, label=label)
    if ended and one.gesprek_id:
        call.changed.extend(takeover.closed(call.engine, call.gemeente, one, me))


def history(call: Call) -> Any:
    """The last closed conversations of the employee's municipalities, without a word of them."""
    every, names = products_per_gemeente(call.desk), names_of(call)
    return {
        "gesprekken": [
            {**present.overdracht_json(one, every), "wie": names.get(one.medewerker_id or 0)}
            for one in queue.closed(call.engine, own_gemeenten(call), GESCHIEDENIS)
        ]
    }


def find_products(call: Call) -> Any:
    """Products of a municipality by a few letters of their name."""
    every = products_per_gemeente(call.desk)[call.gemeente.id]
    return {"producten": products.find(every, call.query.get("zoek", "")[:100])}


def product(call: Call) -> Any:
    """The texts of a product for a municipality."""
    found = products_per_gemeente(call.desk)[call.gemeente.id].get(call.names["product_id"])
    if found is None:
        raise Refused(404, ER_NIET)
    return products.details(found, call.gemeente, waarden_van(call.desk.settings, call.gemeente.id))


def canned_answers(call: Call) -> Any:
    """The canned answers for a municipality."""
    return {"antwoorden": canned.answers(call.gemeente, call.medewerker.naam)}


def own_gemeenten(call: Call) -> list[str]:
    """Ids of the municipalities of the employee."""
    return [gemeente for gemeente in call.desk.gemeenten.ids if gemeente in call.medewerker.gemeenten]


def names_of(call: Call) -> dict[int, str]:
    """Employee → name."""
    return {one.id: one.naam for one in employees.everybody(call.engine)}


def is_mine(call: Call, one: Overdracht) -> bool:
    """Whether the employee has a conversation."""
    return one.status == Status.MEDEWERKER and one.medewerker_id == call.medewerker.id


def _still_shown_as_ours(call: Call, one: Overdracht) -> bool:
    if one.gesprek_id is None or queue.open_request(call.engine, one.gesprek_id) is not None:
        return False
    return bool(store.load(call.engine, one.gesprek_id).toestand.get("wie") == "medewerker")


def typed(text: str) -> str:
    """What an employee typed: tidied per line, and without numbers that must not be stored. Raises Refused when empty."""
    lines = [clean(line) for line in text.replace("\r\n", "\n").split("\n")]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    tidy = mask("\n".join(kept).strip())
    if not tidy:
        raise Refused(400, "Vul eerst een tekst in.")
    return tidy


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False
