"""The command line: clear errors, and product commands on a database of their own."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main as command
from bot.errors import SettingError, StartError
from bot.settings import ROOT, Settings

GOED = next((ROOT / "products").glob("*/paspoort-aanvragen.md"))


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **settings, "COLUMNS": "200", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli.main", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    target = tmp_path / "products" / "burgerzaken" / GOED.name
    target.parent.mkdir(parents=True)
    target.write_text(GOED.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path / "products"


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_broken_product_stops_the_start_with_its_place(library: Path, tmp_path: Path) -> None:
    broken = library / "burgerzaken" / GOED.name
    broken.write_text(broken.read_text(encoding="utf-8").replace("## Kosten", "## Prijzen"), encoding="utf-8")
    said = one_line(
        run(
            "start",
            VRAAGBAAK_PRODUCTS_DIR=str(library),
            VRAAGBAAK_DATA_DIR=str(tmp_path / "data"),
            VRAAGBAAK_ENGINE_PORT="0",
            VRAAGBAAK_ACTIONS_PORT="0",
        )
    )
    assert f"{broken} regel" in said and "Prijzen" in said


def test_a_broken_municipality_stops_the_start_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "voorbeeldstad.yml").write_text("id: voorbeeldstad\nnaam: [", encoding="utf-8")
    said = one_line(
        run(
            "start",
            VRAAGBAAK_GEMEENTEN_DIR=str(tmp_path),
            VRAAGBAAK_DATA_DIR=str(tmp_path / "data"),
            VRAAGBAAK_ENGINE_PORT="0",
            VRAAGBAAK_ACTIONS_PORT="0",
        )
    )
    assert "voorbeeldstad.yml regel" in said


def test_an_unknown_setting_is_refused() -> None:
    assert "VRAAGBAAK_POORT" in one_line(run("products", "lint", VRAAGBAAK_POORT="1"))


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="VRAAGBAAK_ENGINE_PORT"):
        Settings.from_env({"VRAAGBAAK_ENGINE_PORT": "vijf"})


def test_an_unknown_default_municipality_is_refused(tmp_path: Path) -> None:
    said = one_line(
        run(
            "start",
            VRAAGBAAK_GEMEENTE="utopia",
            VRAAGBAAK_DATA_DIR=str(tmp_path),
            VRAAGBAAK_ENGINE_PORT="0",
            VRAAGBAAK_ACTIONS_PORT="0",
        )
    )
    assert "molendam, voorbeeldstad" in said


def test_a_full_disk_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "models/x")

    monkeypatch.setattr(command, "vraagbaak", full)
    with pytest.raises(SystemExit) as stop:
        command.main()
    assert "de schijf is vol (models/x)" in str(stop.value)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("", encoding="utf-8")
    said = one_line(run("products", "import", str(GOED), VRAAGBAAK_DATA_DIR=str(tmp_path / "bestand")))
    assert "bestand" in said


def test_import_show_export_and_lint(library: Path, tmp_path: Path) -> None:
    settings = {"VRAAGBAAK_DATA_DIR": str(tmp_path / "data"), "VRAAGBAAK_PRODUCTS_DIR": str(library)}
    assert "1 nieuw" in run("products", "import", **settings).stdout
    assert "1 ongewijzigd" in run("products", "import", **settings).stdout
    shown = run("products", "show", "paspoort-aanvragen", "--gemeente", "molendam", **settings).stdout
    assert "Paspoort aanvragen" in shown and "€" in shown and "{{" not in shown and "versie 1" in shown
    run("products", "export", "--naar", str(tmp_path / "uit"), **settings)
    assert (tmp_path / "uit" / "burgerzaken" / GOED.name).read_text(encoding="utf-8") == GOED.read_text(
        encoding="utf-8"
    )
    assert run("products", "lint", **settings).returncode == 0


def test_lint_reports_every_broken_file(library: Path) -> None:
    text = GOED.read_text(encoding="utf-8")
    for number in (1, 2):
        (library / "burgerzaken" / f"kapot-{number}.md").write_text(
            text.replace("doelgroep: inwoner", "doelgroep: x"), encoding="utf-8"
        )
    done = run("products", "lint", str(library))
    assert done.returncode == 1
    assert done.stdout.count("veld doelgroep") == 2


def test_import_refuses_a_text_that_no_municipality_can_fill(library: Path, tmp_path: Path) -> None:
    path = library / "burgerzaken" / GOED.name
    path.write_text(path.read_text(encoding="utf-8") + "\n{{ tarief.bestaat_niet }}\n", encoding="utf-8")
    said = one_line(run("products", "import", str(path), VRAAGBAAK_DATA_DIR=str(tmp_path / "data")))
    assert "tarief.bestaat_niet" in said


def test_show_names_the_remedy_for_an_unknown_product(tmp_path: Path) -> None:
    assert "products import" in one_line(run("products", "show", "bestaat-niet", VRAAGBAAK_DATA_DIR=str(tmp_path)))


def test_evaluate_refuses_an_unknown_product(tmp_path: Path) -> None:
    path = tmp_path / "vragen.jsonl"
    path.write_text('{"vraag": "x", "producten": ["bestaat-niet"]}\n', encoding="utf-8")
    said = one_line(run("evaluate", str(path), VRAAGBAAK_DATA_DIR=str(tmp_path / "data")))
    assert "regel 1" in said and "bestaat-niet" in said


def test_ask_without_a_model_says_how_to_get_one(tmp_path: Path) -> None:
    said = one_line(run("ask", "hoi", VRAAGBAAK_MODELS_DIR=str(tmp_path), VRAAGBAAK_DATA_DIR=str(tmp_path)))
    assert "vraagbaak train" in said


def test_a_wrong_python_is_named(tmp_path: Path) -> None:
    fake = tmp_path / "setup.py"
    text = (ROOT / "tools" / "setup.py").read_text(encoding="utf-8")
    fake.write_text(text.replace("PYTHON = (3, 11)", "PYTHON = (3, 99)"), encoding="utf-8")
    done = subprocess.run([sys.executable, str(fake), "run"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "heeft Python 3.11 nodig" in one_line(done)


def test_the_port_check_frees_the_port_again() -> None:
    from bot.cli.start import check_port

    check_port("127.0.0.1", 0, "engine", "engine_port")
    with pytest.raises(StartError, match="niet vrij"):
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            check_port("127.0.0.1", taken.getsockname()[1], "engine", "engine_port")


def test_a_product_that_a_municipality_names_must_exist(tmp_path: Path) -> None:
    folder = tmp_path / "gemeenten"
    folder.mkdir()
    text = (ROOT / "gemeenten" / "voorbeeldstad.yml").read_text(encoding="utf-8")
    (folder / "voorbeeldstad.yml").write_text(
        text.replace("paspoort-vermist:", "paspoort-verzonnen:"), encoding="utf-8"
    )
    said = one_line(run("start", VRAAGBAAK_GEMEENTEN_DIR=str(folder), VRAAGBAAK_DATA_DIR=str(tmp_path)))
    assert "voorbeeldstad.yml" in said and "afspraken.producten" in said and "paspoort-verzonnen" in said


def test_the_check_of_appointments_says_what_can_be_booked_where(tmp_path: Path) -> None:
    run("products", "import", VRAAGBAAK_DATA_DIR=str(tmp_path))
    done = run("appointments", "check", "--gemeente", "voorbeeldstad", VRAAGBAAK_DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Het systeem (agenda) antwoordt" in done.stdout
    assert "paspoort-aanvragen bij Wijkloket Noord" in done.stdout and "eerste vrije dag" in done.stdout


def test_the_check_of_appointments_says_that_a_system_is_away(tmp_path: Path) -> None:
    settings = {"VRAAGBAAK_DATA_DIR": str(tmp_path), "VRAAGBAAK_SANDBOX_PORT": "9"}
    done = run("appointments", "check", "--gemeente", "molendam", **settings)
    assert done.returncode == 1 and "antwoordt niet goed" in done.stdout
