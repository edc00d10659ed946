"""The sandbox behaves as the official document says, and as Open Klant does where the document is silent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import openklant_rules as rules
from bot.sandbox import openklant_tables as tables
from bot.sandbox.openklant import VERSIES
from bot.sandbox.openklant_store import EXPANDABLE, FIELDS
from tests.handoff.openklant import contract
from tests.handoff.openklant.conftest import TOKEN, UNHURRIED, Sandbox, Serve
from tests.handoff.openklant.test_client import UUID

PARTIJ = "00000000-0000-4000-8000-0000000000aa"
NOWHERE = "00000000-0000-4000-8000-00000000000f"
Json = dict[str, Any]


class Api:
    """Asks the sandbox as any client would; every answer is held against the document."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._http = httpx.Client(base_url=f"{sandbox.url}{contract.PAD}", timeout=10, verify=False)

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None, token: str | None = TOKEN, **params: Any) -> httpx.Response:
        headers = {} if token is None else {"authorization": f"Token {token}"}
        response = self._http.request(method, f"/{path}", json=body, params=params, headers=headers)
        contract.check_response(response.request, response)
        assert response.headers["API-version"] == VERSIES[self.sandbox.versie]
        return response

    def make(self, resource: str, body: Json) -> Json:
        response = self.ask("POST", resource, body)
        assert response.status_code == 201, response.text
        made: Json = response.json()
        return made

    def found(self, resource: str, **params: Any) -> list[str]:
        response = self.ask("GET", resource, **params)
        assert response.status_code == 200, response.text
        return [one["uuid"] for one in response.json()["results"]]

    def refused(self, method: str, path: str, body: Any = None, **params: Any) -> set[tuple[str, str]]:
        response = self.ask(method, path, body, **params)
        assert response.status_code == 400, response.text
        return {(one["name"], one["code"]) for one in response.json()["invalidParams"]}


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    made = Api(sandbox)
    yield made
    made.close()


@pytest.fixture
def world(api: Api) -> dict[str, Json]:
    """One of everything, filled as far as it goes."""
    return fill(api, "1")


def fill(api: Api, mark: str) -> dict[str, Json]:
    """One of everything; what may differ has `mark` in it."""
    partij = PARTIJ[:-1] + mark
    with api.sandbox.database.begin() as connection:
        connection.execute(
            sa.insert(tables.partij).values(
                uuid=partij,
                soortPartij="persoon" if mark == "1" else "organisatie",
                indicatieActief=mark == "1",
                nummer=mark,
                naam={},
                identificatoren=[{**codes(mark), "codeSoortObjectId": f"bsn{mark}", "objectId": f"9999{mark}"}],
            )
        )
    contact = api.make(
        "klantcontacten",
        {
            "nummer": f"77{mark}",
            "referentienummer": f"88{mark}",
            "kanaal": f"kanaal{mark}",
            "onderwerp": f"Onderwerp {mark}",
            "inhoud": f"100% inhoud_{mark}",
            "reactie": f"Reactie {mark}",
            "indicatieContactGelukt": mark == "1",
            "taal": "nld",
            "vertrouwelijk": mark == "1",
            "plaatsgevondenOp": f"2026-09-0{mark}T07:12:00Z",
            "metadata": {"bron": mark},
        },
    )
    betrokkene = api.make(
        "betrokkenen",
        {
            "hadKlantcontact": ref(contact),
            "wasPartij": {"uuid": partij},
            "rol": "klant" if mark == "1" else "vertegenwoordiger",
            "initiator": True,
            "organisatienaam": f"Bedrijf {mark}",
            "contactnaam": {
                "voorletters": f"N{mark}",
                "voornaam": f"Noor{mark}",
                "voorvoegselAchternaam": f"v{mark}",
                "achternaam": f"Beeld{mark}",
            },
            "bezoekadres": {"postcode": "1234 AB", "huisnummer": 1, "land": "NL"},
        },
    )
    adres = api.make(
        "digitaleadressen",
        {
            "verstrektDoorBetrokkene": ref(betrokkene),
            "verstrektDoorPartij": {"uuid": partij},
            "adres": f"061234567{mark}" if mark == "1" else f"noor{mark}@voorbeeld.example",
            "soortDigitaalAdres": "telefoonnummer" if mark == "1" else "email",
            "isStandaardAdres": mark == "1",
            "omschrijving": f"Thuis {mark}",
            "referentie": f"ref-{mark}",
            "verificatieDatum": f"2026-01-0{mark}" if mark == "1" else None,
        },
    )
    actor = api.make(
        "actoren",
        {
            "naam": f"Team {mark}",
            "soortActor": "organisatorische_eenheid" if mark == "1" else "medewerker",
            "indicatieActief": mark == "1",
            "actoridentificator": codes(mark),
            "actorIdentificatie": {"omschrijving": "x"}
            if mark == "1"
            else {"functie": "baliemedewerker", "telefoonnummer": "0201234567"},
        },
    )
    link = api.make("actorklantcontacten", {"actor": ref(actor), "klantcontact": ref(contact)})
    subject = api.make(
        "onderwerpobjecten",
        {
            "klantcontact": ref(contact),
            "wasKlantcontact": ref(contact),
            "onderwerpobjectidentificator": codes(mark),
        },
    )
    made = {
        "klantcontacten": contact,
        "betrokkenen": betrokkene,
        "digitaleadressen": adres,
        "actoren": actor,
        "actorklantcontacten": link,
        "onderwerpobjecten": subject,
        "partijen": {"uuid": partij, "url": f"{api.sandbox.url}{contract.PAD}/partijen/{partij}"},
    }
    if mark == "1":
        made["internetaken"] = api.make(
            "internetaken", {**task(contact, actor), "nummer": "661", "referentienummer": "551"}
        )
    return made


