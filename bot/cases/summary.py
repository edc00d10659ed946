"""What a resident wants to know of a case, as bare values: the sentences live in the content files.

Pure: a dossier and a moment in, a Zaakoverzicht out. All dates are calendar days in the Netherlands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from bot.cases.terms import Termijn, bezwaar_tot_en_met, dag_in_nederland, termijn
from bot.cases.values import Resultaat, Status, Statustype, Zaak, Zaakdossier


class Toestand(Enum):
    """How things stand, in one word."""

    ZONDER_STATUS = "zonder_status"
    ONTVANGEN = "ontvangen"
    IN_BEHANDELING = "in_behandeling"
    WACHT_OP_INWONER = "wacht_op_inwoner"
    OPGESCHORT = "opgeschort"
    AFGEHANDELD = "afgehandeld"


class Stapstand(Enum):
    """Where a step of the way is."""

    GEDAAN = "gedaan"
    NU = "nu"
    KOMT = "komt"
    OVERGESLAGEN = "overgeslagen"


class Uitkomst(Enum):
    """What kind of result it is, as far as its name tells."""

    TOEGEWEZEN = "toegewezen"
    AFGEWEZEN = "afgewezen"
    GEEN_BESLUIT = "geen_besluit"
    AFGEHANDELD = "afgehandeld"


class Mogelijkheid(Enum):
    """What the resident can do now."""

    BEZWAAR = "bezwaar"
    INGEBREKESTELLING = "ingebrekestelling"
    KLACHT = "klacht"


@dataclass(frozen=True)
class Stap:
    """A step of the way. `label` is the municipality's own text from its catalogue."""

    label: str
    stand: Stapstand


@dataclass(frozen=True)
class Gebeurtenis:
    """Something that happened."""

    label: str
    datum: date


@dataclass(frozen=True)
class Bezwaar:
    """The term for an objection. The register has no day of announcement, so it is counted from the day the case was
    closed; the date on the letter decides, and whoever shows this has to say so.
    """

    gerekend_vanaf: date
    tot_en_met: date
    kan_nog: bool


@dataclass(frozen=True)
class Zaakoverzicht:
    """A case as a resident wants to hear of it."""

    identificatie: str = field(repr=False)
    titel: str = field(repr=False)
    gestart: date
    toestand: Toestand
    laatste: Gebeurtenis | None
    """What happened last; None when no status was set yet."""
    volgende: Stap | None
    """What comes next; None when nothing is known to come."""
    stappen: tuple[Stap, ...]
    """The way from begin to end, in the order of the catalogue."""
    stap_nu: int | None
    """Place in `stappen` of the current step, counted from 1."""
    geschiedenis: tuple[Gebeurtenis, ...]
    """All that happened, newest first."""
    termijn: Termijn
    afgehandeld_op: date | None
    resultaat: str | None
    """The municipality's own words for the result."""
    uitkomst: Uitkomst | None
    bezwaar: Bezwaar | None
    mogelijkheden: tuple[Mogelijkheid, ...]


# Names of results in the national list (VNG referentielijst) and those that catalogues often use beside it.
_UITKOMSTEN: dict[Uitkomst, frozenset[str]] = {
    Uitkomst.TOEGEWEZEN: frozenset(
        [
            "verleend",
            "toegekend",
            "toegewezen",
            "ingewilligd",
            "vastgesteld",
            "ingesteld",
            "gegrond",
            "goedgekeurd",
            "akkoord",
        ]
    ),
    Uitkomst.AFGEWEZEN: frozenset(
        {
            *["geweigerd", "afgewezen", "ongegrond", "afgekeurd", "niet-ontvankelijk"],
            *("niet verleend", "niet toegekend", "niet vastgesteld", "niet ontvankelijk", "buiten behandeling"),
            *("buiten behandeling gesteld", "buiten behandeling gelaten"),
        }
    ),
    Uitkomst.GEEN_BESLUIT: frozenset(
        {*["ingetrokken", "afgebroken", "geannuleerd", "vervallen"], "niet doorgegaan", "niet nodig"}
    ),
}


def overzicht(
    dossier: Zaakdossier,
    nu: datetime,
    *,
    wachtstatussen: Collection[str] = (),
    besluit_zaaktypen: Collection[str] = (),
) -> Zaakoverzicht:
    """Sum up a case as it stands at an aware moment.

    Args:
        dossier: the case and its course.
        nu: decides which terms have passed.
        wachtstatussen: names of statuses (omschrijving or generic) that mean that the resident has to do something.
        besluit_zaaktypen: identificaties of zaaktypen that end in a decision one can object to, beside those whose
            catalogue says so.
    """
    zaak, vandaag = dossier.zaak, dag_in_nederland(nu)
    current = _current(dossier)
    stappen, place = _steps(dossier, current)
    termijn_nu = termijn(zaak, vandaag)
    uitkomst = _outcome(dossier.resultaat)
    besluit = _is_besluit_op_aanvraag(zaak, besluit_zaaktypen)
    bezwaar = _bezwaar(zaak, uitkomst, vandaag) if besluit else None
    toestand = _toestand(zaak, current, place, wachtstatussen)
    return Zaakoverzicht(
        identificatie=zaak.identificatie,
        titel=zaak.titel,
        gestart=zaak.startdatum,
        toestand=toestand,
        laatste=_event(current) if current else None,
        volgende=next((stap for stap in stappen if stap.stand is Stapstand.KOMT), None),
        stappen=stappen,
        stap_nu=None if place is None else place + 1,
        geschiedenis=tuple(_event(status) for status in dossier.statussen),
        termijn=termijn_nu,
        afgehandeld_op=zaak.einddatum,
        resultaat=dossier.resultaat.omschrijving if dossier.resultaat else None,
        uitkomst=uitkomst,
        bezwaar=bezwaar,
        mogelijkheden=_mogelijkheden(termijn_nu, bezwaar, besluit),
    )


