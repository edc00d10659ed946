"""Which query parameters the Open Klant sandbox knows per resource, and what they select.

Source: the API document 0.9.0; for `partijen` only what is asked by an identificator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.sandbox.openklant_rules import Context, Fault, Faulty, Versie, as_uuid, moment
from bot.sandbox.openklant_tables import (
    actor,
    actorklantcontact,
    betrokkene,
    digitaal_adres,
    internetaak,
    internetaak_actor,
    klantcontact,
    onderwerpobject,
    partij,
)

Condition = Any
"""A condition of SQLAlchemy, which has no types of its own."""
_ANY = Context((2, 18), lambda _resource, _uuid: True, None)
_CODES = ("objectId", "codeObjecttype", "codeRegister", "codeSoortObjectId")


@dataclass(frozen=True)
class Filter:
    """One query parameter: makes a condition of its text, or None when that selects everything. Raises ValueError."""

    select: Callable[[str], Condition]
    since: Versie = (2, 4)


def _equal(column: sa.Column) -> Filter:
    return Filter(lambda value: column == value)


def _contains(column: sa.Column) -> Filter:
    return Filter(lambda value: column.ilike(f"%{_literal(value)}%", escape="\\"))


def _literal(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


def _boolean(condition: Callable[[bool], Condition]) -> Filter:
    def select(value: str) -> Condition:
        known = {"true": True, "false": False}.get(value.lower())
        return None if known is None else condition(known)

    return Filter(select)


def _choice(column: sa.Column, *allowed: str) -> Filter:
    def select(value: str) -> Condition:
        if value not in allowed:
            raise ValueError
        return column == value

    return Filter(select)


def _moment(column: sa.Column) -> Filter:
    def select(value: str) -> Condition:
        try:
            return column == moment(value, _ANY)
        except Faulty:
            raise ValueError from None

    return Filter(select)


def _day(compare: Callable[[date], Condition]) -> Filter:
    return Filter(lambda value: compare(date.fromisoformat(value)))


def _by_uuid(name: str, condition: Callable[[str], Condition]) -> dict[str, Filter]:
    """The two ways to name another object: by its uuid, and by its address."""

    def by_uuid(value: str) -> Condition:
        found = as_uuid(value)
        if found is None:
            raise ValueError
        return condition(found)

    def by_url(value: str) -> Condition:
        if not re.match(r"https?://", value):
            raise ValueError
        # An address that ends otherwise selects nothing.
        return condition(as_uuid(value.rstrip("/").rsplit("/", 1)[-1]) or "-")

    return {f"{name}__uuid": Filter(by_uuid), f"{name}__url": Filter(by_url)}


def _group(prefix: str, column: sa.Column, names: tuple[str, ...] = _CODES) -> dict[str, Filter]:
    def one(name: str) -> Filter:
        return Filter(lambda value: column[name].as_string() == value)

    return {prefix + name[0].upper() + name[1:]: one(name) for name in names}


def _within(key: sa.Column, table_key: sa.Column, condition: Condition) -> Condition:
    """`key` is among the `table_key` of rows that meet a condition."""
    return key.in_(sa.select(table_key).where(condition))


def _partij_codes(prefix: str, key: sa.Column) -> dict[str, Filter]:
    """Partijen by one code of one of their identificatoren; kept as text, so that a LIKE finds it."""

    def one(name: str) -> Filter:
        def select(value: str) -> Condition:
            kept = sa.cast(partij.c.identificatoren, sa.Text)
            wanted = kept.like(f'%"{name}": "{_literal(value)}"%', escape="\\")
            return _within(key, partij.c.uuid, wanted)

        return Filter(select)

    return {f"{prefix}{name}": one(name) for name in _CODES}


def _contact_of(key: sa.Column) -> Callable[[Condition], Condition]:
    return lambda condition: _within(key, klantcontact.c.uuid, condition)


def _renamed(filters: Mapping[str, Filter], prefix: str, wrap: Callable[[Condition], Condition]) -> dict[str, Filter]:
    """Filters of another table, under a prefix."""

    def one(inner: Filter) -> Filter:
        def select(value: str) -> Condition:
            condition = inner.select(value)
            return None if condition is None else wrap(condition)

        return Filter(select, inner.since)

    return {prefix + name: one(inner) for name, inner in filters.items()}


def _since(versie: Versie, filter_: Filter) -> Filter:
    return Filter(filter_.select, versie)


def _has(table: sa.Table, column: str, *conditions: Condition) -> Callable[[bool], Condition]:
    def condition(value: bool) -> Condition:
        some = klantcontact.c.uuid.in_(sa.select(table.c[column]).where(*conditions))
        return some if value else sa.not_(some)

    return condition


def _subject(name: str, column: sa.Column) -> dict[str, Filter]:
    codes = _group("onderwerpobjectidentificator", onderwerpobject.c.onderwerpobjectidentificator)
    return {
        **_by_uuid(name, lambda value: _within(klantcontact.c.uuid, column, onderwerpobject.c.uuid == value)),
        **_renamed(codes, f"{name}__", lambda inner: _within(klantcontact.c.uuid, column, inner)),
    }


_IN_CONTACT = betrokkene.c.hadKlantcontact
_NAMES = ("achternaam", "voorletters", "voornaam", "voorvoegselAchternaam")

FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "klantcontacten": {
        "nummer": _equal(klantcontact.c.nummer),
        "referentienummer": _since((2, 16), _equal(klantcontact.c.referentienummer)),
        "kanaal": _equal(klantcontact.c.kanaal),
        "onderwerp": _contains(klantcontact.c.onderwerp),
        "inhoud": _contains(klantcontact.c.inhoud),
        "reactie": _since((2, 16), _contains(klantcontact.c.reactie)),
        "indicatieContactGelukt": _boolean(lambda value: klantcontact.c.indicatieContactGelukt.is_(value)),
        "vertrouwelijk": _boolean(lambda value: klantcontact.c.vertrouwelijk.is_(value)),
        "plaatsgevondenOp": _moment(klantcontact.c.plaatsgevondenOp),
        "leiddeTotInterneTaken": _boolean(_has(internetaak, "aanleidinggevendKlantcontact")),
        **_by_uuid(
            "hadBetrokkene", lambda value: _within(klantcontact.c.uuid, _IN_CONTACT, betrokkene.c.uuid == value)
        ),
        "hadBetrokkene__digitaaladres__adres__icontains": Filter(
            lambda value: _within(
                klantcontact.c.uuid,
                _IN_CONTACT,
                betrokkene.c.uuid.in_(
                    sa.select(digitaal_adres.c.verstrektDoorBetrokkene).where(
                        digitaal_adres.c.adres.ilike(f"%{_literal(value)}%", escape="\\")
                    )
                ),
            )
        ),
        "hadBetrokkene__wasPartij": _boolean(_has(betrokkene, "hadKlantcontact", betrokkene.c.wasPartij.isnot(None))),
        **_by_uuid(
            "hadBetrokkene__wasPartij",
            lambda value: _within(klantcontact.c.uuid, _IN_CONTACT, betrokkene.c.wasPartij == value),
        ),
        **_renamed(
            _partij_codes("partijIdentificator__", betrokkene.c.wasPartij),
            "hadBetrokkene__wasPartij__",
            lambda inner: _within(klantcontact.c.uuid, _IN_CONTACT, inner),
        ),
        **_subject("onderwerpobject", onderwerpobject.c.klantcontact),
        **_subject("wasOnderwerpobject", onderwerpobject.c.wasKlantcontact),
    },
    "betrokkenen": {
        **_group("contactnaam", betrokkene.c.contactnaam, _NAMES),
        **_renamed(
            {
                "nummer": _equal(klantcontact.c.nummer),
                "referentienummer": _since((2, 16), _equal(klantcontact.c.referentienummer)),
            },
            "hadKlantcontact__",
            _contact_of(_IN_CONTACT),
        ),
        **_by_uuid("hadKlantcontact", lambda value: value == _IN_CONTACT),
        "organisatienaam": _equal(betrokkene.c.organisatienaam),
        "verstrektedigitaalAdres__adres": Filter(
            lambda value: _within(
                betrokkene.c.uuid, digitaal_adres.c.verstrektDoorBetrokkene, digitaal_adres.c.adres == value
            )
        ),
        **_by_uuid(
            "verstrektedigitaalAdres",
            lambda value: _within(
                betrokkene.c.uuid, digitaal_adres.c.verstrektDoorBetrokkene, digitaal_adres.c.uuid == value
            ),
        ),
        "wasPartij__nummer": Filter(
            lambda value: _within(betrokkene.c.wasPartij, partij.c.uuid, partij.c.nummer == value)
        ),
        **_by_uuid("wasPartij", lambda value: betrokkene.c.wasPartij == value),
        **_partij_codes("wasPartij__partijIdentificator__", betrokkene.c.wasPartij),
    },
    "digitaleadressen": {
        "adres": _equal(digitaal_adres.c.adres),
        "adres__icontains": _contains(digitaal_adres.c.adres),
        "isGeverifieerd": _boolean(
            lambda value: (
                digitaal_adres.c.verificatieDatum.isnot(None) if value else digitaal_adres.c.verificatieDatum.is_(None)
            )
        ),
        "isStandaardAdres": _boolean(lambda value: digitaal_adres.c.isStandaardAdres.is_(value)),
        "omschrijving": _contains(digitaal_adres.c.omschrijving),
        "referentie": _equal(digitaal_adres.c.referentie),
        "soortDigitaalAdres": _choice(digitaal_adres.c.soortDigitaalAdres, "email", "telefoonnummer", "overig"),
        "verificatieDatum": _day(lambda value: digitaal_adres.c.verificatieDatum == value),
        "verificatieDatum__gt": _day(lambda value: digitaal_adres.c.verificatieDatum > value),
        "verificatieDatum__gte": _day(lambda value: digitaal_adres.c.verificatieDatum >= value),
        "verificatieDatum__lt": _day(lambda value: digitaal_adres.c.verificatieDatum < value),
        "verificatieDatum__lte": _day(lambda value: digitaal_adres.c.verificatieDatum <= value),
        **_renamed(
            {"rol": _choice(betrokkene.c.rol, "klant", "vertegenwoordiger")},
            "verstrektDoorBetrokkene__",
            lambda inner: _within(digitaal_adres.c.verstrektDoorBetrokkene, betrokkene.c.uuid, inner),
        ),
        **_by_uuid("verstrektDoorBetrokkene", lambda value: digitaal_adres.c.verstrektDoorBetrokkene == value),
        **_renamed(
            {"soortPartij": _choice(partij.c.soortPartij, "contactpersoon", "organisatie", "persoon")},
            "verstrektDoorPartij__",
            lambda inner: _within(digitaal_adres.c.verstrektDoorPartij, partij.c.uuid, inner),
        ),
        **_by_uuid("verstrektDoorPartij", lambda value: digitaal_adres.c.verstrektDoorPartij == value),
        **_partij_codes("verstrektDoorPartij__partijIdentificator__", digitaal_adres.c.verstrektDoorPartij),
    },
    "actoren": {
        "naam": _contains(actor.c.naam),
        "soortActor": _choice(actor.c.soortActor, "geautomatiseerde_actor", "medewerker", "organisatorische_eenheid"),
        "indicatieActief": _boolean(lambda value: actor.c.indicatieActief.is_(value)),
        **_group("actoridentificator", actor.c.actoridentificator),
    },
    "actorklantcontacten": {
        **_by_uuid("actor", lambda value: actorklantcontact.c.actor == value),
        **_by_uuid("klantcontact", lambda value: actorklantcontact.c.klantcontact == value),
    },
    "internetaken": {
        "nummer": _equal(internetaak.c.nummer),
        "referentienummer": _since((2, 16), _equal(internetaak.c.referentienummer)),
        "status": _choice(internetaak.c.status, "te_verwerken", "verwerkt"),
        "toegewezenOp": _moment(internetaak.c.toegewezenOp),
        "actoren__naam": Filter(
            lambda value: _within(
                internetaak.c.uuid,
                internetaak_actor.c.internetaak,
                _within(internetaak_actor.c.actor, actor.c.uuid, actor.c.naam == value),
            )
        ),
        "klantcontact__uuid": _by_uuid(
            "klantcontact", lambda value: internetaak.c.aanleidinggevendKlantcontact == value
        )["klantcontact__uuid"],
        **_renamed(
            {
                "nummer": _equal(klantcontact.c.nummer),
                "referentienummer": _since((2, 16), _equal(klantcontact.c.referentienummer)),
            },
            "klantcontact__",
            _contact_of(internetaak.c.aanleidinggevendKlantcontact),
        ),
        **_by_uuid(
            "toegewezenAanActor",
            lambda value: _within(
                internetaak.c.uuid, internetaak_actor.c.internetaak, internetaak_actor.c.actor == value
            ),
        ),
        **_by_uuid("aanleidinggevendKlantcontact", lambda value: internetaak.c.aanleidinggevendKlantcontact == value),
    },
    "onderwerpobjecten": {
        **_by_uuid("klantcontact", lambda value: onderwerpobject.c.klantcontact == value),
        **_by_uuid("wasKlantcontact", lambda value: onderwerpobject.c.wasKlantcontact == value),
        **_group("onderwerpobjectidentificator", onderwerpobject.c.onderwerpobjectidentificator),
    },
    "partijen": {
        "nummer": _equal(partij.c.nummer),
        "soortPartij": _choice(partij.c.soortPartij, "contactpersoon", "organisatie", "persoon"),
        "indicatieActief": _boolean(lambda value: partij.c.indicatieActief.is_(value)),
        **_partij_codes("partijIdentificator__", partij.c.uuid),
    },
}


def known(resource: str, versie: Versie) -> Mapping[str, Filter]:
    """The parameters that a version knows."""
    return {name: one for name, one in FILTERS[resource].items() if one.since <= versie}


def conditions(filters: Mapping[str, Filter], params: Mapping[str, str]) -> list[Condition]:
    """What the given parameters select together. Raises Faulty for a value that is none."""
    chosen: list[Condition] = []
    faults: list[Fault] = []
    for name, value in params.items():
        if name not in filters or not value:
            continue
        try:
            condition = filters[name].select(value)
        except ValueError:
            faults.append((name, "invalid", "Deze waarde kan hier niet."))
            continue
        if condition is not None:
            chosen.append(condition)
    if faults:
        raise Faulty(*faults)
    return chosen
