"""What is asked of whoever comes, references as they are typed, and what an appointment is for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.appointments.intake import CONTACT, klant_of, next_question, number_of_people, read_field, with_contact
from bot.appointments.reference import make_reference, references
from bot.appointments.subject import subject_of
from bot.appointments.values import Veld, Velden

NAAM, MAIL, TELEFOON = Veld("achternaam", True, 50), Veld("email", False, 50), Veld("telefoon", False, 50)


@pytest.mark.parametrize(
    ("velden", "deel", "vraag"),
    [
        (Velden((NAAM,)), {}, "achternaam"),
        (Velden((NAAM,)), {"achternaam": "Voorbeeld"}, None),
        (Velden((NAAM, MAIL, TELEFOON), (("email", "telefoon"),)), {"achternaam": "V"}, CONTACT),
        (Velden((NAAM, MAIL, TELEFOON), (("email", "telefoon"),)), {"achternaam": "V", "telefoon": "+31"}, None),
        (Velden((NAAM,), (("voorletters", "voornaam"),)), {"achternaam": "V"}, "voorletters"),
        (with_contact(Velden((NAAM, MAIL, TELEFOON))), {"achternaam": "V"}, CONTACT),
        (with_contact(Velden((NAAM, Veld("email", True, 9), TELEFOON))), {"achternaam": "V", "email": "a@b.nl"}, None),
    ],
)
def test_the_next_question(velden: Velden, deel: dict[str, str], vraag: str | None) -> None:
    assert next_question(velden, deel) == vraag


@pytest.mark.parametrize(
    ("naam", "text", "found"),
    [
        ("geboortedatum", "12-4-1985", {"geboortedatum": "1985-04-12"}),
        ("geboortedatum", "ik ben geboren op 1 mrt. 1990", {"geboortedatum": "1990-03-01"}),
        ("geboortedatum", "31-02-1990", None),
        ("geboortedatum", "12-4-2085", None),
        ("geboortedatum", "gisteren", None),
        (CONTACT, "mail maar naar a.b@voorbeeld.nl", {"email": "a.b@voorbeeld.nl"}),
        (CONTACT, "06 12 34 56 78", {"telefoon": "+31612345678"}),
        (CONTACT, "liever niet", None),
        ("postcode", "1234ab", {"postcode": "1234 AB"}),
        ("huisnummer", "12 b", {"huisnummer": "12", "toevoeging": "b"}),
        ("huisnummer", "geen", None),
        ("achternaam", "...", None),
        ("achternaam", "  de Vries ", {"achternaam": "de Vries"}),
    ],
)
def test_reading_an_answer(naam: str, text: str, found: dict[str, str] | None) -> None:
    assert read_field(naam, text) == found


def test_somebody_from_what_was_filled_in() -> None:
    klant = klant_of({"achternaam": "Voorbeeld", "geboortedatum": "1985-04-12", "email": "", "onbekend": "x"})
    assert klant.achternaam == "Voorbeeld" and klant.geboortedatum == date(1985, 4, 12) and klant.email == ""
    assert "Voorbeeld" not in repr(klant)


@pytest.mark.parametrize(
    ("text", "aantal"),
    [
        ("voor 3 personen", 3),
        ("met zijn tweeën", 2),
        ("wij komen met vier mensen", 4),
        ("voor mijn zoon van 12", None),
        ("paspoort", None),
    ],
)
def test_for_how_many(text: str, aantal: int | None) -> None:
    assert number_of_people(text) == aantal


@given(st.booleans(), st.sampled_from(["-", " ", "", "–", "."]), st.text(max_size=20))
def test_a_reference_is_read_however_it_is_typed(lower: bool, joint: str, around: str) -> None:
    made = make_reference()
    typed = made.replace("-", joint)
    assert made in references(f"{around} {typed.lower() if lower else typed} {around}")


def test_numbers_round_a_reference_do_not_take_half_of_it() -> None:
    assert references("2222 FD8X-K45M 2222")[0] == "FD8X-K45M"
    assert "FD8X-K45M" in references("2222 FD8X K45M 2222")


@pytest.mark.parametrize(
    "text", ["", "afspraak verzetten", "06 12345678", "1234 AB", "BCDF GHJK", "noor@voorbeeld.example"]
)
def test_other_things_are_no_reference(text: str) -> None:
    assert references(text) == []


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("ik wil een afspraak voor een paspoort volgende week donderdag na vieren", "paspoort"),
        ("afspraak maken", ""),
        ("zo snel mogelijk langskomen voor mijn id-kaart", "mijn id kaart"),
        ("kan ik 12 december om half 3 terecht", "terecht"),
    ],
)
def test_what_an_appointment_is_for(text: str, over: str) -> None:
    assert subject_of(text, date(2026, 11, 25)) == over
