"""Serve the imitated back office: `python -m bot.sandbox.serve`. For trying and tests; it holds invented data."""

from __future__ import annotations

from datetime import UTC, datetime

from sanic import Sanic

from bot.connections import SANDBOX_TOKEN
from bot.database import open_database
from bot.sandbox.mailbox import mailbox_blueprint
from bot.sandbox.openklant import openklant_blueprint
from bot.sandbox.openzaak import openzaak_blueprint
from bot.sandbox.openzaak_store import fill
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
    return app


def main() -> None:
    """Serve until the process is asked to stop."""
    settings = load_settings()
    make_app(settings).run(
        host=settings.host, port=settings.sandbox_port, access_log=False, motd=False, register_sys_signals=True
    )


if __name__ == "__main__":
    main()
