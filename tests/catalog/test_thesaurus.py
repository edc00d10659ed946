"""The thesaurus: groups of words that mean the same, each word in one group."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.thesaurus import THESAURUS, Groep, read_thesaurus
from bot.errors import ContentError


def read(tmp_path: Path, text: str) -> list[Groep]:
    path = tmp_path / "thesaurus.yml"
    path.write_text(text, encoding="utf-8")
    return read_thesaurus(path)


def test_reads_groups_with_their_kinds(tmp_path: Path) -> None:
    (groep,) = read(
        tmp_path,
        "- woorden: [Identiteitskaart, id kaart]\n  belgisch: [e-id]\n  nederlands: [nik]\n  oud: [toeristenkaart]\n",
    )
    assert groep == Groep(("identiteitskaart", "id kaart"), ("nik",), ("e-id",), ("toeristenkaart",))
    assert groep.begrip == "identiteitskaart"
    assert groep.alle == ("identiteitskaart", "id kaart", "nik", "e-id", "toeristenkaart")


def test_a_number_is_a_word_too(tmp_path: Path) -> None:
    assert read(tmp_path, "- woorden: [noodnummer, 112]\n")[0].woorden == ("noodnummer", "112")


def test_an_absent_file_has_no_groups(tmp_path: Path) -> None:
    assert read_thesaurus(tmp_path / "nergens.yml") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- woorden: [a, b]\n- woorden: a: b\n", "regel 2: geen geldige YAML"),
        ("woorden: [a, b]\n", "verwacht een lijst van groepen"),
        ("", "verwacht een lijst van groepen"),
        ("- [a, b]\n", "een groep heeft woorden"),
        ("- belgisch: [a, b]\n", "een groep heeft woorden"),
        ("- woorden: []\n", "een groep heeft woorden"),
        ("- woorden: [a, b]\n  duits: [c]\n", "nederlands, belgisch, oud"),
        ("- woorden: [kliko]\n", 'de groep "kliko" heeft maar één woord'),
        ("- woorden: [a, b]\n- woorden: [c, B]\n", '"b" staat bij "a" en bij "c"'),
        ("- woorden: [a, b]\n  oud: [a]\n", '"a" staat bij "a" en bij "a"'),
        ("- woorden: kliko\n", "woorden is een lijst van woorden, niet 'kliko'"),
        ("- woorden: [a, b]\n  oud:\n", "oud is een lijst van woorden, niet None"),
        ("- woorden: [a, '']\n", "woorden is een lijst van woorden"),
    ],
)
def test_says_what_is_wrong_and_in_which_file(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ContentError) as error:
        read(tmp_path, text)
    assert expected in str(error.value)
    assert "thesaurus.yml" in error.value.where


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thesaurus.yml"
    path.write_bytes("- woorden: [café, kroeg]\n".encode("latin-1"))
    with pytest.raises(ContentError, match="geen UTF-8"):
        read_thesaurus(path)


def test_our_own_thesaurus_is_large_and_right() -> None:
    groepen = read_thesaurus(THESAURUS)
    assert len(groepen) >= 800
    assert all(woord == woord.strip() for groep in groepen for woord in groep.alle)
