"""The system for appointments of a municipality, made from its file and secrets, and kept as long as the process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.engine import Engine

from bot.appointments.agenda.backend import Agenda
from bot.appointments.agenda.config import AgendaConfig, DienstInstelling, LocatieInstelling
from bot.appointments.backend import AppointmentBackend
from bot.appointments.jcc import JccBackend, JccConfig
from bot.appointments.qmatic import QmaticBackend
from bot.appointments.qmatic_values import QmaticConfig
from bot.appointments.values import Veld, Velden
from bot.catalog.gemeente import Gemeente
from bot.catalog.koppelingen import Afspraken
from bot.connections import SANDBOX, SANDBOX_TOKEN, sandbox_url
from bot.errors import SettingError
from bot.secrets_store import secret_for
from bot.settings import Settings

LENGTES: Mapping[str, int] = {"email": 254, "telefoon": 20, "geboortedatum": 10, "postcode": 7, "huisnummer": 5}
"""Most characters of a field of the own agenda; others 100."""


class Afsprakensystemen:
    """One system for each municipality, with its connections. Use it in one event loop."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], AppointmentBackend] = {}

    def of(
        self,
        settings: Settings,
        gemeente: Gemeente,
        engine: Engine,
        namen: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> AppointmentBackend:
        """The municipality's system.

        Args:
            namen: product id → name, for the services of the own agenda.

        Raises SettingError for a secret that is not there.
        """
        afspraken = gemeente.afspraken
        assert afspraken is not None, "a municipality without appointments has no system for them"
        if afspraken.systeem == "agenda":
            # Names are live texts and the clock may be set: made anew, it keeps nothing.
            return Agenda(agenda_config(gemeente, afspraken, namen), engine, now)
        key = (gemeente.id, afspraken.json())
        if key not in self._made:
            self._made[key] = _remote(settings, gemeente, afspraken)
        return self._made[key]


def dienst_of(afspraken: Afspraken, product: str) -> str:
    """Id of the service in the system for a product of ours."""
    return afspraken.producten[product].dienst or product


def agenda_config(gemeente: Gemeente, afspraken: Afspraken, namen: Mapping[str, str]) -> AgendaConfig:
    """The own agenda as the municipality's file describes it. Raises ValueError for what cannot work."""
    return AgendaConfig(
        gemeente=gemeente.id,
        diensten={
            dienst_of(afspraken, product): DienstInstelling(
                naam=namen.get(product, product),
                minuten=one.minuten,
                minuten_extra=one.minuten_extra,
                hoogstens=one.hoogstens,
                locaties=one.locaties,
            )
            for product, one in afspraken.producten.items()
        },
        locaties={
            id: LocatieInstelling(
                naam=one.naam,
                openingstijden=one.openingstijden or gemeente.openingstijden.balie,
                gemeente=gemeente.openingstijden,
                adres=one.adres,
                postcode=one.postcode,
                plaats=one.plaats,
                capaciteit=one.capaciteit,
                raster=one.raster,
                dicht=one.dicht,
            )
            for id, one in afspraken.locaties.items()
        },
        dagen_vooruit=afspraken.dagen_vooruit,
        minuten_vooraf=afspraken.minuten_vooraf,
        vasthouden_minuten=afspraken.vasthouden_minuten,
        velden=asked_fields(afspraken.vragen),
    )


def asked_fields(vragen: tuple[str, ...]) -> Velden:
    """What is asked of whoever comes: everything that is named; of e-mail and phone, when both are, one is enough."""
    either = {"email", "telefoon"} <= set(vragen)
    return Velden(
        tuple(Veld(naam, not (either and naam in ("email", "telefoon")), LENGTES.get(naam, 100)) for naam in vragen),
        (("email", "telefoon"),) if either else (),
    )


def check_appointments(settings: Settings, gemeente: Gemeente) -> None:
    """See to it that the municipality's system can be made. Raises SettingError or ValueError."""
    afspraken = gemeente.afspraken
    if afspraken is None:
        return
    if afspraken.systeem == "agenda":
        agenda_config(gemeente, afspraken, {})
    else:
        _remote(settings, gemeente, afspraken)


def _remote(settings: Settings, gemeente: Gemeente, afspraken: Afspraken) -> AppointmentBackend:
    is_sandbox = afspraken.url == SANDBOX
    if afspraken.systeem == "jcc":
        url = f"{sandbox_url(settings)}/jcc/api/warp/v1/" if is_sandbox else afspraken.url
        secret = SANDBOX_TOKEN if is_sandbox else secret_for(settings, gemeente.id, "jcc")
        return JccBackend(JccConfig(url=url, client_id=afspraken.client_id or "vraagbaak", secret=secret))
    if afspraken.systeem == "qmatic":
        url = f"{sandbox_url(settings)}/qmatic/calendar-backend/public/api/" if is_sandbox else afspraken.url
        secret = SANDBOX_TOKEN if is_sandbox else secret_for(settings, gemeente.id, "qmatic")
        # Of e-mail and phone one is enough, so neither is required by itself.
        either = {"email", "telefoon"} <= set(afspraken.vragen)
        return QmaticBackend(
            QmaticConfig(
                url=url,
                api_key=secret,
                extra_persons_counted="extra" if afspraken.aantal == "extra" else "total",
                velden=afspraken.vragen,
                verplicht=tuple(one for one in afspraken.vragen if not (either and one in ("email", "telefoon"))),
                native_move=afspraken.verzet_zelf,
                identify=afspraken.zoekt_op_email,
            )
        )
    raise SettingError(f"Onbekend afsprakensysteem: {afspraken.systeem}")
