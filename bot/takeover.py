"""Handing a conversation to a human and back, as the resident sees it.

It joins two rooms: `handoff` says who has the conversation, `conversations` holds what was said and what the resident may see
of the state. Used by the action server, the engine and the website alike; each function returns the conversations of which
something changed, to be announced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.conversations import store
from bot.conversations.model import Bericht, Nieuw, UnknownGesprek
from bot.handoff import employees, queue
from bot.handoff.model import Medewerker, NotYours, Overdracht, Reden, Uitkomst
from bot.handoff.offer import Aanbod, offer
from bot.handoff.waiting_time import expected, intervals, minutes
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses
from bot.settings import load_settings

TERUGKIJKEN = timedelta(hours=2)
"""Pick-ups of so long ago say nothing of the queue now."""
VERVERSEN = timedelta(seconds=30)
"""A waiting time is told again after so long, or when the place changed."""


def what_is_open(engine: Engine, gemeente: Gemeente, kanaal: str, now: datetime | None = None) -> Aanbod:
    """What may be offered to a resident of a municipality now."""
    moment = now or datetime.now(UTC)
    aanwezig = len(employees.present(engine, [gemeente.id], moment))
    wachtenden = len(queue.waiting(engine, [gemeente.id]))
    return offer(gemeente, kanaal, aanwezig=aanwezig, wachtenden=wachtenden, now=moment)


def ask(
    engine: Engine,
    gemeente: Gemeente,
    *,
    gesprek_id: str,
    reden: Reden,
    delen: bool,
    naam: str | None = None,
    product_id: str | None = None,
    now: datetime | None = None,
) -> Overdracht:
    """Put a conversation in the queue. `delen`: whether the employee may read what was said before. Raises UnknownGesprek."""
    gesprek = store.load(engine, gesprek_id)
    one = queue.ask(
        engine,
        gesprek_id=gesprek_id,
        gemeente=gemeente.id,
        kanaal=gesprek.kanaal,
        reden=reden,
        doel=timedelta(seconds=gemeente.balie.doel_seconden),
        vanaf_nummer=1 if delen else gesprek.laatste_nummer + 1,
        naam=naam,
        product_id=product_id,
        now=now,
    )
    show_queue(engine, gemeente.id, now)
    return one


def show_queue(engine: Engine, gemeente_id: str, now: datetime | None = None) -> list[str]:
    """Tell everybody in a municipality's queue their place, and how long it may take when that is known."""
    moment = now or datetime.now(UTC)
    waiting = queue.waiting(engine, [gemeente_id])
    if not waiting:
        return []
    between = intervals(queue.moves(engine, gemeente_id, moment - TERUGKIJKEN))
    changed = []
    for place, one in enumerate(waiting, start=1):
        if one.gesprek_id is None:
            continue
        seconds = expected(place, between)
        if _show_place(engine, one.gesprek_id, place, seconds, moment):
            changed.append(one.gesprek_id)
            if seconds:
                queue.announce(engine, one.id, seconds)
    return changed


def _show_place(engine: Engine, gesprek_id: str, place: int, seconds: tuple[int, int] | None, moment: datetime) -> bool:
    try:
        shown = store.load(engine, gesprek_id).toestand
    except UnknownGesprek:
        return False
    fresh = shown.get("gemeten") and moment - datetime.fromisoformat(shown["gemeten"]) < VERVERSEN
    if shown.get("soort") == "wachtrij" and shown.get("plek") == place and fresh:
        return False
    wachttijd = _minutes(seconds) if seconds else []
    if shown.get("plek") == place and shown.get("wachttijd") == wachttijd and shown.get("soort") == "wachtrij":
        return False
    store.set_state(
        engine,
        gesprek_id,
        {"wie": "wachtrij", "soort": "wachtrij", "plek": place, "wachttijd": wachttijd, "gemeten": moment.isoformat()},
    )
    return True


def _minutes(seconds: tuple[int, int]) -> list[str]:
    least, most = minutes(seconds)
    last = "1 minuut" if most == 1 else f"{most} minuten"
    return [last] if least == most else [str(least), last]


def picked_up(engine: Engine, one: Overdracht, medewerker: Medewerker) -> list[str]:
    """An employee has it: the resident sees who. The others move up."""
    if one.gesprek_id is None:
        # Erased by the resident just now.
        return []
    store.set_state(engine, one.gesprek_id, {"wie": "medewerker", "soort": "medewerker", "naam": medewerker.naam})
    return [one.gesprek_id, *show_queue(engine, one.gemeente)]


def say(engine: Engine, one: Overdracht, medewerker: Medewerker, tekst: str, client_id: str) -> Bericht:
    """An employee's message; the same `client_id` twice is one message. Raises NotYours, UnknownGesprek."""
    if one.gesprek_id is None or not queue.has(engine, one.id, medewerker.id):
        raise NotYours("Dit gesprek is niet (meer) van u.")
    bericht, _ = store.append(
        engine, one.gesprek_id, Nieuw("medewerker", tekst, naam=medewerker.naam, client_id=client_id)
    )
    queue.answered(engine, one.id, medewerker.id)
    store.set_state(engine, one.gesprek_id, {"wie": "medewerker", "soort": "medewerker", "naam": medewerker.naam})
    return bericht


