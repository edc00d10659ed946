"""Tables of WhatsApp: people, what came in and is still to be handled, what goes out and what became of it.

Who somebody is stands here only as keyed hashes, to find them again, and encrypted, to send to them.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.database import Moment, metadata

whatsapp_persoon = sa.Table(
    "whatsapp_persoon",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("phone_number_id", sa.String(40), nullable=False),
    sa.Column("gebruiker_sleutel", sa.String(64), nullable=True, unique=True),
    sa.Column("nummer_sleutel", sa.String(64), nullable=True, unique=True),
    sa.Column("adres", sa.String(600), nullable=False),
    sa.Column("gesprek_id", sa.String(64), nullable=False, unique=True),
    sa.Column("laatst_op", Moment, nullable=False, index=True),
    sa.Column("geopend_op", Moment, nullable=True),
    sa.Column("gestopt", sa.Boolean, nullable=False),
    sa.Column("uitgezet", sa.Integer, nullable=False),
    sa.Column("meer", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("bezig_tot", Moment, nullable=True),
    sa.Column("bezig_door", sa.String(32), nullable=True),
)
"""Somebody at one of our numbers. `adres`: number and BSUID, encrypted. `laatst_op`: when they last wrote, by Meta's clock: what
opens the 24 hours. `uitgezet`: number of the last message of the conversation that was made ready to send. `meer`: where a long
answer goes on. `bezig_*`: which process handles them now, so that their messages keep their order."""

whatsapp_in = sa.Table(
    "whatsapp_in",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("phone_number_id", sa.String(40), nullable=False),
    sa.Column("wamid", sa.String(64), nullable=False),
    sa.Column("persoon_id", sa.String(32), nullable=True, index=True),
    sa.Column("inhoud", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("tijd", Moment, nullable=False),
    sa.Column("ontvangen_op", Moment, nullable=False, index=True),
    sa.Column("klaar_op", Moment, nullable=True, index=True),
    sa.Column("pogingen", sa.Integer, nullable=False),
    sa.UniqueConstraint("phone_number_id", "wamid"),
)
"""A message that came in. `wamid`: SHA-256 of Meta's id, in which a phone number can be read. `inhoud`: what it says, masked; gone
once it was handled. `tijd`: by Meta's clock. `pogingen`: how often handling it was begun. Without `persoon_id` a bare key is left:
whose it was is erased, or it is no message of a person."""

whatsapp_uit = sa.Table(
    "whatsapp_uit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("persoon_id", sa.String(32), nullable=False, index=True),
    sa.Column("gemeente", sa.String(80), nullable=False),
    sa.Column("adres", sa.String(600), nullable=True),
    sa.Column("nummer", sa.Integer, nullable=False),
    sa.Column("deel", sa.Integer, nullable=False),
    sa.Column("sleutel", sa.String(32), nullable=False, unique=True),
    sa.Column("lijf", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("stand", sa.String(20), nullable=False, index=True),
    sa.Column("wamid", sa.String(64), nullable=True, index=True),
    sa.Column("pogingen", sa.Integer, nullable=False),
    sa.Column("volgende_op", Moment, nullable=False, index=True),
    sa.Column("fout", sa.Integer, nullable=True),
    sa.Column("gemaakt_op", Moment, nullable=False, index=True),
    sa.UniqueConstraint("persoon_id", "nummer", "deel"),
)
"""Something to send, in order of `id` per person. `nummer`, `deel`: which message of the conversation, and which piece of it.
Numbers below 0 are no message of it: a template, or the receipt of erasing. `adres`: only for who is not kept any more, with that
receipt. `lijf`: the body for Meta, gone once it arrived or failed. `sleutel`: comes back in statuses; another one for each attempt
that Meta refused. `stand`: wacht, onzeker (being sent, or the answer stayed away), verzonden, afgeleverd, gelezen, terug (Meta told
later that it failed), mislukt, vastgehouden (outside the 24 hours)."""

whatsapp_nummer = sa.Table(
    "whatsapp_nummer",
    metadata,
    sa.Column("phone_number_id", sa.String(40), primary_key=True),
    sa.Column("rust_tot", Moment, nullable=True),
    sa.Column("gestopt_op", Moment, nullable=True),
    sa.Column("fout", sa.Integer, nullable=True),
)
"""A number of ours that must wait, or that Meta refuses (`gestopt_op`): token, rights, payment."""
