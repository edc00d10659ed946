"""What is asked of whoever comes, and what is sent of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.appointments.errors import InvalidInput, Unsupported
from bot.appointments.jcc_customer import (
    clean_phone,
    customer_record,
    fields_in,
    fields_of,
    read_customer,
    read_fields,
)
from bot.appointments.values import VELDEN, Klant
from tests.appointments.jcc.contract import CUSTOMER_FIELDS
from tests.appointments.jcc.server import NOOR

HIDE_ALL = dict.fromkeys((*CUSTOMER_FIELDS, "nationality", "language", "country"), 1)


def asked(**changes: Any) -> Any:
    return read_fields({**HIDE_ALL, **changes})


def needed(**changes: Any) -> tuple[str, ...]:
    return fields_of(asked(**changes)).nodig()


def test_what_is_left_out_is_visible() -> None:
    velden = fields_of(read_fields({}))
    assert tuple(one.naam for one in velden.velden) == VELDEN
    assert velden.nodig() == ("achternaam",) and velden.een_van == ()


def test_only_the_last_name_is_always_asked() -> None:
    velden = fields_of(asked())
    assert [(one.naam, one.verplicht, one.lengte) for one in velden.velden] == [("achternaam", True, 128)]


@pytest.mark.parametrize(
    ("jcc", "ours", "length"),
    [
        ("initials", "voorletters", 128),
        ("firstName", "voornaam", 128),
        ("lastNamePrefix", "tussenvoegsel", 128),
        ("birthDate", "geboortedatum", 10),
        ("emailAddress", "email", 254),
        ("mainPhoneNumber", "telefoon", 16),
        ("mobilePhoneNumber", "telefoon", 16),
        ("streetName", "straat", 64),
        ("houseNumber", "huisnummer", 16),
        ("houseNumberSuffix", "toevoeging", 16),
        ("postalCode", "postcode", 16),
        ("city", "plaats", 80),
        ("socialSecurityNumber", "bsn", 16),
    ],
)
def test_each_field_has_its_own_name_state_and_length(jcc: str, ours: str, length: int) -> None:
    for state, required in ((0, False), (2, True)):
        found = {one.naam: one for one in fields_of(asked(**{jcc: state})).velden}
        assert set(found) == {"achternaam", ours}
        assert (found[ours].verplicht, found[ours].lengte) == (required, length)


@pytest.mark.parametrize(
    ("first", "initials", "nodig", "een_van"),
    [
        (0, 0, ("achternaam", "voornaam"), (("voornaam", "voorletters"),)),
        (0, 1, ("voornaam", "achternaam"), ()),
        (1, 0, ("voorletters", "achternaam"), ()),
        (1, 1, ("voornaam", "achternaam"), ()),
        (2, 0, ("voornaam", "achternaam"), ()),
        (0, 2, ("voorletters", "achternaam"), ()),
        (2, 2, ("voorletters", "voornaam", "achternaam"), ()),
    ],
)
def test_first_name_or_initials(
    first: int, initials: int, nodig: tuple[str, ...], een_van: tuple[tuple[str, ...], ...]
) -> None:
    velden = fields_of(asked(areFirstNameOrInitialsRequired=True, firstName=first, initials=initials))
    assert velden.nodig() == nodig and velden.een_van == een_van


@pytest.mark.parametrize("main", [0, 1, 2])
@pytest.mark.parametrize("mobile", [0, 1, 2])
@pytest.mark.parametrize("any_number", [True, False])
def test_two_phone_numbers_are_one(main: int, mobile: int, any_number: bool) -> None:
    gevraagd = asked(mainPhoneNumber=main, mobilePhoneNumber=mobile, isAnyPhoneNumberRequired=any_number)
    found = {one.naam: one.verplicht for one in fields_of(gevraagd).velden}
    if (main, mobile, any_number) == (1, 1, False):
        assert "telefoon" not in found
        assert set(customer_record(NOOR, gevraagd)) & {"phoneNumber", "mobilePhoneNumber"} == set()
        return
    assert found["telefoon"] is (any_number or 2 in (main, mobile))
    record = customer_record(NOOR, gevraagd)
    sent = {name for name in ("phoneNumber", "mobilePhoneNumber") if name in record}
    assert sent
    # What is required is there, what is hidden is not, unless nothing else would be left.
    assert main != 2 or "phoneNumber" in sent
    assert mobile != 2 or "mobilePhoneNumber" in sent
    assert main != 1 or "phoneNumber" not in sent or mobile == 1
    assert mobile != 1 or "mobilePhoneNumber" not in sent


@pytest.mark.parametrize("name", ["nationality", "language", "country"])
def test_what_we_cannot_give_cannot_be_booked(name: str) -> None:
    with pytest.raises(Unsupported) as error:
        fields_of(asked(**{name: 2}))
    assert error.value.code == name
    with pytest.raises(Unsupported):
        customer_record(NOOR, asked(**{name: 2}))
    # A gender we give.
    assert needed(gender=2) == ("achternaam",)


@pytest.mark.parametrize(
    "wrong", [None, [], "x", {"firstName": 3}, {"city": "2"}, {"initials": True}, {"language": None}, {"uuid": 7}]
)
def test_other_answers_are_none(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no "):
        read_fields(wrong)


def test_a_record_has_only_what_is_asked_and_given() -> None:
    everything = Klant(
        "Voorbeeld", "N.", "Noor", "van", date(1985, 4, 12), "n@mail.example", "0612345678", "Lindelaan", "4", "a",
        "1234 AB", "Voorbeeldstad", "111222333",
    )  # fmt: skip
    record = customer_record(everything, read_fields({}))
    assert record == {
        "id": None,
        "isMainCustomer": True,
        "gender": 0,
        "initials": "N.",
        "firstName": "Noor",
        "lastNamePrefix": "van",
        "lastName": "Voorbeeld",
        "birthDate": "1985-04-12",
        "emailAddress": "n@mail.example",
        "phoneNumber": "0612345678",
        "streetName": "Lindelaan",
        "houseNumber": "4",
        "houseNumberSuffix": "a",
        "postalCode": "1234 AB",
        "city": "Voorbeeldstad",
        "socialSecurityNumber": "111222333",
    }
    assert read_customer(record) == everything
    assert set(customer_record(everything, asked())) == {"id", "isMainCustomer", "gender", "lastName"}
    assert "socialSecurityNumber" not in customer_record(NOOR, read_fields({}))


@pytest.mark.parametrize(
    ("changes", "klant", "wrong"),
    [
        ({}, {"achternaam": ""}, ("achternaam",)),
        ({}, {"achternaam": "  "}, ("achternaam",)),
        ({}, {"achternaam": "x" * 129}, ("achternaam",)),
        ({"birthDate": 2}, {"geboortedatum": None}, ("geboortedatum",)),
        ({"emailAddress": 2, "city": 2}, {"email": ""}, ("email", "plaats")),
        ({"emailAddress": 0}, {"email": "x" * 255}, ("email",)),
        ({"streetName": 0, "postalCode": 0}, {"straat": "x" * 65, "postcode": "x" * 17}, ("straat", "postcode")),
        ({"socialSecurityNumber": 2}, {}, ("bsn",)),
        ({"areFirstNameOrInitialsRequired": True, "firstName": 0, "initials": 0}, {"voorletters": ""}, ("voornaam",)),
        ({"mainPhoneNumber": 0}, {"telefoon": "0612345678901234567"}, ("telefoon",)),
        ({"mainPhoneNumber": 0}, {"telefoon": "geen"}, ("telefoon",)),
        ({"isAnyPhoneNumberRequired": True}, {"telefoon": ""}, ("telefoon",)),
    ],
)
def test_what_is_missing_or_too_long_is_told_by_our_names(
    changes: dict[str, Any], klant: dict[str, Any], wrong: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as error:
        customer_record(Klant(**{**vars(NOOR), **klant}), asked(**changes))
    assert error.value.velden == wrong


def test_a_hidden_field_may_be_as_long_as_it_likes() -> None:
    assert "streetName" not in customer_record(Klant(**{**vars(NOOR), "straat": "x" * 99}), asked())


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("06 12345678", "06 12345678"),
        ("(020) 555 12 34", "020 555 12 34"),
        ("+31 (0)6-12.34.56.78", "+310612345678"),
        ("tel: 06/12345678", "06 12345678"),
        (" - ", ""),
        ("niet", ""),
        ("", ""),
    ],
)
def test_a_phone_number_as_jcc_takes_it(typed: str, cleaned: str) -> None:
    assert clean_phone(typed) == cleaned


@given(st.text(st.sampled_from("0123456789+- ()./abcé\u00a0٣")))
def test_a_cleaned_number_keeps_its_digits_and_has_no_other_characters(typed: str) -> None:
    cleaned = clean_phone(typed)
    assert set(cleaned) <= set("0123456789+- ")
    ascii_digits = [one for one in typed if one in "0123456789"]
    assert [one for one in cleaned if one.isdecimal()] == ascii_digits
    assert len(cleaned) <= 16 or len(cleaned.replace("+", "")) == len(ascii_digits)


@given(st.builds(Klant, **{name: st.text(max_size=300) for name in VELDEN if name != "geboortedatum"}))
def test_whatever_is_sent_fits(klant: Klant) -> None:
    gevraagd = read_fields({"areFirstNameOrInitialsRequired": True, "isAnyPhoneNumberRequired": True})
    try:
        record = customer_record(klant, gevraagd)
    except InvalidInput as error:
        assert error.velden and set(error.velden) <= set(VELDEN)
        return
    most = {one.naam: one.lengte for one in fields_of(gevraagd).velden}
    back = read_customer(record)
    assert all(len(str(getattr(back, name))) <= length for name, length in most.items() if name != "geboortedatum")
    assert back.achternaam and back.telefoon and (back.voornaam or back.voorletters)


def test_a_customer_as_it_comes_back() -> None:
    record = {"lastName": "Voorbeeld", "birthDate": "1985-04-12T00:00:00", "houseNumber": 4, "mobilePhoneNumber": "06"}
    klant = read_customer(record)
    assert (klant.geboortedatum, klant.huisnummer, klant.telefoon) == (date(1985, 4, 12), "4", "06")
    for wrong in ({"lastName": []}, {"lastName": True}, {"birthDate": "ooit"}):
        with pytest.raises(ValueError):
            read_customer(wrong)


@pytest.mark.parametrize(
    ("messages", "velden"),
    [
        (["EmailAddress is invalid."], ("email",)),
        (["The field lastName is required.", "birthDate"], ("achternaam", "geboortedatum")),
        (["LastNamePrefixTooLong"], ("tussenvoegsel",)),
        (["HouseNumberSuffix"], ("toevoeging",)),
        (["mainPhoneNumber or MobilePhoneNumber"], ("telefoon",)),
        (["Capacity exceeded", "Velocity", "no city hall"], ("plaats",)),
        (["Capacity exceeded"], ()),
        ([], ()),
    ],
)
def test_fields_in_messages(messages: list[str], velden: tuple[str, ...]) -> None:
    assert fields_in(messages) == velden
