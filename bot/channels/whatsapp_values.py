"""What the parts of the WhatsApp channel share: the municipalities that have a number, and how they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Mapping, Optional

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.connections import whatsapp_app_secrets, whatsapp_config, whatsapp_verify_token
from bot.settings import Settings
from bot.whatsapp.values import GraphConfig
from bot.whatsapp.webhook import signature_ok, verify_challenge


@dataclass(frozen=True)
class Nummers:
    """The numbers of this installation."""

    configs: Mapping[str, GraphConfig]
    """Municipality → its number at Meta."""
    secrets: Mapping[str, tuple[str, ...]]
    """Municipality → app secrets that sign its webhooks; two while one is being replaced."""
    verify_tokens: Mapping[str, str]

    @property
    def by_number(self) -> Dict[str, str]:
        """Meta's id of a number → municipality."""
        return {config.phone_number_id: gemeente for gemeente, config in self.configs.items()}

    def signed_by(self, body: bytes, header: Optional[str]) -> FrozenSet[str]:
        """Municipalities whose app secret signed a webhook: one's app can tell nothing about another's number."""
        return frozenset(id for id, secrets in self.secrets.items() if signature_ok(secrets, body, header))

    def challenge(self, args: Mapping[str, object]) -> Optional[str]:
        """What to answer when Meta verifies the address; None when it does not know any of our tokens."""
        found = [verify_challenge(args, token) for token in self.verify_tokens.values()]
        return next((one for one in found if one is not None), None)


def numbers_of(settings: Settings) -> Nummers:
    """The numbers as the municipalities' files and secrets have them. Raises SettingError for a secret that is not there."""
    with_number = [gemeente for gemeente in gemeenten_of(settings) if gemeente.whatsapp is not None]
    return Nummers(
        {one.id: whatsapp_config(settings, one) for one in with_number},
        {one.id: whatsapp_app_secrets(settings, one) for one in with_number},
        {one.id: whatsapp_verify_token(settings, one) for one in with_number},
    )


def gemeente_of_number(settings: Settings, nummers: Nummers, phone_number_id: str) -> Optional[Gemeente]:
    """Whose number this is."""
    gemeente = nummers.by_number.get(phone_number_id)
    return gemeenten_of(settings)[gemeente] if gemeente else None
