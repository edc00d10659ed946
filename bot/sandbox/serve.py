"""Serve the imitated back office: `python -m bot.sandbox.serve`. For trying and tests; it holds invented data."""

from __future__ import annotations

from sanic import Sanic

from bot.connections import SANDBOX_TOKEN
from bot.database import open_database
from bot.sandbox.openklant import openklant_blueprint
from bot.settings import Settings, load_settings


def make_app(settings: Settings, name: str = "vraagbaak_sandbox") -> Sanic:
    """The whole sandbox; its state is in a SQLite file in the data folder."""
    app = Sanic(name, configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    database = open_database(f"sqlite:///{settings.path(settings.data_dir) / 'sandbox.sqlite'}")
    app.blueprint(openklant_blueprint(database, [SANDBOX_TOKEN]))
    return app


def main() -> None:
    """Serve until the process is asked to stop."""
    settings = load_settings()
    make_app(settings).run(
        host=settings.host, port=settings.sandbox_port, access_log=False, motd=False, register_sys_signals=True
    )


if __name__ == "__main__":
    main()
