"""Products, live texts and plans for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from bot.catalog.exchange.current import Current, LiveText
from bot.catalog.exchange.values import Candidate, Reading
from bot.catalog.gemeente import Gemeenten
from bot.catalog.product import ASPECTS, Kop, Product, Regelen, format_product
from bot.catalog.tables import CENTRAAL
from tests.builders import gemeente, product

__all__ = ["candidate", "current", "gemeente", "gemeenten_of", "product", "products", "reading", "reasons"]


def gemeenten_of(*ids: str) -> Gemeenten:
    """Municipalities that know a price of a passport."""
    return Gemeenten({one: gemeente(one) for one in ids or ("voorbeeldstad",)}, {})


def current(*live: Product, of: str = CENTRAAL, revisie: int = 1) -> Current:
    texts = {one.id: LiveText(one, format_product(one), of, date(2026, 11, 2)) for one in live}
    return Current(revisie, of, texts)


def candidate(one: Product, where: str = "bron regel 2", **places: str) -> Candidate:
    return Candidate(where, one, places)


def reading(*found: Product) -> Reading:
    return Reading(tuple(candidate(one, f"bron regel {line}") for line, one in enumerate(found, start=2)))


def reasons(found: Iterable[Any]) -> list[str]:
    """Refusals or remarks as lines."""
    return [str(one) for one in found]


_LETTERS = st.characters(
    blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"),
    blacklist_characters="{}\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffd",
)
_line = st.text(_LETTERS, min_size=1, max_size=40).map(lambda text: text.strip(" ")).filter(str.strip)
_tricky = st.sampled_from(
    [
        "=1+1",
        "+31 85 000",
        "-",
        "- een\n- twee",
        "@naam",
        "'s avonds",
        "''",
        "a;b",
        'a"b',
        "a,b",
        "2026-11-25",
        "ja",
        "null",
    ]
)
_words = st.one_of(_line, _tricky.map(lambda text: text.split("\n")[0]))
_body = (
    st.one_of(
        st.lists(_line.filter(lambda text: not text.startswith("#")), min_size=1, max_size=3).map("\n".join),
        _tricky,
        st.just("Bel {{ contact.telefoon }} of kijk op [de site](https://www.voorbeeld.example)."),
    )
    .map(str.strip)
    .filter(bool)
)
_slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
_urls = st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/]{0,10}", fullmatch=True)


@st.composite
def products(draw: st.DrawFn, upl: Sequence[str] = ("http://standaarden.overheid.nl/owms/terms/paspoort",)) -> Product:
    """Any product that can stand in a file."""
    kop = Kop(
        id=draw(_slugs),
        naam=draw(_words),
        upl=draw(st.lists(st.sampled_from(upl), unique=True, max_size=len(upl))),
        doelgroep=draw(st.sampled_from(["inwoner", "ondernemer", "beide"])),
        boven=draw(st.none() | _slugs),
        synoniemen=draw(st.lists(_words, max_size=3)),
        vragen=draw(st.lists(_words, max_size=3)),
        regelen=Regelen(
            soort=draw(st.sampled_from(["afspraak", "formulier", "bellen", "langskomen", "doorverwijzing"])),
            url=draw(st.none() | _urls),
            telefoon=draw(st.none() | st.sampled_from(["+31 85 000 00 00", "{{ contact.telefoon }}"])),
        ),
        gevoelig=draw(st.booleans()),
        herzien=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        bronnen=draw(st.lists(_urls, max_size=2)),
    )
    aspecten = draw(st.dictionaries(st.sampled_from(list(ASPECTS)), _body, max_size=6))
    kort = draw(_body.filter(lambda text: text != "---"))
    return Product(kop, draw(_slugs), kort, aspecten)
