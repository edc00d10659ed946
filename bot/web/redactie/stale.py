"""A municipality's own text beside the central one that changed: take the central one, keep the own, or work it in."""

from __future__ import annotations

from bot.redactie import local
from bot.redactie.values import NietGevonden
from bot.web.redactie import texts
from bot.web.redactie.common import Answer, Call, Page, Redirect, Refused
from bot.web.redactie.texts import product_id

REDEN = 400


def stale_page(call: Call) -> Answer:
    """GET …/verouderd."""
    _own(call)
    both = local.side_by_side(call.engine, product_id(call), call.gemeente)
    return Page("verouderd.html", {"naam": texts.name_of(call), "product_id": product_id(call), "beide": both})


def choose(call: Call) -> Answer:
    """POST …/verouderd: `doe` is centraal, eigen or samenvoegen."""
    _own(call)
    doe, reden = call.field("doe", 20), call.field("reden", REDEN).strip()
    centraal = call.number("centraal")
    if doe == "samenvoegen":
        local.merge(call.engine, product_id(call), call.gemeente, call.redacteur, centraal=centraal)
        return Redirect(call.url(f"product/{product_id(call)}/bewerken"))
    if doe == "eigen":
        local.keep_own(
            call.engine,
            product_id(call),
            call.gemeente,
            call.redacteur,
            centraal=centraal,
            reden=reden or "de eigen tekst klopt",
        )
    elif doe == "centraal":
        local.take_central(
            call.engine,
            product_id(call),
            call.gemeente,
            call.redacteur,
            reden=reden or "de centrale tekst is genomen",
            verwacht=call.number("eigen"),
        )
    else:
        raise Refused(400, "Kies wat er met de eigen tekst gebeurt.")
    return Redirect(call.url(f"product/{product_id(call)}", gedaan=doe))


def _own(call: Call) -> None:
    if call.plek.is_centraal:
        raise NietGevonden("De centrale tekst kan niet verouderd zijn. Kies een gemeente.")