def codes(mark: str) -> Json:
    return {
        "objectId": f"id{mark}",
        "codeObjecttype": f"type{mark}",
        "codeRegister": f"reg{mark}",
        "codeSoortObjectId": f"soort{mark}",
    }


def task(contact: Json, actor: Json) -> Json:
    return {
        "aanleidinggevendKlantcontact": ref(contact),
        "gevraagdeHandeling": "Bellen",
        "toelichting": "Bellen",
        "status": "te_verwerken",
        "toegewezenAanActoren": [ref(actor)],
    }


def ref(one: Json) -> Json:
    return {"uuid": one["uuid"]}


def test_the_document_is_the_official_one() -> None:
    """Its git blob id, as Open Klant 2.18.0 has it."""
    contents = contract.DOCUMENT.read_bytes()
    assert (
        hashlib.sha1(b"blob %d\0" % len(contents) + contents, usedforsecurity=False).hexdigest()
        == "9e2665387a3df487086e0b6d3b6fd751fff6c574"
    )


# What is made, shown and changed


@pytest.mark.parametrize("resource", [*FIELDS, "partijen"])
def test_what_was_made_is_shown_one_by_one_and_in_a_list(api: Api, world: dict[str, Json], resource: str) -> None:
    made = world[resource]
    one = api.ask("GET", f"{resource}/{made['uuid']}").json()
    assert one["url"] == f"{api.sandbox.url}{contract.PAD}/{resource}/{made['uuid']}"
    page = api.ask("GET", resource).json()
    assert page == {"count": 1, "next": None, "previous": None, "results": [one]}


@pytest.mark.parametrize("resource", [*FIELDS, "partijen"])
@pytest.mark.parametrize("uuid", [NOWHERE, "geen-uuid"])
def test_what_is_not_there_is_not_found(api: Api, resource: str, uuid: str) -> None:
    response = api._http.get(f"/{resource}/{uuid}", headers={"authorization": f"Token {TOKEN}"})
    assert response.status_code == 404 and response.json()["code"] == "not_found"


@pytest.mark.parametrize("resource", FIELDS)
def test_what_is_shown_can_be_sent_back(api: Api, world: dict[str, Json], resource: str) -> None:
    """But for a task, whose answer has both fields for actors."""
    shown = api.ask("GET", f"{resource}/{world[resource]['uuid']}").json()
    if resource == "internetaken":
        assert api.refused("PUT", f"{resource}/{shown['uuid']}", shown) == {(rules.OWN, "invalid")}
        del shown["toegewezenAanActor"]
    # What was never filled in is shown as an empty text, which may come back.
    back = api.ask("PUT", f"{resource}/{shown['uuid']}", shown)
    assert back.status_code == 200, back.text
    assert {name: one for name, one in back.json().items() if name in shown} == shown
    assert api.ask("PATCH", f"{resource}/{shown['uuid']}", {}).json() == back.json()


def test_a_patch_changes_what_it_names(api: Api, world: dict[str, Json]) -> None:
    path = f"klantcontacten/{world['klantcontacten']['uuid']}"
    before = api.ask("GET", path).json()
    assert api.ask("PATCH", path, {"onderwerp": " Anders "}).json() == {**before, "onderwerp": "Anders"}


def test_a_task_can_be_given_to_others(api: Api, world: dict[str, Json]) -> None:
    other = api.make("actoren", {"naam": "Ander team", "soortActor": "organisatorische_eenheid"})
    path = f"internetaken/{world['internetaken']['uuid']}"
    both = [ref(other), ref(world["actoren"])]
    given = api.ask("PATCH", path, {"toegewezenAanActoren": both}).json()
    assert [one["uuid"] for one in given["toegewezenAanActoren"]] == [one["uuid"] for one in both]
    assert given["toegewezenAanActor"]["uuid"] == other["uuid"]
    given = api.ask("PATCH", path, {"toegewezenAanActor": ref(world["actoren"])}).json()
    assert [one["uuid"] for one in given["toegewezenAanActoren"]] == [world["actoren"]["uuid"]]


def test_an_own_kind_of_actor_has_details_of_its_own(api: Api) -> None:
    body = {"naam": "X", "soortActor": "geautomatiseerde_actor"}
    assert "actorIdentificatie" not in api.make("actoren", body)
    assert api.refused("POST", "actoren", {**body, "actorIdentificatie": {}}) == {
        ("actorIdentificatie.functie", "required")
    }
    assert api.make("actoren", {**body, "actorIdentificatie": {"functie": "f"}})["actorIdentificatie"] == {
        "functie": "f",
        "omschrijving": "",
    }


def test_a_full_name_is_put_together(api: Api, world: dict[str, Json]) -> None:
    assert world["betrokkenen"]["volledigeNaam"] == "Noor1 v1 Beeld1"


# Refusals


@pytest.mark.parametrize("versie", ["2.18", "2.10", "2.4"])
@pytest.mark.parametrize("resource", FIELDS)
def test_what_is_required_is_asked_for_all_at_once(serve: Serve, versie: str, resource: str) -> None:
    api = Api(serve(versie))
    number = tuple(map(int, versie.split(".")))
    required = {
        name
        for name, field in FIELDS[resource].items()
        if field.required or (field.optional_since is not None and number < field.optional_since)
    }
    if required:
        assert api.refused("POST", resource, {}) == {(name, "required") for name in required}
    else:
        assert api.ask("POST", resource, {}).status_code == 201
    api.close()


