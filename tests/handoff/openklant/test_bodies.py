"""Whatever a resident types, what is sent fits Open Klant, loses nothing that matters, and keeps private what is private."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30WriteValidator

from bot.handoff.openklant import bodies
from bot.handoff.openklant.errors import Misconfigured, Refused
from bot.handoff.openklant.rules import clean, email_for, phone_for, shorten
from bot.handoff.openklant.values import (
    VRAAGBAAK,
    ActorVerwijzing,
    Identificator,
    Stappen,
    Verzoek,
    ZaakCodes,
    afdeling,
)
from bot.handoff.openklant.versions import dialect
from bot.sandbox.openklant_rules import Context, Faulty, check_address, read_body
from bot.sandbox.openklant_store import FIELDS
from tests.handoff.openklant import contract
from tests.handoff.openklant.conftest import UNHURRIED, make_verzoek
from tests.handoff.openklant.test_client import CONFIG, UUID

NEWEST, OLDEST, UNKNOWN = dialect((0, 9, 0)), dialect((0, 0, 3)), dialect(None)
VERSIES = {"2.18": ((2, 18), NEWEST), "2.13": ((2, 13), dialect((0, 4, 1))), "2.4": ((2, 4), OLDEST)}
ANY_TEXT = st.text() | st.text(alphabet=st.characters(blacklist_categories=()), max_size=1500)
VERZOEKEN = st.builds(
    make_verzoek,
    naam=ANY_TEXT,
    onderwerp=ANY_TEXT,
    inhoud=ANY_TEXT,
    wanneer=ANY_TEXT,
    gesprek=ANY_TEXT,
    zaak_uuid=st.none() | st.uuids().map(str),
    referentienummer=st.from_regex(r"[0-9]{10}", fullmatch=True),
    geplaatst_op=st.datetimes(
        min_value=datetime(2000, 1, 1),  # noqa: DTZ001
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC) | st.just(timezone(timedelta(hours=2))),
    ),
)


def accepted(resource: str, body: dict[str, Any], versie: tuple[int, int]) -> dict[str, Any]:
    """What the sandbox makes of a body, when all that it points at exists."""
    context = Context(versie, lambda _resource, _uuid: True, None)
    fields = FIELDS.get(resource)
    if fields is None:
        from bot.sandbox.openklant_rules import MAAK_KLANTCONTACT

        fields = MAAK_KLANTCONTACT
    return read_body(fields, json.loads(json.dumps(body)), context)


@UNHURRIED
@given(VERZOEKEN, st.sampled_from(sorted(VERSIES)))
def test_whatever_is_typed_is_accepted(verzoek: Verzoek, versie: str) -> None:
    number, spoken = VERSIES[versie]
    body = bodies.maak_klantcontact(verzoek, CONFIG, spoken)
    json.dumps(body, ensure_ascii=False).encode()
    kept = accepted("maak-klantcontact", body, number)
    # Nothing is changed on arrival: what we look for later is what is there.
    assert kept["klantcontact"]["inhoud"] == body["klantcontact"]["inhoud"]
    assert kept["klantcontact"]["onderwerp"] == body["klantcontact"]["onderwerp"]
    accepted("internetaken", bodies.internetaak(verzoek, CONFIG, UUID, UUID, spoken), number)
    accepted("betrokkenen", bodies.betrokkene(verzoek, UUID, spoken), number)
    if verzoek.zaak_uuid:
        accepted("onderwerpobjecten", bodies.onderwerpobject(verzoek, CONFIG, UUID, spoken), number)


@pytest.mark.parametrize("field", ["naam", "onderwerp", "inhoud", "wanneer", "gesprek"])
@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "\ud83d", "\u2028", " \t\n ", "a" * 5000, "🙂" * 1001, "\r\n" * 600]
)
@pytest.mark.parametrize("versie", sorted(VERSIES))
def test_the_worst_that_can_be_typed_is_accepted_in_each_field(field: str, text: str, versie: str) -> None:
    number, spoken = VERSIES[versie]
    body = bodies.maak_klantcontact(make_verzoek(**{field: text}), CONFIG, spoken)
    json.dumps(body, ensure_ascii=False).encode()
    accepted("maak-klantcontact", body, number)


@UNHURRIED
@given(VERZOEKEN)
def test_whatever_is_typed_fits_the_document(verzoek: Verzoek) -> None:
    for schema, body in (
        ("MaakKlantcontact", bodies.maak_klantcontact(verzoek, CONFIG, NEWEST)),
        ("InterneTaak", bodies.internetaak(verzoek, CONFIG, UUID, UUID, NEWEST)),
        ("Betrokkene", bodies.betrokkene(verzoek, UUID, NEWEST)),
    ):
        contract._check({"$ref": f"#/components/schemas/{schema}"}, body, contract.document(), OAS30WriteValidator)


@UNHURRIED
@given(VERZOEKEN)
def test_nothing_typed_reaches_a_notification(verzoek: Verzoek) -> None:
    fixed = bodies.internetaak(make_verzoek(), CONFIG, UUID, UUID, NEWEST)
    body = bodies.internetaak(verzoek, CONFIG, UUID, UUID, NEWEST)
    assert {name for name in body if body[name] != fixed[name]} <= {"referentienummer"}


@UNHURRIED
@given(VERZOEKEN, st.sampled_from([OLDEST, UNKNOWN, dialect((0, 6, 0))]))
def test_the_reference_is_always_the_last_line_where_it_must_be_in_the_text(verzoek: Verzoek, spoken: Any) -> None:
    inhoud = bodies.maak_klantcontact(verzoek, CONFIG, spoken)["klantcontact"]["inhoud"]
    assert inhoud.split("\n")[-1] == f"Referentie: {verzoek.referentienummer}"


@UNHURRIED
@given(VERZOEKEN)
def test_when_to_call_is_never_cut_away_by_a_long_question(verzoek: Verzoek) -> None:
    asked = replace(verzoek, wanneer="Maandag tussen 9 en 12 uur")
    inhoud = bodies.maak_klantcontact(asked, CONFIG, NEWEST)["klantcontact"]["inhoud"]
    assert inhoud.endswith("Terugbellen: Maandag tussen 9 en 12 uur") and len(inhoud) <= 1000


def test_a_long_question_keeps_its_beginning_and_shows_the_cut() -> None:
    verzoek = make_verzoek(inhoud="a" * 999 + "b" * 999)
    inhoud = bodies.maak_klantcontact(verzoek, CONFIG, NEWEST)["klantcontact"]["inhoud"]
    assert len(inhoud) == 1000
    assert re.fullmatch(r"a+…\n\nTerugbellen: Maandag tussen 9 en 12 uur", inhoud)


def test_a_question_of_just_the_length_is_not_cut() -> None:
    verzoek = make_verzoek(inhoud="a" * 1000, wanneer="")
    assert bodies.maak_klantcontact(verzoek, CONFIG, NEWEST)["klantcontact"]["inhoud"] == "a" * 1000


def test_a_subject_of_nothing_gets_a_name() -> None:
    verzoek = make_verzoek(onderwerp=" \x00\t ")
    assert bodies.maak_klantcontact(verzoek, CONFIG, NEWEST)["klantcontact"]["onderwerp"] == "Terugbelverzoek"


def test_a_moment_is_sent_with_its_zone() -> None:
    verzoek = make_verzoek(geplaatst_op=datetime(2026, 9, 1, 9, 12, tzinfo=timezone(timedelta(hours=2))))
    sent = bodies.maak_klantcontact(verzoek, CONFIG, NEWEST)["klantcontact"]["plaatsgevondenOp"]
    assert sent == "2026-09-01T07:12:00Z"


def test_the_codes_of_a_zaak_are_settings() -> None:
    config = replace(CONFIG, zaak=ZaakCodes("zaak", "open-zaak", "uuid"))
    sent = bodies.maak_klantcontact(make_verzoek(), config, NEWEST)["onderwerpobject"]["onderwerpobjectidentificator"]
    assert (sent["codeObjecttype"], sent["codeRegister"]) == ("zaak", "open-zaak")


# Phone numbers and addresses


PHONES = (
    st.from_regex(r"0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13}", fullmatch=True)
    | st.text(alphabet="+0123456789 -()", max_size=20)
    | st.from_regex(r"(0800|0900|088|14)[0-9]{0,8}", fullmatch=True)
    | st.text(max_size=20)
)


@UNHURRIED
@given(PHONES, st.sampled_from(["2.18", "2.13"]))
def test_we_accept_exactly_the_phone_numbers_that_open_klant_accepts(number: str, versie: str) -> None:
    """But for numbers with 088, which we write otherwise for versions that refuse them."""
    open_klant, spoken = VERSIES[versie]
    context = Context(open_klant, lambda _resource, _uuid: True, None)

    def takes(value: str) -> bool:
        try:
            check_address({"soortDigitaalAdres": "telefoonnummer", "adres": value}, context)
        except Faulty:
            return False
        return True

    try:
        sent = phone_for(number, spoken)
    except Refused:
        assert not takes(number)
        return
    assert takes(sent)
    assert sent == number or (spoken.refuses_088 and number.startswith("088") and sent == f"+31{number[1:]}")


@pytest.mark.parametrize(
    "number",
    ["0612345678", "0201234567", "+31612345678", "0031612345678", "+4915112345678", "0881234567", "+31800123456"],
)
def test_numbers_that_can_be_called_are_accepted(number: str) -> None:
    assert phone_for(number, NEWEST) == number


@pytest.mark.parametrize(
    "number",
    ["", "0800123456", "08001234", "0900123456", "1400", "14030", "140123456", "06 12345678", "06-12345678", "61234567",
     "06123456789", "0012345", "+3161234", "+31 6", "٠٦١٢٣٤٥٦٧٨", "0612345678\n", "tel:0612345678"],
)  # fmt: skip
def test_numbers_that_open_klant_refuses_are_refused_without_being_named(number: str) -> None:
    with pytest.raises(Refused) as error:
        phone_for(number, NEWEST)
    assert not number or number not in str(error.value)


@pytest.mark.parametrize(
    "adres", ["", "noor", "noor@", "@voorbeeld.nl", "noor@voorbeeld", "a b@c.nl", "a@b.nl\n", "a@b.c."]
)
def test_what_is_no_email_address_is_refused(adres: str) -> None:
    with pytest.raises(Refused):
        email_for(adres)


def test_an_email_address_may_have_eighty_characters() -> None:
    longest = "a" * 68 + "@example.com"
    assert len(longest) == 80 and email_for(longest) == longest
    with pytest.raises(Refused, match="80"):
        email_for("a" + longest)


@UNHURRIED
@given(ANY_TEXT)
def test_cleaning_is_done_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once == once.strip()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", once)


@UNHURRIED
@given(st.text(), st.integers(1, 50))
def test_shortening_keeps_within_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


# Values


PERSONAL = ("Noor Voorbeeld", "0612345678", "noor@voorbeeld.example", "Evenementen", "aggregaat", "Maandag", "b7c1f0")


def test_a_request_does_not_show_what_is_in_it() -> None:
    assert not any(word in repr(make_verzoek()) for word in PERSONAL)
    assert "4820017365" in repr(make_verzoek())


@pytest.mark.parametrize(
    "change",
    [
        {"referentienummer": "482001736"},
        {"referentienummer": "48200173655"},
        {"referentienummer": "482001736a"},
        {"referentienummer": "٤٨٢٠٠١٧٣٦٥"},
        {"referentienummer": "4820017365\n"},
        {"taal": "nl"},
        {"taal": "NLD"},
        {"telefoon": None, "email": None},
        {"telefoon": "", "email": ""},
        {"geplaatst_op": datetime(2026, 9, 1)},  # noqa: DTZ001
        {"zaak_uuid": "ZAAK-1"},
    ],
    ids=str,
)
def test_a_request_that_cannot_be_is_an_error_of_ours_without_words(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        make_verzoek(**change)
    assert not any(word in str(error.value) for word in PERSONAL)


UUIDS = st.uuids().map(str)
STAPPEN = st.builds(
    Stappen,
    *[st.none() | UUIDS] * 2,
    st.dictionaries(st.sampled_from(["telefoonnummer", "email"]), UUIDS),
    *[st.none() | UUIDS] * 4,
)


@UNHURRIED
@given(STAPPEN)
def test_steps_come_back_as_they_were_stored(stappen: Stappen) -> None:
    assert Stappen.from_json(json.loads(json.dumps(stappen.as_json()))) == stappen


@UNHURRIED
@given(st.none() | st.dictionaries(st.sampled_from([*Stappen.__dataclass_fields__, "nieuw"]), st.none() | st.text()
       | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.integers() | st.text())))  # fmt: skip
def test_steps_that_cannot_be_read_are_steps_not_taken(stored: dict[str, Any] | None) -> None:
    assert Stappen.from_json(stored) == Stappen()


@pytest.mark.parametrize(
    "make",
    [
        lambda: ActorVerwijzing("X", "medewerker"),
        lambda: ActorVerwijzing("X", "medewerker", Identificator("a", "b", "c", "d"), UUID),
        lambda: ActorVerwijzing("X", "medewerker", uuid="geen"),
    ],
)
def test_an_actor_is_named_in_one_way(make: Callable[[], ActorVerwijzing]) -> None:
    with pytest.raises(Misconfigured):
        make()


def test_departments_and_groups_are_named_as_kiss_does() -> None:
    assert bodies.actor(afdeling("Team", "TEAM")) == {
        "naam": "Team",
        "soortActor": "organisatorische_eenheid",
        "indicatieActief": True,
        "actoridentificator": {
            "objectId": "TEAM",
            "codeObjecttype": "afd",
            "codeRegister": "obj",
            "codeSoortObjectId": "idf",
        },
    }
    assert bodies.actor(afdeling("Groep", "G", "grp"))["actoridentificator"]["codeObjecttype"] == "grp"
    assert bodies.actor(VRAAGBAAK)["actorIdentificatie"] == {"functie": "Digitale assistent"}
