"""Trying a connection with a register, and saying in plain Dutch what is wrong and what to do: `vraagbaak cases check`.

The words here are for the people who set a connection up. Nothing of a case is shown, only whether it can be used.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

from bot.cases import lookup
from bot.cases.client import ZgwClient
from bot.cases.errors import (
    Forbidden,
    Invalid,
    Malformed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    Unavailable,
    ZgwError,
)
from bot.cases.number import Formaat, recognise
from bot.cases.reading import Record
from bot.cases.values import Rol, Zaak, ZgwConfig
from bot.cases.visibility import Verborgen, hides_case, hides_type

Niveau = Literal["goed", "let_op", "fout"]

PROBE = "VRAAGBAAK-VERBINDINGSTEST"
"""A number that no case has: so rights are tried without reading anyone's case."""
MIN_SECRET = 32
SKEW_NOTICE, SKEW_WRONG = 30, 300
"""Seconds between the clocks from which we say something, and from which it is an error."""


@dataclass(frozen=True)
class Bevinding:
    """One thing that was looked at."""

    niveau: Niveau
    onderwerp: str
    """What it is about, for sorting and tests: `adres`, `token`, `rechten`, `klok`, `catalogus`, `zaak`, ..."""
    tekst: str
    advies: str = ""
    """What to do; empty when all is well."""


async def check(
    config: ZgwConfig,
    identificatie: str | None = None,
    formaten: Sequence[Formaat] = (),
    transport: httpx.AsyncBaseTransport | None = None,
) -> list[Bevinding]:
    """Try a connection. Raises nothing for what is wrong with it: that is what the findings tell.

    Args:
        config: the municipality's connection.
        identificatie: a case to try, one that a resident could ask for.
        formaten: the municipality's formats of case numbers; then it is told whether that number is recognised.
        transport: for tests.
    """
    found = _check_config(config)
    if any(one.niveau == "fout" for one in found):
        return found
    # One attempt: whoever looks wants to see what stumbles.
    try:
        client = ZgwClient(replace(config, attempts=1), transport)
    except OSError:
        return [
            *found,
            _fout(
                "certificaat",
                "Het bestand met certificaten kan niet worden gelezen.",
                "Kijk ca_file en client_cert na.",
            ),
        ]
    async with client:
        found += await _check_zaken(client)
        if all(one.niveau != "fout" for one in found):
            found += await _check_catalogi(client)
        if identificatie and all(one.niveau != "fout" for one in found):
            found += [one async for one in _check_case(client, identificatie, formaten)]
    return found


def _check_config(config: ZgwConfig) -> list[Bevinding]:
    found = []
    for name, url in (("zaken_url", config.zaken_url), ("catalogi_url", config.catalogi_url)):
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            advice = "Vul het hele adres in, zoals https://HOST/zaken/api/v1."
            found.append(_fout("adres", f"{name} is geen webadres.", advice))
        elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            text = f"{name} begint met http: alles gaat onversleuteld over het netwerk."
            found.append(_let_op("adres", text, "Gebruik https, of weet zeker dat dit netwerk afgesloten is."))
    if not config.client_id or not config.secret:
        found.append(
            _fout("token", "client_id of geheim is leeg.", "Vraag ze aan bij de beheerder van het zaaksysteem.")
        )
    elif len(config.secret.encode()) < MIN_SECRET:
        text = f"Het geheim is korter dan {MIN_SECRET} tekens; zo'n geheim is te raden."
        found.append(_let_op("token", text, "Laat de beheerder van het zaaksysteem een langer geheim instellen."))
    for rsin in config.bronorganisaties:
        if not _is_rsin(rsin):
            text = "Een van de bronorganisaties is geen RSIN: negen cijfers die aan de elfproef voldoen."
            found.append(_fout("bronorganisatie", text, "Neem het RSIN over uit het zaaksysteem."))
    if not config.bronorganisaties:
        text = "Er is geen bronorganisatie ingesteld: zaken van alle organisaties in het zaaksysteem tellen mee."
        found.append(_let_op("bronorganisatie", text, "Vul het RSIN van de gemeente in."))
    return found


