"""Products as a table (CSV): one row a product, for working in a spreadsheet.

Lists (`upl`, `synoniemen`, `vragen`, `bronnen`) stand in one cell, one item a line. Texts are Markdown with their
placeholders, as in a product file. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which
reading takes off again (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.catalog.exchange.build import build, printable, unfit_character
from bot.catalog.exchange.values import KORT, Candidate, Reading, Refusal
from bot.catalog.product import ASPECTS, Product
from bot.errors import ContentError

COLUMNS: Mapping[str, str] = {
    "id": "vast id: kleine letters, cijfers en koppeltekens",
    "thema": "map in de bibliotheek, zoals burgerzaken",
    "naam": "naam van het product",
    "upl": "adressen van uniforme productnamen, één per regel in de cel",
    "doelgroep": "inwoner, ondernemer of beide",
    "boven": "id van het product waar dit een variant van is",
    "synoniemen": "één per regel in de cel",
    "vragen": "voorbeeldvragen, één per regel in de cel",
    "regelen_soort": "afspraak, formulier, bellen, langskomen of doorverwijzing",
    "regelen_url": "adres van een andere instantie of een landelijk formulier",
    "regelen_telefoon": "wie men belt, als dat niet de gemeente is",
    "gevoelig": "ja of nee",
    "herzien": "datum, jjjj-mm-dd of dd-mm-jjjj",
    "bronnen": "adressen, één per regel in de cel",
    KORT: "het korte antwoord",
    **{key: f"de tekst onder {heading}" for key, heading in ASPECTS.items()},
}
"""Column → what stands in it; the order is that of the table."""

LARGEST_TABLE = 50_000_000
"""Bytes; a library of 800 products is three megabytes."""
MOST_ROWS = 20_000
LISTS = ("upl", "synoniemen", "vragen", "bronnen")
DELIMITERS = (";", ",", "\t")
"""What may stand between cells; the first is what a Dutch Excel writes and expects."""

_BOM = b"\xef\xbb\xbf"
_FORMULA = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_JA_NEE = {"ja": True, "nee": False, "": False}
_DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


def write_table(products: Iterable[Product], *, bom: bool = True, delimiter: str = ";") -> bytes:
    """A table of products, in UTF-8.

    Args:
        products: in the order of the rows.
        bom: begin with the mark by which Excel knows UTF-8.
        delimiter: one of DELIMITERS.

    Raises:
        ContentError: for a product with an item of a list that holds more than one line.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for product in products:
        writer.writerow([_guarded(cell) for cell in _cells(product)])
    return (_BOM if bom else b"") + out.getvalue().encode("utf-8")


def read_table(data: bytes, where: str) -> Reading:
    """The products of a table.

    Raises:
        ContentError: when the table as a whole cannot be read: encoding, columns, quotes that do not close, size.
    """
    text = _decoded(data, where)
    delimiter = _delimiter(text, where)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    columns: list[str] | None = None
    for line, cells in _rows(reader, where):
        if columns is None:
            columns = _columns(cells, f"{where} regel {line}")
            continue
        if not any(cells):
            continue
        if len(candidates) + len(refusals) >= MOST_ROWS:
            raise ContentError(f"{where} regel {line}", f"de tabel heeft meer dan {MOST_ROWS} rijen")
        try:
            candidates.append(_candidate(columns, cells, f"{where} regel {line}"))
        except ContentError as error:
            refusals.append(Refusal(error.where, error.problem))
    if not candidates and not refusals:
        raise ContentError(where, "de tabel heeft geen rijen")
    return Reading(tuple(candidates), tuple(refusals))


def _cells(product: Product) -> Iterator[str]:
    kop = product.kop
    values: dict[str, Any] = {
        **kop.dict(exclude={"regelen"}),
        "thema": product.thema,
        "regelen_soort": kop.regelen.soort,
        "regelen_url": kop.regelen.url,
        "regelen_telefoon": kop.regelen.telefoon,
        "gevoelig": "ja" if kop.gevoelig else "nee",
        "herzien": kop.herzien.isoformat(),
        KORT: product.kort,
        **product.aspecten,
    }
    for column in COLUMNS:
        value = values.get(column) or ""
        if column not in LISTS:
            yield value
        elif any(not item.strip() or "\n" in item for item in value):
            raise ContentError(f"product {product.id}", f"veld {column}: een waarde is leeg of heeft meer regels")
        else:
            yield "\n".join(value)