def test_the_newest_version_requires_what_the_document_requires() -> None:
    names = {
        "klantcontacten": "Klantcontact",
        "betrokkenen": "Betrokkene",
        "digitaleadressen": "DigitaalAdres",
        "actoren": "Base_ActorSerializer",
        "actorklantcontacten": "ActorKlantcontact",
        "internetaken": "InterneTaak",
        "onderwerpobjecten": "Onderwerpobject",
    }
    for resource, name in names.items():
        schema = contract.document()["components"]["schemas"][name]
        written = {key: one for key, one in schema["properties"].items() if not one.get("readOnly")}
        own = FIELDS[resource]
        assert own.keys() == written.keys()
        assert {key for key, field in own.items() if field.required} == set(schema["required"]) & written.keys()
        nullable = {key for key, one in written.items() if one.get("nullable")}
        assert {key for key, field in own.items() if field.nullable} == nullable, resource


def limits() -> Iterator[Any]:
    """Each text with a longest length in the document."""
    for resource, name in (
        ("klantcontacten", "Klantcontact"),
        ("betrokkenen", "Betrokkene"),
        ("digitaleadressen", "DigitaalAdres"),
        ("actoren", "Base_ActorSerializer"),
        ("internetaken", "InterneTaak"),
    ):
        properties = contract.document()["components"]["schemas"][name]["properties"]
        for field, schema in properties.items():
            if "maxLength" in schema and not schema.get("readOnly"):
                yield pytest.param(resource, field, schema["maxLength"], id=f"{resource}.{field}")


@pytest.mark.parametrize(("resource", "field", "limit"), limits())
def test_each_text_has_its_longest_length(
    api: Api, world: dict[str, Json], resource: str, field: str, limit: int
) -> None:
    if field == "hoofdOnderwerpType":
        text = "https://" + "a" * (limit - 8)
    elif field == "adres":
        text = "a" * (limit - 12) + "@example.com"
        api.ask("PATCH", f"{resource}/{world[resource]['uuid']}", {"soortDigitaalAdres": "email", "adres": "a@b.nl"})
    else:
        text = "7" * limit
    path = f"{resource}/{world[resource]['uuid']}"
    assert api.ask("PATCH", path, {field: text}).json()[field] == text
    assert api.refused("PATCH", path, {field: text[:8] + "7" + text[8:]}) == {(field, "max_length")}


