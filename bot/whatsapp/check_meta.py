"""Asking Meta whether a connection is in order: token, number, app, subscription, template. Nothing is changed or sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import phonenumbers

from bot.whatsapp.check_findings import Aansluiting, Bevinding, fout, goed, let_op
from bot.whatsapp.errors import GraphError, NotSent, Reactie, Refused, Unknown
from bot.whatsapp.graph import Graph
from bot.whatsapp.values import Nummer, Sjabloon, Tokenstand
from bot.whatsapp.webhook import app_secrets

MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"
META = "graph.facebook.com"
TRIED_SINCE = (25, 0)
"""Oldest version of the API that this was tried with."""
LANGUAGE = "nl"
"""Of the template."""
SOON = timedelta(days=14)
"""How long before a token runs out that is said."""


async def check_meta(graph: Graph, aansluiting: Aansluiting, nu: datetime) -> list[Bevinding]:
    """What Meta says. The first finding is whether it answers at all."""
    try:
        number = await graph.number()
    except GraphError as error:
        return [explain(error, "nummer")]
    found = [goed("token", "Meta antwoordt en aanvaardt het token.")]
    found += _check_number(number, aansluiting)
    found += _check_version(graph, aansluiting)
    for subject, step in (
        ("appgeheim", _check_app_secret),
        ("token", _check_token),
        ("abonnement", _check_subscription),
        ("sjabloon", _check_template),
    ):
        try:
            found += await step(graph, aansluiting, nu)
        except GraphError as error:
            found.append(explain(error, subject))
    return found


def _check_number(number: Nummer, aansluiting: Aansluiting) -> list[Bevinding]:
    found = []
    ours, theirs = e164(aansluiting.nummer), e164(number.weergave)
    if ours and theirs and ours != theirs:
        text = f"Bij dit phone_number_id hoort {number.weergave}; whatsapp.nummer zegt iets anders."
        found.append(fout("nummer", text, "Kijk na welk van beide klopt; inwoners zien whatsapp.nummer."))
    else:
        found.append(goed("nummer", f"Meta kent het nummer {number.weergave} als {number.naam or 'naamloos'}."))
    if number.platform not in ("CLOUD_API", ""):
        text = "Het nummer is nog niet aangemeld bij de Cloud API."
        found.append(fout("nummer", text, "Meld het aan (POST /<phone_number_id>/register), met een pincode."))
    elif number.status not in ("CONNECTED", ""):
        text = f"Het nummer staat bij Meta op {number.status}: het kan niet gewoon zenden en ontvangen."
        found.append(fout("nummer", text, "Kijk in WhatsApp Manager wat er aan de hand is."))
    if number.kwaliteit in ("YELLOW", "RED"):
        word = "matig" if number.kwaliteit == "YELLOW" else "slecht"
        text = f"De kwaliteit van het nummer is {word} ({number.kwaliteit}): gebruikers blokkeren of melden het."
        found.append(let_op("kwaliteit", text, "Stuur geen berichten waar niemand om vroeg; kijk in WhatsApp Manager."))
    else:
        found.append(goed("kwaliteit", f"De kwaliteit van het nummer is {number.kwaliteit or 'nog onbekend'}."))
    speed = {"STANDARD": "80 berichten per seconde", "HIGH": "1000 berichten per seconde"}.get(number.doorvoer)
    if speed:
        found.append(goed("doorvoer", f"De doorvoer is {speed}, heen en terug samen."))
    if number.webhook and number.webhook.rstrip("/") != aansluiting.webhook.rstrip("/"):
        text = f"Meta stuurt webhooks naar {number.webhook}; onze webhook is {aansluiting.webhook}."
        found.append(
            fout(
                "webhookadres",
                text,
                "Pas het adres aan bij de app (WhatsApp, Configuration) of verbeter VRAAGBAAK_CHAT_URL.",
            )
        )
    elif number.webhook:
        found.append(goed("webhookadres", f"Meta stuurt webhooks naar {number.webhook}."))
    return found


def _check_version(graph: Graph, aansluiting: Aansluiting) -> list[Bevinding]:
    asked = aansluiting.versie
    if graph.answered_version and graph.answered_version != asked:
        text = f"Meta antwoordt met {graph.answered_version}: {asked} bestaat niet (meer)."
        return [let_op("versie", text, f"Zet whatsapp.versie op {graph.answered_version} en probeer alles opnieuw.")]
    if tuple(int(part) for part in asked[1:].split(".")) < TRIED_SINCE:
        text = f"{asked} is ouder dan de versies waarmee Vraagbaak beproefd is."
        return [let_op("versie", text, f"Gebruik v{TRIED_SINCE[0]}.{TRIED_SINCE[1]} of nieuwer.")]
    return [goed("versie", f"Meta spreekt {asked}.")]


async def _check_app_secret(graph: Graph, aansluiting: Aansluiting, nu: datetime) -> list[Bevinding]:
    """Whether webhooks that Meta signs will pass: the app secret is that of the app of our token."""
    given = app_secrets(aansluiting.app_secret.waarde)
    if not given:
        return []
    known = [await graph.knows_secret(one) for one in given]
    if not any(known):
        text = "Het appgeheim hoort niet bij de app van het token: alle berichten van Meta zouden geweigerd worden."
        return [
            fout("appgeheim", text, "Neem het opnieuw over uit het dashboard van dezelfde app (App settings, Basic).")
        ]
    if not all(known):
        text = "Een van de appgeheimen hoort niet (meer) bij de app."
        return [let_op("appgeheim", text, "Is de wissel klaar, haal het oude dan uit het bestand.")]
    return [goed("appgeheim", "Het appgeheim hoort bij de app van het token.")]


async def _check_token(graph: Graph, aansluiting: Aansluiting, nu: datetime) -> list[Bevinding]:
    try:
        token = await graph.debug_token()
    except Refused as error:
        if error.reactie is Reactie.STOPPEN:
            raise
        text = f"Meta laat niet zien welke rechten het token heeft (code {error.code}: {error.details})."
        return [let_op("rechten", text, f"Kijk zelf of de systeemgebruiker {MESSAGING} en {MANAGEMENT} heeft.")]
    if not token.geldig:
        return [fout("token", f"{_TOKEN[0]}.", _TOKEN[1])]
    return [*_check_kind(token, nu), *_check_rights(token, aansluiting)]


def _check_kind(token: Tokenstand, nu: datetime) -> list[Bevinding]:
    found = []
    if token.soort != "SYSTEM_USER":
        text = f"Het token is niet van een systeemgebruiker ({token.soort or 'onbekende soort'})."
        found.append(let_op("token", text, "Maak een token van een systeemgebruiker; andere verlopen vanzelf."))
    if token.verloopt is None:
        found.append(goed("token", "Het token verloopt niet."))
    elif token.verloopt - nu < SOON:
        text = f"Het token verloopt op {token.verloopt:%d-%m-%Y om %H.%M} UTC; daarna gaat er niets meer uit."
        found.append(let_op("token", text, "Maak op tijd een nieuw, liefst een dat niet verloopt."))
    else:
        found.append(goed("token", f"Het token geldt tot {token.verloopt:%d-%m-%Y}."))
    return found


def _check_rights(token: Tokenstand, aansluiting: Aansluiting) -> list[Bevinding]:
    advice = "Geef het bij de systeemgebruiker, en maak daarna een nieuw token."
    found = []
    if MESSAGING not in token.rechten:
        found.append(fout("rechten", f"Het token mist het recht {MESSAGING}: er kan niets verstuurd worden.", advice))
    if MANAGEMENT not in token.rechten:
        text = f"Het token mist het recht {MANAGEMENT}: sjablonen en abonnement zijn niet na te kijken."
        found.append(let_op("rechten", text, advice))
    if token.accounts is not None and aansluiting.waba_id and aansluiting.waba_id not in token.accounts:
        text = "Het token is niet voor het WhatsApp-account van whatsapp.waba_id."
        found.append(fout("rechten", text, "Wijs het account toe aan de systeemgebruiker, of verbeter waba_id."))
    return found or [goed("rechten", "Het token heeft de rechten die nodig zijn.")]


async def _check_subscription(graph: Graph, aansluiting: Aansluiting, nu: datetime) -> list[Bevinding]:
    if not re.fullmatch(r"[0-9]{1,30}", aansluiting.waba_id):
        return []
    apps = await graph.subscribed(aansluiting.waba_id)
    if not apps:
        text = "Geen app is geabonneerd op het WhatsApp-account: er komt geen bericht binnen."
        return [fout("abonnement", text, "Abonneer de app: POST /<waba_id>/subscribed_apps met ditzelfde token.")]
    if len(apps) > 1:
        text = f"Er zijn {len(apps)} apps geabonneerd: elk krijgt alle berichten van inwoners."
        return [let_op("abonnement", text, "Haal de apps weg die niet van de gemeente zijn of niet meer nodig.")]
    return [goed("abonnement", "De app is geabonneerd op het WhatsApp-account.")]


async def _check_template(graph: Graph, aansluiting: Aansluiting, nu: datetime) -> list[Bevinding]:
    if not aansluiting.sjabloon:
        text = "Er is geen sjabloon ingesteld: na 24 uur stilte kan een medewerker niets meer sturen."
        return [let_op("sjabloon", text, "Laat Meta een sjabloon goedkeuren, en zet de naam bij whatsapp.sjabloon.")]
    if not re.fullmatch(r"[0-9]{1,30}", aansluiting.waba_id):
        return []
    found = await graph.templates(aansluiting.waba_id, aansluiting.sjabloon)
    ours = next((one for one in found if one.taal == LANGUAGE), None)
    if ours is None:
        others = ", ".join(sorted(one.taal for one in found))
        text = (
            f"Het sjabloon {aansluiting.sjabloon} bestaat alleen in: {others}."
            if others
            else f"Het account heeft geen sjabloon {aansluiting.sjabloon}."
        )
        return [
            fout(
                "sjabloon", text, f"Maak het in WhatsApp Manager, in het Nederlands ({LANGUAGE}), of verbeter de naam."
            )
        ]
    return [_check_state(ours)]


def _check_state(sjabloon: Sjabloon) -> Bevinding:
    if sjabloon.status != "APPROVED":
        text, advice = _TEMPLATE.get(sjabloon.status, (f"staat bij Meta op {sjabloon.status}", _IN_MANAGER))
        return fout("sjabloon", f"Het sjabloon {sjabloon.naam} {text}.", advice)
    if sjabloon.parameters:
        text = f"In het sjabloon {sjabloon.naam} moet nog iets ingevuld worden (plekken: {sjabloon.parameters})."
        return fout("sjabloon", text, "Vraagbaak vult niets in: kies een sjabloon zonder {{1}}.")
    return goed("sjabloon", f"Het sjabloon {sjabloon.naam} is goedgekeurd.")


def e164(number: str) -> str | None:
    """A number as people write it, with a plus and digits only; without a country code it is Dutch. None when it is none."""
    try:
        found = phonenumbers.parse(number, "NL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


_IN_MANAGER = "Kijk in WhatsApp Manager wat er aan de hand is."
_TOKEN = (
    "Meta aanvaardt het token niet: het is verlopen, ingetrokken of niet goed overgenomen",
    "Maak bij de systeemgebruiker een nieuw token en zet het in het bestand.",
)
_TEMPLATE = {
    "PENDING": ("is nog niet goedgekeurd", "Wacht op Meta; dat duurt hoogstens een paar dagen."),
    "REJECTED": ("is afgekeurd", "Lees in WhatsApp Manager waarom, en dien het aangepast opnieuw in."),
    "PAUSED": ("is door Meta stilgezet, want gebruikers klaagden", "Pas het aan, of kies een ander."),
    "DISABLED": ("is door Meta uitgezet, want gebruikers bleven klagen", "Kies een ander sjabloon."),
}


def explain(error: GraphError, onderwerp: str) -> Bevinding:
    """A call that failed in plain words."""
    if isinstance(error, NotSent):
        text = f"Meta is niet te bereiken: {error}."
        return fout("bereik", text, "Kijk whatsapp.url na, en of een firewall of proxy deze machine naar buiten laat.")
    if isinstance(error, Unknown):
        text = f"Meta antwoordt niet zoals het hoort: {error}."
        return fout("bereik", text, "Probeer het later; blijft het, kijk dan whatsapp.url en de firewall na.")
    assert isinstance(error, Refused)
    return _explain_refusal(error, onderwerp)


def _explain_refusal(error: Refused, onderwerp: str) -> Bevinding:
    code, told = error.code, f" (code {error.code}: {error.details or 'zonder toelichting'})"
    if code is None:
        text = f"Op whatsapp.url antwoordt iets anders dan de Graph API (HTTP {error.status})."
        return fout("adres", text, f"Het adres is meestal https://{META}; een proxy ertussen kan ook antwoorden.")
    if code in (0, 190):
        return fout("token", f"{_TOKEN[0]}{told}.", _TOKEN[1])
    if code in (3, 10, 131005) or 200 <= code <= 299:
        text = f"Het token mag dit niet{told}."
        return fout("rechten", text, f"Geef de systeemgebruiker de rechten {MESSAGING} en {MANAGEMENT}.")
    if code == 2500:
        text = f"De Graph API kent dit adres niet{told}."
        return fout("versie", text, "Kijk whatsapp.versie na, en of whatsapp.url geen pad heeft.")
    if code in (33, 100) and onderwerp in _UNKNOWN:
        return fout(onderwerp, f"{_UNKNOWN[onderwerp][0]}{told}.", _UNKNOWN[onderwerp][1])
    if error.reactie is Reactie.NUMMER_RUSTIG:
        return let_op(onderwerp, f"Meta vindt dat wij te veel vragen{told}.", "Wacht een kwartier en probeer opnieuw.")
    if error.reactie is Reactie.OPNIEUW:
        return let_op(onderwerp, f"Meta heeft een storing{told}.", "Probeer het later; zie metastatus.com.")
    if error.reactie is Reactie.STOPPEN:
        text = f"Meta heeft het account beperkt{told}."
        return fout("account", text, "Kijk in Business Manager bij het account en bij de betaling.")
    return fout(onderwerp, f"Meta weigert dit{told}.", "Meld dit met deze regel aan de makers van Vraagbaak.")


_UNKNOWN = {
    "nummer": (
        "Meta kent dit phone_number_id niet, of het token mag er niet bij",
        "Neem het id over uit WhatsApp Manager, en wijs het account toe aan de systeemgebruiker.",
    ),
    "abonnement": (
        "Meta kent dit waba_id niet, of het token mag er niet bij",
        "Neem het id van het WhatsApp-account over uit WhatsApp Manager, en wijs het toe aan de systeemgebruiker.",
    ),
    "sjabloon": (
        "Meta kent dit waba_id niet, of het token mag er niet bij",
        "Neem het id van het WhatsApp-account over uit WhatsApp Manager, en wijs het toe aan de systeemgebruiker.",
    ),
}
"""Subject → what an unknown object means there."""
