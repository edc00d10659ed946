"""Coming in: one cookie for desk and redactie, and the way to what somebody may use."""

from __future__ import annotations

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.handoff.model import Medewerker
from bot.redactie.roles import is_editor
from bot.settings import Settings

COOKIE = "vraagbaak_balie"
"""The session's cookie. Its name is older than the redactie."""
SITE = "/"
"""Path of that cookie: desk and redactie both need it."""
BALIE, REDACTIE = "/balie", "/redactie"
INLOGGEN = f"{BALIE}/inloggen"


def from_our_pages(request: Request) -> bool:
    """Whether a browser sends this from a page of ours; browsers too old to say so are let through."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def is_secure(settings: Settings) -> bool:
    """Whether employees reach the website by https."""
    return settings.public_web_url.startswith("https://")


def set_cookie(
    answer: HTTPResponse, settings: Settings, name: str, value: str, *, age: int, path: str = SITE, lax: bool = False
) -> None:
    """A cookie for employees; an empty value takes it away."""
    answer.cookies[name] = value
    cookie = answer.cookies[name]
    cookie["path"], cookie["max-age"], cookie["httponly"] = path, age if value else 0, True
    cookie["samesite"], cookie["secure"] = "Lax" if lax else "Strict", is_secure(settings)


def address(request: Request) -> str | None:
    """The address of the browser."""
    return request.remote_addr or request.ip


def home(medewerker: Medewerker, wanted: str = "") -> str:
    """The page somebody gets after logging in: what they came for when they may use it, else what they may use."""
    if not is_editor(medewerker.rollen):
        return BALIE
    return REDACTIE if wanted == REDACTIE or not medewerker.gemeenten else BALIE
