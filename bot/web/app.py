"""The Sanic application (a factory). Each part of the site adds its routes as a blueprint."""

from __future__ import annotations

from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.settings import Settings
from bot.web import calendar_files, demo, desk, forwarding, health, housekeeping, queue_keeper, redactie, widget
from bot.web.redactie import klok
from bot.web.security import security_headers

_TEXTS = {404: "Deze pagina bestaat niet.", 405: "Dit kan hier niet."}


def make_app(settings: Settings, name: str = "vraagbaak_web") -> Sanic:
    """The whole website, ready to be served.

    Args:
        settings: of this installation.
        name: Sanic wants one name per application in a process.
    """
    app = Sanic(name, configure_logging=False)
    app.config.PROXIES_COUNT = settings.proxies
    app.config.FALLBACK_ERROR_FORMAT = "text"
    for part in (health, widget, demo, desk, redactie, klok, calendar_files, housekeeping, queue_keeper, forwarding):
        app.blueprint(part.blueprint(settings))
    app.register_middleware(security_headers, "response")
    app.error_handler.add(Exception, _on_error)
    return app


async def _on_error(request: Request, error: Exception) -> HTTPResponse:
    """One plain line; never what was sent, nor where it broke."""
    status = error.status_code if isinstance(error, SanicException) else 500
    return response.text(_TEXTS.get(status, "Er ging iets mis aan onze kant. Probeer het zo opnieuw."), status=status)
