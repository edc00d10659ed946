"""The objects of the Open Klant sandbox: making, changing, deleting, and showing them as the API does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.sandbox import openklant_rules as rules
from bot.sandbox.openklant_rules import OWN, Context, Faulty, Fields, Versie, fault
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

Json = dict[str, Any]
Row = Mapping[str, Any]

TABLES: Mapping[str, sa.Table] = {
    "klantcontacten": klantcontact,
    "betrokkenen": betrokkene,
    "digitaleadressen": digitaal_adres,
    "actoren": actor,
    "actorklantcontacten": actorklantcontact,
    "internetaken": internetaak,
    "onderwerpobjecten": onderwerpobject,
    "partijen": partij,
}
FIELDS: Mapping[str, Fields] = {
    "klantcontacten": rules.KLANTCONTACT,
    "betrokkenen": rules.BETROKKENE,
    "digitaleadressen": rules.DIGITAAL_ADRES,
    "actoren": rules.ACTOR,
    "actorklantcontacten": rules.ACTORKLANTCONTACT,
    "internetaken": rules.INTERNETAAK,
    "onderwerpobjecten": rules.ONDERWERPOBJECT,
}
EXPANDABLE: Mapping[str, frozenset[str]] = {
    "klantcontacten": frozenset(
        {
            "gingOverOnderwerpobjecten",
            "hadBetrokkenen",
            "hadBetrokkenen.digitaleAdressen",
            "hadBetrokkenen.wasPartij",
            "leiddeTotInterneTaken",
            "omvatteBijlagen",
        }
    ),
    "betrokkenen": frozenset({"digitaleAdressen"}),
    "digitaleadressen": frozenset(
        {
            "verstrektDoorBetrokkene",
            "verstrektDoorBetrokkene.hadKlantcontact",
            "verstrektDoorBetrokkene.hadKlantcontact.leiddeTotInterneTaken",
        }
    ),
}
_RELATED = {
    "gingOverOnderwerpobjecten": "onderwerpobjecten",
    "hadBetrokkenen": "betrokkenen",
    "digitaleAdressen": "digitaleadressen",
    "wasPartij": "partijen",
    "leiddeTotInterneTaken": "internetaken",
    "omvatteBijlagen": "bijlagen",
    "verstrektDoorBetrokkene": "betrokkenen",
    "hadKlantcontact": "klantcontacten",
}
_CODES = ("objectId", "codeObjecttype", "codeRegister", "codeSoortObjectId")
_NAME = ("voorletters", "voornaam", "voorvoegselAchternaam", "achternaam")
_PLACE = (
    "nummeraanduidingId",
    "straatnaam",
    "huisnummer",
    "huisnummertoevoeging",
    "postcode",
    "stad",
    "adresregel1",
    "adresregel2",
    "adresregel3",
    "land",
)
_GROUPS: Mapping[str, Sequence[str]] = {
    "bezoekadres": _PLACE,
    "correspondentieadres": _PLACE,
    "contactnaam": _NAME,
    "actoridentificator": _CODES,
    "onderwerpobjectidentificator": _CODES,
}
_NOT_COLUMNS = frozenset({"toegewezenAanActor", "toegewezenAanActoren"})


class Missing(Exception):
    """There is no such object."""


class Store:
    """The objects, within one transaction.

    Args:
        connection: the transaction; it is the caller who commits.
        basis: address of the API as the caller reached it.
        versie: of Open Klant.
        kanalen: channels that may be used; None is any.
    """

    def __init__(self, connection: Connection, basis: str, versie: Versie, kanalen: frozenset[str] | None) -> None:
        self.connection = connection
        self._basis, self._versie = basis, versie
        self._context = Context(versie, self.exists, kanalen)

    def exists(self, resource: str, uuid_: str) -> bool:
        """Whether there is an object with this uuid."""
        table = TABLES[resource]
        return self.connection.execute(sa.select(table.c.id).where(table.c.uuid == uuid_)).first() is not None

    def row(self, resource: str, uuid_: str) -> RowMapping:
        """One object. Raises Missing."""
        table = TABLES[resource]
        found = self.connection.execute(sa.select(table).where(table.c.uuid == uuid_)).mappings().first()
        if found is None:
            raise Missing
        return found

    def create(self, resource: str, body: object) -> Json:
        """Make an object; returns it as shown. Raises Faulty."""
        values = rules.read_body(FIELDS[resource], body, self._context)
        self._check(resource, values, body, None)
        return self.show(resource, self._insert(resource, values))

    def maak_klantcontact(self, body: object) -> Json:
        """Make a klantcontact with its betrokkene and onderwerpobject; all or nothing. Raises Faulty."""
        parts = rules.read_body(rules.MAAK_KLANTCONTACT, body, self._context)
        try:
            self._check("klantcontacten", parts["klantcontact"], parts["klantcontact"], None)
        except Faulty as error:
            raise error.below("klantcontact") from None
        contact = self._insert("klantcontacten", parts["klantcontact"])["uuid"]
        links = {
            "betrokkene": ("betrokkenen", "hadKlantcontact"),
            "onderwerpobject": ("onderwerpobjecten", "klantcontact"),
        }
        shown: Json = dict.fromkeys(links)
        for part, (resource, link) in links.items():
            if part in parts:
                row = self._insert(resource, {**parts[part], link: contact})
                shown[part] = self.show(resource, row)
        return {"klantcontact": self.show("klantcontacten", self.row("klantcontacten", contact)), **shown}

    def update(self, resource: str, uuid_: str, body: object, *, partial: bool) -> Json:
        """Change an object; returns it as shown. Raises Missing, Faulty."""
        row = self.row(resource, uuid_)
        values = rules.read_body(FIELDS[resource], body, self._context, partial=partial)
        self._check(resource, values, body, row, partial=partial)
        actors = _actors(values)
        values = self._stored(values)
        if resource == "internetaken":
            values |= _handled({**row, **values})
        if values:
            table = TABLES[resource]
            self.connection.execute(sa.update(table).where(table.c.uuid == uuid_).values(**values))
        if actors is not None:
            self._assign(uuid_, actors)
        return self.show(resource, self.row(resource, uuid_))

    def delete(self, resource: str, uuid_: str) -> None:
        """Delete an object with what hangs on it. Raises Missing."""
        self.row(resource, uuid_)
        if resource == "klantcontacten":
            self._delete_contact(uuid_)
        elif resource == "betrokkenen":
            self._delete_betrokkene(uuid_)
        elif resource == "internetaken":
            self._drop(internetaak_actor, "internetaak", uuid_)
        elif resource == "actoren":
            self._drop(actorklantcontact, "actor", uuid_)
            self._drop(internetaak_actor, "actor", uuid_)
        self._drop(TABLES[resource], "uuid", uuid_)

    def delete_cascade(self, uuid_: str) -> list[str]:
        """Delete an onderwerpobject with its klantcontacten and their addresses.

        Returns the addresses of klantcontacten that stay, because another onderwerpobject uses them. Raises Missing.
        """
        row = self.row("onderwerpobjecten", uuid_)
        stays = []
        for contact in dict.fromkeys(one for one in (row["klantcontact"], row["wasKlantcontact"]) if one):
            others = (
                sa.select(onderwerpobject.c.id)
                .where(sa.or_(onderwerpobject.c.klantcontact == contact, onderwerpobject.c.wasKlantcontact == contact))
                .where(onderwerpobject.c.uuid != uuid_)
            )
            if self.connection.execute(others).first():
                stays.append(self.url("klantcontacten", contact))
                continue
            for one in self._children(betrokkene, "hadKlantcontact", contact):
                mine = digitaal_adres.c.verstrektDoorBetrokkene == one["uuid"]
                self.connection.execute(
                    sa.delete(digitaal_adres).where(mine, digitaal_adres.c.verstrektDoorPartij.is_(None))
                )
            self._delete_contact(contact)
            self._drop(klantcontact, "uuid", contact)
        self._drop(onderwerpobject, "uuid", uuid_)
        return stays

    def url(self, resource: str, uuid_: str) -> str:
        """Address of an object."""
        return f"{self._basis}/{resource}/{uuid_}"

    def show(self, resource: str, row: Row, expand: frozenset[str] = frozenset()) -> Json:
        """An object as the API shows it, with `_expand` where asked for."""
        shown = {"uuid": row["uuid"], "url": self.url(resource, row["uuid"]), **self._shown(resource, row)}
        wanted = {path.split(".", 1)[0] for path in expand}
        if wanted:
            shown["_expand"] = {
                name: self._expanded(shown[name], name, _below(expand, name)) for name in sorted(wanted)
            }
        return shown

    def _expanded(self, related: Any, name: str, expand: frozenset[str]) -> Any:
        if related is None:
            return None
        if isinstance(related, list):
            return [self._expanded(one, name, expand) for one in related]
        resource = _RELATED[name]
        return self.show(resource, self.row(resource, related["uuid"]), expand)

    def _shown(self, resource: str, row: Row) -> Json:
        if resource == "klantcontacten":
            return self._show_klantcontact(row)
        if resource == "betrokkenen":
            return self._show_betrokkene(row)
        if resource == "digitaleadressen":
            return self._show_adres(row)
        if resource == "actoren":
            return self._show_actor(row)
        if resource == "actorklantcontacten":
            return {
                "actor": self._ref("actoren", row["actor"]),
                "klantcontact": self._ref("klantcontacten", row["klantcontact"]),
            }
        if resource == "internetaken":
            return self._show_internetaak(row)
        if resource == "onderwerpobjecten":
            return {
                "klantcontact": self._ref("klantcontacten", row["klantcontact"]),
                "wasKlantcontact": self._ref("klantcontacten", row["wasKlantcontact"]),
                "onderwerpobjectidentificator": _group("onderwerpobjectidentificator", row),
            }
        return self._show_partij(row)

    def _show_klantcontact(self, row: Row) -> Json:
        own = row["uuid"]
        links = self._children(actorklantcontact, "klantcontact", own)
        shown = {
            "gingOverOnderwerpobjecten": self._refs("onderwerpobjecten", "klantcontact", own),
            "hadBetrokkenActoren": [self.show("actoren", self.row("actoren", link["actor"])) for link in links],
            "omvatteBijlagen": [],
            "hadBetrokkenen": self._refs("betrokkenen", "hadKlantcontact", own),
            "leiddeTotInterneTaken": self._refs("internetaken", "aanleidinggevendKlantcontact", own),
            "nummer": row["nummer"],
            "referentienummer": row["referentienummer"],
            "kanaal": row["kanaal"],
            "onderwerp": row["onderwerp"],
            "inhoud": row["inhoud"],
            "reactie": row["reactie"],
            "indicatieContactGelukt": row["indicatieContactGelukt"],
            "hoofdOnderwerpType": row["hoofdOnderwerpType"],
            "verdereActieOndernomen": row["verdereActieOndernomen"],
            "taal": row["taal"],
            "vertrouwelijk": row["vertrouwelijk"],
            "plaatsgevondenOp": moment(row["plaatsgevondenOp"]),
            "metadata": row["metadata"],
        }
        return self._known(rules.KLANTCONTACT, shown)

    def _show_betrokkene(self, row: Row) -> Json:
        name = _group("contactnaam", row)
        parts = (name["voornaam"], name["voorvoegselAchternaam"], name["achternaam"])
        return {
            "wasPartij": self._ref("partijen", row["wasPartij"]),
            "hadKlantcontact": self._ref("klantcontacten", row["hadKlantcontact"]),
            "digitaleAdressen": self._refs("digitaleadressen", "verstrektDoorBetrokkene", row["uuid"]),
            "bezoekadres": _group("bezoekadres", row),
            "correspondentieadres": _group("correspondentieadres", row),
            "contactnaam": name,
            "volledigeNaam": " ".join(part for part in parts if part),
            "rol": row["rol"],
            "organisatienaam": row["organisatienaam"],
            "initiator": row["initiator"],
        }

    def _show_adres(self, row: Row) -> Json:
        return {
            "verstrektDoorBetrokkene": self._ref("betrokkenen", row["verstrektDoorBetrokkene"]),
            "verstrektDoorPartij": self._ref("partijen", row["verstrektDoorPartij"]),
            "adres": row["adres"],
            "soortDigitaalAdres": row["soortDigitaalAdres"],
            "isStandaardAdres": row["isStandaardAdres"],
            "omschrijving": row["omschrijving"],
            "referentie": row["referentie"],
            "verificatieDatum": moment(row["verificatieDatum"]),
        }

    def _show_actor(self, row: Row) -> Json:
        shown = {
            "naam": row["naam"],
            "soortActor": row["soortActor"],
            "indicatieActief": row["indicatieActief"],
            "actoridentificator": _group("actoridentificator", row),
        }
        own = row["actorIdentificatie"]
        if own is not None:
            shown["actorIdentificatie"] = {name: own.get(name, "") for name in rules.ACTOR_KINDS[row["soortActor"]]}
        return shown

    def _show_internetaak(self, row: Row) -> Json:
        given = self._children(internetaak_actor, "internetaak", row["uuid"])
        actors = [self._ref("actoren", one["actor"]) for one in given]
        shown = {
            "nummer": row["nummer"],
            "referentienummer": row["referentienummer"],
            "gevraagdeHandeling": row["gevraagdeHandeling"],
            "aanleidinggevendKlantcontact": self._ref("klantcontacten", row["aanleidinggevendKlantcontact"]),
            "toegewezenAanActor": actors[0] if actors else None,
            "toegewezenAanActoren": actors,
            "toelichting": row["toelichting"],
            "status": row["status"],
            "toegewezenOp": moment(row["toegewezenOp"]),
            "afgehandeldOp": moment(row["afgehandeldOp"]),
        }
        return self._known(rules.INTERNETAAK, shown)

    def _show_partij(self, row: Row) -> Json:
        return {
            "nummer": row["nummer"],
            "interneNotitie": "",
            "betrokkenen": self._refs("betrokkenen", "wasPartij", row["uuid"]),
            "categorieRelaties": [],
            "digitaleAdressen": self._refs("digitaleadressen", "verstrektDoorPartij", row["uuid"]),
            "voorkeursDigitaalAdres": None,
            "vertegenwoordigden": [],
            "rekeningnummers": [],
            "voorkeursRekeningnummer": None,
            "soortPartij": row["soortPartij"],
            "indicatieGeheimhouding": None,
            "voorkeurstaal": "nld",
            "indicatieActief": row["indicatieActief"],
        }

    def _known(self, fields: Fields, shown: Json) -> Json:
        """Without what this version does not have yet."""
        return {name: one for name, one in shown.items() if name not in fields or fields[name].since <= self._versie}

    def _ref(self, resource: str, uuid_: str | None) -> Json | None:
        return None if uuid_ is None else {"uuid": uuid_, "url": self.url(resource, uuid_)}

    def _refs(self, resource: str, column: str, uuid_: str) -> list[Json]:
        return [
            {"uuid": one["uuid"], "url": self.url(resource, one["uuid"])}
            for one in self._children(TABLES[resource], column, uuid_)
        ]

    def _children(self, table: sa.Table, column: str, uuid_: str) -> list[RowMapping]:
        chosen = sa.select(table).where(table.c[column] == uuid_).order_by(table.c.id)
        return list(self.connection.execute(chosen).mappings())

    def _insert(self, resource: str, values: Mapping[str, Any]) -> Row:
        actors = _actors(values)
        row = {**_defaults(resource), **self._stored(values), "uuid": str(uuid.uuid4())}
        if resource == "internetaken":
            row |= _handled(row)
        if resource in ("klantcontacten", "internetaken") and self._versie < (2, 16) and not row.get("nummer"):
            row["nummer"] = self._next_number(TABLES[resource])
        self.connection.execute(sa.insert(TABLES[resource]).values(**row))
        if actors is not None:
            self._assign(row["uuid"], actors)
        made: Row = self.row(resource, row["uuid"])
        return made

    def _next_number(self, table: sa.Table) -> str:
        highest = self.connection.execute(sa.select(sa.func.max(table.c.nummer))).scalar()
        return f"{int(highest or 0) + 1:010d}"

    def _stored(self, values: Mapping[str, Any]) -> Json:
        stored = {name: one for name, one in values.items() if name not in _NOT_COLUMNS}
        return {name: (one or {}) if name in _GROUPS else one for name, one in stored.items()}

    def _assign(self, taak: str, actors: Sequence[str]) -> None:
        self._drop(internetaak_actor, "internetaak", taak)
        for one in dict.fromkeys(actors):
            self.connection.execute(sa.insert(internetaak_actor).values(internetaak=taak, actor=one))

    def _delete_contact(self, contact: str) -> None:
        for one in self._children(betrokkene, "hadKlantcontact", contact):
            self._delete_betrokkene(one["uuid"])
        self._drop(betrokkene, "hadKlantcontact", contact)
        for one in self._children(internetaak, "aanleidinggevendKlantcontact", contact):
            self._drop(internetaak_actor, "internetaak", one["uuid"])
        self._drop(internetaak, "aanleidinggevendKlantcontact", contact)
        self._drop(actorklantcontact, "klantcontact", contact)
        self._drop(onderwerpobject, "klantcontact", contact)
        self._drop(onderwerpobject, "wasKlantcontact", contact)

    def _delete_betrokkene(self, one: str) -> None:
        if self._versie < (2, 15):
            self._drop(digitaal_adres, "verstrektDoorBetrokkene", one)
            return
        # The address stays, and nothing leads to it any more.
        loose = sa.update(digitaal_adres).where(digitaal_adres.c.verstrektDoorBetrokkene == one)
        self.connection.execute(loose.values(verstrektDoorBetrokkene=None))

    def _drop(self, table: sa.Table, column: str, value: str) -> None:
        self.connection.execute(sa.delete(table).where(table.c[column] == value))

    def _check(self, resource: str, values: Json, body: object, row: Row | None, *, partial: bool = False) -> None:
        """Rules about several fields, and about other objects. Raises Faulty."""
        for name in ("nummer", "referentienummer"):
            if resource in ("klantcontacten", "internetaken") and values.get(name):
                self._unique(TABLES[resource], name, values[name], row)
        after = {**(row or {}), **values}
        if resource == "digitaleadressen":
            rules.check_address(after, self._context)
            if after.get("isStandaardAdres") and not after.get("verstrektDoorPartij"):
                raise fault("invalid", "Dit kan alleen bij een adres van een partij.", "isStandaardAdres")
        elif resource == "klantcontacten":
            if after.get("verdereActieOndernomen") and after.get("indicatieContactGelukt"):
                raise fault("no-further-action-when-contact-succesful", "Het contact is al gelukt.", OWN)
        elif resource == "actoren":
            self._check_actor(values, body, after)
        elif resource == "actorklantcontacten":
            pair = [actorklantcontact.c[name] == after[name] for name in ("actor", "klantcontact")]
            other = sa.select(actorklantcontact.c.uuid).where(*pair)
            if self.connection.execute(other).scalar() not in (None, row and row["uuid"]):
                raise fault("unique", "Deze actor is al aan dit klantcontact verbonden.", OWN)
        elif resource == "internetaken":
            _check_task(values, body, after, partial=partial)

    def _check_actor(self, values: Json, body: object, after: Row) -> None:
        assert isinstance(body, dict)
        own = body.get("actorIdentificatie")
        if own is None:
            return
        try:
            values["actorIdentificatie"] = rules.read_body(rules.ACTOR_KINDS[after["soortActor"]], own, self._context)
        except Faulty as error:
            raise error.below("actorIdentificatie") from None

    def _unique(self, table: sa.Table, name: str, value: str, row: Row | None) -> None:
        other = self.connection.execute(sa.select(table.c.uuid).where(table.c[name] == value)).scalar()
        if other not in (None, row and row["uuid"]):
            raise fault("unique", "Dit nummer is al in gebruik.", name)


def moment(value: datetime | date | None) -> str | None:
    """A moment or day as the API writes it."""
    if value is None:
        return None
    return value.isoformat() + ("Z" if isinstance(value, datetime) else "")


def _check_task(values: Json, body: object, after: Row, *, partial: bool) -> None:
    """Source: section 2 and 4 of the notes on Klantinteracties, and the serializer of Open Klant."""
    assert isinstance(body, dict)
    keys = [name for name in ("toegewezenAanActor", "toegewezenAanActoren") if name in body]
    if len(keys) == 2 or (not keys and not partial):
        raise fault("invalid", "Geef precies een van toegewezenAanActor en toegewezenAanActoren.", OWN)
    if values.get("afgehandeldOp") and after["status"] != "verwerkt":
        raise fault("invalid", "Een taak die nog loopt is niet afgehandeld.", "afgehandeldOp")


def _handled(row: Row) -> Json:
    """The moment of handling follows the status."""
    if row["status"] == "te_verwerken":
        return {"afgehandeldOp": None}
    return {"afgehandeldOp": row.get("afgehandeldOp") or _now()}


def _actors(values: Mapping[str, Any]) -> list[str] | None:
    if "toegewezenAanActoren" in values:
        return list(values["toegewezenAanActoren"])
    return [values["toegewezenAanActor"]] if "toegewezenAanActor" in values else None


def _defaults(resource: str) -> Json:
    groups: Json = {name: {} for name in _GROUPS if name in TABLES[resource].c}
    if resource == "klantcontacten":
        return {**groups, "plaatsgevondenOp": _now()}
    return {**groups, "toegewezenOp": _now()} if resource == "internetaken" else groups


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _group(name: str, row: Row) -> Json:
    """A group of fields: what was never given is an empty text, as Open Klant shows it."""
    kept = row[name] or {}
    return {field: kept.get(field, None if field == "huisnummer" else "") for field in _GROUPS[name]}


def _below(expand: frozenset[str], name: str) -> frozenset[str]:
    return frozenset(path.removeprefix(f"{name}.") for path in expand if path.startswith(f"{name}."))
