"""All settings, in one typed table; the only place that reads the environment.

Each field is set by `VRAAGBAAK_<FIELD IN CAPITALS>`; `docs/instellingen.md` lists them and a test keeps it complete.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot.errors import SettingError

PREFIX = "VRAAGBAAK_"
ROOT = Path(__file__).resolve().parent.parent


def _setting(default: str | int, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True)
class Settings:
    """Values of one installation. Paths are relative to the project folder unless absolute."""

    gemeente: str = _setting("voorbeeldstad", "Gemeente van een bericht dat er zelf geen noemt.")
    data_dir: str = _setting(".vraagbaak", "Map voor de eigen databases en tijdelijke bestanden.")
    database_url: str = _setting("", "SQLAlchemy-adres van de catalogus. Leeg: SQLite in `data_dir`.")
    tracker_url: str = _setting("", "SQLAlchemy-adres van Rasa's tracker store. Leeg: SQLite in `data_dir`.")
    products_dir: str = _setting("products", "Map met de productbestanden (de centrale bibliotheek).")
    gemeenten_dir: str = _setting("gemeenten", "Map met een bestand per gemeente.")
    questions_dir: str = _setting("data/vragen", "Map met de vragenbibliotheek.")
    models_dir: str = _setting("models", "Map met getrainde modellen.")
    host: str = _setting("127.0.0.1", "Adres waarop engine en action server luisteren.")
    engine_port: int = _setting(5005, "Poort van de engine (Rasa).")
    actions_port: int = _setting(5055, "Poort van de action server.")
    web_port: int = _setting(8000, "Poort van de website: chat, voorbeeldpagina's, balie.")
    sandbox_port: int = _setting(8010, "Poort van de nagebootste backoffice, als een gemeente die gebruikt.")
    secrets_dir: str = _setting(
        ".vraagbaak/geheimen", "Map met geheimen van koppelingen: een bestand `<gemeente>.<naam>` per geheim."
    )
    web_url: str = _setting("", "Adres waarop bezoekers de website zien. Leeg: `http://localhost:<web_port>`.")
    chat_url: str = _setting("", "Adres waarop bezoekers de engine bereiken. Leeg: `http://localhost:<engine_port>`.")
    secret: str = _setting(
        "",
        "Geheim dat sessies ondertekent, minstens 32 tekens. Leeg: een eigen geheim in `data_dir`. Nodig bij meer engines.",
    )
    redis_url: str = _setting("", "Adres van Redis, nodig bij meer dan een engine. Leeg: zonder Redis.")
    proxies: int = _setting(
        0, "Aantal omgekeerde proxy's voor de engine en de website; nodig om het adres van bezoekers te kennen."
    )
    webchat_per_session: str = _setting("20/minute;300/day", "Hoeveel berichten een chatgesprek mag sturen.")
    webchat_per_address: str = _setting("120/minute", "Hoeveel berichten een internetadres mag sturen.")
    webchat_sessions_per_address: str = _setting("30/hour", "Hoeveel chatgesprekken een internetadres mag beginnen.")
    webchat_message_chars: int = _setting(1000, "Langste chatbericht, in tekens.")
    smtp_url: str = _setting(
        "", "Mailserver: `smtp://naam:wachtwoord@server:587` (met STARTTLS) of `smtps://`. Leeg: geen."
    )
    mail_from: str = _setting("", "Afzender van e-mail aan bewoners.")
    bericht_webhook: str = _setting(
        "",
        "Adres dat berichten aan bewoners verstuurt (sms, of e-mail zonder mailserver): een POST met aan, onderwerp, tekst.",
    )
    oidc_issuer: str = _setting("", "Adres van de OIDC-aanbieder voor medewerkers. Leeg: alleen eigen accounts.")
    oidc_client_id: str = _setting("", "Client-id bij de OIDC-aanbieder.")
    oidc_client_secret: str = _setting("", "Geheim bij de OIDC-aanbieder.")
    max_message_chars: int = _setting(
        2000, "Langste bericht dat wordt gelezen, in tekens; van een langer bericht telt het begin."
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from `environ`.

        Raises SettingError for an unknown VRAAGBAAK_ name or a number that is none.
        """
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        unknown = sorted(k for k in environ if k.startswith(PREFIX) and k not in known and k not in NOT_SETTINGS)
        if unknown:
            raise SettingError(f"Onbekende instelling {unknown[0]}; docs/instellingen.md noemt de bestaande.")
        values: dict[str, str | int] = {}
        for name, spec in known.items():
            raw = environ.get(name)
            if raw is None:
                continue
            if isinstance(spec.default, int):
                if not raw.strip().isdigit():
                    raise SettingError(f"{name} moet een heel getal zijn.")
                values[spec.name] = int(raw)
            else:
                values[spec.name] = raw
        return cls(**values)  # type: ignore[arg-type]

    def path(self, value: str) -> Path:
        """A path setting as an absolute path."""
        path = Path(value)
        return path if path.is_absolute() else ROOT / path

    @property
    def catalog_url(self) -> str:
        """Database address of the catalogue."""
        return self.database_url or f"sqlite:///{self.path(self.data_dir) / 'vraagbaak.sqlite'}"

    @property
    def public_web_url(self) -> str:
        """Address of the website for visitors, without a slash at the end."""
        return (self.web_url or f"http://localhost:{self.web_port}").rstrip("/")

    @property
    def public_chat_url(self) -> str:
        """Address of the engine for visitors, without a slash at the end."""
        return (self.chat_url or f"http://localhost:{self.engine_port}").rstrip("/")

    @property
    def tracker_store_url(self) -> str:
        """Database address of Rasa's tracker store."""
        return self.tracker_url or f"sqlite:///{self.path(self.data_dir) / 'tracker.sqlite'}"

    def as_env(self) -> dict[str, str]:
        """The settings as environment variables, for child processes."""
        return {PREFIX + f.name.upper(): str(getattr(self, f.name)) for f in fields(self)}


# Names with our prefix that are read by the test suite and by Rasa's endpoints.yml, not by this table.
NOT_SETTINGS = frozenset({PREFIX + "REQUIRE_SERVICES", PREFIX + "TRACKER_STORE_URL", PREFIX + "ACTION_ENDPOINT"})


def load_settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ)
