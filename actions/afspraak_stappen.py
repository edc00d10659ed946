"""What follows by itself once something is known: the only place, moments to offer, the field to ask next."""

from __future__ import annotations

from dataclasses import replace

from actions import clock
from actions.afspraak_product import live_products
from actions.afspraak_stand import Plaats, Stand
from actions.context import Context
from bot.appointment_systems import Afsprakensystemen, dienst_of
from bot.appointments.backend import AppointmentBackend
from bot.appointments.booking import keep_free
from bot.appointments.errors import NotFound, SlotTaken, Unsupported
from bot.appointments.intake import next_question, with_contact
from bot.appointments.offers import first_free
from bot.appointments.values import TIJDZONE, Keus, Locatie
from bot.catalog.koppelingen import Afspraken

_systemen = Afsprakensystemen()


def afspraken_of(context: Context) -> Afspraken:
    """How the municipality makes appointments."""
    assert context.gemeente.afspraken is not None, "asked of a municipality without appointments"
    return context.gemeente.afspraken


def system_of(context: Context) -> AppointmentBackend:
    """The municipality's system for appointments."""
    namen = {id: product.kop.naam for id, product in live_products(context).items()}
    return _systemen.of(context.settings, context.gemeente, context.engine, namen, clock.now)


def keuzen_of(context: Context, stand: Stand) -> tuple[Keus, ...]:
    """What is asked of the system."""
    return stand.keuzen(dienst_of(afspraken_of(context), stand.product))


async def go_on(context: Context, stand: Stand, backend: AppointmentBackend) -> Stand:
    """The stand with everything filled in that needs no question, and with what the next question offers.

    Raises errors of bot.appointments.errors.
    """
    if not stand.product:
        return stand
    if not stand.plaatsen:
        stand = replace(stand, plaatsen=await _places(context, stand, backend))
    if stand.locatie not in {one.id for one in stand.plaatsen}:
        stand = replace(stand, locatie="", moment=None)
    if not stand.locatie and len(stand.plaatsen) == 1:
        stand = stand.with_place(stand.plaatsen[0].id)
    if not stand.locatie:
        return stand
    if stand.moment is None:
        stand = await _moments(context, stand, backend)
    if stand.moment is None:
        return stand
    return await _fields(context, stand, backend) if stand.doel == "maken" else stand


async def take(context: Context, stand: Stand, backend: AppointmentBackend) -> Stand:
    """The stand once a moment was chosen: it is kept free; when it just went, others are offered instead.

    Raises errors of bot.appointments.errors.
    """
    assert stand.moment is not None
    try:
        await keep_free(backend, keuzen_of(context, stand), stand.locatie, stand.moment, stand.sleutel)
    except SlotTaken:
        return replace(stand, moment=None, aanbod=(), akkoord="")
    return stand


async def _places(context: Context, stand: Stand, backend: AppointmentBackend) -> tuple[Plaats, ...]:
    only = afspraken_of(context).alleen_locaties
    found = await backend.list_locations(keuzen_of(context, stand))
    places = tuple(_place(one) for one in found if not only or one.id in only)
    if not places:
        raise NotFound("locaties")
    return places


def _place(one: Locatie) -> Plaats:
    return Plaats(one.id, one.naam, ", ".join(part for part in (one.adres, one.plaats) if part))


async def _moments(context: Context, stand: Stand, backend: AppointmentBackend) -> Stand:
    if stand.dag_vragen or stand.aanbod:
        return stand
    aanbod = await first_free(
        backend,
        keuzen_of(context, stand),
        stand.locatie,
        stand.wens,
        nu=clock.now().astimezone(TIJDZONE),
        dagen_vooruit=afspraken_of(context).dagen_vooruit,
        na=stand.na,
    )
    stand = replace(stand, aanbod=aanbod.momenten, past=aanbod.past, meer=aanbod.meer)
    exact = stand.wens.precies and stand.wens.van is not None and stand.wens.van == stand.wens.tot
    if aanbod.past and exact and len(aanbod.momenten) == 1:
        # Day and time were named, and that moment is free: nothing is left to choose.
        return await take(context, replace(stand, moment=aanbod.momenten[0]), backend)
    return stand


async def _fields(context: Context, stand: Stand, backend: AppointmentBackend) -> Stand:
    velden = with_contact(await backend.customer_fields(keuzen_of(context, stand)))
    if "bsn" in velden.nodig():
        # Nobody is asked for that in a chat.
        raise Unsupported("velden", code="bsn")
    vraag = next_question(velden, stand.gegevens) or ""
    return replace(stand, vraag=vraag, compleet=not vraag)
