"""Placeholders: filled per municipality, in a sandbox, never a hole."""

from __future__ import annotations

import pytest

from bot.catalog.render import bedrag, fill, placeholders, rooster_tekst, stray_braces, waarden
from bot.catalog.rooster import Weekrooster
from bot.errors import ContentError
from tests.builders import gemeente


def test_fills_an_amount_in_dutch_notation() -> None:
    values = waarden(gemeente(), {})
    assert fill("Het kost {{ tarief.paspoort }}.", values, "x") == "Het kost €\xa077,85."
    assert bedrag(1250) == "€\xa01.250,00"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(ContentError, match="geen waarde"):
        fill("{{ tarief.onbekend }}", waarden(gemeente(), {}), "product x")


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}",
        "{% if a %}x{% endif %}",
        "{{ tarief.paspoort | upper }}",
        "{{ tarief }}",
        "{# noot #}",
        "{{ a.b.c }}",
        "{{ open",
    ],
)
def test_anything_but_a_plain_placeholder_is_refused(text: str) -> None:
    assert list(stray_braces(text))
    with pytest.raises(ContentError, match="alleen"):
        fill(text, waarden(gemeente(), {}), "x")


def test_a_value_with_braces_stays_text() -> None:
    values = waarden(gemeente(regel={"uren": "{{ 7*7 }}"}), {})
    assert fill("Dit: {{ regel.uren }}", values, "x") == "Dit: {{ 7*7 }}"


def test_finds_placeholders() -> None:
    assert [str(field) for field in placeholders("{{ a.b }} en {{c.d_2}}")] == ["a.b", "c.d_2"]


@pytest.mark.parametrize(
    ("rooster", "expected"),
    [
        (
            dict.fromkeys(("maandag", "dinsdag", "woensdag"), "09:00-17:00"),
            "maandag tot en met woensdag van 9.00 tot 17.00 uur",
        ),
        ({"maandag": "09:00-12:00, 13:30-17:00"}, "maandag van 9.00 tot 12.00 uur en van 13.30 tot 17.00 uur"),
        (
            {"maandag": "09:00-17:00", "dinsdag": "09:00-17:00", "donderdag": "10:00-20:00"},
            "maandag en dinsdag van 9.00 tot 17.00 uur, donderdag van 10.00 tot 20.00 uur",
        ),
        ({}, "niet open"),
    ],
)
def test_describes_a_week(rooster: dict[str, str], expected: str) -> None:
    assert rooster_tekst(Weekrooster(**rooster)) == expected