def _risky(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula, or an apostrophe of the text for ours."""
    return cell.startswith("'") or cell.lstrip()[:1] in _FORMULA or cell[:1] in _FORMULA if cell else False


def _guarded(cell: str) -> str:
    return f"'{cell}" if _risky(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _risky(cell[1:]) else cell


def _decoded(data: bytes, where: str) -> str:
    if len(data) > LARGEST_TABLE:
        raise ContentError(where, f"de tabel is groter dan {LARGEST_TABLE // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ContentError(
            f"{where} regel {line}",
            'de tabel is geen UTF-8; bewaar hem in Excel als "CSV UTF-8 (door komma\'s gescheiden)"',
        ) from error


def _delimiter(text: str, where: str) -> str:
    """What stands between the cells, by the first line."""
    first = text.partition("\n")[0].rstrip("\r")
    for delimiter in DELIMITERS:
        if len({_name(cell) for cell in first.split(delimiter)} & set(COLUMNS)) > 1:
            return delimiter
    raise ContentError(f"{where} regel 1", "de eerste regel bevat geen kolomnamen (id, thema, naam, ...)")


def _rows(reader: Any, where: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins. Raises ContentError."""
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ContentError(
                f"{where} regel {line}",
                "deze rij is niet te lezen: een aanhalingsteken te veel of te weinig, of een te lange cel",
            ) from error


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().lower()


def _columns(cells: list[str], where: str) -> list[str]:
    """The names of the columns; empty ones at the end are left out. Raises ContentError."""
    names = [_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name not in COLUMNS:
            raise ContentError(
                where, f'kolom "{printable(name[:40])}" bestaat niet; de kolommen zijn {", ".join(COLUMNS)}'
            )
        if names.count(name) > 1:
            raise ContentError(where, f'kolom "{name}" staat er twee keer')
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ContentError(where, f"kolom {', '.join(missing)} ontbreekt")
    return names


def _candidate(columns: list[str], cells: list[str], where: str) -> Candidate:
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        raise ContentError(where, f"deze rij heeft {len(cells)} cellen; het zijn er {len(columns)}")
    places = {column: f", kolom {column}" for column in columns}
    row = {}
    for column, cell in zip(columns, cells, strict=False):
        if cell.lstrip().startswith("="):
            raise ContentError(where + places[column], "de cel is een formule")
        row[column] = _unguarded(cell).replace("\r\n", "\n")
        found = unfit_character(row[column])
        if found:
            raise ContentError(where + places[column], f"het teken {found} kan niet in een tekst")
    gevoelig = _JA_NEE.get(row["gevoelig"].strip().lower())
    if gevoelig is None:
        raise ContentError(where + places["gevoelig"], "moet ja of nee zijn")
    kop: dict[str, Any] = {
        "id": row["id"].strip(),
        "naam": row["naam"],
        "doelgroep": row["doelgroep"].strip(),
        "boven": row["boven"],
        "regelen": {name: row[f"regelen_{name}"] for name in ("soort", "url", "telefoon") if row[f"regelen_{name}"]},
        "gevoelig": gevoelig or None,
        "herzien": _date(row["herzien"].strip(), where + places["herzien"]),
    }
    kop |= {column: [item for item in row[column].split("\n") if item.strip()] for column in LISTS}
    places["regelen"] = places["regelen_soort"]
    return build(kop, row["thema"].strip(), row[KORT], {key: row[key] for key in ASPECTS}, where=where, places=places)


def _date(text: str, where: str) -> date:
    """A date as we write it, or as a Dutch spreadsheet shows it. Raises ContentError."""
    dutch = _DUTCH_DATE.fullmatch(text)
    try:
        return date(int(dutch[3]), int(dutch[2]), int(dutch[1])) if dutch else date.fromisoformat(text)
    except ValueError:
        raise ContentError(where, "moet een datum zijn, zoals 2026-11-25") from None
