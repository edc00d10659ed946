"""Asking our own webhook as Meta asks it: whether it answers, and believes nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence

import httpx

from bot.whatsapp.check_findings import Bevinding, fout, goed
from bot.whatsapp.webhook import SIGNATURE_HEADER

PATIENCE = 10.0
"""Seconds that our webhook may take to answer."""


async def check_webhook(
    url: str, verify_token: str, app_secrets: Sequence[str], transport: httpx.AsyncBaseTransport | None = None
) -> list[Bevinding]:
    """Verify the address with the right and with a wrong word, and post to it without and with a good signature.

    What is posted tells nothing, so nothing comes of it. Raises nothing for what is wrong.
    """
    async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False, transport=transport) as http:
        return await _check(http, url, verify_token, app_secrets)


async def _check(http: httpx.AsyncClient, url: str, verify_token: str, app_secrets: Sequence[str]) -> list[Bevinding]:
    challenge = str(secrets.randbelow(10**10))
    found: list[Bevinding] = []
    try:
        answer = await http.get(url, params=_verification(verify_token, challenge))
        trouble = _check_verified(answer, challenge)
        if trouble:
            return [trouble]
        found.append(goed("webhook", "Onze webhook beantwoordt de controle van Meta."))
        found.append(_check_guess(await http.get(url, params=_verification(secrets.token_urlsafe(24), challenge))))
        found += await _check_signatures(http, url, app_secrets)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        late = isinstance(error, httpx.TimeoutException)
        text = "Onze webhook antwoordt niet op tijd." if late else "Onze webhook is niet te bereiken."
        advice = f"Kijk of de engine draait, en of {url} klopt en van hier te bereiken is."
        found.append(fout("webhook", text, advice))
    return found


def _check_verified(answer: httpx.Response, challenge: str) -> Bevinding | None:
    if answer.status_code == 200 and answer.text == challenge:
        return None
    if answer.status_code == 200:
        text = "Op het adres van de webhook antwoordt iets, maar niet met wat gevraagd werd."
        return fout("webhook", text, "Kijk VRAAGBAAK_CHAT_URL na; misschien antwoordt een andere website.")
    if answer.status_code in (401, 403):
        text = "Onze webhook weigert het controlewoord: de engine heeft een ander geheim."
        return fout("webhook", text, "Kijk na of de engine dezelfde geheimen heeft, en herstart haar.")
    if answer.is_redirect:
        text = "Het adres van de webhook verwijst door; Meta volgt dat niet."
        return fout("webhook", text, "Stel bij VRAAGBAAK_CHAT_URL het uiteindelijke adres in.")
    if answer.status_code == 404:
        text = "Op het adres van de webhook is niets."
        return fout("webhook", text, "Kijk of het WhatsApp-kanaal aan staat, en of een proxy /webhooks doorlaat.")
    text = f"Onze webhook geeft een fout (HTTP {answer.status_code})."
    return fout("webhook", text, "Kijk in het logboek van de engine, of van de proxy ervoor.")


def _check_guess(answer: httpx.Response) -> Bevinding:
    if answer.status_code < 400:
        text = "Onze webhook aanvaardt ook een verkeerd controlewoord."
        return fout("webhook", text, "Hier antwoordt iets anders dan Vraagbaak; kijk het adres en de proxy na.")
    return goed("webhook", "Een verkeerd controlewoord wordt geweigerd.")


async def _check_signatures(http: httpx.AsyncClient, url: str, given: Sequence[str]) -> list[Bevinding]:
    """Posts a webhook in which nothing is told: unsigned, wrongly signed, and with each of our secrets."""
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    found = []
    for name, headers in (
        ("zonder handtekening", {}),
        ("met een verkeerde handtekening", _signed(secrets.token_hex(16), body)),
    ):
        status = (await http.post(url, content=body, headers=headers)).status_code
        if status < 400:
            text = f"Een webhook {name} wordt aangenomen (HTTP {status}): zo kan iedereen berichten vervalsen."
            found.append(fout("handtekening", text, "Zet WhatsApp uit, en zoek uit wat hier antwoordt."))
        elif status != 401:
            text = f"Een webhook {name} wordt niet geweigerd met 401, maar met {status}."
            found.append(fout("handtekening", text, "Kijk of een proxy voor de engine zelf antwoordt."))
    for secret in given:
        status = (await http.post(url, content=body, headers=_signed(secret, body))).status_code
        if status != 200:
            text = f"Een webhook met onze eigen handtekening wordt beantwoord met {status}."
            advice = "Kijk na of de engine hetzelfde geheim heeft, en of een proxy verandert wat erin staat."
            found.append(fout("handtekening", text, advice))
    return found or [goed("handtekening", "Alleen webhooks met een goede handtekening worden aangenomen.")]


def _verification(token: str, challenge: str) -> Mapping[str, str]:
    return {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}


def _signed(secret: str, body: bytes) -> Mapping[str, str]:
    return {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }
