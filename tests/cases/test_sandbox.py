"""The sandbox answers as Open Zaak does: contents, token, headers, filters, pages and refusals."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from typing import Any

import httpx
import jwt
import pytest

from bot.cases.tokens import make_token
from bot.sandbox.cases import VOORBEELDZAKEN, sample, sample_bsn, zaak_url
from tests.cases.contract import ContractBroken, check_request, check_response, document
from tests.cases.server import CLIENT_ID, SECRET, TODAY, Sandbox

ZAKEN, CATALOGI = "/zaken/api/v1", "/catalogi/api/v1"
CRS = {"Accept-Crs": "EPSG:4326", "Content-Crs": "EPSG:4326"}
asker = httpx.Client(timeout=10)
RESOURCES = [
    *(f"{ZAKEN}/{name}" for name in ("zaken", "statussen", "resultaten", "rollen")),
    *(f"{CATALOGI}/{name}" for name in ("catalogussen", "zaaktypen", "statustypen", "resultaattypen", "roltypen")),
]


def token(**changes: Any) -> str:
    claims = {"iss": CLIENT_ID, "client_id": CLIENT_ID, "iat": int(time.time())} | changes
    secret = claims.pop("secret", SECRET)
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, algorithm="HS256")


def ask(sandbox: Sandbox, path: str, method: str = "GET", **kwargs: Any) -> httpx.Response:
    given = kwargs.pop("token", None)
    given = token() if given is None else given
    headers = ({"Authorization": f"Bearer {given}"} if given else {}) | kwargs.pop("headers", CRS)
    url = path if path.startswith("http") else f"{sandbox.root}{path}"
    return asker.request(method, url, headers=headers, **kwargs)


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def every(sandbox: Sandbox, path: str) -> list[dict[str, Any]]:
    answer = ask(sandbox, f"{path}?pageSize=500")
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", RESOURCES)
def test_every_object_is_as_the_document_says(sandbox: Sandbox, path: str) -> None:
    answer = ask(sandbox, f"{path}?pageSize=500")
    check_response(answer.request, answer)
    found = answer.json()["results"]
    assert len(found) == answer.json()["count"] > 0
    for one in found[:40]:
        detail = ask(sandbox, one["url"])
        check_response(detail.request, detail)
        assert {**detail.json(), "_expand": {}} == {**one, "_expand": {}}


def test_there_are_forty_cases_of_two_municipalities() -> None:
    assert len(VOORBEELDZAKEN) == len({one.naam for one in VOORBEELDZAKEN}) == 40
    assert set(Counter(one.gemeente for one in VOORBEELDZAKEN)) == {"voorbeeldstad", "molendam"}


def test_cases_above_the_clients_rights_are_left_out_of_lists_and_refused_on_their_own(sandbox: Sandbox) -> None:
    assert len(every(sandbox, f"{ZAKEN}/zaken")) == 39
    address = f"{ZAKEN}/zaken/{zaak_url(sample('zeer_geheim')).rsplit('/', 1)[1]}"
    assert refused(ask(sandbox, address)) == (403, "permission_denied")


def test_dates_follow_the_day_on_which_it_is_filled(sandbox: Sandbox) -> None:
    found = {one["omschrijving"]: one for one in every(sandbox, f"{ZAKEN}/zaken")}
    assert found["Straatfeest Lindelaan"]["startdatum"] == TODAY.isoformat()
    assert found["Parkeervergunning Singel"]["uiterlijkeEinddatumAfdoening"] == TODAY.isoformat()
    assert found["Koor op de markt"]["einddatum"] == date(2026, 11, 15).isoformat()


def test_nobody_in_it_can_be_real(sandbox: Sandbox) -> None:
    for rol in every(sandbox, f"{ZAKEN}/rollen"):
        contact = rol["contactpersoonRol"] or {"emailadres": "", "telefoonnummer": ""}
        assert not contact["emailadres"] or contact["emailadres"].endswith(".example")
        digits = "".join(char for char in contact["telefoonnummer"] if char.isdigit())
        assert not digits or (digits.startswith("0600") and len(digits) == 10)
        assert rol["betrokkeneIdentificatie"].get("inpBsn", "9999").startswith("9999")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "permission_denied"),
        ("geen.echt.token", "jwt-decode-error"),
        (token(client_id=None), "missing-client-identifier"),
        (token(client_id="onbekend"), "invalid-client-identifier"),
        (token(secret="een-ander-geheim-dat-ook-lang-genoeg-is"), "invalid-jwt-signature"),
        (token(iat=None), "jwt-missing-iat-claim"),
        (token(iat=int(time.time()) - 3700), "jwt-expired"),
        (token(exp=int(time.time()) - 10), "jwt-expiredsignatureerror"),
        (token(nbf=int(time.time()) + 7200), "jwt-immaturesignatureerror"),
    ],
    # Tokens differ in each process that collects the tests.
    ids=lambda value: value if value.count(".") < 2 else "token",
)
def test_a_bad_token_is_refused_with_the_reason(sandbox: Sandbox, given: str, code: str) -> None:
    # Also without the header for the coordinate system: the token is looked at first.
    answer = ask(sandbox, f"{ZAKEN}/zaken", token=given, headers={})
    assert refused(answer) == (403, code)
    check_response(answer.request, answer)


def test_a_token_from_a_clock_that_is_ahead_is_taken(sandbox: Sandbox) -> None:
    assert ask(sandbox, f"{ZAKEN}/zaken", token=token(iat=int(time.time()) + 120)).status_code == 200


def test_our_own_token_is_taken(sandbox: Sandbox) -> None:
    given = make_token(CLIENT_ID, SECRET, "vraagbaak", "Vraagbaak (gesprek 1)")
    assert ask(sandbox, f"{ZAKEN}/zaken", token=given).status_code == 200


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (412, "precondition_failed")),
        ({"Accept-Crs": "EPSG:28992"}, (406, "not_acceptable")),
        ({"Accept-Crs": "EPSG:28992", "Content-Crs": "EPSG:4326"}, (406, "not_acceptable")),
    ],
)
def test_the_coordinate_system_is_wanted_before_parameters_are_looked_at(
    sandbox: Sandbox, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert refused(ask(sandbox, f"{ZAKEN}/zaken?onzin=1", headers=headers)) == expected


def test_a_search_wants_both_headers(sandbox: Sandbox) -> None:
    only = {"Accept-Crs": "EPSG:4326"}
    answer = ask(sandbox, f"{ZAKEN}/zaken/_zoek", "POST", headers=only, json={"identificatie": "x"})
    assert refused(answer) == (412, "precondition_failed")


def test_other_resources_want_no_coordinate_system(sandbox: Sandbox) -> None:
    assert ask(sandbox, f"{ZAKEN}/statussen", headers={}).status_code == 200
    assert ask(sandbox, f"{CATALOGI}/zaaktypen", headers={}).status_code == 200


@pytest.mark.parametrize("path", RESOURCES)
def test_an_unknown_parameter_is_refused(sandbox: Sandbox, path: str) -> None:
    answer = ask(sandbox, f"{path}?onzin=1")
    assert refused(answer) == (400, "invalid")
    assert answer.json()["invalidParams"][0]["code"] == "unknown-parameters"
    check_response(answer.request, answer)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("zaken?zaaktype=123", "invalid"),
        ("zaken?startdatum=gisteren", "invalid"),
        ("zaken?maximaleVertrouwelijkheidaanduiding=groen", "invalid_choice"),
        ("zaken?expand=alles", "invalid_choice"),
        ("zaken?ordering=kleur", "invalid_choice"),
        ("statussen?zaak=123", "invalid"),
    ],
)
def test_a_bad_value_is_refused(sandbox: Sandbox, query: str, code: str) -> None:
    answer = ask(sandbox, f"{ZAKEN}/{query}")
    assert refused(answer) == (400, "invalid")
    assert answer.json()["invalidParams"][0]["code"] == code


def test_an_unknown_parameter_is_refused_on_one_object_too(sandbox: Sandbox) -> None:
    url = every(sandbox, f"{ZAKEN}/zaken")[0]["url"]
    assert refused(ask(sandbox, f"{url}?onzin=1")) == (400, "invalid")
    assert ask(sandbox, f"{url}?expand=status").json()["_expand"]["status"]["indicatieLaatstGezetteStatus"] is True


def test_what_is_not_there_is_not_found(sandbox: Sandbox) -> None:
    for path in (f"{ZAKEN}/zaken/6d3a1f77-2c4e-4f0b-a1c9-5b7e8d9f0a04", f"{ZAKEN}/zaken/geen-uuid", "/elders"):
        assert refused(ask(sandbox, path)) == (404, "not_found")
    assert refused(ask(sandbox, f"{ZAKEN}/zaken", "DELETE")) == (405, "method_not_allowed")


def test_lists_come_in_pages(sandbox: Sandbox) -> None:
    first = ask(sandbox, f"{ZAKEN}/zaken?pageSize=20").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (39, 20, None)
    second = ask(sandbox, first["next"]).json()
    assert (len(second["results"]), second["next"]) == (19, None)
    assert ask(sandbox, second["previous"]).json()["results"] == first["results"]
    assert refused(ask(sandbox, f"{ZAKEN}/zaken?pageSize=20&page=3")) == (404, "not_found")


def test_an_unchanged_object_is_not_sent_again(sandbox: Sandbox) -> None:
    url = every(sandbox, f"{ZAKEN}/zaken")[0]["url"]
    first = ask(sandbox, url)
    again = ask(sandbox, url, headers={**CRS, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_filters_are_exact(sandbox: Sandbox) -> None:
    number = sample("in_behandeling").identificatie(TODAY)
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={number}").json()["count"] == 1
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={number.lower()}").json()["count"] == 0
    double = sample("dubbel_gemeente").identificatie(TODAY)
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={double}").json()["count"] == 2
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={double}&bronorganisatie=100000022").json()["count"] == 1
    both = "bronorganisatie__in=100000022,100000009"
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={double}&{both}").json()["count"] == 2


def test_dates_and_levels_filter(sandbox: Sandbox) -> None:
    closed = ask(sandbox, f"{ZAKEN}/zaken?einddatum__isnull=false").json()["results"]
    assert closed and all(one["einddatum"] for one in closed)
    recent = ask(sandbox, f"{ZAKEN}/zaken?startdatum__gte=2026-11-24").json()["results"]
    assert recent and all(one["startdatum"] >= "2026-11-24" for one in recent)
    public = ask(sandbox, f"{ZAKEN}/zaken?maximaleVertrouwelijkheidaanduiding=openbaar").json()["results"]
    assert len(public) == 38 and {one["vertrouwelijkheidaanduiding"] for one in public} == {"openbaar"}
    ordered = ask(sandbox, f"{ZAKEN}/zaken?ordering=-startdatum").json()["results"]
    assert [one["startdatum"] for one in ordered] == sorted((one["startdatum"] for one in ordered), reverse=True)


def test_filters_on_roles_fit_one_and_the_same_role(sandbox: Sandbox) -> None:
    bsn = sample_bsn("in_behandeling")
    person = "rol__betrokkeneIdentificatie__natuurlijkPersoon__inpBsn"
    body = {person: bsn, "rol__omschrijvingGeneriek": "initiator"}
    found = ask(sandbox, f"{ZAKEN}/zaken/_zoek", "POST", json=body)
    check_request(found.request)
    check_response(found.request, found)
    assert [one["omschrijving"] for one in found.json()["results"]] == ["Buurtbarbecue Plantsoen"]
    # That person has a role, and the case has a behandelaar; but that is someone else.
    other = ask(sandbox, f"{ZAKEN}/zaken/_zoek", "POST", json={**body, "rol__omschrijvingGeneriek": "behandelaar"})
    assert other.json()["count"] == 0


def test_a_search_for_nothing_is_refused(sandbox: Sandbox) -> None:
    answer = ask(sandbox, f"{ZAKEN}/zaken/_zoek", "POST", json={})
    assert answer.json()["invalidParams"][0]["code"] == "empty_search_body"


def test_related_things_are_sent_along_when_asked(sandbox: Sandbox) -> None:
    number = sample("toegekend").identificatie(TODAY)
    names = "zaaktype,status,status.statustype,resultaat,resultaat.resultaattype,rollen"
    answer = ask(sandbox, f"{ZAKEN}/zaken?identificatie={number}&expand={names}")
    check_request(answer.request)
    check_response(answer.request, answer)
    expand = answer.json()["results"][0]["_expand"]
    assert expand["zaaktype"]["identificatie"] == "EVENEMENT"
    assert expand["status"]["_expand"]["statustype"]["isEindstatus"] is True
    assert expand["resultaat"]["_expand"]["resultaattype"]["omschrijving"] == "Verleend"
    assert {rol["omschrijvingGeneriek"] for rol in expand["rollen"]} == {"initiator", "behandelaar"}
    assert ask(sandbox, f"{ZAKEN}/zaken?identificatie={number}").json()["results"][0]["_expand"] == {}
    # A child without its parent comes not at all.
    alone = ask(sandbox, f"{ZAKEN}/zaken?identificatie={number}&expand=status.statustype").json()
    assert alone["results"][0]["_expand"] == {}


def test_statuses_come_newest_first_and_types_in_no_order(sandbox: Sandbox) -> None:
    zaak = next(one for one in every(sandbox, f"{ZAKEN}/zaken") if one["omschrijving"] == "Garage Lindelaan")
    found = ask(sandbox, f"{ZAKEN}/statussen?zaak={zaak['url']}").json()["results"]
    moments = [one["datumStatusGezet"] for one in found]
    assert moments == sorted(moments, reverse=True) and len(moments) == 4
    assert [one["indicatieLaatstGezetteStatus"] for one in found] == [True, False, False, False]
    types = ask(sandbox, f"{CATALOGI}/statustypen?zaaktype={zaak['zaaktype']}").json()["results"]
    numbers = [one["volgnummer"] for one in types]
    assert sorted(numbers) == [10, 20, 30, 40, 90] != numbers


class TestTheChecksThemselves:
    """A check that lets everything through proves nothing."""

    def test_a_missing_or_wrong_field_is_noticed(self, sandbox: Sandbox) -> None:
        answer = ask(sandbox, f"{ZAKEN}/zaken")
        good = answer.json()
        for change in ({"startdatum": "1 juni"}, {"startdatum": None}, {"vertrouwelijkheidaanduiding": "groen"}):
            bad = good | {"results": [good["results"][0] | change]}
            with pytest.raises(ContractBroken, match="results/0/"):
                check_response(answer.request, httpx.Response(200, headers=answer.headers, json=bad))
        without = {key: value for key, value in good["results"][0].items() if key != "zaaktype"}
        with pytest.raises(ContractBroken, match="zaaktype"):
            check_response(
                answer.request, httpx.Response(200, headers=answer.headers, json=good | {"results": [without]})
            )

    def test_the_kind_of_person_decides_which_fields_there_are(self, sandbox: Sandbox) -> None:
        answer = ask(sandbox, f"{ZAKEN}/rollen?omschrijvingGeneriek=initiator")
        bad = answer.json()
        bad["results"][0]["betrokkeneIdentificatie"]["inpBsn"] = "te lang om een nummer te zijn"
        with pytest.raises(ContractBroken, match="inpBsn"):
            check_response(answer.request, httpx.Response(200, headers=answer.headers, json=bad))

    def test_a_wrong_question_is_noticed(self) -> None:
        headers = {**CRS, "Authorization": "Bearer x"}
        for query in ("onzin=1", "expand=alles", "startdatum=1-6-2026", "zaaktype=123"):
            with pytest.raises(ContractBroken):
                check_request(httpx.Request("GET", f"http://oz.example{ZAKEN}/zaken?{query}", headers=headers))
        with pytest.raises(ContractBroken, match="token"):
            check_request(httpx.Request("GET", f"http://oz.example{ZAKEN}/zaken", headers=CRS))
        with pytest.raises(ContractBroken, match="Content-Crs"):
            bare = {"Authorization": "Bearer x", "Content-Type": "application/json"}
            check_request(httpx.Request("POST", f"http://oz.example{ZAKEN}/zaken/_zoek", headers=bare, json={}))
        with pytest.raises(ContractBroken):
            check_request(httpx.Request("GET", f"http://oz.example{ZAKEN}/zakken", headers=headers))

    def test_the_examples_of_a_whole_case_keep_null_apart_from_nothing(self) -> None:
        schema = {"$ref": "#/components/schemas/Zaak"}
        assert document("zaken").errors(schema, {"einddatum": None, "startdatum": None})
