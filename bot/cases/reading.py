"""JSON of the registers → values. Raises Malformed that names the field, never its contents.

Registers differ in what they leave out: null, an empty string and absence are the same here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from bot.cases.errors import Malformed
from bot.cases.terms import TIJDZONE
from bot.cases.values import Resultaattype, Rol, Statustype, Zaak, Zaaktype, ZgwConfig

Record = Mapping[str, Any]

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?")
_PEOPLE = ("natuurlijk_persoon", "niet_natuurlijk_persoon", "vestiging")


def read_zaaktype(record: Record) -> Zaaktype:
    """A zaaktype of the Catalogi API."""
    what = "zaaktypen"
    return Zaaktype(
        url=text(record, "url", what, required=True),
        identificatie=text(record, "identificatie", what),
        omschrijving=text(record, "omschrijving", what),
        extern=text(record, "indicatieInternOfExtern", what) == "extern",
        handeling_initiator=text(record, "handelingInitiator", what),
        doorlooptijd=duration(record, "doorlooptijd", what),
        servicenorm=duration(record, "servicenorm", what),
        heeft_besluittypen=bool(record.get("besluittypen")),
    )


def read_statustype(record: Record) -> Statustype:
    """A statustype of the Catalogi API."""
    what = "statustypen"
    volgnummer = record.get("volgnummer")
    return Statustype(
        url=text(record, "url", what, required=True),
        volgnummer=volgnummer if isinstance(volgnummer, int) else None,
        omschrijving=text(record, "omschrijving", what),
        omschrijving_generiek=text(record, "omschrijvingGeneriek", what),
        statustekst=text(record, "statustekst", what).strip(),
        is_eindstatus=record.get("isEindstatus") is True,
    )


def read_resultaattype(record: Record) -> Resultaattype:
    """A resultaattype of the Catalogi API."""
    what = "resultaattypen"
    return Resultaattype(
        url=text(record, "url", what, required=True),
        omschrijving=text(record, "omschrijving", what),
        omschrijving_generiek=text(record, "omschrijvingGeneriek", what),
    )


def read_zaak(record: Record, zaaktype: Zaaktype, config: ZgwConfig) -> Zaak:
    """A zaak of the Zaken API, with the zaaktype that was read for it."""
    what = "zaken"
    start = day(record, "startdatum", what)
    if start is None:
        raise Malformed(what, fields=("startdatum",))
    opschorting = _group(record, "opschorting", what)
    own_words = text(record, "omschrijving", what).strip()
    resultaat = _group(_group(record, "_expand", what), "resultaat", what)
    return Zaak(
        url=text(record, "url", what, required=True),
        identificatie=text(record, "identificatie", what, required=True),
        bronorganisatie=text(record, "bronorganisatie", what),
        titel=own_words if config.title_from == "zaak" and own_words else zaaktype.omschrijving,
        zaaktype=zaaktype,
        startdatum=start,
        einddatum=day(record, "einddatum", what),
        einddatum_gepland=day(record, "einddatumGepland", what),
        uiterlijke_einddatum=day(record, "uiterlijkeEinddatumAfdoening", what),
        opgeschort=opschorting.get("indicatie") is True,
        eerder_opgeschort=opschorting.get("eerdereOpschorting") is True,
        verlengd_met=duration(_group(record, "verlenging", what), "duur", what),
        status_url=text(record, "status", what) or None,
        resultaat_url=text(record, "resultaat", what) or None,
        resultaattype_url=text(resultaat, "resultaattype", what) or None,
    )


def read_initiator(record: Record, today: date) -> Rol | None:
    """A rol as initiator; None when it is another role, one of staff, or one that has ended."""
    what = "rollen"
    kind = text(record, "betrokkeneType", what)
    ended = day(record, "eindeGeldigheid", what)
    if text(record, "omschrijvingGeneriek", what) != "initiator" or kind not in _PEOPLE or (ended and ended < today):
        return None
    contact = _group(record, "contactpersoonRol", what)
    person = _group(record, "betrokkeneIdentificatie", what)
    email = text(contact, "emailadres", what).strip()
    return Rol(
        betrokkene_type=kind,
        email=email if "@" in email else "",
        telefoon=text(contact, "telefoonnummer", what).strip(),
        bsn=text(person, "inpBsn", what).strip(),
        rsin=text(person, "innNnpId", what).strip(),
        kvk=text(person, "kvkNummer", what).strip(),
    )


def text(record: Record, name: str, what: str, *, required: bool = False) -> str:
    """A field with text; empty when it is not there."""
    value = record.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str) or (required and not value):
        raise Malformed(what, fields=(name,))
    return value


def day(record: Record, name: str, what: str) -> date | None:
    """A field with a date. A moment, which some registers send, counts as its day in the Netherlands."""
    moment_ = moment(record, name, what)
    return moment_.astimezone(TIJDZONE).date() if moment_ else None


def moment(record: Record, name: str, what: str) -> datetime | None:
    """A field with a moment; one without a zone, or with a date only, is local time in the Netherlands."""
    value = text(record, name, what)
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise Malformed(what, fields=(name,)) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=TIJDZONE)


def duration(record: Record, name: str, what: str) -> Any | None:
    """A field with a duration of ISO 8601, as `relativedelta`; one of nothing (P0D) is None."""
    value = text(record, name, what)
    if not value:
        return None
    match = _DURATION.fullmatch(value)
    if match is None:
        raise Malformed(what, fields=(name,))
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return relativedelta(years=years, months=months, days=7 * weeks + days) or None


def _group(record: Record, name: str, what: str) -> Record:
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Malformed(what, fields=(name,))
    return value
