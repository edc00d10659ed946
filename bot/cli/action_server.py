"""The action server, on the address of the settings (rasa-sdk's own command listens on every interface).

`python -m bot.cli.action_server`
"""

from __future__ import annotations

from bot.settings import load_settings


def main() -> None:
    """Serve until stopped."""
    from rasa_sdk.endpoint import create_app

    settings = load_settings()
    app = create_app("actions")
    app.run(host=settings.host, port=settings.actions_port, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