async def _check_zaken(client: ZgwClient) -> list[Bevinding]:
    begin = time.monotonic()
    found: list[Bevinding] = []
    try:
        await lookup.find(client, PROBE)
    except ZgwError as error:
        found.append(_explain(error, "Zaken API", "/zaken/api/v1"))
    else:
        milliseconds = round(1000 * (time.monotonic() - begin))
        found.append(_goed("rechten", f"De Zaken API antwoordt en laat zaken zoeken ({milliseconds} ms)."))
    headers = client.last_answers[0]
    if headers is not None:
        found += _check_clock(headers)
        found += _check_version(headers, client.config)
    return found


async def _check_catalogi(client: ZgwClient) -> list[Bevinding]:
    try:
        zaaktypen = await client.zaaktypen()
    except ZgwError as error:
        return [_explain(error, "Catalogi API", "/catalogi/api/v1")]
    if not zaaktypen:
        text = "De catalogus is te lezen, maar er staat geen gepubliceerd zaaktype in."
        return [
            _fout("catalogus", text, "Laat de beheerder de zaaktypen publiceren, of het recht catalogi.lezen nakijken.")
        ]
    extern = sum(one.extern for one in zaaktypen)
    if not extern:
        text = "Geen van de eerste zaaktypen in de catalogus is extern; interne zaken krijgt een inwoner nooit te zien."
        return [_let_op("catalogus", text, "Kijk bij de zaaktypen het veld indicatieInternOfExtern na.")]
    return [
        _goed(
            "catalogus",
            f"De catalogus is te lezen: {len(zaaktypen)} zaaktypen op de eerste bladzijde, {extern} extern.",
        )
    ]


async def _check_case(client: ZgwClient, identificatie: str, formaten: Sequence[Formaat]) -> AsyncIterator[Bevinding]:
    if formaten and all(one.identificatie != identificatie for one in recognise(identificatie, formaten)):
        text = "Het zaaknummer past in geen van de formaten van de gemeente: Vraagbaak herkent het niet in een zin."
        yield _let_op("zaaknummer", text, "Voeg het formaat toe aan het gemeentebestand.")
    try:
        # Without our own filters: so we can tell why a case is not shown.
        records = [
            one for one in await client.zaken({"identificatie": identificatie}) if _has_number(one, identificatie)
        ]
        if not records:
            yield _no_case()
            return
        hidden = [await _hidden(client, record) for record in records]
        for why in hidden:
            if why:
                yield _let_op(
                    "zaak", f"De zaak is er, maar een inwoner krijgt haar niet te zien: {_WHY[why][0]}", _WHY[why][1]
                )
        for zaak in await lookup.find(client, identificatie):
            async for one in _check_shown(client, zaak):
                yield one
    except Malformed as error:
        yield _explain(error, "Zaken API", "/zaken/api/v1", "zaak")
    except ZgwError as error:
        yield _explain(error, "zaak", "", "zaak")


async def _check_shown(client: ZgwClient, zaak: Zaak) -> AsyncIterator[Bevinding]:
    dossier = await lookup.dossier(client, zaak)
    if dossier.statustypen:
        text = f"De zaak is te lezen: {len(dossier.statussen)} statussen, {len(dossier.statustypen)} stappen in de catalogus."
        yield _goed("zaak", text)
    else:
        text = "De stappen van dit zaaktype zijn niet te lezen; een inwoner ziet niet wat er nog komt."
        yield _let_op("zaak", text, "Publiceer de statustypen van het zaaktype.")
    yield _check_initiators(await lookup.initiators(client, zaak))


def _check_initiators(roles: Sequence[Rol]) -> Bevinding:
    if not roles:
        text = "De zaak heeft geen initiator: niemand kan aantonen dat het zijn of haar zaak is."
        return _let_op("initiator", text, "Laat het formulier of de medewerker een rol met initiator vastleggen.")
    if not any(rol.email or rol.telefoon for rol in roles):
        text = "De initiator heeft geen e-mailadres en geen telefoonnummer: een eenmalige code kan nergens heen."
        return _let_op("initiator", text, "Laat contactpersoonRol vullen, of gebruik het inloggen van de portal.")
    kinds = [
        name
        for name, has in (("e-mail", any(r.email for r in roles)), ("telefoon", any(r.telefoon for r in roles)))
        if has
    ]
    return _goed("initiator", f"De initiator is te bereiken: {' en '.join(kinds)}.")


async def _hidden(client: ZgwClient, record: Record) -> Verborgen | None:
    why = hides_case(client.config, record)
    if why:
        return why
    try:
        return hides_type(await client.zaaktype(str(record.get("zaaktype"))))
    except (Forbidden, NotFound):
        return Verborgen.ZAAKTYPE_ONLEESBAAR


