"""Trying a connection with WhatsApp, and saying in plain Dutch what is wrong and what to do: `vraagbaak whatsapp check`.

The words here are for the people who set a connection up. Nothing is sent, unless they name a phone to send a message to.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from bot.errors import SettingError
from bot.whatsapp.check_findings import Aansluiting, Bevinding, fout, goed, let_op
from bot.whatsapp.check_meta import META, check_meta, e164, explain
from bot.whatsapp.check_webhook import check_webhook
from bot.whatsapp.errors import GraphError, Reactie, Refused
from bot.whatsapp.graph import Graph
from bot.whatsapp.values import GraphConfig
from bot.whatsapp.webhook import app_secrets

MIN_VERIFY_TOKEN = 16
MESSAGE = "Dit is een proefbericht van Vraagbaak. U kunt het weggooien."


async def check(
    aansluiting: Aansluiting,
    stuur_naar: str | None = None,
    *,
    nu: datetime,
    transport: httpx.AsyncBaseTransport | None = None,
) -> list[Bevinding]:
    """Try a connection. Raises nothing for what is wrong with it: that is what the findings tell.

    Args:
        aansluiting: the municipality's connection.
        stuur_naar: phone number that gets one message, as people write it.
        nu: the moment, aware.
        transport: in place of the network, for tests.
    """
    found = _check_settings(aansluiting)
    config = _config(aansluiting)
    if isinstance(config, Bevinding):
        found.append(config)
    else:
        async with Graph(config, transport) as graph:
            at_meta = await check_meta(graph, aansluiting, nu)
            found += at_meta
            # When the first question already fails, a message would fail in the same way.
            if stuur_naar and at_meta[0].niveau == "goed":
                found.append(await _check_message(graph, stuur_naar))
    if aansluiting.verify_token.waarde and not aansluiting.app_secret.probleem and _host(aansluiting.webhook):
        given = app_secrets(aansluiting.app_secret.waarde)
        found += await check_webhook(aansluiting.webhook, aansluiting.verify_token.waarde, given, transport)
    return found


def _check_settings(aansluiting: Aansluiting) -> list[Bevinding]:
    """What can be seen without asking anybody."""
    found = [
        fout("geheim", one.probleem, _WHERE_SECRETS_COME_FROM[name])
        for name, one in (
            ("token", aansluiting.token),
            ("app_secret", aansluiting.app_secret),
            ("verify_token", aansluiting.verify_token),
        )
        if one.probleem
    ]
    if not found:
        found.append(goed("geheim", "De drie geheimen zijn er: token, appgeheim en controlewoord."))
    found += _check_secrets(aansluiting)
    if e164(aansluiting.nummer) is None:
        found.append(
            fout("instellingen", "whatsapp.nummer is geen telefoonnummer.", "Vul het in zoals +31 85 000 00 00.")
        )
    if not aansluiting.waba_id:
        text = (
            "whatsapp.waba_id is niet ingevuld: het abonnement op de webhooks en de sjablonen zijn niet na te kijken."
        )
        found.append(let_op("instellingen", text, "Neem het id van het WhatsApp-account over uit WhatsApp Manager."))
    elif not re.fullmatch(r"[0-9]{1,30}", aansluiting.waba_id):
        text = "whatsapp.waba_id bestaat niet uit cijfers."
        found.append(fout("instellingen", text, "Neem het id van het WhatsApp-account over uit WhatsApp Manager."))
    found += _check_addresses(aansluiting)
    return found


def _check_secrets(aansluiting: Aansluiting) -> list[Bevinding]:
    found = []
    app = app_secrets(aansluiting.app_secret.waarde)
    if _is_meta(aansluiting) and any(not re.fullmatch(r"[0-9a-f]{32}", one) for one in app):
        text = "Het appgeheim ziet er niet uit als dat van Meta: 32 cijfers en letters van a tot en met f."
        found.append(let_op("geheim", text, "Neem het over uit het dashboard van de app, bij App settings, Basic."))
    if len(app) > 2:
        text = f"Er staan {len(app)} appgeheimen in het bestand; twee tijdens een wissel is genoeg."
        found.append(let_op("geheim", text, "Haal de oude weg."))
    if 0 < len(aansluiting.verify_token.waarde) < MIN_VERIFY_TOKEN:
        text = f"Het controlewoord is korter dan {MIN_VERIFY_TOKEN} tekens; zo'n woord is te raden."
        found.append(let_op("geheim", text, "Verzin een langer, en vul het ook bij Meta in."))
    return found


def _check_addresses(aansluiting: Aansluiting) -> list[Bevinding]:
    found = []
    if _host(aansluiting.url) and aansluiting.url.startswith("http://") and not _is_local(aansluiting.url):
        text = "whatsapp.url begint met http: token en berichten gaan onversleuteld over het netwerk."
        found.append(fout("adres", text, "Gebruik https."))
    if not _host(aansluiting.webhook):
        text = "Het adres van de engine (VRAAGBAAK_CHAT_URL) is geen internetadres."
        found.append(fout("adres", text, "Vul het adres in waarop de engine van buiten te bereiken is."))
    elif _is_meta(aansluiting) and (_is_local(aansluiting.webhook) or not aansluiting.webhook.startswith("https://")):
        text = "Meta kan onze webhook niet bereiken: het adres is niet openbaar of begint niet met https."
        found.append(fout("adres", text, "Zet VRAAGBAAK_CHAT_URL op het openbare https-adres van de engine."))
    return found


def _config(aansluiting: Aansluiting) -> GraphConfig | Bevinding:
    token = aansluiting.token
    if token.probleem:
        text = "Zonder token is bij Meta niets na te kijken."
        return fout("token", text, "Zet eerst het token klaar, en probeer opnieuw.")
    try:
        return GraphConfig(aansluiting.url, aansluiting.versie, aansluiting.phone_number_id, token.waarde)
    except SettingError as error:
        return fout("instellingen", str(error), "Verbeter het, en probeer opnieuw.")


async def _check_message(graph: Graph, stuur_naar: str) -> Bevinding:
    number = e164(stuur_naar)
    if number is None:
        return fout("bericht", "Dit is geen telefoonnummer.", "Schrijf het zoals 06 12345678 of +31 6 12345678.")
    body = {"type": "text", "text": {"preview_url": False, "body": MESSAGE}}
    try:
        await graph.send(body, to=number, recipient=None, sleutel=f"proef:{secrets.token_hex(8)}")
    except Refused as error:
        if error.reactie is Reactie.VENSTER:
            text = "Deze telefoon schreef de laatste 24 uur niet naar het nummer; dan weigert Meta een gewoon bericht."
            return fout("bericht", text, "Stuur met die telefoon eerst zelf een bericht naar het nummer.")
        if error.reactie is Reactie.ONBEREIKBAAR:
            text = "Meta kan op dit nummer niets bezorgen."
            return fout(
                "bericht", text, "Kijk na of er WhatsApp op staat, en of de gemeente het niet geblokkeerd heeft."
            )
        return explain(error, "bericht")
    except GraphError as error:
        return explain(error, "bericht")
    return goed("bericht", "Meta nam het proefbericht aan; kijk of het op de telefoon staat.")


def _is_meta(aansluiting: Aansluiting) -> bool:
    """Whether this is Meta itself, and not an imitation."""
    return _host(aansluiting.url) == META


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _is_local(url: str) -> bool:
    host = _host(url)
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


_WHERE_SECRETS_COME_FROM = {
    "token": "Maak bij Meta een systeemgebruiker met een token, en zet dat in dit bestand.",
    "app_secret": "Neem het App secret over uit het dashboard van de app (App settings, Basic), en zet het in dit bestand.",
    "verify_token": "Verzin een lang controlewoord, zet het in dit bestand, en vul hetzelfde bij Meta in (Verify token).",
}
