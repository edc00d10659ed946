"""Telling of an appointment that was made, moved or cancelled: the fields of the texts, and the e-mail with the calendar file."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Dict, Optional, Set

from actions import clock
from actions.context import Context
from bot.appointment_texts import as_fields, calendar_of
from bot.appointments.register import Vastgelegd
from bot.appointments.values import Klant
from bot.connections import mail_sandbox
from bot.messages_out import Bijlage, NotSent, can_send, send
from bot.nlg.fields import fields_for
from bot.nlg.texts import render, responses

logger = logging.getLogger(__name__)
_sending: Set[asyncio.Task[None]] = set()


async def confirm(context: Context, one: Vastgelegd, klant: Optional[Klant]) -> Dict[str, Any]:
    """The fields of an appointment for a response; an e-mail goes out beside the answer when there is an address."""
    fields = as_fields(context.settings, context.gemeente, one)
    email = klant.email if klant is not None else ""
    sandbox = mail_sandbox(context.settings, context.gemeente)
    fields["per_mail"] = bool(email) and can_send(context.settings, email, sandbox)
    if fields["per_mail"]:
        # Beside the answer: a slow mail server holds up nobody.
        task = asyncio.ensure_future(_mail(context, one, email, fields))
        _sending.add(task)
        task.add_done_callback(_sending.discard)
    return fields


async def _mail(context: Context, one: Vastgelegd, aan: str, fields: Dict[str, Any]) -> None:
    texts = {**fields_for(context.settings, context.gemeente, clock.now()), "afspraak": fields}
    file = calendar_of(context.settings, context.gemeente, one, clock.now())
    onderwerp = render(responses()["utter_afspraak_mail_onderwerp"][0]["text"], texts)
    tekst = render(responses()["utter_afspraak_mail"][0]["text"], texts)
    bijlage = Bijlage("afspraak.ics", "text/calendar", file)
    try:
        await send(context.settings, aan, onderwerp, tekst, mail_sandbox(context.settings, context.gemeente), bijlage)
    except NotSent as error:
        logger.warning("Bevestiging niet verstuurd: %s", error)
