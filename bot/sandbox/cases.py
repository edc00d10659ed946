"""Forty made-up cases of two made-up municipalities, in all states that a case can be in, as seen from a given day.

Everyone and everything here is invented: addresses end in `.example`, phone numbers begin with 06-00, which no
mobile number does, BSNs with 9999 as published test numbers do, and organisations have made-up numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from stdnum.nl import bsn

Json = dict[str, Any]
Object = tuple[str, Json]

VOORBEELDSTAD, MOLENDAM = "voorbeeldstad", "molendam"
RSIN = {VOORBEELDSTAD: "100000009", MOLENDAM: "100000101"}
"""Organisations whose cases these are."""
OMGEVINGSDIENST = "100000022"
"""A service that keeps cases for Voorbeeldstad under its own numbers."""

_ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Soort:
    """A kind of case. Days are calendar days; `stappen` in order, the last one closes the case."""

    omschrijving: str
    handeling: str
    doorlooptijd: int
    servicenorm: int | None
    stappen: tuple[tuple[str, str], ...]
    """(omschrijving, statustekst); an empty statustekst as many catalogues have it."""
    resultaten: tuple[str, ...] = ("Verleend", "Geweigerd", "Ingetrokken")
    besluit: bool = True
    extern: bool = True
    volgnummers: tuple[int, ...] = ()
    """Own numbers of the steps, with gaps; empty: 1, 2, 3."""


SOORTEN: dict[str, Soort] = {
    "EVENEMENT": Soort(
        "Evenementenvergunning behandelen",
        "aanvragen",
        56,
        42,
        (
            ("Ontvangen", "Wij hebben uw aanvraag ontvangen."),
            ("In behandeling", "Wij beoordelen uw aanvraag."),
            ("Wacht op aanvulling", "Wij wachten op informatie van u."),
            ("Advies", "Wij vragen advies aan politie en brandweer."),
            ("Afgehandeld", "Wij hebben een besluit genomen."),
        ),
    ),
    "OMGEVING": Soort(
        "Omgevingsvergunning behandelen",
        "aanvragen",
        56,
        49,
        (
            ("Ontvangen", "Wij hebben uw aanvraag ontvangen."),
            ("Volledigheid nakijken", ""),
            ("Beoordelen", "Wij bekijken of uw plan past."),
            ("Besluit", "Wij schrijven het besluit."),
            ("Afgehandeld", "Het besluit is verstuurd."),
        ),
        volgnummers=(10, 20, 30, 40, 90),
    ),
    "PARKEREN": Soort(
        "Parkeervergunning verlenen",
        "aanvragen",
        28,
        14,
        (("Ontvangen", ""), ("In behandeling", ""), ("Afgehandeld", "")),
        resultaten=("Toegekend", "Afgewezen", "Ingetrokken"),
    ),
    "MELDING": Soort(
        "Melding openbare ruimte behandelen",
        "melden",
        14,
        5,
        (
            ("Gemeld", "Wij hebben uw melding ontvangen."),
            ("Ingepland", "De buitendienst komt langs."),
            ("Opgelost", "De melding is afgehandeld."),
        ),
        resultaten=("Afgehandeld",),
        besluit=False,
    ),
    "BEZWAAR": Soort(
        "Bezwaarschrift behandelen",
        "indienen",
        84,
        None,
        (
            ("Ontvangen", "Wij hebben uw bezwaar ontvangen."),
            ("Hoorzitting", "U kunt uw bezwaar toelichten."),
            ("Beslist", "Wij hebben op uw bezwaar beslist."),
        ),
        resultaten=("Gegrond", "Ongegrond", "Ingetrokken"),
    ),
    "ONDERSTEUNING": Soort(
        "Melding maatschappelijke ondersteuning onderzoeken",
        "melden",
        42,
        None,
        (("Ontvangen", ""), ("Onderzoek", ""), ("Afgerond", "")),
        resultaten=("Afgehandeld",),
        besluit=False,
    ),
    "CONTROLE": Soort(
        "Interne controle uitvoeren",
        "uitvoeren",
        90,
        None,
        (("Gestart", ""), ("Afgerond", "")),
        resultaten=("Afgehandeld",),
        besluit=False,
        extern=False,
    ),
    "BOUWPLAN": Soort(
        "Bouwplan begeleiden",
        "aanvragen",
        364,
        300,
        tuple((f"Stap {n}", f"Stap {n} van het bouwplan is bereikt.") for n in range(1, 33)),
    ),
}


@dataclass(frozen=True)
class Persoon:
    """Who began a case, as the register knows them."""

    naam: str
    email: str = ""
    telefoon: str = ""
    organisatie: bool = False


@dataclass(frozen=True)
class Voorbeeldzaak:
    """One sample case. Days count back from today; negative ones lie ahead."""

    naam: str
    """What it shows; also how tests find it."""
    gemeente: str
    soort: str
    omschrijving: str
    gestart: int
    stappen: tuple[tuple[int, int], ...]
    """(step counted from 1, days ago), in the order in which they were set."""
    nummer: int
    gesloten: int | None = None
    resultaat: str | None = None
    gepland: int | None = None
    """Own planned end; None: start and servicenorm."""
    uiterlijk: int | None = None
    zonder_datums: bool = False
    """A register that fills in no end dates."""
    opgeschort: str = ""
    eerder_opgeschort: bool = False
    verlengd: int | None = None
    vertrouwelijkheid: str = "openbaar"
    archiefstatus: str = "nog_te_archiveren"
    bronorganisatie: str = ""
    initiators: tuple[Persoon, ...] = field(default_factory=tuple)

    def identificatie(self, today: date) -> str:
        """Its number: of this year, or of the year in which it was closed when that is long ago."""
        closed = self.gesloten or 0
        year = (today - timedelta(days=closed)).year if closed > 365 else today.year
        return f"ZAAK-{year}-{self.nummer:010}" if self.gemeente == VOORBEELDSTAD else f"Z/{year}/{self.nummer:06}"


def _who(
    name: str, phone: int | None = None, *, email: bool = True, spaced: bool = False, organisation: bool = False
) -> tuple[Persoon, ...]:
    address = f"{name.lower().replace('. ', '.').replace(' ', '')}@post.example" if email else ""
    number = "" if phone is None else f"06000000{phone:02}"
    return (Persoon(name, address, f"06 - {number[2:]}" if spaced else number, organisation),)


def _city(
    name: str, nummer: int, soort: str, text: str, gestart: int, *steps: tuple[int, int], **more: Any
) -> Voorbeeldzaak:
    return Voorbeeldzaak(name, VOORBEELDSTAD, soort, text, gestart, steps, nummer, **more)


def _village(
    name: str, nummer: int, soort: str, text: str, gestart: int, *steps: tuple[int, int], **more: Any
) -> Voorbeeldzaak:
    return Voorbeeldzaak(name, MOLENDAM, soort, text, gestart, steps, nummer, **more)


VOORBEELDZAKEN: tuple[Voorbeeldzaak, ...] = (
    _city("net_ontvangen", 1, "EVENEMENT", "Straatfeest Lindelaan", 0, (1, 0), initiators=_who("N. Voorbeeld", 1)),
    _city("ontvangen_gisteren", 2, "PARKEREN", "Parkeervergunning Kade", 1, (1, 1), initiators=_who("P. Proef", 2)),
    _city("in_behandeling", 3, "EVENEMENT", "Buurtbarbecue Plantsoen", 14, (1, 14), (2, 9), initiators=_who("I. Bedacht", 3)),
    _city(
        "bijna_klaar", 4, "OMGEVING", "Dakkapel Molenweg", 40, (1, 40), (2, 36), (3, 20), (4, 3),
        initiators=_who("D. Verzonnen", 4),
    ),
    _city(
        "wacht_op_inwoner", 5, "EVENEMENT", "Avondmarkt Stadsplein", 20, (1, 20), (2, 15), (3, 6),
        opgeschort="Wij wachten op aanvulling van de aanvrager.", initiators=_who("W. Achter", 5),
    ),
    _city(
        "opgeschort", 6, "OMGEVING", "Aanbouw Beukenhof", 70, (1, 70), (2, 60), (3, 50),
        opgeschort="In overleg met de aanvrager.", initiators=_who("O. Pauze", 6),
    ),
    _city(
        "eerder_opgeschort", 7, "OMGEVING", "Schutting Eikendreef", 70, (1, 70), (2, 60), (3, 20),
        eerder_opgeschort=True, gepland=-10, uiterlijk=-14, initiators=_who("E. Eerder", 7),
    ),
    _city(
        "verlengd", 8, "OMGEVING", "Verbouwing pakhuis", 60, (1, 60), (2, 52), (3, 30),
        verlengd=30, gepland=-30, uiterlijk=-38, initiators=_who("V. Langer", 8),
    ),
    _city("termijn_voorbij", 9, "EVENEMENT", "Braderie Hoofdstraat", 80, (1, 80), (2, 70), initiators=_who("T. Telaat", 9)),
    _city("termijn_vandaag", 10, "PARKEREN", "Parkeervergunning Singel", 28, (1, 28), (2, 20), initiators=_who("V. Daag", 10)),
    _city("verwachting_voorbij", 11, "OMGEVING", "Zonnepanelen monument", 52, (1, 52), (2, 40), initiators=_who("B. Bijna", 11)),
    _city(
        "toegekend", 12, "EVENEMENT", "Koor op de markt", 45, (1, 45), (2, 40), (4, 25), (5, 10),
        gesloten=10, resultaat="Verleend", initiators=_who("J. Jazeker", 12),
    ),
    _city(
        "afgewezen", 13, "OMGEVING", "Carport voortuin", 75, (1, 75), (2, 70), (3, 50), (4, 25), (5, 20),
        gesloten=20, resultaat="Geweigerd", initiators=_who("N. Neen", 13),
    ),
    _city(
        "bezwaartermijn_voorbij", 14, "EVENEMENT", "Vuurwerkshow haven", 110, (1, 110), (2, 100), (5, 60),
        gesloten=60, resultaat="Geweigerd", initiators=_who("G. Geweest", 14),
    ),
    _city(
        "ingetrokken", 15, "EVENEMENT", "Rommelmarkt Dorpsweg", 30, (1, 30), (2, 26), (5, 18),
        gesloten=18, resultaat="Ingetrokken", initiators=_who("I. Trekkers", 15),
    ),
    _city(
        "lang_geleden", 16, "PARKEREN", "Parkeervergunning Wal", 720, (1, 720), (2, 715), (3, 700),
        gesloten=700, resultaat="Toegekend", initiators=_who("L. Langgeleden", 16),
    ),
    _city(
        "gearchiveerd", 17, "PARKEREN", "Parkeervergunning Gracht", 2600, (1, 2600), (3, 2580),
        gesloten=2580, resultaat="Toegekend", archiefstatus="gearchiveerd", initiators=_who("A. Archief", 17),
    ),
    _city(
        "overgedragen", 18, "OMGEVING", "Verbouwing raadhuis", 4000, (1, 4000), (5, 3900),
        gesloten=3900, resultaat="Verleend", archiefstatus="overgedragen", initiators=_who("O. Oud", 18),
    ),
    _city(
        "vertrouwelijk", 19, "ONDERSTEUNING", "Onderzoek ondersteuning", 12, (1, 12), (2, 8),
        vertrouwelijkheid="vertrouwelijk", initiators=_who("Z. Zorg", 19),
    ),
    _city(
        "zeer_geheim", 20, "ONDERSTEUNING", "Onderzoek ondersteuning", 9, (1, 9),
        vertrouwelijkheid="zeer_geheim", initiators=_who("G. Geheim", 20),
    ),
    _city(
        "dertig_statussen", 21, "BOUWPLAN", "Nieuwbouw Havenkwartier", 300, *((n, 300 - 9 * n) for n in range(1, 31)),
        initiators=_who("B. Bouwer", 21),
    ),
    _city("zonder_status", 22, "MELDING", "Losse stoeptegel Kerkpad", 0, initiators=_who("Z. Stil", 22)),
    _city("dubbel_gemeente", 23, "EVENEMENT", "Kerstmarkt Stadsplein", 25, (1, 25), (2, 21), initiators=_who("D. Dubbel", 23)),
    _city(
        "dubbel_omgevingsdienst", 23, "OMGEVING", "Uitrit Havenweg", 33, (1, 33), (2, 28),
        bronorganisatie=OMGEVINGSDIENST, initiators=_who("D. Dubbel", 23),
    ),
    _city("zonder_contact", 24, "PARKEREN", "Parkeervergunning Brink", 6, (1, 6), initiators=_who("O. Onbereikbaar", email=False)),
    _city("alleen_email", 25, "PARKEREN", "Parkeervergunning Laan", 7, (1, 7), (2, 2), initiators=_who("A. Alleenmail")),
    _city(
        "alleen_telefoon", 26, "PARKEREN", "Parkeervergunning Hof", 8, (1, 8), (2, 3),
        initiators=_who("B. Alleenbel", 26, email=False, spaced=True),
    ),
    _city("zonder_initiator", 27, "MELDING", "Omgewaaide boom", 2, (1, 2)),
    _city(
        "organisatie", 28, "EVENEMENT", "Jubileumconcert", 16, (1, 16), (2, 10),
        initiators=_who("Stichting Verzonnen Muziek", 28, organisation=True),
    ),
    _city("interne_zaak", 29, "CONTROLE", "Controle kasboek", 30, (1, 30), initiators=_who("M. Medewerker", 29)),
    _city(
        "heropend", 30, "OMGEVING", "Garage Lindelaan", 50, (1, 50), (3, 35), (5, 12), (3, 5),
        initiators=_who("H. Heropend", 30),
    ),
    _village("dorp_net_ontvangen", 1, "EVENEMENT", "Dorpsfeest Molenplein", 0, (1, 0), initiators=_who("K. Dorpeling", 32)),
    _village("dorp_in_behandeling", 2, "OMGEVING", "Serre Achterdijk", 18, (1, 18), (2, 12), initiators=_who("L. Landelijk", 33)),
    _village(
        "dorp_zonder_datums", 3, "EVENEMENT", "Schaatsmarathon", 90, (1, 90), (2, 80), zonder_datums=True,
        initiators=_who("S. Schaats", 34),
    ),
    _village(
        "dorp_termijn_voorbij", 4, "PARKEREN", "Parkeervergunning Dijk", 50, (1, 50), (2, 45),
        initiators=_who("T. Traag", 35),
    ),
    _village(
        "dorp_toegekend", 5, "PARKEREN", "Parkeervergunning Brug", 15, (1, 15), (2, 12), (3, 4),
        gesloten=4, resultaat="Toegekend", initiators=_who("G. Gelukt", 36),
    ),
    _village(
        "dorp_opgelost", 6, "MELDING", "Lantaarnpaal kapot", 8, (1, 8), (2, 6), (3, 3),
        gesloten=3, resultaat="Afgehandeld", initiators=_who("L. Licht", 37),
    ),
    _village("dorp_melding_loopt", 7, "MELDING", "Gat in de weg", 9, (1, 9), (2, 7), initiators=_who("W. Weg", 38)),
    _village("dorp_bezwaar", 8, "BEZWAAR", "Bezwaar tegen naheffing", 30, (1, 30), (2, 4), initiators=_who("B. Bezwaar", 39)),
    _village(
        "dorp_stappen_overgeslagen", 9, "OMGEVING", "Boomhut Bosrand", 22, (1, 22), (4, 2),
        initiators=(*_who("S. Sprong", 40), *_who("M. Mede", 41)),
    ),
)  # fmt: skip


def sample(name: str) -> Voorbeeldzaak:
    """The sample case with a name."""
    return next(one for one in VOORBEELDZAKEN if one.naam == name)


def sample_bsn(name: str) -> str:
    """The BSN of the first initiator of a sample case."""
    place = [one.naam for one in VOORBEELDZAKEN].index(name)
    return _BSNS[place * 2]


def sample_objects(today: date) -> Iterator[Object]:
    """Everything in the register as it stands on a day: (kind, fields), addresses as `bot.sandbox.openzaak_store` keeps
    them.
    """
    for gemeente in RSIN:
        yield from _catalogue(gemeente, today)
    for place, zaak in enumerate(VOORBEELDZAKEN):
        yield from _case(zaak, _BSNS[place * 2 : place * 2 + 2], today)


def zaak_url(zaak: Voorbeeldzaak) -> str:
    """The address of a sample case, as kept."""
    return _url("zrc", "zaken", zaak.gemeente, zaak.naam)


def _test_bsns() -> Iterator[str]:
    return (str(number) for number in count(999_990_000) if bsn.is_valid(str(number)))


_BSNS = list(islice(_test_bsns(), 2 * len(VOORBEELDZAKEN)))


def _url(api: str, kind: str, *names: object) -> str:
    return f"{api}:{kind}/{uuid5(NAMESPACE_URL, '/'.join((kind, *map(str, names))))}"


def _uuid(url: str) -> str:
    return url.rsplit("/", 1)[1]


def _catalogue(gemeente: str, today: date) -> Iterator[Object]:
    catalogus = _url("ztc", "catalogussen", gemeente)
    since = (today - timedelta(days=5000)).isoformat()
    validity = {"beginGeldigheid": since, "eindeGeldigheid": None, "beginObject": since, "eindeObject": None}
    yield (
        "catalogussen",
        {
            "url": catalogus,
            "domein": gemeente[:5].upper(),
            "rsin": RSIN[gemeente],
            "contactpersoonBeheerNaam": "Functioneel beheer",
            "contactpersoonBeheerTelefoonnummer": "",
            "contactpersoonBeheerEmailadres": "",
            "zaaktypen": [_url("ztc", "zaaktypen", gemeente, key) for key in SOORTEN],
            "besluittypen": [],
            "informatieobjecttypen": [],
            "naam": f"Catalogus {gemeente.capitalize()}",
            "versie": "",
            "begindatumVersie": None,
        },
    )
    for key, soort in SOORTEN.items():
        yield "zaaktypen", _zaaktype(gemeente, key, soort, catalogus, validity)
        # As the server does, in no particular order.
        for number in reversed(range(len(soort.stappen))):
            yield "statustypen", _statustype(gemeente, key, soort, number, catalogus, validity)
        for name in soort.resultaten:
            yield "resultaattypen", _resultaattype(gemeente, key, name, catalogus, validity)
        for role in ("initiator", "mede_initiator", "behandelaar"):
            yield "roltypen", _roltype(gemeente, key, role, catalogus, validity)


def _zaaktype(gemeente: str, key: str, soort: Soort, catalogus: str, validity: Json) -> Json:
    own = _url("ztc", "zaaktypen", gemeente, key)
    return {
        "url": own,
        "identificatie": key,
        "omschrijving": soort.omschrijving,
        "omschrijvingGeneriek": "",
        "vertrouwelijkheidaanduiding": "openbaar",
        "doel": "Een aanvraag of melding behandelen",
        "aanleiding": "Een aanvraag of melding",
        "toelichting": "",
        "indicatieInternOfExtern": "extern" if soort.extern else "intern",
        "handelingInitiator": soort.handeling,
        "onderwerp": soort.omschrijving.partition(" ")[0],
        "handelingBehandelaar": "behandelen",
        "doorlooptijd": f"P{soort.doorlooptijd}D",
        "servicenorm": f"P{soort.servicenorm}D" if soort.servicenorm else None,
        "opschortingEnAanhoudingMogelijk": True,
        "verlengingMogelijk": True,
        "verlengingstermijn": "P42D",
        "trefwoorden": [],
        "publicatieIndicatie": False,
        "publicatietekst": "",
        "verantwoordingsrelatie": [],
        "productenOfDiensten": [],
        "referentieproces": {"naam": soort.omschrijving, "link": ""},
        "concept": False,
        "verantwoordelijke": "Team Behandeling",
        "versiedatum": validity["beginGeldigheid"],
        "catalogus": catalogus,
        "statustypen": [_url("ztc", "statustypen", gemeente, key, n) for n in range(len(soort.stappen))],
        "resultaattypen": [_url("ztc", "resultaattypen", gemeente, key, name) for name in soort.resultaten],
        "eigenschappen": [],
        "informatieobjecttypen": [],
        "roltypen": [_url("ztc", "roltypen", gemeente, key, r) for r in ("initiator", "mede_initiator", "behandelaar")],
        "besluittypen": [_url("ztc", "besluittypen", gemeente, key)] if soort.besluit else [],
        "deelzaaktypen": [],
        "gerelateerdeZaaktypen": [],
        "zaakobjecttypen": [],
        **validity,
    }


def _of_type(gemeente: str, key: str, catalogus: str, validity: Json) -> Json:
    return {
        "zaaktype": _url("ztc", "zaaktypen", gemeente, key),
        "zaaktypeIdentificatie": key,
        "catalogus": catalogus,
        **validity,
    }


def _statustype(gemeente: str, key: str, soort: Soort, number: int, catalogus: str, validity: Json) -> Json:
    omschrijving, statustekst = soort.stappen[number]
    return {
        "url": _url("ztc", "statustypen", gemeente, key, number),
        "omschrijving": omschrijving,
        "omschrijvingGeneriek": "",
        "statustekst": statustekst,
        "volgnummer": soort.volgnummers[number] if soort.volgnummers else number + 1,
        "isEindstatus": number == len(soort.stappen) - 1,
        "informeren": True,
        "doorlooptijd": None,
        "toelichting": "",
        "checklistitemStatustype": [],
        "eigenschappen": [],
        "zaakobjecttypen": [],
        **_of_type(gemeente, key, catalogus, validity),
    }


def _resultaattype(gemeente: str, key: str, name: str, catalogus: str, validity: Json) -> Json:
    return {
        "url": _url("ztc", "resultaattypen", gemeente, key, name),
        "omschrijving": name,
        "omschrijvingGeneriek": name,
        "resultaattypeomschrijving": "https://lijsten.example/resultaattypeomschrijvingen/1",
        "selectielijstklasse": "https://lijsten.example/resultaten/1",
        "toelichting": "",
        "archiefnominatie": "vernietigen",
        "archiefactietermijn": "P5Y",
        "brondatumArchiefprocedure": None,
        "procesobjectaard": "",
        "indicatieSpecifiek": None,
        "procestermijn": None,
        "besluittypen": [],
        "besluittypeOmschrijving": [],
        "informatieobjecttypen": [],
        "informatieobjecttypeOmschrijving": [],
        **_of_type(gemeente, key, catalogus, validity),
    }


def _roltype(gemeente: str, key: str, role: str, catalogus: str, validity: Json) -> Json:
    return {
        "url": _url("ztc", "roltypen", gemeente, key, role),
        "omschrijving": role.replace("_", "-").capitalize(),
        "omschrijvingGeneriek": role,
        **_of_type(gemeente, key, catalogus, validity),
    }


def _case(zaak: Voorbeeldzaak, numbers: Sequence[str], today: date) -> Iterator[Object]:
    own = zaak_url(zaak)
    statussen = list(_statussen(zaak, own, today))
    resultaat = _resultaat(zaak, own)
    rollen = list(_rollen(zaak, own, numbers, today))
    related = {
        "status": statussen[-1]["url"] if statussen else None,
        "resultaat": resultaat["url"] if resultaat else None,
        "rollen": [rol["url"] for rol in rollen],
    }
    yield "zaken", _zaak(zaak, own, today) | related
    yield from (("statussen", status) for status in statussen)
    yield from (("rollen", rol) for rol in rollen)
    if resultaat:
        yield "resultaten", resultaat


def _zaak(zaak: Voorbeeldzaak, own: str, today: date) -> Json:
    soort = SOORTEN[zaak.soort]
    rsin = zaak.bronorganisatie or RSIN[zaak.gemeente]
    start = today - timedelta(days=zaak.gestart)
    return {
        "url": own,
        "uuid": _uuid(own),
        "identificatie": zaak.identificatie(today),
        "bronorganisatie": rsin,
        "omschrijving": zaak.omschrijving,
        "toelichting": "",
        "zaaktype": _url("ztc", "zaaktypen", zaak.gemeente, zaak.soort),
        "registratiedatum": start.isoformat(),
        "verantwoordelijkeOrganisatie": rsin,
        "startdatum": start.isoformat(),
        "einddatum": _ago(today, zaak.gesloten),
        "einddatumGepland": _end(zaak, zaak.gepland, soort.servicenorm, start, today),
        "uiterlijkeEinddatumAfdoening": _end(zaak, zaak.uiterlijk, soort.doorlooptijd, start, today),
        "publicatiedatum": None,
        "laatstGemuteerd": _moment(today, zaak.stappen[-1][1] if zaak.stappen else zaak.gestart),
        "laatstGeopend": None,
        "communicatiekanaal": "",
        "communicatiekanaalNaam": "",
        "productenOfDiensten": [],
        "vertrouwelijkheidaanduiding": zaak.vertrouwelijkheid,
        "betalingsindicatie": "nvt",
        "betalingsindicatieWeergave": "Er zijn geen kosten.",
        "laatsteBetaaldatum": None,
        "zaakgeometrie": None,
        "verlenging": {"reden": "Het advies kost meer tijd.", "duur": f"P{zaak.verlengd}D"} if zaak.verlengd else None,
        "opschorting": {
            "indicatie": bool(zaak.opgeschort),
            "eerdereOpschorting": zaak.eerder_opgeschort,
            "reden": zaak.opgeschort,
        },
        "selectielijstklasse": "",
        "hoofdzaak": None,
        "deelzaken": [],
        "relevanteAndereZaken": [],
        "gerelateerdeZaken": [],
        "eigenschappen": [],
        "zaakinformatieobjecten": [],
        "zaakobjecten": [],
        "kenmerken": [],
        "archiefnominatie": "vernietigen" if zaak.gesloten else None,
        "archiefstatus": zaak.archiefstatus,
        "archiefactiedatum": _ago(today, zaak.gesloten - 1826) if zaak.gesloten else None,
        "processobjectaard": "",
        "startdatumBewaartermijn": None,
        "processobject": None,
    }


def _end(zaak: Voorbeeldzaak, own: int | None, norm: int | None, start: date, today: date) -> str | None:
    if zaak.zonder_datums:
        return None
    if own is not None:
        return _ago(today, own)
    return (start + timedelta(days=norm)).isoformat() if norm else None


def _statussen(zaak: Voorbeeldzaak, own: str, today: date) -> Iterator[Json]:
    for place, (step, days) in enumerate(zaak.stappen):
        url = _url("zrc", "statussen", zaak.gemeente, zaak.naam, place)
        yield {
            "url": url,
            "uuid": _uuid(url),
            "zaak": own,
            "statustype": _url("ztc", "statustypen", zaak.gemeente, zaak.soort, step - 1),
            "datumStatusGezet": _moment(today, days),
            "statustoelichting": "",
            "indicatieLaatstGezetteStatus": place == len(zaak.stappen) - 1,
            "gezetdoor": None,
            "zaakinformatieobjecten": [],
        }


def _resultaat(zaak: Voorbeeldzaak, own: str) -> Json | None:
    if zaak.resultaat is None:
        return None
    url = _url("zrc", "resultaten", zaak.gemeente, zaak.naam)
    return {
        "url": url,
        "uuid": _uuid(url),
        "zaak": own,
        "resultaattype": _url("ztc", "resultaattypen", zaak.gemeente, zaak.soort, zaak.resultaat),
        "toelichting": "",
    }


def _rollen(zaak: Voorbeeldzaak, own: str, numbers: Sequence[str], today: date) -> Iterator[Json]:
    staff = {"identificatie": "mdw-01", "achternaam": "Behandelaar", "voorletters": "A.", "voorvoegselAchternaam": ""}
    yield _rol(zaak, own, "behandelaar", today) | {
        "betrokkeneType": "medewerker",
        "contactpersoonRol": None,
        "betrokkeneIdentificatie": staff,
    }
    for place, who in enumerate(zaak.initiators):
        role = "mede_initiator" if place else "initiator"
        contact = {"naam": who.naam, "emailadres": who.email, "telefoonnummer": who.telefoon, "functie": ""}
        person = _organisation(who) if who.organisatie else _person(who, numbers[place])
        yield _rol(zaak, own, role, today) | {
            "betrokkeneType": "niet_natuurlijk_persoon" if who.organisatie else "natuurlijk_persoon",
            "contactpersoonRol": contact if who.email or who.telefoon else None,
            "betrokkeneIdentificatie": person,
            "authenticatieContext": None,
        }


def _rol(zaak: Voorbeeldzaak, own: str, role: str, today: date) -> Json:
    url = _url("zrc", "rollen", zaak.gemeente, zaak.naam, role)
    return {
        "url": url,
        "uuid": _uuid(url),
        "zaak": own,
        "betrokkene": "",
        "afwijkendeNaamBetrokkene": "",
        "roltype": _url("ztc", "roltypen", zaak.gemeente, zaak.soort, role),
        "omschrijving": role.replace("_", "-").capitalize(),
        "omschrijvingGeneriek": role,
        "roltoelichting": "",
        "registratiedatum": _moment(today, zaak.gestart),
        "indicatieMachtiging": "",
        "statussen": [],
        "beginGeldigheid": None,
        "eindeGeldigheid": None,
    }


def _person(who: Persoon, number: str) -> Json:
    letters, _, name = who.naam.partition(" ")
    return {
        "inpBsn": number,
        "anpIdentificatie": "",
        "geslachtsnaam": name,
        "voorvoegselGeslachtsnaam": "",
        "voorletters": letters,
        "voornamen": "",
        "geslachtsaanduiding": "",
        "geboortedatum": "",
        "verblijfsadres": None,
        "subVerblijfBuitenland": None,
    }


def _organisation(who: Persoon) -> Json:
    return {
        "innNnpId": "100000034",
        "annIdentificatie": "",
        "kvkNummer": "00000001",
        "vestigingsNummer": "",
        "statutaireNaam": who.naam,
        "innRechtsvorm": "stichting",
        "bezoekadres": "",
        "subVerblijfBuitenland": None,
    }


def _ago(today: date, days: int | None) -> str | None:
    return None if days is None else (today - timedelta(days=days)).isoformat()


def _moment(today: date, days: int) -> str:
    local = datetime.combine(today - timedelta(days=days), time(9, 30), _ZONE)
    return local.astimezone(UTC).isoformat().replace("+00:00", "Z")