def types(engine: Engine, one: Overdracht, medewerker: Medewerker) -> list[str]:
    """The resident sees that an employee is typing, for a moment."""
    if one.gesprek_id is None or not queue.has(engine, one.id, medewerker.id):
        raise NotYours("Dit gesprek is niet (meer) van u.")
    state = {"wie": "medewerker", "soort": "typt", "naam": medewerker.naam, "sinds": datetime.now(UTC).isoformat()}
    store.set_state(engine, one.gesprek_id, state)
    return [one.gesprek_id]


def handed_on(engine: Engine, gemeente: Gemeente, one: Overdracht, van: Medewerker, naar: str) -> list[str]:
    """After `queue.transfer`: the resident reads who comes, and sees the queue again when it went to a department."""
    if one.gesprek_id is None:
        # Erased by the resident just now.
        return []
    tell(engine, gemeente, one.gesprek_id, "utter_overdracht_naar_collega", van=van.naam, naar=naar)
    if one.medewerker_id is not None:
        store.set_state(engine, one.gesprek_id, {"wie": "medewerker", "soort": "medewerker", "naam": naar})
        return [one.gesprek_id]
    return [one.gesprek_id, *show_queue(engine, one.gemeente)]


def closed(engine: Engine, gemeente: Gemeente, one: Overdracht, medewerker: Medewerker) -> list[str]:
    """After `queue.close` by an employee: the bot has the conversation, and asks for a grade."""
    if one.gesprek_id is None:
        # Erased by the resident just now.
        return []
    tell(engine, gemeente, one.gesprek_id, "utter_overdracht_afgesloten", medewerker=medewerker.naam)
    _to_bot(engine, one.gesprek_id, cijfer=True)
    return [one.gesprek_id, *show_queue(engine, one.gemeente)]


def leave(engine: Engine, gemeente: Gemeente, gesprek_id: str, now: datetime | None = None) -> list[str]:
    """The resident waits no longer; nothing changes when an employee picked it up meanwhile."""
    one = queue.open_request(engine, gesprek_id)
    if one is None or not queue.close(engine, one.id, uitkomst=Uitkomst.VERLATEN, now=now):
        return []
    tell(engine, gemeente, gesprek_id, "utter_overdracht_verlaten")
    _to_bot(engine, gesprek_id)
    return [gesprek_id, *show_queue(engine, gemeente.id, now)]


def keep_queue(engine: Engine, gemeenten: Iterable[Gemeente], now: datetime | None = None) -> list[str]:
    """What must happen by the clock: employees who are gone lose their conversations to the front of the queue, who waits
    long is offered a call-back, and who still waits at closing time is sent on. Safe to run in several processes."""
    moment = now or datetime.now(UTC)
    changed: list[str] = []
    known = {gemeente.id: gemeente for gemeente in gemeenten}
    for medewerker_id in employees.gone(engine, moment):
        for one in queue.helped_by(engine, medewerker_id):
            if one.gemeente in known and queue.release(engine, one.id, medewerker_id, moment) and one.gesprek_id:
                tell(engine, known[one.gemeente], one.gesprek_id, "utter_overdracht_terug_in_rij")
                changed.append(one.gesprek_id)
    for gemeente in known.values():
        changed += _by_the_clock(engine, gemeente, moment)
        changed += show_queue(engine, gemeente.id, moment)
    return list(dict.fromkeys(changed))


def _by_the_clock(engine: Engine, gemeente: Gemeente, moment: datetime) -> list[str]:
    waiting = queue.waiting(engine, [gemeente.id])
    if not waiting:
        return []
    is_open = offer(gemeente, "webchat", aanwezig=1, wachtenden=0, now=moment).livechat
    long = timedelta(minutes=gemeente.balie.wachten_minuten)
    changed = []
    for one in waiting:
        if one.gesprek_id is None:
            continue
        if not is_open:
            if queue.close(engine, one.id, uitkomst=Uitkomst.GESLOTEN_TIJD, now=moment):
                terugbellen = gemeente.balie.terugbellen
                tell(engine, gemeente, one.gesprek_id, "utter_overdracht_gesloten_tijd", terugbellen=terugbellen)
                _to_bot(engine, one.gesprek_id)
                changed.append(one.gesprek_id)
        elif moment - one.in_wachtrij_op >= long and queue.offered(engine, one.id, moment):
            tell(
                engine,
                gemeente,
                one.gesprek_id,
                "utter_overdracht_lang_wachten",
                minuten=gemeente.balie.wachten_minuten,
                terugbellen=gemeente.balie.terugbellen,
            )
            changed.append(one.gesprek_id)
    return changed


def tell(engine: Engine, gemeente: Gemeente, gesprek_id: str, name: str, **fields: Any) -> None:
    """Say something of `domain/medewerker.yml` in a conversation; one that was erased meanwhile is left alone."""
    variation = responses()[name][0]
    text = render(variation["text"], {**fields_for(load_settings(), gemeente, datetime.now(UTC)), **fields})
    keuzes = [{"titel": button["title"], "act": button["payload"]} for button in variation.get("buttons", [])]
    try:
        store.append(engine, gesprek_id, Nieuw("vraagbaak", text, extra={"keuzes": keuzes} if keuzes else {}))
    except UnknownGesprek:
        return


def _to_bot(engine: Engine, gesprek_id: str, *, cijfer: bool = False) -> None:
    state: dict[str, Any] = {"wie": "bot", "soort": "bot"}
    store.set_state(engine, gesprek_id, {**state, "cijfer": True} if cijfer else state)
