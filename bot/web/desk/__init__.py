"""The desk (balie), where employees of municipalities help residents. A door: it checks, calls and shows."""

from bot.web.desk.routes import blueprint

__all__ = ["blueprint"]
