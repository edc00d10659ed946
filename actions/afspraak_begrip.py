"""What a message means to the appointment that is being made: a choice, a wish, an answer, a correction."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Optional

from rasa_sdk import Tracker

from actions import clock
from actions.afspraak_product import find_product
from actions.afspraak_stand import Stand
from actions.context import Context, asks_something_else, last_intent, last_text
from actions.names import name_in
from bot.appointments.intake import number_of_people, read_field
from bot.appointments.values import TIJDZONE
from bot.appointments.wishes import Wens, onduidelijk, parse_wens

ELDERS = frozenset(
    (
        "noodgeval",
        "opnieuw_beginnen",
        "medewerker_spreken",
        "terugbelverzoek",
        "zaakstatus",
        "klacht_over_bot",
        "andere_taal",
    )
)
"""Acts that a rule of their own answers, whatever the form asks."""
ANDERS = {
    "dag": frozenset(("dag", "tijd", "tijdstip", "datum", "moment", "uur", "later", "eerder", "week")),
    "plaats": frozenset(("plek", "plaats", "locatie", "ergens", "adres")),
    "gegevens": frozenset(
        ("naam", "gegevens", "mail", "email", "mailadres", "emailadres", "telefoonnummer", "telefoon")
    ),
    "onderwerp": frozenset(("onderwerp", "product")),
}
"""What is to be changed → words by which people say so, next to the summary."""
_LATER = re.compile(r"\blatere?\b", re.IGNORECASE)
NAMEN = ("achternaam", "voornaam")


class NotUnderstood(Exception):
    """The message is no answer to what was asked; `what` names the response that says what would be."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def understand(context: Context, tracker: Tracker, stand: Stand) -> Optional[Stand]:
    """The stand after the last message; None when the message is not about the appointment. Raises NotUnderstood."""
    if last_intent(tracker) in ELDERS:
        return None
    asked, text = tracker.get_slot("requested_slot"), last_text(tracker)
    keuze = _choice(tracker)
    if keuze:
        return _chosen(stand, keuze)
    wens = None if asked == "afspraak_gegevens" else parse_wens(text, clock.now().astimezone(TIJDZONE).date())
    names_product = asked == "afspraak_product" and "?" not in text
    if asks_something_else(tracker) and not names_product and not _about_the_same(tracker, stand, wens):
        return None
    if asked == "afspraak_gegevens":
        return _answered(stand, text)
    aantal = number_of_people(text)
    if aantal:
        stand = replace(stand, aantal=aantal, aanbod=(), moment=None, akkoord="")
    place = _named_place(stand, text)
    if place:
        stand = stand.with_place(place)
    if asked == "afspraak_locatie" and wens == Wens() and stand.plaatsen and not place:
        # It does not matter to them.
        return stand.with_place(stand.plaatsen[0].id)
    if wens is not None:
        stand = _wished(stand, wens)
    elif asked == "afspraak_moment" and stand.aanbod and _LATER.search(text):
        return _chosen(stand, "later")
    if asked == "afspraak_product":
        # A product may be named along with a day.
        return _rest(context, tracker, stand, asked, text)
    if wens is not None or place or aantal:
        return stand
    return _rest(context, tracker, stand, asked, text)


def _rest(context: Context, tracker: Tracker, stand: Stand, asked: Optional[str], text: str) -> Stand:
    """No choice, wish, place or number: yes or no, another product, or nothing to be made of it."""
    if asked == "afspraak_akkoord" and last_intent(tracker) in ("bevestigen", "ontkennen"):
        if last_intent(tracker) == "bevestigen":
            return replace(stand, akkoord="ja", wijzigen=False)
        return _changed(stand, text) or replace(stand, wijzigen=True)
    if asked == "afspraak_akkoord" and (changed := _changed(stand, text)) is not None:
        return changed
    if asked == "afspraak_moment" and len(stand.aanbod) == 1 and last_intent(tracker) == "bevestigen":
        return replace(stand, moment=stand.aanbod[0])
    found = find_product(context, tracker) if stand.doel == "maken" else None
    if found is not None and found.product and found.product != stand.product:
        return with_product(stand, found.product)
    if asked == "afspraak_product":
        if found is not None and found.anders:
            raise NotUnderstood(f"utter_afspraak_anders:{found.anders}")
        if found is not None and found.kandidaten:
            return replace(stand, kandidaten=found.kandidaten)
        raise NotUnderstood("utter_afspraak_product_onbekend")
    if asked == "afspraak_moment":
        if onduidelijk(text, clock.now().astimezone(TIJDZONE).date()):
            return replace(stand, dag_vragen=True, aanbod=())
        raise NotUnderstood("utter_afspraak_moment_onbekend")
    if asked == "afspraak_locatie":
        raise NotUnderstood("utter_afspraak_locatie_onbekend")
    raise NotUnderstood("utter_afspraak_akkoord_onbekend")


