"""Writing down what a webhook tells, before Meta gets its 200."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, FrozenSet, List, Optional

from sqlalchemy.engine import Engine

from bot.catalog.gemeente import Gemeente
from bot.catalog.live import gemeenten_of
from bot.channels.inbound import inbound
from bot.channels.whatsapp_failures import Failures
from bot.channels.whatsapp_values import Nummers, gemeente_of_number
from bot.settings import Settings
from bot.whatsapp import inbox, outbox
from bot.whatsapp.errors import reactie
from bot.whatsapp.people import Afzender
from bot.whatsapp.values import Gelezen, Inkomend, Stand

logger = logging.getLogger(__name__)

VOOR = timedelta(minutes=5)
"""How far Meta's clock may be ahead of ours."""
LANGSTE_TITEL = 200
_NIETS = frozenset({"bewerkt", "ingetrokken"})
"""What was answered stays answered."""


@dataclass(frozen=True)
class Genomen:
    """What a webhook brought that is new."""

    mensen: FrozenSet[str] = frozenset()
    """Ids of people of whom something is to be done."""
    nummers: tuple[str, ...] = ()
    """phone_number_id of each message."""


class Intake:
    """One for the process; may be used from any thread."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        secret: str,
        nummers: Nummers,
        failures: Failures,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._engine, self._secret = settings, engine, secret
        self._nummers, self._failures, self._now = nummers, failures, now

    def take_in(self, found: Gelezen, allowed: FrozenSet[str]) -> Genomen:
        """Write everything down.

        Args:
            allowed: municipalities whose app signed it: it tells nothing of another's number.

        Raises the first error, after the rest was written down: Meta then tells all of it again.
        """
        mensen: List[Optional[str]] = []
        nummers: List[str] = []
        broken: Optional[Exception] = None
        for one in found.berichten:
            try:
                persoon = self._message(one, allowed)
            except Exception as error:  # noqa: BLE001 (one message must not take the others with it)
                logger.error("Een bericht van WhatsApp kon niet worden bewaard: %s", type(error).__name__)
                broken = broken or error
                continue
            if persoon is not None:
                mensen.append(persoon)
                nummers.append(one.phone_number_id)
        mensen += [self._status(stand, allowed) for stand in found.standen]
        for fout in found.fouten:
            if (gemeente := self._gemeente(fout.phone_number_id, allowed)) is not None:
                self._failures.told_of_number(fout.phone_number_id, gemeente.id, fout, reactie(fout.code, None))
        for unknown in found.onbekend:
            logger.info("Niet gelezen van WhatsApp: %s", unknown)
        if broken is not None:
            raise broken
        return Genomen(frozenset(filter(None, mensen)), tuple(nummers))

    def _gemeente(self, phone_number_id: str, allowed: FrozenSet[str]) -> Optional[Gemeente]:
        gemeente = gemeente_of_number(self._settings, self._nummers, phone_number_id)
        if gemeente is None or gemeente.id not in allowed:
            logger.warning("WhatsApp vertelt iets over een nummer dat niet van deze gemeente is; dat is niet gelezen")
            return None
        return gemeente

    def _message(self, one: Inkomend, allowed: FrozenSet[str]) -> Optional[str]:
        gemeente = self._gemeente(one.phone_number_id, allowed)
        if gemeente is None or one.soort in _NIETS:
            return None
        now = self._now()
        tijd = min(one.tijd or now, now + VOOR)
        afzender = Afzender(one.phone_number_id, one.gebruiker, one.nummer)
        if one.soort_bij_meta == "system":
            # The user themselves said nothing.
            if one.nieuw_nummer or one.nieuwe_gebruiker:
                new = Afzender(one.phone_number_id, one.nieuwe_gebruiker, one.nieuw_nummer)
                inbox.take_in_move(self._engine, self._secret, afzender, new, wamid=one.id, tijd=tijd, now=now)
            return None
        return inbox.take_in(
            self._engine,
            self._secret,
            afzender,
            gemeente=gemeente.id,
            wamid=one.id,
            inhoud=self._contents(one, gemeente),
            tijd=tijd,
            now=now,
            only_known=one.soort == "reactie",
        )

    def _contents(self, one: Inkomend, gemeente: Gemeente) -> Dict[str, Any]:
        # Nothing that must not be stored is, not even for a second.
        message = inbound(one.tekst, {"gemeente": gemeente.id}, gemeenten_of(self._settings), self._settings)
        reacted = outbox.message_of(self._engine, one.reactie_op) if one.reactie_op else None
        found = {
            "soort": one.soort,
            "tekst": message.text,
            "ingekort": message.metadata["ingekort"],
            "keuze": one.keuze_id,
            "titel": one.keuze_titel[:LANGSTE_TITEL],
            "reactie": one.reactie,
            "reactie_op": list(reacted) if reacted is not None else None,
            "media": one.media_soort,
        }
        return {key: value for key, value in found.items() if value}

    def _status(self, stand: Stand, allowed: FrozenSet[str]) -> Optional[str]:
        gemeente = self._gemeente(stand.phone_number_id, allowed)
        if gemeente is None:
            return None
        code = stand.fouten[0].code if stand.fouten else None
        persoon = outbox.status(
            self._engine,
            gemeente=gemeente.id,
            wamid=stand.wamid,
            sleutel=stand.onze_sleutel,
            woord=stand.stand,
            fout=code,
            now=self._now(),
        )
        if persoon is not None and stand.stand == "failed":
            logger.warning("Een bericht op WhatsApp is niet afgeleverd (code %s)", code)
        return persoon
