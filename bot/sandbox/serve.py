"""Serve the imitated back office: `python -m bot.sandbox.serve`. For trying and tests; it holds invented data."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.catalog.live import gemeenten_of
from bot.connections import SANDBOX, SANDBOX_TOKEN
from bot.database import open_database
from bot.sandbox.jcc import jcc_blueprint
from bot.sandbox.mailbox import mailbox_blueprint
from bot.sandbox.openklant import openklant_blueprint
from bot.sandbox.openzaak import openzaak_blueprint
from bot.sandbox.openzaak_store import fill
from bot.sandbox.qmatic import qmatic_blueprint
from bot.sandbox.whatsapp import mount_whatsapp
from bot.sandbox.whatsapp_values import Number
from bot.settings import Settings, load_settings


def make_app(settings: Settings, name: str = "vraagbaak_sandbox") -> Sanic:
    """The whole sandbox; its state is in a SQLite file in the data folder."""
    app = Sanic(name, configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    database = open_database(f"sqlite:///{settings.path(settings.data_dir) / 'sandbox.sqlite'}")
    app.blueprint(openklant_blueprint(database, [SANDBOX_TOKEN]))
    register = open_database(f"sqlite:///{settings.path(settings.data_dir) / 'sandbox-zaken.sqlite'}")
    # Made anew at each start: its dates count from today.
    fill(register, datetime.now(UTC).date())
    app.blueprint(openzaak_blueprint(register, {"vraagbaak": SANDBOX_TOKEN}))
    app.blueprint(mailbox_blueprint())
    app.blueprint(jcc_blueprint(_database(settings, "jcc"), {"vraagbaak": SANDBOX_TOKEN}))
    app.blueprint(qmatic_blueprint(_database(settings, "qmatic"), [SANDBOX_TOKEN]))
    numbers = whatsapp_numbers(settings)
    if numbers:
        mount_whatsapp(app, _database(settings, "whatsapp"), numbers, token=SANDBOX_TOKEN, app_secret=SANDBOX_TOKEN)
    return app


def whatsapp_numbers(settings: Settings) -> list[Number]:
    """The numbers of municipalities that try WhatsApp here; their webhooks go to our own engine."""
    callback = f"http://{settings.host}:{settings.engine_port}/webhooks/whatsapp/webhook"
    return [
        Number(
            one.whatsapp.phone_number_id,
            re.sub(r"\D", "", one.whatsapp.nummer),
            one.whatsapp.waba_id,
            one.naam,
            callback,
        )
        for one in gemeenten_of(settings)
        if one.whatsapp is not None and one.whatsapp.url == SANDBOX
    ]


def _database(settings: Settings, naam: str) -> Engine:
    return open_database(f"sqlite:///{settings.path(settings.data_dir) / f'sandbox-{naam}.sqlite'}")


def main() -> None:
    """Serve until the process is asked to stop."""
    settings = load_settings()
    make_app(settings).run(
        host=settings.host, port=settings.sandbox_port, access_log=False, motd=False, register_sys_signals=True
    )


if __name__ == "__main__":
    main()
