"""Connections of municipalities with their back office, from their files and secrets."""

from __future__ import annotations

from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.handoff.openklant.values import ActorVerwijzing, Identificator, OpenKlantConfig
from bot.secrets_store import secret_for
from bot.settings import Settings

SANDBOX = "sandbox"
"""In place of an address: the back office that `vraagbaak start` imitates."""
SANDBOX_TOKEN = "sandbox-alleen-voor-proberen"  # noqa: S105 (opens nothing but the sandbox, which holds invented data)


def sandbox_url(settings: Settings) -> str:
    """Address of the sandbox."""
    return f"http://{settings.host}:{settings.sandbox_port}"


def open_klant_config(settings: Settings, gemeente: Gemeente) -> OpenKlantConfig | None:
    """The municipality's Open Klant; None when it has none. Raises SettingError for a secret that is not there."""
    found = gemeente.open_klant
    if found is None:
        return None
    is_sandbox = found.adres == SANDBOX
    actor = found.afdeling
    return OpenKlantConfig(
        adres=sandbox_url(settings) if is_sandbox else found.adres,
        token=SANDBOX_TOKEN if is_sandbox else secret_for(settings, gemeente.id, "open_klant"),
        kanaal=found.kanaal,
        afdeling=ActorVerwijzing(
            naam=actor.naam,
            soort="organisatorische_eenheid",
            identificator=Identificator(
                actor.object_id, actor.code_objecttype, actor.code_register, actor.code_soort_object_id
            ),
        ),
    )


def open_klant_configs(settings: Settings, gemeenten: Gemeenten) -> dict[str, OpenKlantConfig]:
    """Municipality → its Open Klant, of those that have one. Raises SettingError for a secret that is not there."""
    found = {gemeente.id: open_klant_config(settings, gemeente) for gemeente in gemeenten}
    return {gemeente: config for gemeente, config in found.items() if config is not None}


def needs_sandbox(gemeenten: Gemeenten) -> bool:
    """Whether any municipality talks to the sandbox."""
    return any(gemeente.open_klant is not None and gemeente.open_klant.adres == SANDBOX for gemeente in gemeenten)
