"""From loose values to a product, in the one way that a product file allows.

A source that is no product file is written as one and read again, so that nothing gets in that could not have stood
in a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from bot.catalog.exchange.values import KORT, Candidate, part_of
from bot.catalog.product import ASPECTS, Product, parse_product
from bot.errors import ContentError

LONGEST_NAME = 80
"""Characters of an id or theme: what the database takes."""
_SAFE_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Controls, half surrogates, separators of lines and marks that turn the order of writing round: none of them can be seen,
# and some a database or an XML file does not take. U+FFFD and U+FEFF are what a wrong encoding leaves behind.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd-\uffff]",
)


def unfit_character(text: str) -> str | None:
    """A character of a text that no product text may hold, by its code: `U+0000`; None when all are fit."""
    found = _UNFIT.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def printable(text: str) -> str:
    """Text from outside as it can stand on a screen: nothing in it steers a terminal."""
    return _UNFIT.sub("?", text)


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:LONGEST_NAME].strip("-")


def check_thema(thema: str, where: str) -> None:
    """Raises ContentError when a theme cannot be the name of a folder."""
    if not _SLUG.fullmatch(thema) or len(thema) > LONGEST_NAME:
        raise ContentError(where, "veld thema: alleen kleine letters, cijfers en koppeltekens, hoogstens 80 tekens")


def read_text(text: str, thema: str, where: str) -> Product:
    """`parse_product`, with everything that a file from outside can make go wrong told as a ContentError."""
    check_thema(thema, where)
    try:
        product = parse_product(text, thema, where)
    except (ValueError, OverflowError, RecursionError) as error:
        # YAML turns dates and numbers into values itself, and says nothing of a month 13 or of five thousand digits.
        raise ContentError(where, "de kop bevat een datum of getal dat niet kan bestaan") from error
    if len(product.id) > LONGEST_NAME:
        raise ContentError(where, f"veld id: hoogstens {LONGEST_NAME} tekens")
    for name, value in _texts(fields_of(product)):
        # YAML can write such a character down as other ones: "\x00".
        found = unfit_character(value)
        if found:
            raise ContentError(where, f"veld {name}: het teken {found} kan niet in een tekst")
    return product


def build(
    kop: Mapping[str, Any],
    thema: str,
    kort: str,
    aspecten: Mapping[str, str],
    *,
    where: str,
    places: Mapping[str, str],
) -> Candidate:
    """A candidate from values.

    Args:
        kop: fields of the front matter; None and empty ones count as not there.
        thema: slug of the theme.
        kort: the short answer.
        aspecten: aspect id → Markdown; empty ones count as not there.
        where, places: as of Candidate.

    Raises:
        ContentError: naming the place of the value that is wrong.
    """
    fields = {name: value for name, value in kop.items() if value not in (None, "", [], {})}
    bodies = {KORT: kort.strip(), **{key: text.strip() for key, text in aspecten.items() if text.strip()}}
    for name, text in _texts({"thema": thema, **fields}):
        _refuse_unfit(name, text, where, places)
        if "\n" in text:
            raise ContentError(where + places.get(name, ""), f"veld {name}: een waarde staat op een regel")
    for name, text in bodies.items():
        _refuse_unfit(name, text, where, places)
        if any(line.startswith("#") for line in text.split("\n")):
            raise ContentError(where + places.get(name, ""), "een regel begint met #; een kop kan niet in een antwoord")
    head = yaml.dump(fields, Dumper=_SAFE_DUMPER, allow_unicode=True, sort_keys=False, width=10_000)
    written = [f"---\n{head}---\n{bodies[KORT]}\n"]
    written += [f"\n## {ASPECTS[key]}\n{bodies[key]}\n" for key in ASPECTS if key in bodies]
    try:
        product = read_text("".join(written), thema, where)
    except ContentError as error:
        # Lines of the text written here mean nothing to whoever has the source.
        raise ContentError(where + places.get(part_of(error.problem), ""), error.problem) from error
    return Candidate(where, product, places)


def fields_of(product: Product) -> dict[str, Any]:
    """The front matter of a product as `build` takes it."""
    kop = product.kop.dict()
    kop["regelen"] = product.kop.regelen.dict(exclude_none=True)
    return {**kop, "gevoelig": product.kop.gevoelig or None}


def _refuse_unfit(name: str, text: str, where: str, places: Mapping[str, str]) -> None:
    found = unfit_character(text)
    if found:
        raise ContentError(where + places.get(name, ""), f"het teken {found} kan niet in een tekst")


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All texts of the front matter, with the field they belong to."""
    for name, value in fields.items():
        values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
        yield from ((name, one) for one in values if isinstance(one, str))
