"""The table: columns, cells that spreadsheets change, and cells that want to be a formula."""

from __future__ import annotations

import csv
import io

import pytest

from bot.catalog.exchange import table
from bot.catalog.exchange.table import COLUMNS, read_table, write_table
from bot.catalog.product import Product, Regelen
from bot.errors import ContentError
from tests.catalog.exchange.builders import product, reasons

RIJ = {
    "id": "paspoort-aanvragen",
    "thema": "burgerzaken",
    "naam": "Paspoort aanvragen",
    "doelgroep": "inwoner",
    "regelen_soort": "afspraak",
    "gevoelig": "nee",
    "herzien": "2026-11-01",
    "bronnen": "https://wetten.overheid.nl/BWBR0005212",
    "kort": "U vraagt het aan bij de balie.",
    "kosten": "Het kost {{ tarief.paspoort }}.",
}


def rows(*changed: dict[str, str], delimiter: str = ";", columns: list[str] | None = None) -> bytes:
    out = io.StringIO(newline="")
    names = list(COLUMNS) if columns is None else columns
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(names)
    for one in changed or ({},):
        values = RIJ | one
        writer.writerow([values.get(name, "") for name in names])
    return out.getvalue().encode()


def only(data: bytes) -> Product:
    reading = read_table(data, "a.csv")
    assert reading.refusals == ()
    return reading.candidates[0].product


def refusal(**changed: str) -> str:
    reading = read_table(rows(changed), "a.csv")
    assert reading.candidates == ()
    assert len(reading.refusals) == 1
    return str(reading.refusals[0])


def test_reads_a_row() -> None:
    assert only(rows()) == product()


def test_the_columns_may_stand_in_any_order_and_case() -> None:
    assert only(rows(columns=[*reversed(list(COLUMNS))])) == product()
    assert only(rows().replace(b"naam;", b" Naam ;", 1)) == product()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_knows_what_stands_between_the_cells(delimiter: str) -> None:
    assert only(rows(delimiter=delimiter)) == product()


def test_empty_rows_and_columns_that_a_spreadsheet_adds_do_not_count() -> None:
    lines = rows().decode().split("\r\n")
    data = f"{lines[0]};;\r\n{lines[1]};;\r\n{';' * (len(COLUMNS) + 1)}\r\n".encode()
    assert only(data) == product()


def test_a_date_as_a_dutch_spreadsheet_writes_it() -> None:
    assert only(rows({"herzien": "1-11-2026"})) == product()
    assert only(rows({"herzien": "01-11-2026"})) == product()


def test_lists_stand_one_a_line_and_empty_lines_fall_away() -> None:
    made = only(rows({"synoniemen": "paspoort\r\n\r\nreispas\r\n"}))
    assert made.kop.synoniemen == ["paspoort", "reispas"]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("id", "Paspoort", "veld id: alleen kleine letters"),
        ("id", "", "veld id: ontbreekt"),
        ("id", "a" * 81, "veld id: hoogstens 80"),
        ("thema", "", "veld thema: alleen kleine letters"),
        ("thema", "../burgerzaken", "veld thema: alleen kleine letters"),
        ("naam", "", "veld naam: ontbreekt"),
        ("naam", "Een\nTwee", "veld naam: een waarde staat op een regel"),
        ("doelgroep", "iedereen", "veld doelgroep: moet een van deze zijn"),
        ("regelen_soort", "lopen", "veld regelen.soort: moet een van deze zijn"),
        ("regelen_soort", "", "veld regelen: ontbreekt"),
        ("gevoelig", "misschien", "moet ja of nee zijn"),
        ("herzien", "2026-13-01", "moet een datum zijn"),
        ("herzien", "31-2-2026", "moet een datum zijn"),
        ("herzien", "", "moet een datum zijn"),
        ("kort", "", "het korte antwoord onder de kop ontbreekt"),
        ("kort", "Een.\n## Kosten\nTwee.", "een regel begint met #"),
        ("kosten", "#NAAM?", "een regel begint met #"),
        ("kosten", "a\x00b", "het teken U+0000 kan niet"),
        ("vragen", "a\u2028b", "het teken U+2028 kan niet"),
        ("naam", "a\ufffdb", "het teken U+FFFD kan niet"),
        ("naam", "=1+1", "de cel is een formule"),
        ("kosten", ' =HYPERLINK("https://kwaad.example")', "de cel is een formule"),
        ("synoniemen", "=cmd|'/c calc'!A1", "de cel is een formule"),
    ],
)
def test_says_what_is_wrong_in_which_line_and_column(column: str, value: str, expected: str) -> None:
    said = refusal(**{column: value})
    shown = column if column != "regelen_soort" else "regelen_soort"
    assert said.startswith(f"a.csv regel 2, kolom {shown}: ") or (
        column == "thema" and said.startswith("a.csv regel 2")
    )
    assert expected in said


