"""What the lint finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.lint import lint
from bot.catalog.product import Product, Regelen, format_product
from bot.catalog.readability import count_syllables, flesch_douma
from tests.builders import gemeente, product

GEMEENTEN = Gemeenten({"voorbeeldstad": gemeente(), "molendam": gemeente("molendam", tarief={})}, {})


def problems(*products: Product) -> list[str]:
    files = [ProductFile(Path(f"products/{one.thema}/{one.id}.md"), one, format_product(one)) for one in products]
    return [str(problem) for problem in lint(files, GEMEENTEN)]


VRAGEN = ["Hoe kom ik aan een paspoort?", "paspoort kosten", "mijn paspoort is verlopen"]


def test_a_good_product_has_no_problems() -> None:
    assert problems(product(vragen=VRAGEN, aspecten={})) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "{{ tarief.paspoort }} heeft geen waarde voor molendam"),
        ({"aspecten": {"kosten": "{{ prijs.paspoort }}"}}, 'groep "prijs" bestaat niet'),
        ({"aspecten": {"kosten": "{% if x %}ja{% endif %}"}}, "tussen accolades"),
        ({"aspecten": {"kosten": "Het kost 12 euro."}}, "een bedrag hoort in gemeenten"),
        ({"aspecten": {"kosten": "Sinds 2024 is het gratis."}}, "veroudert"),
        ({"aspecten": {"kosten": "<b>gratis</b>"}}, "HTML kan niet"),
        ({"aspecten": {"kosten": "![foto](https://x.nl/a.png)"}}, "een plaatje kan niet"),
        ({"aspecten": {"kosten": "[site](http://x.nl)"}}, "is geen https-adres"),
        ({"aspecten": {"kosten": "[site](javascript:alert)"}}, "is geen https-adres"),
        ({"kort": "Lang. " * 100}, "hoogstens 400"),
        ({"bronnen": []}, "noem minstens één bron"),
        ({"bronnen": ["http://wetten.overheid.nl"]}, "is geen https-adres"),
        ({"boven": "bestaat-niet"}, "staat niet in de bibliotheek"),
        ({"boven": "paspoort-aanvragen"}, "staat niet boven zichzelf"),
        ({"regelen": Regelen(soort="doorverwijzing")}, "heeft een url nodig"),
        ({"synoniemen": ["pas", "Pas"]}, "staat er twee keer"),
        ({"vragen": []}, "geef minstens drie voorbeeldvragen"),
    ],
)
def test_finds(change: dict[str, Any], expected: str) -> None:
    assert any(expected in problem for problem in problems(product(**({"vragen": VRAGEN} | change))))


def test_two_products_may_not_claim_one_question() -> None:
    found = problems(
        product("paspoort-aanvragen", vragen=VRAGEN), product("paspoort-kind", vragen=["PASPOORT, kosten"])
    )
    assert any("staat ook bij paspoort-aanvragen" in problem for problem in found)


def test_two_products_may_not_share_a_short_answer() -> None:
    found = problems(product("paspoort-aanvragen", kort="Zelfde."), product("paspoort-kind", kort="Zelfde."))
    assert any("korte antwoord is gelijk" in problem for problem in found)


def test_errors_come_before_warnings() -> None:
    kinds = [problem.split()[0] for problem in problems(product(vragen=[]))]
    assert kinds == sorted(kinds, key=lambda kind: kind != "fout")


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("paspoort", 2),
        ("gemeente", 3),
        ("idee", 2),
        ("radio", 3),
        ("agenda", 3),
        ("aanvragen", 3),
        ("huis", 1),
        ("museum", 3),
    ],
)
def test_counts_syllables(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


def test_a_plain_text_reads_easier_than_officialese() -> None:
    plain = "U vraagt een paspoort aan bij de balie. Neem een foto mee. U betaalt meteen. Na vijf dagen haalt u het op."
    hard = (
        "Indien de belastingplichtige niet tijdig aan de betalingsverplichting voldoet, zijn de wettelijke "
        "invorderingsmaatregelen overeenkomstig de desbetreffende gemeentelijke verordening onverminderd van toepassing."
    )
    easy_score, hard_score = flesch_douma(plain), flesch_douma(hard)
    assert easy_score is not None and hard_score is not None
    assert easy_score > 70 > 30 > hard_score