_WHY = {
    Verborgen.ANDERE_ORGANISATIE: (
        "de bronorganisatie van de zaak is niet ingesteld.",
        "Voeg het RSIN toe als de zaken van die organisatie mee moeten tellen.",
    ),
    Verborgen.VERTROUWELIJK: (
        "zij is vertrouwelijker dan de gemeente wil tonen.",
        "Is dat niet de bedoeling, kijk dan max_vertrouwelijkheid na.",
    ),
    Verborgen.GEARCHIVEERD: ("zij is gearchiveerd of overgedragen.", ""),
    Verborgen.ZONDER_STATUS: (
        "zij heeft nog geen status.",
        "Zet show_without_status aan als zulke zaken getoond mogen worden.",
    ),
    Verborgen.ZAAKTYPE_ONLEESBAAR: (
        "het zaaktype is niet te lezen.",
        "Laat de beheerder het recht catalogi.lezen geven voor dit zaaktype.",
    ),
    Verborgen.ZAAKTYPE_INTERN: ("het zaaktype is intern.", ""),
}


def _check_clock(headers: httpx.Headers) -> list[Bevinding]:
    try:
        theirs = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return []
    if theirs.tzinfo is None:
        return []
    seconds = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(seconds) < SKEW_NOTICE:
        return []
    ahead = "voor" if seconds > 0 else "achter"
    text = f"De klok van deze machine loopt {abs(seconds)} seconden {ahead} op die van het zaaksysteem."
    level: Niveau = "fout" if abs(seconds) >= SKEW_WRONG else "let_op"
    return [Bevinding(level, "klok", text, "Zet op beide machines tijdsynchronisatie (NTP) aan.")]


def _check_version(headers: httpx.Headers, config: ZgwConfig) -> list[Bevinding]:
    version = headers.get("API-version", "")
    if not version:
        text = "Het antwoord noemt geen API-versie; misschien haalt iets ertussen koppen weg."
        return [_let_op("versie", text, "Kijk of een gateway de kop API-version doorlaat.")]
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if numbers < (1, 2):
        text = "De Zaken API is ouder dan 1.2; daarmee is Vraagbaak niet bekend."
        return [_let_op("versie", text, "Vraag de leverancier om een nieuwere versie.")]
    if len(config.bronorganisaties) > 1 and numbers < (1, 4):
        text = "Meer dan een bronorganisatie gaat pas vanaf Zaken API 1.4."
        return [_fout("versie", text, "Stel een bronorganisatie in.")]
    return [_goed("versie", f"Zaken API {'.'.join(str(n) for n in numbers)}.")]


_TOKEN_TROUBLE = {
    "invalid-client-identifier": (
        "Het zaaksysteem kent dit client_id niet.",
        "Kijk client_id na, en of de applicatie in het zaaksysteem bestaat.",
    ),
    "invalid-jwt-signature": (
        "Het geheim is niet het geheim dat het zaaksysteem heeft.",
        "Neem het geheim opnieuw over; let op spaties en op een andere omgeving (test of productie).",
    ),
    "jwt-expired": (
        "Het zaaksysteem vindt het token te oud: de klok van deze machine loopt achter.",
        "Zet op beide machines tijdsynchronisatie (NTP) aan.",
    ),
    "jwt-expiredsignatureerror": (
        "Het zaaksysteem vindt het token te oud: de klok van deze machine loopt achter.",
        "Zet op beide machines tijdsynchronisatie (NTP) aan.",
    ),
    "jwt-immaturesignatureerror": (
        "Het zaaksysteem vindt dat het token nog niet geldt: de klok van deze machine loopt voor.",
        "Zet op beide machines tijdsynchronisatie (NTP) aan.",
    ),
}
_OTHER_TOKEN = (
    "Het zaaksysteem kan het token niet lezen.",
    "Kijk of iets tussen Vraagbaak en het zaaksysteem de kop Authorization verandert.",
)


