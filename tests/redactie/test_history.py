"""Versions, and what differs between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.catalog.tables import CENTRAAL
from bot.redactie import history
from bot.redactie.history import Regel, Stuk, difference
from bot.redactie.values import NietGevonden
from tests.redactie.room import ID, STAD, draft, fill, publish


def test_versions_newest_first_with_author_and_reason(database: Engine) -> None:
    fill(database)
    publish(database, draft(database, "Nieuw."), reden="prijs klopte niet")
    new, old = history.versions(database, ID, CENTRAAL)
    assert (new.versie, new.auteur, new.reden, new.live, new.spoed) == (2, "Noor", "prijs klopte niet", True, False)
    assert (old.versie, old.live) == (1, False)
    assert "Nieuw." in history.text(database, ID, CENTRAAL, 2)
    with pytest.raises(NietGevonden):
        history.text(database, ID, CENTRAAL, 3)
    publish(database, draft(database, "Voor ons.", gemeente=STAD))
    assert history.versions(database, ID, STAD)[0].centraal_versie == 2


def test_a_changed_line_shows_its_words() -> None:
    found = difference("Een pas kost 10 euro.\nTot ziens.", "Een pas kost 12 euro.\nTot ziens.")
    assert found.regels == (
        Regel(
            "anders",
            "Een pas kost 10 euro.",
            "Een pas kost 12 euro.",
            (Stuk("gelijk", "Een pas kost "), Stuk("weg", "10"), Stuk("erbij", "12"), Stuk("gelijk", " euro.")),
            1,
            1,
        ),
        Regel("gelijk", "Tot ziens.", "Tot ziens.", (), 2, 2),
    )
    assert (found.erbij, found.weg, found.gelijk) == (1, 1, False)


def test_lines_that_have_nothing_in_common_are_gone_and_new() -> None:
    found = difference("Bel de gemeente.", "12345 67890")
    assert [one.soort for one in found.regels] == ["weg", "erbij"]
    assert (found.weg, found.erbij) == (3, 2)


def test_the_same_text_has_no_difference() -> None:
    assert difference("a\nb", "a\nb").gelijk and difference("", "").gelijk


@settings(max_examples=200, deadline=None)
@given(*[st.lists(st.text("ab c.", max_size=8), max_size=8).map("\n".join)] * 2)
def test_both_texts_can_be_made_again_from_their_difference(oud: str, nieuw: str) -> None:
    regels = difference(oud, nieuw).regels
    assert [one.oud for one in regels if one.soort != "erbij"] == oud.splitlines()
    assert [one.nieuw for one in regels if one.soort != "weg"] == nieuw.splitlines()
    assert [one.oud_nummer for one in regels if one.oud_nummer] == list(range(1, len(oud.splitlines()) + 1))
    assert [one.nieuw_nummer for one in regels if one.nieuw_nummer] == list(range(1, len(nieuw.splitlines()) + 1))
    for one in regels:
        if one.soort == "anders":
            assert "".join(piece.tekst for piece in one.stukken if piece.soort != "erbij") == one.oud
            assert "".join(piece.tekst for piece in one.stukken if piece.soort != "weg") == one.nieuw
