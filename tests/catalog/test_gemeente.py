"""A municipality's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.gemeente import load_gemeenten
from bot.errors import ContentError, UnknownGemeente
from bot.settings import ROOT

EIGEN = ROOT / "gemeenten"


def test_reads_the_sample_municipalities() -> None:
    gemeenten = load_gemeenten(EIGEN)
    assert gemeenten.ids == ("molendam", "voorbeeldstad")
    assert gemeenten["molendam"].contact.telefoon != gemeenten["voorbeeldstad"].contact.telefoon
    assert gemeenten["molendam"].openingstijden != gemeenten["voorbeeldstad"].openingstijden
    assert gemeenten["molendam"].tarief != gemeenten["voorbeeldstad"].tarief


def test_an_unknown_municipality_names_the_known_ones() -> None:
    with pytest.raises(UnknownGemeente, match="molendam, voorbeeldstad"):
        load_gemeenten(EIGEN)["utopia"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("naam: Molendam", "nam: Molendam", "veld naam: ontbreekt"),
        ('maandag: "09:00-12:30, 13:30-16:30"', 'maandag: "negen tot vijf"', "schrijf de tijden als"),
        ('maandag: "09:00-12:30, 13:30-16:30"', 'maandag: "17:00-09:00"', "eindigt voor het begint"),
        ("website: https://", "website: http://", "moet een https-adres zijn"),
        ("id: molendam", "id: molenwijk", 'is "molenwijk", maar het bestand heet molendam.yml'),
        ("aanspreekvorm: u", "aanspreekvorm: u: je", "geen geldige YAML"),
    ],
)
def test_says_which_file_and_field_is_wrong(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = (EIGEN / "molendam.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "molendam.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_gemeenten(tmp_path)
    assert expected in str(error.value)
    assert "molendam.yml" in str(error.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="geen enkel gemeentebestand"):
        load_gemeenten(tmp_path)
