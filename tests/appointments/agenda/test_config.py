"""Settings of the agenda, and whoever comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.appointments.agenda import klant
from bot.appointments.agenda.config import VELDEN_STANDAARD, AgendaConfig, DienstInstelling, locatie_waarde, minuten
from bot.appointments.errors import InvalidInput, NotFound
from bot.appointments.values import Keus, Klant, Veld, Velden
from tests.appointments.agenda.builders import CONFIG, NOOR, STADHUIS


@pytest.mark.parametrize(
    ("keuzen", "expected"),
    [
        ((Keus("paspoort"),), 25),
        ((Keus("paspoort", 4),), 55),
        ((Keus("paspoort", 2), Keus("rijbewijs")), 45),
    ],
)
def test_how_long_it_takes(keuzen: tuple[Keus, ...], expected: int) -> None:
    assert minuten(CONFIG, keuzen) == expected


@pytest.mark.parametrize(
    "keuzen",
    [(), (Keus("paspoort"), Keus("paspoort")), (Keus("paspoort", 0),), (Keus("paspoort", 5),), (Keus("paspoort", -1),)],
)
def test_choices_that_cannot_be(keuzen: tuple[Keus, ...]) -> None:
    with pytest.raises(InvalidInput):
        minuten(CONFIG, keuzen)


def test_an_unknown_service_or_place() -> None:
    with pytest.raises(NotFound):
        minuten(CONFIG, [Keus("onbekend")])
    assert locatie_waarde(CONFIG, "opgeheven").naam == "opgeheven"


def test_no_limit_is_no_limit() -> None:
    assert minuten(CONFIG, [Keus("rijbewijs", 30)]) == 10


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: replace(CONFIG, locaties={"stadhuis": replace(STADHUIS, raster=25)}), "raster"),
        (lambda: replace(CONFIG, locaties={"stadhuis": replace(STADHUIS, raster=0)}), "raster"),
        (lambda: replace(CONFIG, locaties={"stadhuis": replace(STADHUIS, capaciteit=0)}), "capaciteit"),
        (lambda: replace(CONFIG, diensten={"x": DienstInstelling("X", 0)}), "minuten"),
        (lambda: replace(CONFIG, diensten={"x": DienstInstelling("X", 10, hoogstens=0)}), "hoogstens"),
        (lambda: replace(CONFIG, diensten={"x": DienstInstelling("X", 10, locaties=("maan",))}), "maan"),
        (lambda: replace(CONFIG, diensten={"x" * 81: DienstInstelling("X", 10)}), "tekens"),
        (lambda: replace(CONFIG, gemeente=""), "tekens"),
        (lambda: replace(CONFIG, vasthouden_minuten=0), "vasthouden"),
        (lambda: replace(CONFIG, dagen_vooruit=-1), "dagen_vooruit"),
    ],
)
def test_settings_that_cannot_work(wrong: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()  # type: ignore[operator]


def test_only_what_is_asked_is_kept() -> None:
    given = replace(NOOR, bsn="999990019", geboortedatum=date(1985, 4, 12), telefoon=" 0612345678 ")
    assert klant.kept(VELDEN_STANDAARD, given) == {
        "achternaam": "Voorbeeld",
        "email": "noor@mail.example",
        "telefoon": "0612345678",
    }


def test_kept_and_restored() -> None:
    asked = Velden((Veld("achternaam", True, 100), Veld("voorletters", False, 20), Veld("geboortedatum", True, 10)))
    given = Klant(achternaam="Voorbeeld", voorletters="N.", geboortedatum=date(1985, 4, 12))
    assert klant.restored(klant.kept(asked, given)) == given
    with pytest.raises(InvalidInput) as error:
        klant.kept(asked, replace(given, geboortedatum=None))
    assert error.value.velden == ("geboortedatum",)


@pytest.mark.parametrize(
    ("change", "velden"),
    [
        ({"achternaam": "  "}, ("achternaam",)),
        ({"email": "", "telefoon": " "}, ("email", "telefoon")),
        ({"achternaam": "x" * 101, "email": "x" * 255}, ("achternaam", "email")),
    ],
)
def test_what_is_missing_or_too_long_is_named(change: dict[str, str], velden: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as error:
        klant.kept(VELDEN_STANDAARD, replace(NOOR, **change))  # type: ignore[arg-type]
    assert error.value.velden == velden
    assert "Voorbeeld" not in str(error.value)


def test_one_of_the_group_is_enough() -> None:
    assert klant.kept(VELDEN_STANDAARD, replace(NOOR, email="")) == {
        "achternaam": "Voorbeeld",
        "telefoon": "0612345678",
    }
    assert VELDEN_STANDAARD.nodig() == ("achternaam", "email")


def test_a_name_to_call() -> None:
    assert klant.aanspreeknaam({"voorletters": "N.", "tussenvoegsel": "de", "achternaam": "Vries"}) == "N. de Vries"
    assert klant.aanspreeknaam({}) == ""


def test_defaults() -> None:
    config = AgendaConfig("voorbeeldstad", {}, {})
    assert (config.dagen_vooruit, config.minuten_vooraf, config.vasthouden_minuten) == (90, 60, 5)