@pytest.mark.parametrize(
    ("resource", "change", "expected"),
    [
        ("klantcontacten", {"onderwerp": "  "}, ("onderwerp", "blank")),
        ("klantcontacten", {"onderwerp": None}, ("onderwerp", "null")),
        ("klantcontacten", {"onderwerp": ["a"]}, ("onderwerp", "invalid")),
        ("klantcontacten", {"onderwerp": True}, ("onderwerp", "invalid")),
        ("klantcontacten", {"inhoud": "a\u0000b"}, ("inhoud", "invalid")),
        ("klantcontacten", {"vertrouwelijk": "misschien"}, ("vertrouwelijk", "invalid")),
        ("klantcontacten", {"plaatsgevondenOp": "gisteren"}, ("plaatsgevondenOp", "invalid")),
        ("klantcontacten", {"plaatsgevondenOp": 7}, ("plaatsgevondenOp", "invalid")),
        ("klantcontacten", {"referentienummer": "12a"}, ("referentienummer", "invalid")),
        ("klantcontacten", {"hoofdOnderwerpType": "geen url"}, ("hoofdOnderwerpType", "invalid")),
        ("klantcontacten", {"metadata": []}, ("metadata", "not_a_dict")),
        ("klantcontacten", {"metadata": {"bron": {}}}, ("metadata.bron", "invalid")),
        ("klantcontacten", {"metadata": {"bron": "a" * 256}}, ("metadata.bron", "max_length")),
        (
            "klantcontacten",
            {"indicatieContactGelukt": True, "verdereActieOndernomen": True},
            (rules.OWN, "no-further-action-when-contact-succesful"),
        ),
        ("betrokkenen", {"rol": "buurman"}, ("rol", "invalid_choice")),
        ("betrokkenen", {"hadKlantcontact": "x"}, ("hadKlantcontact.nonFieldErrors", "invalid")),
        ("betrokkenen", {"hadKlantcontact": {}}, ("hadKlantcontact.uuid", "required")),
        ("betrokkenen", {"hadKlantcontact": {"uuid": "x"}}, ("hadKlantcontact.uuid", "invalid")),
        ("betrokkenen", {"hadKlantcontact": {"uuid": NOWHERE}}, ("hadKlantcontact.uuid", "invalid")),
        ("betrokkenen", {"wasPartij": {"uuid": NOWHERE}}, ("wasPartij.uuid", "invalid")),
        ("betrokkenen", {"contactnaam": "Noor"}, ("contactnaam.nonFieldErrors", "invalid")),
        ("betrokkenen", {"contactnaam": {"voorletters": "a" * 11}}, ("contactnaam.voorletters", "max_length")),
        ("betrokkenen", {"bezoekadres": {"postcode": "1234AB"}}, ("bezoekadres.postcode", "invalid")),
        ("betrokkenen", {"bezoekadres": {"huisnummer": 0}}, ("bezoekadres.huisnummer", "invalid")),
        ("digitaleadressen", {"adres": "06-12345678"}, ("adres", "invalid")),
        ("digitaleadressen", {"adres": "08001234"}, ("adres", "invalid")),
        ("digitaleadressen", {"soortDigitaalAdres": "email"}, ("adres", "invalid")),
        ("digitaleadressen", {"soortDigitaalAdres": "fax"}, ("soortDigitaalAdres", "invalid_choice")),
        ("digitaleadressen", {"verstrektDoorPartij": None}, ("isStandaardAdres", "invalid")),
        ("digitaleadressen", {"referentie": "a b"}, ("referentie", "invalid")),
        ("digitaleadressen", {"verificatieDatum": "2026-02-30"}, ("verificatieDatum", "invalid")),
        ("actoren", {"soortActor": "robot"}, ("soortActor", "invalid_choice")),
        ("actorklantcontacten", {"actor": {"uuid": NOWHERE}}, ("actor.uuid", "invalid")),
        ("internetaken", {"status": "bezig"}, ("status", "invalid_choice")),
        ("internetaken", {"afgehandeldOp": "2026-09-01T10:00:00Z"}, ("afgehandeldOp", "invalid")),
        ("internetaken", {"toegewezenAanActoren": {"uuid": NOWHERE}}, ("toegewezenAanActoren.nonFieldErrors", "not_a_list")),
        ("internetaken", {"toegewezenAanActoren": [{"uuid": NOWHERE}]}, ("toegewezenAanActoren.0.uuid", "invalid")),
        ("internetaken", {"toegewezenAanActor": {"uuid": NOWHERE}}, ("toegewezenAanActor.uuid", "invalid")),
        ("onderwerpobjecten", {"klantcontact": {"uuid": NOWHERE}}, ("klantcontact.uuid", "invalid")),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_named(
    api: Api, world: dict[str, Json], resource: str, change: Json, expected: tuple[str, str]
) -> None:
    path = f"{resource}/{world[resource]['uuid']}"
    before = api.ask("GET", path).json()
    assert api.refused("PATCH", path, change) == {expected}
    assert api.ask("GET", path).json() == before


@pytest.mark.parametrize("keys", [(), ("toegewezenAanActor", "toegewezenAanActoren")])
def test_a_task_is_given_in_exactly_one_way(api: Api, world: dict[str, Json], keys: tuple[str, ...]) -> None:
    body = task(world["klantcontacten"], world["actoren"])
    actors = {"toegewezenAanActor": ref(world["actoren"]), "toegewezenAanActoren": body.pop("toegewezenAanActoren")}
    assert api.refused("POST", "internetaken", {**body, **{key: actors[key] for key in keys}}) == {
        (rules.OWN, "invalid")
    }
    for key in actors:
        made = api.make("internetaken", {**body, key: actors[key]})
        assert made["toegewezenAanActor"]["uuid"] == world["actoren"]["uuid"]


@pytest.mark.parametrize("resource", ["klantcontacten", "internetaken"])
@pytest.mark.parametrize("name", ["nummer", "referentienummer"])
def test_numbers_are_unique(api: Api, world: dict[str, Json], resource: str, name: str) -> None:
    made = world[resource]
    path = f"{resource}/{made['uuid']}"
    assert api.ask("PATCH", path, {name: made[name]}).status_code == 200, "met zichzelf botst het niet"
    body = {"onderwerp": "x", "kanaal": "x", "taal": "nld", "vertrouwelijk": False}
    body |= task(world["klantcontacten"], world["actoren"])
    assert api.refused("POST", resource, {**body, name: made[name]}) == {(name, "unique")}


def test_an_actor_takes_part_in_a_contact_once(api: Api, world: dict[str, Json]) -> None:
    body = {"actor": ref(world["actoren"]), "klantcontact": ref(world["klantcontacten"])}
    assert api.refused("POST", "actorklantcontacten", body) == {(rules.OWN, "unique")}
    assert api.ask("PUT", f"actorklantcontacten/{world['actorklantcontacten']['uuid']}", body).status_code == 200


@pytest.mark.parametrize(
    ("part", "change", "expected"),
    [
        ("klantcontact", {"taal": "nederlands"}, ("klantcontact.taal", "max_length")),
        ("klantcontact", {"referentienummer": "881"}, ("klantcontact.referentienummer", "unique")),
        ("betrokkene", {"wasPartij": "x"}, ("betrokkene.wasPartij.nonFieldErrors", "invalid")),
        ("betrokkene", {"rol": "x"}, ("betrokkene.rol", "invalid_choice")),
        (
            "onderwerpobject",
            {"onderwerpobjectidentificator": {"objectId": ["x"]}},
            ("onderwerpobject.onderwerpobjectidentificator.objectId", "invalid"),
        ),
    ],
)
def test_together_is_all_or_nothing(
    api: Api, world: dict[str, Json], part: str, change: Json, expected: tuple[str, str]
) -> None:
    body: Json = {
        "klantcontact": {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False},
        "betrokkene": {"rol": "klant", "initiator": True},
        "onderwerpobject": {},
    }
    before = api.sandbox.counts()
    assert api.refused("POST", "maak-klantcontact", {**body, part: {**body[part], **change}}) == {expected}
    assert api.sandbox.counts() == before
    assert api.ask("POST", "maak-klantcontact", body).status_code == 201


@pytest.mark.parametrize("parts", [[], ["betrokkene"], ["onderwerpobject"], ["betrokkene", "onderwerpobject"]])
def test_parts_of_a_contact_may_be_left_out(api: Api, parts: list[str]) -> None:
    body: Json = {"klantcontact": {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}}
    optional: Json = {"betrokkene": {"rol": "klant", "initiator": True}, "onderwerpobject": {}}
    made = api.make("maak-klantcontact", {**body, **{part: optional[part] for part in parts}})
    assert [part for part in optional if made[part] is not None] == parts
    contact = made["klantcontact"]
    assert bool(contact["hadBetrokkenen"]) is ("betrokkene" in parts)
    assert bool(contact["gingOverOnderwerpobjecten"]) is ("onderwerpobject" in parts)
    if "betrokkene" in parts:
        assert made["betrokkene"]["hadKlantcontact"]["uuid"] == contact["uuid"]


def test_without_its_first_part_there_is_no_contact(api: Api) -> None:
    assert api.refused("POST", "maak-klantcontact", {"betrokkene": {}}) == {
        ("klantcontact", "required"),
        ("betrokkene.rol", "required"),
        ("betrokkene.initiator", "required"),
    }
    assert api.refused("POST", "maak-klantcontact", []) == {(rules.OWN, "invalid")}


# Who may come in, and in what words


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "not_authenticated"),
        ("", "not_authenticated"),
        (f"Bearer {TOKEN}", "not_authenticated"),
        (TOKEN, "not_authenticated"),
        ("Token", "authentication_failed"),
        ("Token anders", "authentication_failed"),
        (f"Token {TOKEN} x", "authentication_failed"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_a_token_opens_the_door(api: Api, header: str | None, code: str, method: str) -> None:
    headers = {} if header is None else {"authorization": header}
    response = api._http.request(method, "/klantcontacten", headers=headers)
    contract.check_response(response.request, response)
    assert response.status_code == 401 and response.json()["code"] == code
    assert response.headers["www-authenticate"] == "Token" and response.headers["API-version"] == "0.9.0"


def test_the_word_token_may_be_in_small_letters(api: Api) -> None:
    assert api._http.get("/actoren", headers={"authorization": f"token {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"\xff", "application/json", 400, "parse_error"),
        (b"", "application/json", 400, "parse_error"),
        (b"naam=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"[]", "application/json", 400, "invalid"),
        (b"null", "application/json", 400, "invalid"),
    ],
)
def test_only_json_is_read(api: Api, content: bytes, kind: str, status: int, code: str) -> None:
    headers = {"authorization": f"Token {TOKEN}", "content-type": kind}
    response = api._http.post("/actoren", content=content, headers=headers)
    contract.check_response(response.request, response)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_addresses_have_no_slash_at_the_end(api: Api) -> None:
    assert api._http.get("/actoren/", headers={"authorization": f"Token {TOKEN}"}).status_code == 404


# Lists


def test_lists_come_in_pages_newest_first(api: Api) -> None:
    made = [api.make("actoren", {"naam": f"{n}", "soortActor": "medewerker"})["uuid"] for n in range(5)]
    newest = made[::-1]
    first = api.ask("GET", "actoren", pageSize=2, soortActor="medewerker").json()
    assert (first["count"], first["previous"]) == (5, None)
    assert [one["uuid"] for one in first["results"]] == newest[:2]
    assert parse_qs(urlsplit(first["next"]).query) == {"pageSize": ["2"], "soortActor": ["medewerker"], "page": ["2"]}
    headers = {"authorization": f"Token {TOKEN}"}
    second = httpx.get(first["next"], headers=headers).json()
    assert [one["uuid"] for one in second["results"]] == newest[2:4]
    assert "page" not in parse_qs(urlsplit(second["previous"]).query)
    last = httpx.get(second["next"], headers=headers).json()
    assert [one["uuid"] for one in last["results"]] == newest[4:] and last["next"] is None


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1.5", "²", "9" * 30])
def test_a_page_that_is_not_there_is_not_found(api: Api, page: str) -> None:
    response = api._http.get("/actoren", params={"page": page}, headers={"authorization": f"Token {TOKEN}"})
    assert response.status_code == 404 and response.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("size", "count"), [("500", 500), ("1000", 500), ("0", 100), ("x", 100), ("-5", 100), (None, 100)]
)
def test_a_page_has_a_hundred_and_at_most_five_hundred(api: Api, size: str | None, count: int) -> None:
    rows = [
        {"uuid": f"00000000-0000-4000-8000-{n:012d}", "naam": "x", "soortActor": "medewerker", "actoridentificator": {}}
        for n in range(501)
    ]
    with api.sandbox.database.begin() as connection:
        connection.execute(sa.insert(tables.actor), rows)
    params = {} if size is None else {"pageSize": size}
    response = api._http.get("/actoren", params=params, headers={"authorization": f"Token {TOKEN}"})
    assert len(response.json()["results"]) == count


def test_contacts_come_in_the_order_in_which_they_happened(api: Api) -> None:
    body = {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}
    late = api.make("klantcontacten", {**body, "plaatsgevondenOp": "2026-09-02T00:00:00+02:00"})
    early = api.make("klantcontacten", {**body, "plaatsgevondenOp": "2026-09-01T21:00:00Z"})
    assert api.found("klantcontacten") == [late["uuid"], early["uuid"]]
    assert late["plaatsgevondenOp"] == "2026-09-01T22:00:00Z"


def declared(resource: str) -> list[str]:
    parameters = contract.document()["paths"][f"/{resource}"]["get"]["parameters"]
    return [one["name"] for one in parameters]


@pytest.mark.parametrize("resource", FIELDS)
def test_every_parameter_of_the_document_is_known(api: Api, resource: str) -> None:
    for name in declared(resource):
        assert api.ask("GET", resource, **{name: ""}).status_code == 200, name


@pytest.mark.parametrize("versie", VERSIES)
def test_a_parameter_that_is_not_known_is_refused_from_2_14_and_ignored_before(serve: Serve, versie: str) -> None:
    api = Api(serve(versie))
    made = fill_old(api)
    ignored = versie in ("2.4", "2.7", "2.10", "2.13")
    for name in ("onzin", *([] if versie in ("2.16", "2.17", "2.18") else ["referentienummer"])):
        response = api._http.get("/klantcontacten", params={name: "9"}, headers={"authorization": f"Token {TOKEN}"})
        if ignored:
            assert [one["uuid"] for one in response.json()["results"]] == made
        else:
            assert response.json()["invalidParams"][0]["code"] == "unknown-parameters"
    api.close()


def fill_old(api: Api) -> list[str]:
    body = {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}
    return [api.make("klantcontacten", body)["uuid"] for _ in range(2)][::-1]


SELECTS = {
    "klantcontacten": {
        "nummer": "771",
        "referentienummer": "881",
        "kanaal": "kanaal1",
        "onderwerp": "onderwerp 1",
        "inhoud": "HOUD_1",
        "reactie": "reactie 1",
        "indicatieContactGelukt": "true",
        "vertrouwelijk": "true",
        "plaatsgevondenOp": "2026-09-01T09:12:00+02:00",
        "leiddeTotInterneTaken": "true",
        "hadBetrokkene__uuid": "betrokkenen.uuid",
        "hadBetrokkene__url": "betrokkenen.url",
        "hadBetrokkene__digitaaladres__adres__icontains": "06123",
        "hadBetrokkene__wasPartij__uuid": "partijen.uuid",
        "hadBetrokkene__wasPartij__url": "partijen.url",
        "hadBetrokkene__wasPartij__partijIdentificator__codeObjecttype": "type1",
        "hadBetrokkene__wasPartij__partijIdentificator__codeRegister": "reg1",
        "hadBetrokkene__wasPartij__partijIdentificator__codeSoortObjectId": "bsn1",
        "hadBetrokkene__wasPartij__partijIdentificator__objectId": "99991",
        "onderwerpobject__uuid": "onderwerpobjecten.uuid",
        "onderwerpobject__url": "onderwerpobjecten.url",
        "onderwerpobject__onderwerpobjectidentificatorCodeObjecttype": "type1",
        "onderwerpobject__onderwerpobjectidentificatorCodeRegister": "reg1",
        "onderwerpobject__onderwerpobjectidentificatorCodeSoortObjectId": "soort1",
        "onderwerpobject__onderwerpobjectidentificatorObjectId": "id1",
        "wasOnderwerpobject__uuid": "onderwerpobjecten.uuid",
        "wasOnderwerpobject__url": "onderwerpobjecten.url",
        "wasOnderwerpobject__onderwerpobjectidentificatorCodeObjecttype": "type1",
        "wasOnderwerpobject__onderwerpobjectidentificatorCodeRegister": "reg1",
        "wasOnderwerpobject__onderwerpobjectidentificatorCodeSoortObjectId": "soort1",
        "wasOnderwerpobject__onderwerpobjectidentificatorObjectId": "id1",
    },
    "betrokkenen": {
        "contactnaamAchternaam": "Beeld1",
        "contactnaamVoorletters": "N1",
        "contactnaamVoornaam": "Noor1",
        "contactnaamVoorvoegselAchternaam": "v1",
        "hadKlantcontact__nummer": "771",
        "hadKlantcontact__referentienummer": "881",
        "hadKlantcontact__uuid": "klantcontacten.uuid",
        "hadKlantcontact__url": "klantcontacten.url",
        "organisatienaam": "Bedrijf 1",
        "verstrektedigitaalAdres__adres": "0612345671",
        "verstrektedigitaalAdres__uuid": "digitaleadressen.uuid",
        "verstrektedigitaalAdres__url": "digitaleadressen.url",
        "wasPartij__nummer": "1",
        "wasPartij__uuid": "partijen.uuid",
        "wasPartij__url": "partijen.url",
        "wasPartij__partijIdentificator__codeObjecttype": "type1",
        "wasPartij__partijIdentificator__codeRegister": "reg1",
        "wasPartij__partijIdentificator__codeSoortObjectId": "bsn1",
        "wasPartij__partijIdentificator__objectId": "99991",
    },
    "digitaleadressen": {
        "adres": "0612345671",
        "adres__icontains": "61234",
        "isGeverifieerd": "true",
        "isStandaardAdres": "true",
        "omschrijving": "huis 1",
        "referentie": "ref-1",
        "soortDigitaalAdres": "telefoonnummer",
        "verificatieDatum": "2026-01-01",
        "verificatieDatum__gt": "2025-12-31",
        "verificatieDatum__gte": "2026-01-01",
        "verificatieDatum__lt": "2026-01-02",
        "verificatieDatum__lte": "2026-01-01",
        "verstrektDoorBetrokkene__rol": "klant",
        "verstrektDoorBetrokkene__uuid": "betrokkenen.uuid",
        "verstrektDoorBetrokkene__url": "betrokkenen.url",
        "verstrektDoorPartij__soortPartij": "persoon",
        "verstrektDoorPartij__uuid": "partijen.uuid",
        "verstrektDoorPartij__url": "partijen.url",
        "verstrektDoorPartij__partijIdentificator__codeObjecttype": "type1",
        "verstrektDoorPartij__partijIdentificator__codeRegister": "reg1",
        "verstrektDoorPartij__partijIdentificator__codeSoortObjectId": "bsn1",
        "verstrektDoorPartij__partijIdentificator__objectId": "99991",
    },
    "actoren": {
        "naam": "team 1",
        "soortActor": "organisatorische_eenheid",
        "indicatieActief": "true",
        "actoridentificatorObjectId": "id1",
        "actoridentificatorCodeObjecttype": "type1",
        "actoridentificatorCodeRegister": "reg1",
        "actoridentificatorCodeSoortObjectId": "soort1",
    },
    "actorklantcontacten": {
        "actor__uuid": "actoren.uuid",
        "actor__url": "actoren.url",
        "klantcontact__uuid": "klantcontacten.uuid",
        "klantcontact__url": "klantcontacten.url",
    },
    "internetaken": {
        "nummer": "661",
        "referentienummer": "551",
        "status": "te_verwerken",
        "toegewezenOp": "internetaken.toegewezenOp",
        "actoren__naam": "Team 1",
        "klantcontact__uuid": "klantcontacten.uuid",
        "klantcontact__nummer": "771",
        "klantcontact__referentienummer": "881",
        "toegewezenAanActor__uuid": "actoren.uuid",
        "toegewezenAanActor__url": "actoren.url",
        "aanleidinggevendKlantcontact__uuid": "klantcontacten.uuid",
        "aanleidinggevendKlantcontact__url": "klantcontacten.url",
    },
    "onderwerpobjecten": {
        "klantcontact__uuid": "klantcontacten.uuid",
        "klantcontact__url": "klantcontacten.url",
        "wasKlantcontact__uuid": "klantcontacten.uuid",
        "wasKlantcontact__url": "klantcontacten.url",
        "onderwerpobjectidentificatorObjectId": "id1",
        "onderwerpobjectidentificatorCodeObjecttype": "type1",
        "onderwerpobjectidentificatorCodeRegister": "reg1",
        "onderwerpobjectidentificatorCodeSoortObjectId": "soort1",
    },
    "partijen": {
        "nummer": "1",
        "soortPartij": "persoon",
        "indicatieActief": "true",
        "partijIdentificator__codeObjecttype": "type1",
        "partijIdentificator__codeRegister": "reg1",
        "partijIdentificator__codeSoortObjectId": "bsn1",
        "partijIdentificator__objectId": "99991",
    },
}
"""Per parameter a value that selects the first of two objects; `a.b` is field b of the first a."""


@pytest.mark.parametrize("resource", SELECTS)
def test_each_parameter_selects_what_it_says(api: Api, resource: str) -> None:
    first, second = fill(api, "1"), fill(api, "2")
    if resource == "internetaken":
        body = {**task(second["klantcontacten"], second["actoren"]), "status": "verwerkt"}
        second["internetaken"] = api.make("internetaken", body)
    assert set(api.found(resource)) == {first[resource]["uuid"], second[resource]["uuid"]}
    for name, value in SELECTS[resource].items():
        place, _, field = value.partition(".")
        wanted = first[place][field] if place in first and field else value
        assert api.found(resource, **{name: wanted}) == [first[resource]["uuid"]], name
    if resource != "partijen":
        untested = set(declared(resource)) - SELECTS[resource].keys() - {"page", "pageSize", "expand"}
        assert untested <= {"hadBetrokkene__wasPartij"}


def test_contacts_with_or_without_a_known_customer_or_a_task(api: Api, world: dict[str, Json]) -> None:
    body = {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}
    bare = api.make("klantcontacten", {**body, "plaatsgevondenOp": "2020-01-01T00:00:00Z"})["uuid"]
    full = world["klantcontacten"]["uuid"]
    for name in ("hadBetrokkene__wasPartij", "leiddeTotInterneTaken"):
        assert api.found("klantcontacten", **{name: "true"}) == [full]
        assert api.found("klantcontacten", **{name: "false"}) == [bare]
        assert api.found("klantcontacten", **{name: "weetniet"}) == [full, bare]


def test_parameters_select_together(api: Api) -> None:
    first, second = fill(api, "1"), fill(api, "2")
    assert api.found("actoren", naam="team") == [second["actoren"]["uuid"], first["actoren"]["uuid"]]
    assert api.found("actoren", naam="team", actoridentificatorObjectId="id2") == [second["actoren"]["uuid"]]
    assert api.found("actoren", naam="team 1", actoridentificatorObjectId="id2") == []


@pytest.mark.parametrize("value", ["inhoud_x", "100_", "%inhoud%1"])
def test_signs_of_a_pattern_are_ordinary_signs(api: Api, world: dict[str, Json], value: str) -> None:
    assert api.found("klantcontacten", inhoud=value) == []
    assert api.found("klantcontacten", inhoud="100% inhoud_1") == [world["klantcontacten"]["uuid"]]


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("klantcontacten", "hadBetrokkene__uuid", "x"),
        ("klantcontacten", "hadBetrokkene__url", "geen-adres"),
        ("klantcontacten", "plaatsgevondenOp", "gisteren"),
        ("klantcontacten", "expand", "alles"),
        ("digitaleadressen", "soortDigitaalAdres", "fax"),
        ("digitaleadressen", "verificatieDatum__gt", "gisteren"),
        ("internetaken", "status", "bezig"),
    ],
)
def test_a_value_that_is_none_is_refused(api: Api, resource: str, name: str, value: str) -> None:
    ((refused, _),) = api.refused("GET", resource, **{name: value})
    assert refused == name


