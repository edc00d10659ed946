"""Who may do what."""

from __future__ import annotations

import pytest

from bot.redactie.roles import BEHEERDER, EINDREDACTEUR, REDACTEUR, Recht, is_editor, may, places, require
from bot.redactie.values import NietToegestaan
from tests.redactie.room import DAM, STAD, editor

EXPECTED = {
    REDACTEUR: {Recht.LEZEN, Recht.SCHRIJVEN, Recht.POSTVAK, Recht.TOETSVRAGEN},
    EINDREDACTEUR: {
        Recht.LEZEN,
        Recht.SCHRIJVEN,
        Recht.PUBLICEREN,
        Recht.POSTVAK,
        Recht.TOETSVRAGEN,
        Recht.SPOOR,
    },
    BEHEERDER: {Recht.LEZEN, Recht.SPOOR, Recht.BEHEREN},
    "medewerker": set(),
}


@pytest.mark.parametrize("rol", EXPECTED)
@pytest.mark.parametrize("recht", list(Recht))
@pytest.mark.parametrize("place", ["", STAD])
def test_a_role_allows_what_is_its_own_and_only_there(rol: str, recht: Recht, place: str) -> None:
    rollen = frozenset({(place, rol)})
    assert may(rollen, recht, place) == (recht in EXPECTED[rol])
    assert not may(rollen, recht, DAM) or (place == "" and rol == BEHEERDER and recht in (Recht.SPOOR, Recht.BEHEREN))


def test_only_the_central_beheerder_reaches_every_municipality() -> None:
    assert may({("", BEHEERDER)}, Recht.BEHEREN, STAD)
    assert not may({("", BEHEERDER)}, Recht.PUBLICEREN, STAD)
    assert not may({(STAD, BEHEERDER)}, Recht.BEHEREN, "")
    assert not may({("", EINDREDACTEUR)}, Recht.PUBLICEREN, STAD)


def test_places_lists_central_first() -> None:
    assert places({("", REDACTEUR), (STAD, REDACTEUR), (DAM, "medewerker")}, Recht.SCHRIJVEN, (STAD, DAM)) == ("", STAD)


def test_who_only_helps_residents_is_no_editor() -> None:
    assert not is_editor({(STAD, "medewerker")})
    with pytest.raises(NietToegestaan, match="beheerder"):
        require(editor(9, "Ans", "medewerker"), Recht.LEZEN, STAD)
