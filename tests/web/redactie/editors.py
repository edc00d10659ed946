"""Editors with a browser, straight on the database of an installation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from sqlalchemy.engine import Engine

from bot.handoff import employees
from bot.handoff.model import Medewerker
from tests.web.desk.people import WACHTWOORD

STAD, DAM = "voorbeeldstad", "molendam"
Rollen = list[tuple[str, str]]


def editor(engine: Engine, gebruikersnaam: str, *rollen: tuple[str, str], naam: str | None = None) -> Medewerker:
    """An account with these (municipality, role); by default an eindredacteur of Voorbeeldstad and of the central texts."""
    given = rollen or ((STAD, "eindredacteur"), ("", "eindredacteur"))
    return employees.add(engine, gebruikersnaam, naam or gebruikersnaam.title(), given, WACHTWOORD)


@dataclass
class Editor:
    """An editor's browser, without a screen."""

    client: httpx.Client
    csrf: str = ""

    def log_in(self, gebruikersnaam: str, wachtwoord: str = WACHTWOORD) -> httpx.Response:
        """Log in for the redactie; on success the token is kept."""
        data = {"naam": gebruikersnaam, "wachtwoord": wachtwoord, "naar": "/redactie"}
        answer = self.client.post("/balie/inloggen", data=data)
        page = self.client.get("/redactie")
        if found := re.search(r'name="csrf" value="([^"]+)"', page.text):
            self.csrf = found[1]
        return answer

    def get(self, path: str = "", **query: Any) -> httpx.Response:
        return self.client.get(f"/redactie{path}", params=query)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> httpx.Response:
        return self.client.post(f"/redactie{path}", data={"csrf": self.csrf, **(data or {})}, **kwargs)

    def form(self, path: str) -> dict[str, str]:
        """The fields of the edit form as a browser would send them."""
        page = self.get(path).text
        part = page[page.index('id="tekst"') : page.index("</form>", page.index('id="tekst"'))]
        fields = {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', part)
        }
        fields |= {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', part, re.DOTALL)
        }
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', part, re.DOTALL):
            chosen = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", options) or re.search(
                r"<option(?: value=\"([^\"]*)\")?>([^<]*)", options
            )
            assert chosen is not None
            fields[name] = unescape(chosen[1] or chosen[2])
        return fields
