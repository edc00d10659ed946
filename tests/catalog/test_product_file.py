"""The product file: read, written, and refused with a clear line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.product import ASPECTS, Kop, Product, Regelen, format_product, parse_product
from bot.errors import ContentError

GOED = """---
id: paspoort-aanvragen
naam: Paspoort aanvragen
doelgroep: inwoner
vragen:
- "Mijn paspoort verloopt: wat nu?"
regelen: {soort: afspraak}
herzien: 2026-11-01
bronnen: [https://wetten.overheid.nl/BWBR0005212]
---
U vraagt het aan bij de balie.

## Kosten
Het kost {{ tarief.paspoort }}.

## Meenemen
- pasfoto
- oud paspoort
"""


def test_reads_front_matter_short_answer_and_aspects() -> None:
    product = parse_product(GOED, "burgerzaken", "x.md")
    assert product.id == "paspoort-aanvragen"
    assert product.kort == "U vraagt het aan bij de balie."
    assert product.aspecten == {"kosten": "Het kost {{ tarief.paspoort }}.", "meenemen": "- pasfoto\n- oud paspoort"}
    assert product.kop.regelen.soort == "afspraak"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace("---\n", "", 1), "begint met een regel ---"),
        (lambda text: text.replace("inwoner", "iedereen"), "veld doelgroep: moet een van deze zijn"),
        (lambda text: text.replace("naam: Paspoort aanvragen\n", ""), "veld naam: ontbreekt"),
        (lambda text: text.replace("naam:", "prijs: 3\nnaam:"), "veld prijs: bestaat niet"),
        (lambda text: text.replace("## Kosten", "## Prijs"), 'onbekende kop "Prijs"'),
        (lambda text: text.replace("## Meenemen", "## Kosten"), 'de kop "Kosten" staat er twee keer'),
        (lambda text: text.replace("Het kost {{ tarief.paspoort }}.", ""), 'onder de kop "Kosten" staat niets'),
        (lambda text: text.replace("U vraagt het aan bij de balie.", ""), "het korte antwoord"),
        (lambda text: text.replace("{soort: afspraak}", "{soort: afspraak"), "geen geldige YAML"),
        (lambda text: text.replace("id: paspoort-aanvragen", "id: Paspoort Aanvragen"), "alleen kleine letters"),
    ],
)
def test_says_what_is_wrong_and_where(change: object, expected: str) -> None:
    with pytest.raises(ContentError) as error:
        parse_product(change(GOED), "burgerzaken", "products/x.md")  # type: ignore[operator]
    assert expected in str(error.value)
    assert str(error.value).startswith("products/x.md")


def test_names_the_line_of_an_unknown_heading() -> None:
    with pytest.raises(ContentError, match="regel 13"):
        parse_product(GOED.replace("## Kosten", "## Prijs"), "burgerzaken", "x.md")


line = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=60).map(str.strip)
words = line.filter(lambda text: text and not text.startswith("#") and text != "---")


@given(
    naam=words,
    kort=words,
    vragen=st.lists(words, max_size=4),
    aspecten=st.dictionaries(st.sampled_from(list(ASPECTS)), words, max_size=4),
)
def test_writing_and_reading_give_the_same_product(
    naam: str, kort: str, vragen: list[str], aspecten: dict[str, str]
) -> None:
    kop = Kop(
        id="een-product",
        naam=naam,
        doelgroep="beide",
        vragen=vragen,
        regelen=Regelen(soort="bellen"),
        herzien=date(2026, 1, 2),
    )
    product = Product(kop, "thema", kort, {key: aspecten[key] for key in ASPECTS if key in aspecten})
    assert parse_product(format_product(product), "thema", "x.md") == product
