"""Serve the website: `python -m bot.web.serve`."""

from __future__ import annotations

from bot.settings import load_settings
from bot.web.app import make_app


def main() -> None:
    """Serve until the process is asked to stop."""
    settings = load_settings()
    make_app(settings).run(
        host=settings.host, port=settings.web_port, access_log=False, motd=False, debug=False, register_sys_signals=True
    )


if __name__ == "__main__":
    main()
