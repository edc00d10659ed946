"""What goes out comes in again as it was: for the whole library, and for any product that hypothesis thinks of."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog.exchange.build import build, fields_of, slug
from bot.catalog.exchange.files import read_zip, write_zip
from bot.catalog.exchange.plain import as_markdown, one_line, plain
from bot.catalog.exchange.plan import make_plan
from bot.catalog.exchange.samenwerkende_catalogi import is_own, sc_product, write_sc
from bot.catalog.exchange.sc_import import Ours, read_sc
from bot.catalog.exchange.table import DELIMITERS, read_table, write_table
from bot.catalog.exchange.upl import names
from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.product import Product, format_product
from bot.catalog.render import waarden
from tests.catalog.exchange.builders import current, gemeente, products

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODIFIED = date(2026, 11, 2)


def nothing_changes(reading: Any, live: list[Product], gemeenten: Gemeenten, of: str = "") -> None:
    assert [str(one) for one in reading.refusals] == []
    plan = make_plan(reading, current(*live, of=of), gemeenten)
    assert (plan.changes, plan.geweigerd) == ((), ())
    assert len(plan.ongewijzigd) == len(reading.candidates)


def test_the_library_as_files(library: list[ProductFile], gemeenten: Gemeenten) -> None:
    packed = write_zip((file.product.thema, file.product.id, file.text) for file in library)
    reading = read_zip(packed, "bibliotheek.zip")
    assert len(reading.candidates) == len(library) >= 764
    assert {one.text for one in reading.candidates} == {file.text for file in library}
    nothing_changes(reading, [file.product for file in library], gemeenten)


def test_the_library_as_a_table(library: list[ProductFile], gemeenten: Gemeenten) -> None:
    live = [file.product for file in library]
    reading = read_table(write_table(live), "producten.csv")
    assert len(reading.candidates) == len(library)
    nothing_changes(reading, live, gemeenten)


def test_the_library_as_samenwerkende_catalogi(library: list[ProductFile], gemeenten: Gemeenten) -> None:
    of = "molendam"
    live = [file.product for file in library]
    values = waarden(gemeenten[of], gemeenten.landelijk)
    feed = write_sc([sc_product(one, gemeenten[of], values, MODIFIED) for one in live], gemeenten[of].naam)
    reading = read_sc(feed, "sc.xml", Ours({one.id: one for one in live}, gemeenten[of], values))
    assert len(reading.candidates) == len(library)
    assert reading.remarks == ()
    nothing_changes(reading, live, gemeenten, of)


def test_the_library_holds_products_of_others_too(library: list[ProductFile]) -> None:
    own = [file for file in library if is_own(file.product)]
    assert 0 < len(own) < len(library)


def test_every_uniform_product_name_of_the_library_has_a_name(library: list[ProductFile]) -> None:
    used = {uri for file in library for uri in file.product.kop.upl}
    assert used <= set(names())
    assert len({naam.casefold() for naam in names().values()}) == len(names())


@PROPERTY
@given(products())
def test_any_product_as_a_file(product: Product) -> None:
    packed = write_zip([(product.thema, product.id, format_product(product))])
    reading = read_zip(packed, "a.zip")
    assert reading.refusals == ()
    assert [one.product for one in reading.candidates] == [product]


@PROPERTY
@given(products(), st.sampled_from(DELIMITERS), st.booleans())
def test_any_product_as_a_row(product: Product, delimiter: str, bom: bool) -> None:
    reading = read_table(write_table([product], delimiter=delimiter, bom=bom), "a.csv")
    assert reading.refusals == ()
    assert [one.product for one in reading.candidates] == [product]


@PROPERTY
@given(products())
def test_any_product_as_a_record(product: Product) -> None:
    city = gemeente()
    values = waarden(city, {})
    feed = write_sc([sc_product(product, city, values, MODIFIED)], "Voorbeeldstad", "http://owms.example/a&b")
    reading = read_sc(feed, "a.xml", Ours({product.id: product}, city, values))
    assert reading.refusals == ()
    assert [one.product for one in reading.candidates] == [product]


@PROPERTY
@given(products())
def test_any_product_from_its_values(product: Product) -> None:
    made = build(fields_of(product), product.thema, product.kort, product.aspecten, where="a", places={})
    assert made.product == product


@PROPERTY
@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))) | st.text("#*_-+=<>[]()`~!&\\1.) ab"))
def test_plain_text_reads_the_same_as_markdown(text: str) -> None:
    made = as_markdown(text)
    assert plain(made) == one_line(text)
    assert not made.startswith("#")


@given(st.text(max_size=200))
def test_a_slug_is_an_id_or_nothing(text: str) -> None:
    made = slug(text)
    assert made == "" or (len(made) <= 80 and slug(made) == made and "--" not in made)
