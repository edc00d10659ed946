"""Connections of municipalities with their back office, from their files and secrets."""

from __future__ import annotations

from datetime import timedelta

from bot.cases.number import parse_formats
from bot.cases.portal import BadPortalToken, read_token
from bot.cases.values import ZgwConfig
from bot.catalog.gemeente import Gemeente, Gemeenten
from bot.errors import ContentError
from bot.handoff.openklant.values import ActorVerwijzing, Identificator, OpenKlantConfig
from bot.secrets_store import secret_for
from bot.settings import Settings
from bot.whatsapp.values import GraphConfig
from bot.whatsapp.webhook import app_secrets

SANDBOX = "sandbox"
"""In place of an address: the back office that `vraagbaak start` imitates."""
SANDBOX_TOKEN = "sandbox-alleen-om-mee-te-proberen"  # noqa: S105 (opens nothing but the sandbox, which holds invented data)


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


def zgw_config(settings: Settings, gemeente: Gemeente) -> ZgwConfig | None:
    """The municipality's case register; None when it has none. Raises SettingError for a secret that is not there."""
    found = gemeente.zaken
    if found is None:
        return None
    is_sandbox = found.zaken_url == SANDBOX
    return ZgwConfig(
        zaken_url=f"{sandbox_url(settings)}/zaken/api/v1" if is_sandbox else found.zaken_url,
        catalogi_url=f"{sandbox_url(settings)}/catalogi/api/v1" if is_sandbox else found.catalogi_url,
        client_id=found.client_id,
        secret=SANDBOX_TOKEN if is_sandbox else secret_for(settings, gemeente.id, "open_zaak"),
        bronorganisaties=found.bronorganisaties,
        max_vertrouwelijkheid=found.max_vertrouwelijkheid,
    )


def portal_identity(settings: Settings, gemeente: Gemeente, token: str) -> str:
    """The BSN that the municipality's portal vouches for. Raises BadPortalToken, SettingError."""
    if gemeente.zaken is None or gemeente.zaken.portaal is None:
        raise BadPortalToken("deze gemeente heeft geen portaal ingesteld")
    portaal = gemeente.zaken.portaal
    return read_token(
        token,
        secret_for(settings, gemeente.id, "portaal_sleutel"),
        uitgever=portaal.uitgever,
        publiek=portaal.publiek,
        hoogstens=timedelta(seconds=portaal.hoogstens_seconden),
    )


def whatsapp_config(settings: Settings, gemeente: Gemeente) -> GraphConfig:
    """The municipality's number at Meta. Raises SettingError for a secret that is not there or a value that cannot be."""
    found = gemeente.whatsapp
    assert found is not None, "asked of a municipality without a number"
    is_sandbox = found.url == SANDBOX
    return GraphConfig(
        url=sandbox_url(settings) if is_sandbox else found.url,
        versie=found.versie,
        phone_number_id=found.phone_number_id,
        token=SANDBOX_TOKEN if is_sandbox else secret_for(settings, gemeente.id, "whatsapp_token"),
    )


def whatsapp_app_secrets(settings: Settings, gemeente: Gemeente) -> tuple[str, ...]:
    """The app secrets that sign webhooks: one, or two on lines of their own while one is replaced. Raises SettingError."""
    found = gemeente.whatsapp
    assert found is not None, "asked of a municipality without a number"
    if found.url == SANDBOX:
        return (SANDBOX_TOKEN,)
    return app_secrets(secret_for(settings, gemeente.id, "whatsapp_app_secret"))


def whatsapp_verify_token(settings: Settings, gemeente: Gemeente) -> str:
    """Our own word by which Meta shows that it may verify the address of the webhook. Raises SettingError."""
    found = gemeente.whatsapp
    assert found is not None, "asked of a municipality without a number"
    return SANDBOX_TOKEN if found.url == SANDBOX else secret_for(settings, gemeente.id, "whatsapp_verify_token")


def mail_sandbox(settings: Settings, gemeente: Gemeente) -> str | None:
    """Address of the sandbox, where mail goes while a municipality tries things out and no mail server is set; else None."""
    return sandbox_url(settings) if not settings.smtp_url and uses_sandbox(gemeente) else None


def check_connections(settings: Settings, gemeenten: Gemeenten) -> None:
    """See to it that every connection can be tried: its secret is there, and its patterns can be read.

    Raises SettingError or ContentError; else it would only show when a resident needs it.
    """
    open_klant_configs(settings, gemeenten)
    for gemeente in gemeenten:
        zgw_config(settings, gemeente)
        if gemeente.whatsapp is not None:
            whatsapp_config(settings, gemeente)
            whatsapp_app_secrets(settings, gemeente)
            whatsapp_verify_token(settings, gemeente)
        if gemeente.zaken is not None and gemeente.zaken.portaal is not None:
            secret_for(settings, gemeente.id, "portaal_sleutel")
        if gemeente.zaken is not None:
            try:
                parse_formats(gemeente.zaken.nummers)
            except ValueError as error:
                raise ContentError(f"gemeenten/{gemeente.id}.yml", f"veld zaken.nummers: {error}") from error


def needs_sandbox(gemeenten: Gemeenten) -> bool:
    """Whether any municipality talks to the sandbox."""
    return any(uses_sandbox(gemeente) for gemeente in gemeenten)


def uses_sandbox(gemeente: Gemeente) -> bool:
    """Whether a municipality talks to the sandbox."""
    addresses = (
        gemeente.open_klant.adres if gemeente.open_klant else "",
        gemeente.zaken.zaken_url if gemeente.zaken else "",
        gemeente.afspraken.url if gemeente.afspraken else "",
        gemeente.whatsapp.url if gemeente.whatsapp else "",
    )
    return SANDBOX in addresses
