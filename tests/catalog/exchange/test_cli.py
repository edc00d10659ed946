"""The commands: what they write, say, and leave alone."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.catalog import store
from bot.catalog.exchange.table import write_table
from bot.catalog.library import ProductFile, read_product_file
from bot.catalog.product import format_product
from bot.cli.products_exchange import export_command, import_from
from bot.database import open_database
from bot.errors import ContentError, SettingError, UnknownGemeente
from bot.settings import ROOT, load_settings
from tests.catalog.exchange.stub import TOKEN, OpenProductStub, element

PRODUCTS = ("burgerzaken/paspoort-aanvragen", "burgerzaken/rijbewijs-verlengen", "werk-en-inkomen/aow")


@pytest.fixture(autouse=True)
def catalog(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ProductFile]:
    """Three products of the library, live in a database of this test."""
    monkeypatch.setenv("VRAAGBAAK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VRAAGBAAK_SECRETS_DIR", str(tmp_path / "geheimen"))
    engine = open_database(load_settings().catalog_url)
    shutil.copy(migrated, str(engine.url.database))
    files = [read_product_file(ROOT / "products" / f"{name}.md") for name in PRODUCTS]
    store.import_library(engine, files)
    return files


def run(*arguments: str | Path) -> Result:
    group = click.Group("products", {"export": export_command, "import-from": import_from})
    done = CliRunner().invoke(group, [str(one) for one in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def revision() -> int:
    return store.revision(open_database(load_settings().catalog_url))


@pytest.mark.parametrize(("vorm", "naam"), [("bestanden", "uit.zip"), ("csv", "uit.csv")])
def test_out_and_in_again_changes_nothing(tmp_path: Path, vorm: str, naam: str) -> None:
    done = run("export", "--als", vorm, "--naar", tmp_path / naam)
    assert "3 producten geschreven" in done.output
    before = revision()
    done = run("import-from", naam.rpartition(".")[2], tmp_path / naam)
    assert (done.exit_code, revision()) == (0, before)
    assert "0 nieuw, 0 gewijzigd, 3 ongewijzigd, 0 geweigerd" in done.output


def test_samenwerkende_catalogi_out_and_in(tmp_path: Path) -> None:
    path = tmp_path / "sc.xml"
    done = run("export", "--als", "sc", "--gemeente", "voorbeeldstad", "--naar", path)
    assert "1 weggelaten" in done.output
    assert "--owms-uri" in done.output
    done = run("import-from", "sc", path, "--gemeente", "voorbeeldstad")
    assert (done.exit_code, "0 nieuw, 0 gewijzigd, 2 ongewijzigd" in done.output) == (0, True)
    path.write_text(
        path.read_text(encoding="utf-8").replace(">Paspoort aanvragen<", ">Een paspoort<"), encoding="utf-8"
    )
    done = run("import-from", "sc", path, "--gemeente", "voorbeeldstad")
    assert "gewijzigd  paspoort-aanvragen: naam" in done.output
    assert "1 live" in done.output


def test_a_folder_of_files_is_as_it_was(tmp_path: Path, catalog: list[ProductFile]) -> None:
    run("export", "--naar", tmp_path / "uit")
    for name, file in zip(PRODUCTS, catalog, strict=True):
        assert (tmp_path / "uit" / f"{name}.md").read_text(encoding="utf-8") == file.text


def test_only_the_own_texts(tmp_path: Path, catalog: list[ProductFile]) -> None:
    file = catalog[0]
    engine = open_database(load_settings().catalog_url)
    store.publish(engine, file.product, file.text, gemeente="molendam", auteur="a", reden="b")
    run("export", "--als", "bestanden", "--gemeente", "molendam", "--alleen-eigen", "--naar", tmp_path / "een.zip")
    assert zipfile.ZipFile(tmp_path / "een.zip").namelist() == ["burgerzaken/paspoort-aanvragen.md"]
    run("export", "--als", "bestanden", "--gemeente", "molendam", "--naar", tmp_path / "alle.zip")
    assert len(zipfile.ZipFile(tmp_path / "alle.zip").namelist()) == 3


def test_a_trial_shows_and_changes_nothing(tmp_path: Path, catalog: list[ProductFile]) -> None:
    path = changed_table(tmp_path, catalog, kort="Anders gezegd.")
    before = revision()
    done = run("import-from", "csv", path, "--proef")
    assert "gewijzigd  paspoort-aanvragen: kort  (in.csv regel 2)" in done.output
    assert "proef: er is niets gewijzigd" in done.output
    assert (done.exit_code, revision()) == (0, before)


def test_an_import_is_live_with_who_and_why(tmp_path: Path, catalog: list[ProductFile]) -> None:
    path = changed_table(tmp_path, catalog, kort="Anders gezegd.")
    done = run("import-from", "csv", path, "--gemeente", "molendam", "--auteur", "noor", "--reden", "korter")
    assert "1 live" in done.output
    engine = open_database(load_settings().catalog_url)
    assert store.history(engine, "paspoort-aanvragen", "molendam")[0][:3] == (1, "noor", "korter")
    assert "Anders gezegd." in str(store.live_text(engine, "paspoort-aanvragen", "molendam"))


def test_a_refusal_names_the_line_and_changes_nothing_unless_asked(tmp_path: Path, catalog: list[ProductFile]) -> None:
    path = changed_table(tmp_path, catalog, kort="Dat is € 5.")
    text = path.read_text(encoding="utf-8-sig").replace("Rijbewijs verlengen;", "Rijbewijs langer;")
    path.write_text(text, encoding="utf-8")
    before = revision()
    done = run("import-from", "csv", path)
    assert "geweigerd  in.csv regel 2, kolom kort: kort: een bedrag hoort in gemeenten/*.yml" in done.output
    assert "er is niets gewijzigd: verbeter de bron" in done.output
    assert (done.exit_code, revision()) == (1, before)
    done = run("import-from", "csv", path, "--zonder-geweigerde")
    assert (done.exit_code, "1 live" in done.output) == (1, True)


def test_a_source_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "in.zip"
    path.write_bytes(b"geen zip")
    with pytest.raises(ContentError, match=r"in\.zip: dit is geen zip"):
        run("import-from", "zip", path)


def test_a_report_does_not_steer_the_terminal(tmp_path: Path, catalog: list[ProductFile]) -> None:
    text = catalog[0].text.replace("doelgroep:", '"\\e[2Jprijs": 3\ndoelgroep:')
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("burgerzaken/paspoort-aanvragen.md", text)
    done = run("import-from", "zip", tmp_path / "in.zip")
    assert "veld ?[2Jprijs: bestaat niet" in done.output
    assert "\x1b" not in done.output


def test_open_product(tmp_path: Path, stub: OpenProductStub) -> None:
    stub.producttypen[0] |= {"naam": "Paspoort aanvragen", "uniforme_product_naam": "paspoort"}
    stub.content = {stub.producttypen[0]["uuid"]: [element("Neem uw pas mee.", "wat gaat er mee")]}
    (tmp_path / "geheimen").mkdir()
    (tmp_path / "geheimen" / "molendam.open_product").write_text(f"{TOKEN}\n", encoding="utf-8")
    arguments = (
        "import-from",
        "open-product",
        stub.adres,
        "--gemeente",
        "molendam",
        "--label",
        "wat gaat er mee=meenemen",
    )
    done = run(*arguments)
    assert "gewijzigd  paspoort-aanvragen: synoniemen, bronnen, kort, meenemen" in done.output
    assert done.exit_code == 0
    assert TOKEN not in done.output
    assert "0 nieuw, 0 gewijzigd, 1 ongewijzigd" in run(*arguments).output


def test_open_product_without_a_token() -> None:
    with pytest.raises(SettingError, match=r"centraal\.open_product"):
        run("import-from", "open-product", "https://open.example/producttypen/api/v1")


def test_an_unknown_municipality(tmp_path: Path) -> None:
    with pytest.raises(UnknownGemeente):
        run("export", "--gemeente", "atlantis", "--naar", tmp_path / "uit")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export",),
        ("export", "--als", "xlsx", "--naar", "uit"),
        ("export", "--als", "sc", "--naar", "uit.xml"),
        ("export", "--alleen-eigen", "--naar", "uit"),
        ("import-from", "csv", "bestaat-niet.csv"),
        ("import-from", "sc", __file__),
        ("import-from", "open-product", "https://a.example", "--label", "kosten"),
        ("import-from", "open-product", "https://a.example", "--label", "prijs=prijzen"),
    ],
)
def test_what_is_asked_wrongly_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_who_and_why_fit_the_history(tmp_path: Path, catalog: list[ProductFile]) -> None:
    path = changed_table(tmp_path, catalog, kort="Anders gezegd.")
    before = revision()
    for option in (("--reden", ""), ("--reden", "a" * 401), ("--auteur", "a" * 121)):
        assert run("import-from", "csv", path, *option).exit_code == 2
    assert revision() == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x", encoding="utf-8")
    with pytest.raises(ContentError, match="niet te schrijven"):
        run("export", "--als", "csv", "--naar", tmp_path / "bestand" / "uit.csv")


def test_a_table_for_other_programs(tmp_path: Path) -> None:
    run("export", "--als", "csv", "--zonder-bom", "--komma", "--naar", tmp_path / "uit.csv")
    data = (tmp_path / "uit.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    assert (len(rows), rows[0][0]) == (4, "id")


def changed_table(tmp_path: Path, catalog: list[ProductFile], kort: str) -> Path:
    """A table of the three products, in which the first has another short answer."""
    first = catalog[0].product
    changed = type(first)(first.kop, first.thema, kort, first.aspecten)
    assert format_product(changed) != catalog[0].text
    path = tmp_path / "in.csv"
    path.write_bytes(write_table([changed, *(file.product for file in catalog[1:])]))
    return path
