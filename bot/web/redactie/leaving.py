"""Logging out."""

from __future__ import annotations

from bot.handoff import employees
from bot.web.redactie.common import Answer, Call, Goodbye


def log_out(call: Call) -> Answer:
    """POST /redactie/uitloggen."""
    employees.end_session(call.engine, call.cookie)
    return Goodbye()