def _current(dossier: Zaakdossier) -> Status | None:
    """The status that the register points at, else the newest."""
    pointed = (status for status in dossier.statussen if status.url == dossier.zaak.status_url)
    return next(pointed, dossier.statussen[0] if dossier.statussen else None)


def _steps(dossier: Zaakdossier, current: Status | None) -> tuple[tuple[Stap, ...], int | None]:
    """The steps, and the place (from 0) of the current one.

    Steps may be skipped and taken again, and numbers may have gaps; only their order counts.
    """
    types = _in_order(dossier, current)
    reached = {status.statustype.url for status in dossier.statussen}
    place = next((i for i, one in enumerate(types) if current and one.url == current.statustype.url), None)
    closed = dossier.zaak.einddatum is not None
    stands = (_stand(i, place, one.url in reached, closed) for i, one in enumerate(types))
    return tuple(Stap(one.label, stand) for one, stand in zip(types, stands, strict=True)), place


def _in_order(dossier: Zaakdossier, current: Status | None) -> list[Statustype]:
    types = list(dossier.statustypen)
    if current and all(one.url != current.statustype.url for one in types):
        types.append(current.statustype)
    # Catalogues are not sorted, and some registers give no numbers: those keep the order in which they came.
    return sorted(types, key=lambda one: (one.volgnummer is None, one.volgnummer or 0))


def _stand(index: int, place: int | None, reached: bool, closed: bool) -> Stapstand:
    if place is not None and index < place:
        return Stapstand.GEDAAN if reached else Stapstand.OVERGESLAGEN
    if place is not None and index == place:
        return Stapstand.GEDAAN if closed else Stapstand.NU
    if closed:
        return Stapstand.GEDAAN if reached else Stapstand.OVERGESLAGEN
    return Stapstand.KOMT


def _toestand(zaak: Zaak, current: Status | None, place: int | None, wachtstatussen: Collection[str]) -> Toestand:
    if zaak.einddatum is not None:
        return Toestand.AFGEHANDELD
    if current is None:
        return Toestand.ZONDER_STATUS
    waiting = {name.casefold() for name in wachtstatussen}
    names = {current.statustype.omschrijving.casefold(), current.statustype.omschrijving_generiek.casefold()}
    if waiting & names:
        return Toestand.WACHT_OP_INWONER
    if zaak.opgeschort:
        return Toestand.OPGESCHORT
    return Toestand.ONTVANGEN if place == 0 else Toestand.IN_BEHANDELING


def _event(status: Status) -> Gebeurtenis:
    return Gebeurtenis(status.statustype.label, dag_in_nederland(status.gezet_op))


def _outcome(resultaat: Resultaat | None) -> Uitkomst | None:
    if resultaat is None:
        return None
    for name in (resultaat.omschrijving_generiek, resultaat.omschrijving):
        for uitkomst, names in _UITKOMSTEN.items():
            if name.strip().casefold() in names:
                return uitkomst
    return Uitkomst.AFGEHANDELD


def _is_besluit_op_aanvraag(zaak: Zaak, besluit_zaaktypen: Collection[str]) -> bool:
    """Whether the case is an application that ends in a decision (Awb 1:3 paragraph 3).

    A report or a complaint is none, and against a decision on an objection one goes to court (Awb 8:1).
    """
    zaaktype = zaak.zaaktype
    if zaaktype.identificatie in besluit_zaaktypen:
        return True
    return zaaktype.heeft_besluittypen and zaaktype.handeling_initiator.casefold().startswith("aanvra")


def _bezwaar(zaak: Zaak, uitkomst: Uitkomst | None, vandaag: date) -> Bezwaar | None:
    if zaak.einddatum is None or uitkomst in (None, Uitkomst.GEEN_BESLUIT):
        return None
    last = bezwaar_tot_en_met(zaak.einddatum)
    return Bezwaar(zaak.einddatum, last, vandaag <= last)


def _mogelijkheden(termijn_nu: Termijn, bezwaar: Bezwaar | None, besluit: bool) -> tuple[Mogelijkheid, ...]:
    possible = {
        Mogelijkheid.BEZWAAR: bezwaar is not None and bezwaar.kan_nog,
        # Awb 4:17 is about decisions on an application only; a complaint (Awb 9:1) is about anything.
        Mogelijkheid.INGEBREKESTELLING: termijn_nu.voorbij and besluit,
        Mogelijkheid.KLACHT: termijn_nu.voorbij,
    }
    return tuple(one for one, yes in possible.items() if yes)