def with_product(stand: Stand, product: str) -> Stand:
    """Another product: places and moments are other ones; the wish and the personal details stay."""
    return replace(
        stand, product=product, kandidaten=(), plaatsen=(), locatie="", moment=None, aanbod=(), na=None, akkoord=""
    )


def _chosen(stand: Stand, keuze: str) -> Stand:
    """A choice that was offered: `product:`, `locatie:`, `moment:` with what was chosen, or a word."""
    kind, _, value = keuze.partition(":")
    if kind == "product":
        return with_product(stand, value)
    if kind == "locatie":
        return stand.with_place(value)
    if kind == "moment":
        return replace(stand, moment=datetime.fromisoformat(value).astimezone(TIJDZONE), dag_vragen=False)
    if kind == "later":
        return replace(stand, na=stand.aanbod[-1] if stand.aanbod else stand.na, aanbod=())
    if kind == "dag":
        return replace(stand, dag_vragen=True, aanbod=(), moment=None, na=None, akkoord="", wijzigen=False)
    if kind in ("plaats", "onderwerp") and stand.doel != "maken" and len(stand.plaatsen) < 2:
        return replace(stand, wijzigen=True)
    if kind == "plaats":
        return replace(stand.with_place(""), wijzigen=False)
    if kind == "onderwerp":
        return replace(with_product(stand, ""), wijzigen=False)
    if kind == "ja":
        return replace(stand, akkoord="ja", wijzigen=False)
    if kind == "wijzigen":
        return replace(stand, wijzigen=True)
    if kind == "gegevens":
        return replace(stand, gegevens={}, compleet=False, wijzigen=False)
    raise ValueError(f"unknown choice {kind}")


def _wished(stand: Stand, wens: Wens) -> Stand:
    """A moment in words: one of those offered when it fits exactly one of them, else a wish to search by."""
    if stand.aanbod and wens == Wens(zo_snel=True) and stand.wens in (Wens(), wens):
        return replace(stand, moment=stand.aanbod[0], dag_vragen=False)
    fits = [one for one in stand.aanbod if wens.past(one)]
    says_time = wens.uur_van is not None and wens.precies
    if len(fits) == 1 and (says_time or len({one.date() for one in stand.aanbod}) == len(stand.aanbod)):
        return replace(stand, moment=fits[0], dag_vragen=False)
    wish = stand.wens.anders(wens)
    if says_time and wish.van is None and len({one.date() for one in stand.aanbod}) == 1:
        # "Om half vier dan?" is about the day of the moments that were just offered.
        day = stand.aanbod[0].date()
        wish = replace(wish, van=day, tot=day)
    return replace(stand, wens=wish, na=None, aanbod=(), moment=None, dag_vragen=False, akkoord="", wijzigen=False)


def _answered(stand: Stand, text: str) -> Stand:
    found = read_field(stand.vraag, name_in(text) if stand.vraag in NAMEN else text)
    if found is None:
        raise NotUnderstood(f"utter_afspraak_veld_onbekend:{stand.vraag}")
    return replace(stand, gegevens={**stand.gegevens, **found})


def _named_place(stand: Stand, text: str) -> str:
    """Another place that the message names, by its name or a word that only that place has ("noord")."""
    said = set(re.findall(r"\w+", text.lower()))
    words = {one.id: set(re.findall(r"\w{4,}", one.naam.lower())) for one in stand.plaatsen}
    named = []
    for id, mine in words.items():
        others = {word for other, theirs in words.items() if other != id for word in theirs}
        if said & (mine - others):
            named.append(id)
    return named[0] if len(named) == 1 and named[0] != stand.locatie else ""


def _changed(stand: Stand, text: str) -> Optional[Stand]:
    """What should be otherwise, when that is said in words and not by a choice; None when it is not."""
    said = set(re.findall(r"\w+", text.lower()))
    keuze = next((keuze for keuze, words in ANDERS.items() if said & words), None)
    if keuze is None and onduidelijk(text, clock.now().astimezone(TIJDZONE).date()):
        keuze = "dag"
    return _chosen(stand, keuze) if keuze else None


def _choice(tracker: Tracker) -> str:
    """What the taken choice stands for; empty when none was taken."""
    entities = tracker.latest_message.get("entities") or []
    return next((str(one.get("value")) for one in entities if one.get("entity") == "keuze"), "")


def _about_the_same(tracker: Tracker, stand: Stand, wens: Optional[Wens]) -> bool:
    """Whether what looks like a question of its own is a wish for this appointment ("kan het paspoort ook dinsdag?")."""
    found = {one.get("entity"): one.get("value") for one in tracker.latest_message.get("entities") or []}
    return wens is not None and found.get("product") == stand.product and found.get("aspect") == "alles"