def test_lines_are_counted_in_the_file_not_in_rows() -> None:
    data = rows({"id": "een", "kosten": "Een.\n\nTwee."}, {"id": "twee", "herzien": "ooit"}, {"id": "drie"})
    reading = read_table(data, "a.csv")
    assert reasons(reading.refusals) == ["a.csv regel 5, kolom herzien: moet een datum zijn, zoals 2026-11-25"]
    assert [one.where for one in reading.candidates] == ["a.csv regel 2", "a.csv regel 6"]


def test_a_row_with_too_few_or_too_many_cells() -> None:
    lines = rows().decode().split("\r\n")
    for row in (lines[1] + ";nog een", lines[1].rsplit(";", 2)[0]):
        reading = read_table(f"{lines[0]}\r\n{row}\r\n".encode(), "a.csv")
        assert "cellen; het zijn er 21" in reasons(reading.refusals)[0]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "a.csv regel 1: de eerste regel bevat geen kolomnamen"),
        (b"een;twee\r\n1;2\r\n", "de eerste regel bevat geen kolomnamen"),
        (rows().split(b"\r\n")[0] + b"\r\n", "a.csv: de tabel heeft geen rijen"),
        (rows(columns=[*COLUMNS, "prijs"]), 'a.csv regel 1: kolom "prijs" bestaat niet'),
        (rows(columns=[*COLUMNS, "kort"]), 'a.csv regel 1: kolom "kort" staat er twee keer'),
        (rows(columns=[one for one in COLUMNS if one != "kort"]), "a.csv regel 1: kolom kort ontbreekt"),
        (rows() + b'"open', "a.csv regel 3: deze rij is niet te lezen"),
        (rows() + b'"a"b;', "a.csv regel 3: deze rij is niet te lezen"),
        (rows({"kosten": "a" * 200_000}), "a.csv regel 2: deze rij is niet te lezen"),
    ],
)
def test_a_table_that_cannot_be_read(data: bytes, expected: str) -> None:
    with pytest.raises(ContentError) as error:
        read_table(data, "a.csv")
    assert expected in str(error.value)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "mac-roman"])
def test_a_table_in_another_encoding_is_refused_with_a_remedy(encoding: str) -> None:
    with pytest.raises(ContentError) as error:
        read_table(rows({"kosten": "Zoals één café."}).decode().encode(encoding), "a.csv")
    if encoding != "utf-16-le":
        assert "CSV UTF-8" in str(error.value)
        assert "a.csv regel" in str(error.value)


def test_a_table_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGEST_TABLE", 100)
    with pytest.raises(ContentError, match="de tabel is groter"):
        read_table(rows(), "a.csv")


def test_more_rows_than_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    with pytest.raises(ContentError, match="regel 4: de tabel heeft meer dan 2 rijen"):
        read_table(rows({"id": "a"}, {"id": "b"}, {"id": "c"}), "a.csv")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+31 85", "-2", "@SUM(A1)", "\t=1", " =1", "\uff1d1", "'=1", "'s avonds", "- een\n- twee", "|x", '"=1"'],
)
def test_no_cell_of_ours_begins_as_a_formula_and_all_come_back(text: str) -> None:
    made = product(
        naam=text, regelen=Regelen(soort="bellen", telefoon=text.split("\n")[0]), aspecten={"kosten": text.strip()}
    )
    made = product(
        **{**made.kop.dict(exclude={"id", "naam"}), "naam": text.split("\n")[0]}, aspecten=dict(made.aspecten)
    )
    data = write_table([made])
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        for cell in row:
            assert not cell or cell.strip()[0] not in "=+-@\uff1d"
    assert read_table(data, "a.csv").candidates[0].product == made


def test_excel_knows_it_by_its_first_bytes_unless_asked_otherwise() -> None:
    assert write_table([product()]).startswith(b"\xef\xbb\xbfid;thema;")
    assert write_table([product()], bom=False, delimiter=",").startswith(b"id,thema,")


@pytest.mark.parametrize("item", ["", " ", "een\ntwee"])
def test_a_list_that_a_cell_cannot_hold_is_not_written(item: str) -> None:
    with pytest.raises(ContentError, match="veld bronnen"):
        write_table([product(bronnen=["https://een.example", item])])


def test_every_column_is_in_the_documentation() -> None:
    from bot.settings import ROOT

    page = (ROOT / "docs" / "uitwisselen.md").read_text(encoding="utf-8")
    for column, meaning in COLUMNS.items():
        assert f"| `{column}` | {meaning} |" in page