def test_an_address_of_something_else_selects_nothing(api: Api, world: dict[str, Json]) -> None:
    assert api.found("klantcontacten", hadBetrokkene__url="https://elders.example/geen-uuid") == []


# Expand


def test_what_hangs_on_a_contact_may_come_along(api: Api, world: dict[str, Json]) -> None:
    uuid = world["klantcontacten"]["uuid"]
    expand = ",".join(sorted(EXPANDABLE["klantcontacten"]))
    for shown in (
        api.ask("GET", f"klantcontacten/{uuid}", expand=expand).json(),
        api.ask("GET", "klantcontacten", expand=expand).json()["results"][0],
    ):
        along = shown["_expand"]
        assert along.keys() == {
            "hadBetrokkenen",
            "leiddeTotInterneTaken",
            "gingOverOnderwerpobjecten",
            "omvatteBijlagen",
        }
        (person,) = along["hadBetrokkenen"]
        assert person["uuid"] == world["betrokkenen"]["uuid"]
        assert [one["adres"] for one in person["_expand"]["digitaleAdressen"]] == ["0612345671"]
        assert person["_expand"]["wasPartij"]["uuid"] == PARTIJ[:-1] + "1"
        assert along["leiddeTotInterneTaken"][0]["status"] == "te_verwerken"


