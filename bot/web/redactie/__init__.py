"""The redactie, where editors keep the answers right. A door: it checks, calls the rooms and shows pages."""

from bot.web.redactie.routes import blueprint

__all__ = ["blueprint"]
