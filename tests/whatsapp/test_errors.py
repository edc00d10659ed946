"""Every code of Meta's table asks for its own reaction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.whatsapp_errors import CODES
from bot.whatsapp.errors import TABEL, Reactie, Refused, reactie, without_people

ROWS = {
    Reactie.STOPPEN: [0, 3, 10, 190, *range(200, 300), 368, 131031, 130497, 131042],
    Reactie.NUMMER_RUSTIG: [4, 80007, 130429],
    Reactie.GEBRUIKER_RUSTIG: [131056],
    Reactie.VENSTER: [131047],
    Reactie.ONBEREIKBAAR: [131026, 130403],
    Reactie.ANDER_SOORT: [131051, 131052, 131053, 131060],
    Reactie.OPNIEUW: [1, 2, 131000, 131016, 131057],
    Reactie.ONZE_FOUT: [100, 131008, 131009, 131062],
    Reactie.SJABLOON_FOUT: [132000, 132001, 132005, 132007, 132012, 132015, 132016],
    Reactie.GRENS: [131048, 131049, 131050, 131064],
}
"""Section 9 of WHATSAPP.md, and the codes that sections 4 and 6 name."""
STATUSES = [None, 200, 400, 401, 403, 404, 408, 429, 500, 502, 503]


@pytest.mark.parametrize(("wanted", "codes"), ROWS.items(), ids=lambda one: getattr(one, "name", ""))
def test_every_code_of_the_table(wanted: Reactie, codes: list[int]) -> None:
    """Whatever the HTTP status says: Meta wants decisions on the code."""
    assert {(code, reactie(code, status)) for code in codes for status in STATUSES} == {(one, wanted) for one in codes}


def test_every_reaction_is_asked_for() -> None:
    assert set(ROWS) == set(Reactie)


def test_what_the_sandbox_gives_is_known() -> None:
    assert {code for code in CODES if code not in TABEL and not 200 <= code < 300} == {2200}


@pytest.mark.parametrize(
    ("code", "status", "wanted"),
    [
        (132068, None, Reactie.SJABLOON_FOUT),
        (999999, None, Reactie.ONZE_FOUT),
        (999999, 400, Reactie.ONZE_FOUT),
        (999999, 401, Reactie.STOPPEN),
        (999999, 403, Reactie.STOPPEN),
        (999999, 404, Reactie.ONZE_FOUT),
        (999999, 408, Reactie.OPNIEUW),
        (999999, 429, Reactie.NUMMER_RUSTIG),
        (999999, 500, Reactie.OPNIEUW),
        (-1, 503, Reactie.OPNIEUW),
        (None, 302, Reactie.ONZE_FOUT),
        (None, 403, Reactie.STOPPEN),
        (None, 502, Reactie.OPNIEUW),
        (None, None, Reactie.ONZE_FOUT),
    ],
)
def test_unknown_codes_go_by_range_and_status(code: int | None, status: int | None, wanted: Reactie) -> None:
    assert reactie(code, status) is wanted


@given(st.none() | st.integers(), st.none() | st.integers(100, 599))
def test_there_is_always_a_reaction(code: int | None, status: int | None) -> None:
    assert reactie(code, status) in Reactie


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Recipient +31 6 12345678 is not in the list", "Recipient … is not in the list"),
        ("31612345678 (0612345678)", "…)"),
        ("to NL.4455667788 and US.ENT.AbC123xyz.", "to … and …."),
        ("wamid.HBgLMzE2MDAwMDAwMDEVAgASGBQz= unknown", "… unknown"),
        ("mail ans@voorbeeld.nl now", "mail … now"),
        ('text "mijn BSN is geheim" too long', "text … too long"),
        ("(#131047) Re-engagement message", "(#131047) Re-engagement message"),
        ("text['body'] must be at most 4096 characters", "text['body'] must be at most 4096 characters"),
    ],
)
def test_people_are_left_out_of_what_is_told(text: str, shown: str) -> None:
    assert without_people(text) == shown


def test_a_long_text_is_cut() -> None:
    assert len(without_people("lang " * 1000)) == 300


def test_a_refusal_says_what_and_why() -> None:
    assert str(Refused(Reactie.VENSTER, 131047, "too late", 400)) == "code 131047, HTTP 400: too late"