def test_from_an_address_all_the_way_to_the_task(api: Api, world: dict[str, Json]) -> None:
    path = "verstrektDoorBetrokkene"
    expand = f"{path},{path}.hadKlantcontact,{path}.hadKlantcontact.leiddeTotInterneTaken"
    (shown,) = api.ask("GET", "digitaleadressen", adres="0612345671", expand=expand).json()["results"]
    contact = shown["_expand"][path]["_expand"]["hadKlantcontact"]
    assert contact["uuid"] == world["klantcontacten"]["uuid"]
    assert [one["uuid"] for one in contact["_expand"]["leiddeTotInterneTaken"]] == [world["internetaken"]["uuid"]]


def test_what_is_not_there_comes_along_as_null(api: Api) -> None:
    made = api.make("digitaleadressen", {"adres": "a@b.nl", "soortDigitaalAdres": "email"})
    shown = api.ask("GET", f"digitaleadressen/{made['uuid']}", expand="verstrektDoorBetrokkene").json()
    assert shown["_expand"] == {"verstrektDoorBetrokkene": None}


def test_deeper_comes_along_only_with_what_it_is_in(api: Api, world: dict[str, Json]) -> None:
    uuid = world["klantcontacten"]["uuid"]
    shown = api.ask("GET", f"klantcontacten/{uuid}", expand="hadBetrokkenen.digitaleAdressen").json()
    assert "_expand" not in shown