def _explain(error: ZgwError, name: str, path: str, onderwerp: str = "") -> Bevinding:
    """A failed question in plain words."""
    if isinstance(error, Forbidden) and error.token_refused:
        return _fout("token", *_TOKEN_TROUBLE.get(error.code, _OTHER_TOKEN))
    if isinstance(error, Forbidden):
        scope = "catalogi.lezen" if "Catalogi" in name else "zaken.lezen"
        text = f"De {name} weigert: het token klopt, maar de applicatie heeft het recht {scope} niet."
        return _fout("rechten", text, f"Laat de beheerder {scope} geven, alleen voor de externe zaaktypen.")
    if isinstance(error, Unauthorized):
        text = f"De {name} geeft 401. Open Zaak doet dat nooit: iets ervoor, een gateway, wil een eigen sleutel."
        return _fout("token", text, "Vraag de beheerder van de gateway wat er nodig is.")
    if isinstance(error, NotFound):
        text = f"Op het adres van de {name} is niets."
        return _fout("adres", text, f"Het adres eindigt meestal op {path}; kijk ook de host na.")
    if isinstance(error, PreconditionFailed | NotAcceptable):
        text = f"De {name} mist de kop Accept-Crs of wil een andere waarde (HTTP {error.status})."
        return _fout("koppen", text, "Kijk of een gateway de koppen Accept-Crs en Content-Crs doorlaat.")
    if isinstance(error, Invalid):
        text = f"De {name} neemt de vraag niet aan ({', '.join(error.fields) or error.code or 'HTTP 400'})."
        return _fout("versie", text, "Dit zaaksysteem wijkt af van de standaard; meld het met deze regel.")
    if isinstance(error, Malformed):
        return _explain_malformed(error, name, path, onderwerp)
    assert isinstance(error, Unavailable) or error.status == 410
    return _explain_unavailable(error, name)


def _explain_malformed(error: Malformed, name: str, path: str, onderwerp: str) -> Bevinding:
    if error.code == "foreign-address":
        text = "Het zaaksysteem verwijst naar een adres dat niet met het ingestelde adres begint."
        advice = "Stel zaken_url en catalogi_url in zoals het zaaksysteem ze zelf in zijn antwoorden schrijft."
        return _fout("adres", text, advice)
    if error.status and 300 <= error.status < 400:
        text = f"Het adres van de {name} verwijst door naar een ander adres."
        return _fout("adres", text, f"Stel het uiteindelijke adres in: https, en eindigend op {path}.")
    if error.code == "no-json":
        text = f"Op het adres van de {name} komt iets anders dan JSON, misschien een webpagina."
        return _fout("adres", text, f"Het adres eindigt meestal op {path}; een inlogpagina ervoor werkt niet.")
    details = ", ".join((*error.fields, error.code)).strip(", ") or f"HTTP {error.status}"
    text = f"Het antwoord van de {name} is niet zoals de standaard zegt ({error.what}: {details})."
    return _fout(onderwerp or "antwoord", text, "Meld dit aan de leverancier van het zaaksysteem.")


def _explain_unavailable(error: ZgwError, name: str) -> Bevinding:
    if error.code == "timeout":
        text = f"De {name} antwoordt niet op tijd."
        return _fout("bereik", text, "Kijk of een firewall ertussen zit, of geef meer tijd (timeout).")
    if error.code == "tls":
        text = f"Het certificaat van de {name} wordt niet vertrouwd, of de machine daar wil een certificaat van ons."
        return _fout("certificaat", text, "Stel ca_file in (eigen root, zoals PKIoverheid private) of client_cert.")
    if error.status:
        text = f"De {name} geeft een fout (HTTP {error.status})."
        return _fout("bereik", text, "Probeer het later, en vraag de beheerder van het zaaksysteem om de logboeken.")
    text = f"De {name} is niet te bereiken."
    return _fout("bereik", text, "Kijk de host, de poort en de firewall na, en of het zaaksysteem aan staat.")


def _no_case() -> Bevinding:
    text = "Er is geen zaak met dit nummer, of deze applicatie mag haar niet zien."
    return _let_op("zaak", text, "Hoofdletters tellen. Kijk het nummer na, en de rechten op het zaaktype.")


def _has_number(record: Record, identificatie: str) -> bool:
    return record.get("identificatie") == identificatie


def _is_rsin(value: str) -> bool:
    # An RSIN has the same check digit as a BSN.
    try:
        return len(value) == 9 and bsn.validate(value) == value
    except ValidationError:
        return False


def _goed(onderwerp: str, tekst: str) -> Bevinding:
    return Bevinding("goed", onderwerp, tekst)


def _let_op(onderwerp: str, tekst: str, advies: str) -> Bevinding:
    return Bevinding("let_op", onderwerp, tekst, advies)


def _fout(onderwerp: str, tekst: str, advies: str) -> Bevinding:
    return Bevinding("fout", onderwerp, tekst, advies)
