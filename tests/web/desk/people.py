"""Employees with a browser, and residents who wait; straight on the database of an installation."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy.engine import Engine

from bot import takeover
from bot.catalog.live import gemeenten_of
from bot.contact import Contact
from bot.conversations import store
from bot.conversations.model import Gesprek, Nieuw
from bot.handoff import callback, employees
from bot.handoff.model import Medewerker, Overdracht, Reden, Terugbelverzoek
from bot.settings import Settings

WACHTWOORD = "een lang wachtwoord"


def employee(
    engine: Engine, gebruikersnaam: str, *gemeenten: str, naam: str | None = None, aanwezig: bool = True
) -> Medewerker:
    """An account, by default of somebody who is there."""
    rollen = [(gemeente, "medewerker") for gemeente in gemeenten or ("voorbeeldstad",)]
    made = employees.add(engine, gebruikersnaam, naam or gebruikersnaam.title(), rollen, WACHTWOORD)
    if aanwezig:
        employees.set_presence(engine, made.id, True)
    return made


def resident(engine: Engine, gemeente: str = "voorbeeldstad") -> Gesprek:
    """A conversation with the bot about a passport."""
    gesprek = store.start(engine, gemeente=gemeente, kanaal="webchat")
    store.append(engine, gesprek.id, Nieuw("bewoner", "wat kost een paspoort?", client_id=str(uuid.uuid4())))
    extra = {
        "product": "paspoort-aanvragen",
        "bronnen": ["https://wetten.overheid.nl/BWBR0005212"],
        "keuzes": [{"titel": "Aanvragen"}],
    }
    store.append(engine, gesprek.id, Nieuw("vraagbaak", "Een paspoort kost **€ 77,85**.", extra=extra, antwoord_op=1))
    return gesprek


def waiting(
    settings: Settings,
    engine: Engine,
    gemeente: str = "voorbeeldstad",
    *,
    naam: str | None = "Fatima",
    gesprek: Gesprek | None = None,
    delen: bool = True,
    ago: float = 0,
) -> Overdracht:
    """A request for a human of a resident with a conversation."""
    return takeover.ask(
        engine,
        gemeenten_of(settings)[gemeente],
        gesprek_id=(gesprek or resident(engine, gemeente)).id,
        reden=Reden.GEVRAAGD,
        delen=delen,
        naam=naam,
        product_id="paspoort-aanvragen",
        now=datetime.now(UTC) - timedelta(seconds=ago),
    )


def says(engine: Engine, one: Overdracht, text: str) -> int:
    """The resident of a request says something; its number."""
    assert one.gesprek_id is not None
    return store.append(engine, one.gesprek_id, Nieuw("bewoner", text, client_id=str(uuid.uuid4())))[0].nummer


def to_call(engine: Engine, gemeente: str = "voorbeeldstad", hours: float = 30) -> Terugbelverzoek:
    """A call-back for the desk."""
    return callback.create(
        engine,
        gemeente=gemeente,
        kanaal="webchat",
        contact=Contact(telefoon="+31612345678"),
        uiterlijk_op=datetime.now(UTC) + timedelta(hours=hours),
        bestemming="balie",
        naam="Fatima",
        onderwerp="Parkeervergunning",
        vraag="Mijn vergunning is verlopen.",
        wanneer="Ochtend",
    )


@dataclass
class Agent:
    """An employee's browser, without a screen."""

    client: httpx.Client
    csrf: str = ""

    def log_in(self, gebruikersnaam: str, wachtwoord: str = WACHTWOORD) -> httpx.Response:
        """Log in; on success the token is kept."""
        answer = self.client.post("/balie/inloggen", data={"naam": gebruikersnaam, "wachtwoord": wachtwoord})
        page = self.client.get("/balie")
        if found := re.search(r'data-csrf="([^"]+)"', page.text):
            self.csrf = found[1]
        return answer

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.client.get(f"/balie/api{path}", **kwargs)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.client.post(f"/balie/api{path}", json=body or {}, headers={"x-balie-csrf": self.csrf} | headers)

    def state(self) -> dict[str, Any]:
        return self.get("/stand").json()  # type: ignore[no-any-return]

    def claim(self, one: Overdracht) -> httpx.Response:
        return self.post(f"/gesprekken/{one.id}/oppakken")

    def say(self, one: Overdracht, tekst: str, client_id: str | None = None) -> httpx.Response:
        return self.post(f"/gesprekken/{one.id}/berichten", {"id": client_id or str(uuid.uuid4()), "tekst": tekst})
