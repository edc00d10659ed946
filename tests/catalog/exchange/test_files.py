"""A zip of product files: where each refusal points to, and zips that want to do harm."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from bot.catalog.exchange import files
from bot.catalog.exchange.files import read_zip, write_zip
from bot.catalog.exchange.values import Reading
from bot.catalog.product import format_product
from bot.errors import ContentError
from tests.catalog.exchange.builders import product, reasons

GOED = format_product(product())
NAAM = "burgerzaken/paspoort-aanvragen.md"


def zipped(*entries: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, contents in entries:
            archive.writestr(name, contents)
    return packed.getvalue()


def read(*entries: tuple[str, str | bytes]) -> Reading:
    return read_zip(zipped(*entries), "a.zip")


def refusal(name: str, contents: str | bytes) -> str:
    reading = read((name, contents))
    assert reading.candidates == ()
    assert len(reading.refusals) == 1
    return str(reading.refusals[0])


def test_reads_files_and_their_theme() -> None:
    reading = read((NAAM, GOED))
    assert reading.refusals == ()
    assert reading.candidates[0].product == product()
    assert reading.candidates[0].where == f"a.zip/{NAAM}"


def test_the_folder_may_be_packed_along_and_what_systems_leave_behind_is_not_looked_at() -> None:
    reading = read(
        (f"products/{NAAM}", GOED),
        ("products/", ""),
        ("__MACOSX/products/burgerzaken/._paspoort-aanvragen.md", "x"),
        ("products/.DS_Store", "x"),
        ("products/burgerzaken/Thumbs.db", "x"),
    )
    assert (len(reading.candidates), reading.refusals) == (1, ())


def test_the_same_texts_give_the_same_zip() -> None:
    texts = [("burgerzaken", "b", "B"), ("afval", "a", "A")]
    assert write_zip(texts) == write_zip(reversed(texts))


def test_windows_lines_and_the_mark_of_notepad_are_taken_as_they_are_meant() -> None:
    contents = b"\xef\xbb\xbf" + GOED.replace("\n", "\r\n").encode()
    assert read((NAAM, contents)).candidates[0].text == GOED


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("doelgroep: inwoner", "doelgroep: iedereen"), f"a.zip/{NAAM} regel 4: veld doelgroep: moet een van deze"),
        (("herzien:", "prijs: 3\nherzien:"), " regel 7: veld prijs: bestaat niet"),
        (("naam: Paspoort aanvragen\n", ""), f"{NAAM}: veld naam: ontbreekt"),
        (("## Kosten", "## Prijs"), ' regel 13: onbekende kop "Prijs"'),
        (("## Kosten", "# Kosten"), ' regel 13: onbekende kop "Kosten"'),
        (("## Kosten\n", "## Kosten\nEen.\n\n## Kosten\n"), ' regel 16: de kop "Kosten" staat er twee keer'),
        (("soort: afspraak", "soort: lopen"), " regel 5: veld regelen.soort: moet een van deze"),
        (("soort: afspraak", "soort: [afspraak"), "de kop is geen geldige YAML"),
        (("U vraagt het aan bij de balie.", ""), " regel 11: het korte antwoord onder de kop ontbreekt"),
        (("2026-11-01", "2026-13-01"), "een datum of getal dat niet kan bestaan"),
        (("2026-11-01", "1" * 5000), "een datum of getal dat niet kan bestaan"),
        (("2026-11-01", "gisteren"), " regel 7: veld herzien:"),
        (("id: paspoort-aanvragen", "id: paspoort"), ' regel 2: veld id: is "paspoort", maar het bestand heet'),
        (("balie", "ba\x00lie"), " regel 11: het teken U+0000 kan niet"),
        (("balie", "ba\u202elie"), " regel 11: het teken U+202E kan niet"),
        (("balie", "ba\ufffdlie"), " regel 11: het teken U+FFFD kan niet"),
        (("Paspoort aanvragen", '"Pas\\x00poort"'), " regel 3: veld naam: het teken U+0000 kan niet"),
        (("bronnen:", 'vragen: ["a\\u202eb"]\nbronnen:'), " regel 8: veld vragen: het teken U+202E kan niet"),
        (("---\n", "", 1), " regel 1: het bestand begint met"),
    ],
)
def test_says_what_is_wrong_and_on_which_line(change: tuple[str, ...], expected: str) -> None:
    text = GOED.replace(*change)  # type: ignore[arg-type]
    assert text != GOED
    assert expected in refusal(NAAM, text)


def test_a_file_in_another_encoding_is_refused_with_the_line() -> None:
    contents = GOED.replace("balie", "café").encode("cp1252")
    assert " regel 11: het bestand is geen UTF-8" in refusal(NAAM, contents)
    assert "geen UTF-8" in refusal(NAAM, GOED.encode("utf-16"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/cron.d/a.md", "wijst buiten de zip"),
        ("burgerzaken/../../a.md", "wijst buiten de zip"),
        ("/etc/burgerzaken/a.md", "wijst buiten de zip"),
        ("..\\burgerzaken\\a.md", "wijst buiten de zip"),
        ("C:/burgerzaken/a.md", "wijst buiten de zip"),
        ("a.md", "geen productbestand"),
        ("a/b/c/d.md", "geen productbestand"),
        ("burgerzaken/a.txt", "geen productbestand"),
        ("burgerzaken/a.md.exe", "geen productbestand"),
        ("Burger zaken/a.md", "veld thema"),
        (f"{'a' * 81}/a.md", "veld thema"),
        ("./a.md", "geen productbestand"),
    ],
)
def test_a_path_that_is_none_of_a_product(name: str, expected: str) -> None:
    assert expected in refusal(name, GOED)


def test_an_id_that_the_database_does_not_hold() -> None:
    long = "a" * 81
    text = format_product(product(long))
    assert "veld id: hoogstens 80 tekens" in refusal(f"burgerzaken/{long}.md", text)


def test_a_link_to_another_file_is_refused() -> None:
    info = zipfile.ZipInfo(NAAM)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "verwijzing naar een ander bestand" in reasons(read_zip(packed.getvalue(), "a.zip").refusals)[0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_file_twice_is_refused_twice() -> None:
    reading = read((NAAM, GOED), (NAAM, GOED))
    assert (len(reading.refusals), reading.candidates) == (2, ())


def test_one_bad_file_does_not_hide_the_others() -> None:
    reading = read((NAAM, GOED), ("burgerzaken/ander.md", "niets"))
    assert (len(reading.candidates), len(reading.refusals)) == (1, 1)


def test_a_file_that_grows_when_unpacked_is_not_unpacked() -> None:
    bomb = zipped((NAAM, b"a" * 100_000_000))
    assert len(bomb) < 500_000
    assert "groter dan 200 kB" in reasons(read_zip(bomb, "a.zip").refusals)[0]
    # Also when the zip itself says that the file is small.
    assert reasons(read_zip(_with_size(bomb, 100_000_000, 1000), "a.zip").refusals)


def test_many_files_that_grow_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_TOTAL", 1_000_000)
    with pytest.raises(ContentError, match="samen groter dan 1 MB"):
        read(*((f"burgerzaken/a{n}.md", b"a" * 199_000) for n in range(10)))


def test_more_files_than_a_library_has() -> None:
    with pytest.raises(ContentError, match="meer dan 5000 bestanden"):
        read(*((f"burgerzaken/a{n}.md", b"") for n in range(5001)))


def test_a_zip_in_a_zip_is_no_product() -> None:
    assert "geen productbestand" in refusal("burgerzaken/a.zip", zipped((NAAM, GOED)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_not_read(method: int) -> None:
    reading = read_zip(zipped((NAAM, GOED), method=method), "a.zip")
    assert "op een manier die niet wordt gelezen" in reasons(reading.refusals)[0]


def test_an_encrypted_file_is_refused() -> None:
    packed = bytearray(zipped((NAAM, GOED)))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + place] |= 1
    assert "versleuteld" in reasons(read_zip(bytes(packed), "a.zip").refusals)[0]


def test_a_damaged_file_is_refused() -> None:
    packed = bytearray(zipped((NAAM, GOED), method=zipfile.ZIP_STORED))
    packed[packed.index(b"balie")] ^= 1
    assert "beschadigd" in reasons(read_zip(bytes(packed), "a.zip").refusals)[0]


@pytest.mark.parametrize("data", [b"", b"PK", b"geen zip", b"PK\x05\x06" + b"\x00" * 18, zipped((NAAM, GOED))[:-30]])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(ContentError, match=r"^a\.zip: "):
        read_zip(data, "a.zip")


def test_a_zip_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_ZIP", 10)
    with pytest.raises(ContentError, match="de zip is groter"):
        read((NAAM, GOED))


@pytest.mark.parametrize(
    "bomb",
    [
        "vragen: &a [x]\nbronnen: *a\n",
        "vragen: [&a x, *a]\n",
        'vragen: {"a":&a x, "b":*a}\n',
        "a: &a {k: v}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n",
        "a: &a [lol, lol]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nvragen: [*c, *c, *c]\n",
    ],
)
def test_yaml_that_refers_to_itself_is_not_followed(bomb: str) -> None:
    said = refusal(NAAM, GOED.replace("doelgroep:", f"{bomb}doelgroep:"))
    assert "de kop verwijst naar zichzelf" in said
    assert " regel " in said


def test_yaml_that_nests_without_end() -> None:
    assert "geen geldige YAML" in refusal(NAAM, GOED.replace("naam: Paspoort aanvragen", "naam: " + "[" * 50_000))


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [echo]", "!!python/name:os.system", "!ander x"])
def test_yaml_that_wants_to_run_something(tag: str) -> None:
    assert "geen geldige YAML" in refusal(NAAM, GOED.replace("naam: Paspoort aanvragen", f"naam: {tag}"))


def _with_size(packed: bytes, old: int, new: int) -> bytes:
    return packed.replace(struct.pack("<I", old), struct.pack("<I", new))