# Deleting


@pytest.mark.parametrize(
    ("resource", "left"),
    [
        ("klantcontacten", {"digitaal_adres", "actor", "partij"}),
        ("betrokkenen", {"klantcontact", "digitaal_adres", "actor", "actorklantcontact", "internetaak", "internetaak_actor",
                         "onderwerpobject", "partij"}),
        ("actoren", {"klantcontact", "betrokkene", "digitaal_adres", "internetaak", "onderwerpobject", "partij"}),
        ("internetaken", {"klantcontact", "betrokkene", "digitaal_adres", "actor", "actorklantcontact", "onderwerpobject",
                          "partij"}),
    ],
)  # fmt: skip
def test_what_hangs_on_it_goes_along(api: Api, world: dict[str, Json], resource: str, left: set[str]) -> None:
    assert api.ask("DELETE", f"{resource}/{world[resource]['uuid']}").status_code == 204
    assert api.sandbox.counts().keys() == left
    assert api.ask("DELETE", f"{resource}/{world[resource]['uuid']}").status_code == 404
    if "betrokkene" not in left:
        (loose,) = api.sandbox.rows("digitaal_adres")
        assert loose["verstrektDoorBetrokkene"] is None


def test_a_contact_that_another_subject_uses_stays(api: Api, world: dict[str, Json]) -> None:
    other = api.make("onderwerpobjecten", {"klantcontact": ref(world["klantcontacten"])})
    path = f"onderwerpobjecten/{world['onderwerpobjecten']['uuid']}"
    answer = api.ask("DELETE", path, cascade="true")
    assert answer.status_code == 200
    assert answer.json() == {
        "behouden": [f"{api.sandbox.url}{contract.PAD}/klantcontacten/{world['klantcontacten']['uuid']}"]
    }
    assert api.sandbox.counts()["klantcontact"] == 1
    answer = api.ask("DELETE", f"onderwerpobjecten/{other['uuid']}", cascade="true")
    assert answer.json() == {"behouden": []}
    # The address is a known customer's too, and stays there.
    assert api.sandbox.counts().keys() == {"digitaal_adres", "actor", "partij"}


