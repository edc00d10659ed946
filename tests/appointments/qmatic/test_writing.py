"""What is sent, and what is refused before it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.appointments.errors import InvalidInput
from bot.appointments.qmatic_memory import MOST, Memory, Moment, Wens
from bot.appointments.qmatic_values import LENGTES, QmaticConfig, Samenstelling, compose
from bot.appointments.qmatic_writing import customer_record, make_title, matrix, segment, services_matrix, wall
from bot.appointments.values import VELDEN, Keus, Klant
from bot.sandbox.qmatic_http import taken_apart
from tests.appointments.qmatic.server import NOOR, ZONE, at

URL = "https://qmatic.example/qmatic/calendar-backend/public/api/"


def config(**fields: Any) -> QmaticConfig:
    return QmaticConfig(URL, api_key="x", **fields)


def test_matrix_parameters_are_repeated_and_their_signs_are_not_encoded() -> None:
    found = services_matrix(Samenstelling(("A", "B"), 3), config())
    assert found == ";servicePublicId=A;servicePublicId=B;numberOfCustomers=3"
    found = services_matrix(Samenstelling(("A",), 3), config(extra_persons_counted="extra"))
    assert found == ";servicePublicId=A;numberOfCustomers=2"


@pytest.mark.parametrize("counts", ["total", "extra"])
def test_one_person_is_not_counted(counts: str) -> None:
    assert services_matrix(Samenstelling(("A",), 1), config(extra_persons_counted=counts)) == ";servicePublicId=A"


@given(st.lists(st.text(min_size=1), min_size=1), st.text(min_size=1))
def test_whatever_an_id_is_it_arrives_as_it_was(ids: list[str], place: str) -> None:
    path = f"v2/branches/{segment(place)}/dates{matrix('servicePublicId', ids)}"
    assert taken_apart(path) == (["v2", "branches", place, "dates"], {"servicePublicId": ids})


@pytest.mark.parametrize("id", [".", "..", "../../v1/branches", "a/b", "%2E", "a?b#c"])
def test_an_id_leads_nowhere_else(id: str) -> None:
    raw = httpx.URL(f"{URL}v1/appointments/{segment(id)}").raw_path.decode()
    assert taken_apart(raw.removeprefix(httpx.URL(URL).path))[0] == ["v1", "appointments", id]


def test_people_and_services_of_a_choice() -> None:
    assert compose([Keus("A", 1), Keus("B", 3)]) == Samenstelling(("A", "B"), 3)
    assert compose([Keus("A", 1), Keus("A", 1), Keus("B", 1)]) == Samenstelling(("A", "B"), 2)


@pytest.mark.parametrize("keuzen", [[], [Keus("A", 0)], [Keus("A", 2), Keus("B", -1)]])
def test_nothing_for_nobody_is_a_mistake(keuzen: list[Keus]) -> None:
    with pytest.raises(ValueError):
        compose(keuzen)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 9, 1, 7, 0, tzinfo=UTC), (date(2026, 9, 1), "09:00")),
        (datetime(2026, 8, 31, 22, 30, tzinfo=UTC), (date(2026, 9, 1), "00:30")),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), (date(2026, 10, 25), "02:30")),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), None),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), (date(2027, 3, 28), "03:00")),
        (datetime(2026, 9, 1, 7, 0, 30, tzinfo=UTC), None),
        (datetime(2026, 9, 1, 7, 0, 0, 1, tzinfo=UTC), None),
    ],
)
def test_a_moment_on_the_clock_of_the_place(moment: datetime, shown: Any) -> None:
    assert wall(moment, ZONE) == shown


def test_only_what_is_asked_is_sent() -> None:
    klant = replace(NOOR, voornaam="Noor", bsn="999990019", plaats="Voorbeeldstad", postcode=" 1234 AB ")
    assert customer_record(klant, config()) == {
        "lastName": "Voorbeeld",
        "email": "noor@voorbeeld.example",
        "phone": "0612345678",
        "dateOfBirth": "1985-04-12",
    }
    asked = ("achternaam", "voornaam", "postcode", "plaats", "bsn", "straat")
    assert customer_record(klant, config(velden=asked, verplicht=())) == {
        "firstName": "Noor",
        "lastName": "Voorbeeld",
        "addressZip": "1234 AB",
        "addressCity": "Voorbeeldstad",
        "identificationNumber": "999990019",
    }


def test_names_and_addresses_are_put_together() -> None:
    klant = Klant(
        achternaam="Voorbeeld",
        tussenvoegsel="van der",
        straat="Lindelaan",
        huisnummer="20",
        toevoeging="A",
        voorletters="N.",
    )
    asked = ("voorletters", "tussenvoegsel", "achternaam", "straat", "huisnummer", "toevoeging")
    assert customer_record(klant, config(velden=asked, verplicht=("achternaam",))) == {
        "firstName": "N.",
        "lastName": "van der Voorbeeld",
        "addressLine1": "Lindelaan 20 A",
    }


def test_what_is_required_and_missing_is_named() -> None:
    with pytest.raises(InvalidInput) as missing:
        customer_record(Klant(achternaam="Voorbeeld", email="   "), config())
    assert missing.value.velden == ("email", "geboortedatum", "telefoon")
    optional = config(verplicht=("achternaam",))
    assert customer_record(Klant(achternaam="Voorbeeld"), optional) == {"lastName": "Voorbeeld"}


@pytest.mark.parametrize("naam", [naam for naam in VELDEN if naam != "geboortedatum"])
def test_as_long_as_it_may_be_and_not_a_character_longer(naam: str) -> None:
    asked = config(velden=(naam,), verplicht=())
    fits = customer_record(Klant(**{naam: "x" * LENGTES[naam]}), asked)
    assert [len(value) for value in fits.values()] == [LENGTES[naam]]
    with pytest.raises(InvalidInput) as long:
        customer_record(Klant(**{naam: "x" * (LENGTES[naam] + 1)}), asked)
    assert long.value.velden == (naam,)


def test_fields_that_share_one_of_qmatic_are_long_together() -> None:
    asked = config(velden=("tussenvoegsel", "achternaam", "straat", "huisnummer"), verplicht=())
    klant = Klant(tussenvoegsel="van", achternaam="x" * 197, straat="y" * 254, huisnummer="10")
    with pytest.raises(InvalidInput) as long:
        customer_record(klant, asked)
    assert long.value.velden == ("tussenvoegsel", "achternaam", "straat", "huisnummer")
    assert "xxx" not in str(long.value) and "yyy" not in str(long.value)


def test_a_title_is_cut() -> None:
    assert make_title("Vraagbaak", ["Paspoort", "Rijbewijs"]) == "Vraagbaak: Paspoort, Rijbewijs"
    assert len(make_title("Vraagbaak", ["x" * 400])) == 255


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://qmatic.example/qmatic/"},
        {"velden": ("achternaam", "schoenmaat"), "verplicht": ()},
        {"velden": ("achternaam",), "verplicht": ("achternaam", "email")},
        {"velden": ("achternaam", "tussenvoegsel"), "verplicht": ("tussenvoegsel",)},
        {"velden": ("voornaam", "voorletters"), "verplicht": ()},
        {"extra_persons_counted": "soms"},
        {"identify": True, "velden": ("achternaam",), "verplicht": ()},
        {"identify": True, "url": "https://qmatic.example/public/api"},
        {"looks": ()},
    ],
)
def test_a_connection_that_cannot_be_right_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        QmaticConfig(**{"url": URL} | fields)


def test_where_customers_are_known() -> None:
    assert config(identify=True).customers == "https://qmatic.example/qmatic/appointment/"
    own = QmaticConfig("https://q.example/public/api", identify=True, identify_url="https://q.example/rest/appointment")
    assert (own.base, own.customers) == ("https://q.example/public/api/", "https://q.example/rest/appointment/")


def test_a_connection_shows_no_secrets() -> None:
    shown = repr(QmaticConfig(URL, api_key="sleutel-geheim", user="vraagbaak", password="wachtwoord-geheim"))
    assert "geheim" not in shown and "vraagbaak" in shown


def test_the_oldest_wishes_are_forgotten() -> None:
    memory = Memory()
    moments = [Moment(Samenstelling(("A",), 1), str(number), at("2026-09-01T09:00")) for number in range(MOST + 2)]
    for moment in moments:
        memory.remember("x", moment, Wens(at("2026-09-01T08:00")))
    assert [memory.wish("x", one) is None for one in (moments[0], moments[1], moments[2], moments[-1])] == [
        True,
        True,
        False,
        False,
    ]
    memory.remember("", moments[0], Wens(at("2026-09-01T08:00")))
    assert memory.wish("", moments[0]) is None, "zonder sleutel wordt niets onthouden"
