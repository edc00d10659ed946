"""Proving a connection to Open Klant, step by step, for `vraagbaak handoff check`.

What is found is told in words for the administrator: what is wrong, and what to do about it.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import httpx

from bot.handoff.openklant.client import Client
from bot.handoff.openklant.errors import (
    Invalid,
    Misconfigured,
    NotFound,
    Oorzaak,
    OpenKlantError,
    Unauthorized,
    Unavailable,
)
from bot.handoff.openklant.submit import submit_contact, withdraw
from bot.handoff.openklant.values import ActorVerwijzing, OpenKlantConfig, Stappen, Verzoek
from bot.handoff.openklant.versions import OUDSTE, dialect

Oordeel = Literal["goed", "let op", "fout"]
MAX_TOKEN, MAX_KANAAL, MAX_HANDELING, MAX_TOELICHTING = 40, 50, 200, 1000
"""Characters that Open Klant has room for."""


@dataclass(frozen=True)
class Bevinding:
    """What one step of the check found."""

    onderdeel: str
    oordeel: Oordeel
    tekst: str
    raad: str = ""
    """What to do; empty when all is well."""


async def check(
    config: OpenKlantConfig, *, proef: bool = False, transport: httpx.AsyncBaseTransport | None = None
) -> list[Bevinding]:
    """Try a connection; the list ends with the first step that makes the next ones pointless.

    Nothing is made in Open Klant, unless `proef` asks for a trial: a klantcontact with an e-mail address, without
    internetaak so that nobody gets work, which is removed at once.

    Args:
        config: of the municipality. It is not tried again and again: one attempt tells enough.
        proef: make the trial klantcontact, and remove it.
        transport: in place of the network, for tests.
    """
    try:
        client = Client(replace(config, pogingen=1), transport)
    except Misconfigured as error:
        return [Bevinding("instellingen", "fout", str(error), "Verbeter de instelling en probeer opnieuw.")]
    found = _settings(config)
    async with client:
        steps = [_reach, _version, _kanaal, _department, _maker]
        for step in [*steps, _trial] if proef else steps:
            try:
                more = await step(client, config)
            except OpenKlantError as error:
                more = [_failure(error, config)]
            found += more
            if any(one.oordeel == "fout" for one in more) and step in (_reach, _version):
                break
    return found


def _settings(config: OpenKlantConfig) -> list[Bevinding]:
    """What can be seen without asking Open Klant."""
    found = []
    if config.adres.strip().lower().startswith("http://") and not _is_local(config):
        found.append(
            Bevinding(
                "instellingen",
                "let op",
                "Het adres begint met http://: token en persoonsgegevens gaan onversleuteld over het netwerk.",
                "Gebruik https://.",
            )
        )
    if re.match(r"(token|bearer)\b", config.token, re.IGNORECASE):
        found.append(
            Bevinding(
                "instellingen",
                "let op",
                "Voor het token staat nog een woord.",
                "Vul alleen het token zelf in; Vraagbaak zet er het woord Token voor.",
            )
        )
    if len(config.token) > MAX_TOKEN:
        found.append(
            Bevinding(
                "instellingen",
                "let op",
                f"Het token is langer dan {MAX_TOKEN} tekens; zo lang zijn tokens van Open Klant niet.",
                "Kopieer het token opnieuw uit het beheer van Open Klant (Token authorizations).",
            )
        )
    for name, value, limit in (
        ("kanaal", config.kanaal, MAX_KANAAL),
        ("handeling", config.handeling, MAX_HANDELING),
        ("toelichting", config.toelichting, MAX_TOELICHTING),
    ):
        if len(value) > limit or (name != "toelichting" and not value.strip()):
            found.append(
                Bevinding(
                    "instellingen",
                    "fout",
                    f"De instelling {name} is leeg, of langer dan {limit} tekens.",
                    f"Kies een {name} die past.",
                )
            )
    return found


def _is_local(config: OpenKlantConfig) -> bool:
    host = httpx.URL(config.basis).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _reach(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    """Address, certificate and token, by reading one klantcontact."""
    answer = await client.get("klantcontacten", {"pageSize": "1"})
    if not isinstance(answer.get("results"), list):
        raise Misconfigured("Op dit adres antwoordt iets, maar geen Klantinteracties-API.")
    secure = "; de verbinding is versleuteld" if config.adres.strip().lower().startswith("https://") else ""
    return [
        Bevinding("adres", "goed", f"Open Klant antwoordt op {config.basis}{secure}."),
        Bevinding("token", "goed", "Open Klant aanvaardt het token."),
    ]


async def _version(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    if client.versie is None:
        return [
            Bevinding(
                "versie",
                "let op",
                "Open Klant noemt geen versie (de kop API-version ontbreekt). Vraagbaak houdt zich aan wat overal werkt.",
                "Laat de proxy voor Open Klant de kop API-version doorgeven.",
            )
        ]
    named = ".".join(str(part) for part in client.versie)
    if client.versie < OUDSTE:
        return [
            Bevinding(
                "versie",
                "fout",
                f"API-versie {named} is ouder dan {'.'.join(map(str, OUDSTE))}; terugbelverzoeken kunnen er niet in.",
                "Werk Open Klant bij naar 2.16 of nieuwer; 2.4 is het minste.",
            )
        ]
    if not dialect(client.versie).takes_reference:
        return [
            Bevinding(
                "versie",
                "let op",
                f"API-versie {named} bewaart geen referentienummer. Vraagbaak zet het in de inhoud van het klantcontact.",
                "Werk Open Klant bij naar 2.16 of nieuwer: dan kan een verzoek ook bij storingen nooit dubbel aankomen.",
            )
        ]
    return [Bevinding("versie", "goed", f"API-versie {named}.")]


async def _kanaal(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    """Whether `kanaal` is accepted. Asked with a klantcontact that lacks all else: that is refused, and not made."""
    try:
        made = await client.send("POST", "klantcontacten", body={"kanaal": config.kanaal})
    except Invalid as error:
        if "kanaal" not in error.fields:
            return [Bevinding("kanaal", "goed", f"Open Klant aanvaardt het kanaal {config.kanaal}.")]
        return [
            Bevinding(
                "kanaal",
                "fout",
                f"Open Klant keurt het kanaal {config.kanaal} af.",
                "Voeg het toe aan de lijst met kanalen (Referentielijsten) die Open Klant gebruikt, of kies er een uit.",
            )
        ]
    except Unavailable as error:
        if error.status is None:
            raise
        return [
            Bevinding(
                "kanaal",
                "fout",
                f"Open Klant kan het kanaal niet nakijken (status {error.status}).",
                "Kijk in het beheer van Open Klant de koppeling met de Referentielijsten API na.",
            )
        ]
    # No version does this; if one would, it must not stay.
    if isinstance(uuid := made.get("uuid"), str):
        await client.delete("klantcontacten", uuid)
    return [Bevinding("kanaal", "let op", "Open Klant maakte een leeg klantcontact; Vraagbaak heeft het verwijderd.")]


async def _department(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    return await _actor(client, config.afdeling, "afdeling")


async def _maker(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    return await _actor(client, config.vraagbaak, "actor Vraagbaak")


async def _actor(client: Client, wanted: ActorVerwijzing, onderdeel: str) -> list[Bevinding]:
    try:
        found = await client.find_actor(wanted)
    except Misconfigured as error:
        advice = "Kijk de uuid na in Open Klant, of geef in plaats daarvan een identificator."
        return [Bevinding(onderdeel, "fout", str(error), advice)]
    if found is None:
        return [
            Bevinding(
                onderdeel,
                "let op",
                f"{wanted.naam} staat nog niet in Open Klant; het eerste terugbelverzoek maakt de actor aan.",
                "Kijk na of de identificator dezelfde is als die waarmee medewerkers hun werk zien (KISS, ITA).",
            )
        ]
    if found.get("indicatieActief") is False:
        judgement: Oordeel = "fout" if onderdeel == "afdeling" else "let op"
        return [Bevinding(onderdeel, judgement, f"{wanted.naam} staat op niet actief.", "Maak de actor weer actief.")]
    if found.get("soortActor") != wanted.soort:
        text = f"{wanted.naam} is in Open Klant een {found.get('soortActor')}, geen {wanted.soort}."
        return [Bevinding(onderdeel, "let op", text, "Kijk na of dit de bedoelde actor is.")]
    return [Bevinding(onderdeel, "goed", f"{wanted.naam} staat in Open Klant.")]


async def _trial(client: Client, config: OpenKlantConfig) -> list[Bevinding]:
    """Make a klantcontact without internetaak, find it again, and remove it."""
    nu = datetime.now(UTC)
    verzoek = Verzoek(
        referentienummer=str(secrets.randbelow(9 * 10**9) + 10**9),
        naam="Proef van Vraagbaak",
        telefoon=None,
        email="proef@vraagbaak.example",
        onderwerp="Proef van Vraagbaak",
        inhoud="Een beheerder probeert de koppeling. Dit klantcontact mag weg.",
        wanneer="",
        taal="nld",
        gesprek="proef",
        zaak_uuid=None,
        geplaatst_op=nu,
    )
    kept = Stappen()

    async def keep(stappen: Stappen) -> None:
        nonlocal kept
        kept = stappen

    try:
        await submit_contact(client, config, verzoek, kept, keep)
        if await client.find_klantcontact(verzoek.referentienummer) is None:
            raise Misconfigured("Het klantcontact is gemaakt, maar niet terug te vinden met zijn referentie.")
        made = Bevinding("proef", "goed", "Een klantcontact maken en terugvinden lukt.")
    except OpenKlantError as error:
        made = Bevinding("proef", "fout", f"Een klantcontact maken lukt niet: {error}", _failure(error, config).raad)
    return [made, await _tidy(client, kept, verzoek.referentienummer)]


async def _tidy(client: Client, kept: Stappen, referentienummer: str) -> Bevinding:
    try:
        gone = await withdraw(client, kept, referentienummer=referentienummer)
        left = await client.find_klantcontact(referentienummer)
    except OpenKlantError as error:
        return Bevinding(
            "proef opruimen",
            "fout",
            f"Het proefcontact is misschien blijven staan: {error}",
            f"Verwijder in Open Klant het klantcontact met onderwerp Proef van Vraagbaak ({referentienummer}), met adres.",
        )
    if left is not None or (kept.klantcontact and not gone.klantcontact):
        advice = f"Verwijder in Open Klant het klantcontact {referentienummer} zelf."
        return Bevinding("proef opruimen", "fout", "Het proefcontact staat er nog.", advice)
    return Bevinding("proef opruimen", "goed", "Er is niets van de proef blijven staan.")


_CAUSES: dict[Oorzaak, tuple[str, str, str]] = {
    "naam": (
        "adres",
        "De naam in het adres is niet te vinden (DNS).",
        "Kijk het adres na, en of deze machine die naam kent.",
    ),
    "verbinding": (
        "adres",
        "Er komt geen verbinding tot stand, of zij wordt verbroken.",
        "Kijk na of Open Klant draait, of de poort klopt, en of een firewall Vraagbaak doorlaat.",
    ),
    "certificaat": (
        "certificaat",
        "Het certificaat van Open Klant wordt niet vertrouwd.",
        "Kijk na of het geldig is en bij de naam hoort. Heeft de gemeente een eigen uitgever, stel dan diens bestand in.",
    ),
    "tijd": (
        "adres",
        "Open Klant antwoordt niet op tijd.",
        "Kijk na of een firewall Vraagbaak doorlaat, en of Open Klant het te druk heeft.",
    ),
    "status": (
        "adres",
        "Open Klant, of de proxy ervoor, meldt een fout aan die kant.",
        "Kijk in het logboek van Open Klant.",
    ),
    "antwoord": (
        "adres",
        "Er komt een antwoord dat geen antwoord van de Klantinteracties-API is.",
        "Kijk het adres na: het wijst misschien naar een inlogpagina of naar een ander programma.",
    ),
}


def _failure(error: OpenKlantError, config: OpenKlantConfig) -> Bevinding:
    """What an error means for who set up the connection."""
    if isinstance(error, Unavailable):
        part, text, advice = _CAUSES[error.oorzaak]
        return Bevinding(part, "fout", f"{text} ({config.basis})", advice)
    if isinstance(error, Unauthorized):
        advice = (
            "Maak in het beheer van Open Klant een token (Token authorizations) en stel precies dat in."
            if error.status == 401
            else "Kijk na of een proxy of firewall voor Open Klant deze machine en dit pad toelaat."
        )
        return Bevinding("token", "fout", str(error), advice)
    if isinstance(error, Misconfigured | NotFound):
        advice = "Kijk het adres na; het eindigt meestal op de naam van de server, zonder pad."
        return Bevinding("adres", "fout", f"{error} ({config.basis})", advice)
    return Bevinding(
        "antwoord", "fout", str(error), "Meld dit, met de versie van Open Klant, aan de makers van Vraagbaak."
    )