# Versions


@pytest.mark.parametrize("versie", ["2.4", "2.15"])
def test_old_versions_make_numbers_and_know_no_references(serve: Serve, versie: str) -> None:
    api = Api(serve(versie))
    body = {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}
    first = api.make("klantcontacten", {**body, "referentienummer": "4820017365", "metadata": {"bron": "x"}})
    api.make("klantcontacten", {**body, "nummer": "41"})
    third = api.make("klantcontacten", body)
    ignored = api.sandbox.rows("klantcontact")[0]
    assert (ignored["referentienummer"], ignored["metadata"]) == (None, {})
    assert (first["nummer"], third["nummer"]) == ("0000000001", "0000000042")
    for name in ("referentienummer", "metadata", "reactie", "verdereActieOndernomen", "hoofdOnderwerpType"):
        assert name not in first
    api.close()


@pytest.mark.parametrize(("versie", "limit"), [("2.16", 100), ("2.18", 255)])
def test_metadata_grew(serve: Serve, versie: str, limit: int) -> None:
    api = Api(serve(versie))
    body = {"kanaal": "x", "onderwerp": "x", "taal": "nld", "vertrouwelijk": False}
    assert api.make("klantcontacten", {**body, "metadata": {"a": "x" * limit}})["metadata"] == {"a": "x" * limit}
    refused = api.refused("POST", "klantcontacten", {**body, "metadata": {"a": "x" * (limit + 1)}})
    assert refused == {("metadata.a", "max_length")}
    api.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uuid", "objectId", "voornaam", "huisnummer", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@UNHURRIED
@given(st.sampled_from(sorted(FIELDS)), st.data())
def test_whatever_is_sent_is_accepted_or_refused_by_name(resource: str, data: st.DataObject) -> None:
    names = st.sampled_from([*FIELDS[resource], "onbekend"])
    body = data.draw(st.dictionaries(names, JSON | st.sampled_from([{"uuid": UUID}, "klant", "email", "0612345678"])))
    context = rules.Context((2, 18), lambda _resource, uuid: uuid == UUID, frozenset({"chatbot"}))
    try:
        values = rules.read_body(FIELDS[resource], json.loads(json.dumps(body)), context)
    except rules.Faulty as error:
        assert error.faults
        for name, code, reason in error.faults:
            assert name.split(".")[0] in FIELDS[resource] and code and reason
        return
    assert values.keys() <= FIELDS[resource].keys()
