"""`vraagbaak medewerkers`: roles of desk and redactie, per municipality or central."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.employees import medewerkers
from bot.database import open_database, upgrade
from bot.errors import SettingError, UnknownGemeente
from bot.handoff import employees
from bot.handoff.model import Medewerker
from bot.settings import load_settings

WACHTWOORD = "een lang wachtwoord"


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VRAAGBAAK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(medewerkers, arguments, input=f"{WACHTWOORD}\n{WACHTWOORD}\n")


def found(name: str) -> Medewerker | None:
    engine = open_database(load_settings().catalog_url)
    upgrade(engine)
    return employees.by_name(engine, name)


def test_roles_of_desk_and_redactie_go_together() -> None:
    add = ("toevoegen", "noor", "--naam", "Noor Bakker", "--gemeente", "voorbeeldstad")
    assert run(*add, "--rol", "redacteur", "--rol", "medewerker").exit_code == 0
    noor = found("noor")
    assert noor is not None
    assert noor.rollen == {("voorbeeldstad", "redacteur"), ("voorbeeldstad", "medewerker")}
    assert noor.gemeenten == {"voorbeeldstad"}


def test_without_a_role_it_is_somebody_of_the_desk() -> None:
    assert run("toevoegen", "sanne", "--naam", "Sanne", "--gemeente", "molendam").exit_code == 0
    sanne = found("sanne")
    assert sanne is not None and sanne.rollen == {("molendam", "medewerker")}


def test_central_roles_and_an_editor_who_may_not_help() -> None:
    run("toevoegen", "noor", "--naam", "Noor", "--gemeente", "voorbeeldstad")
    central = ("--gemeente", "centraal", "--gemeente", "molendam", "--rol", "eindredacteur", "--rol", "beheerder")
    assert run("rollen", "noor", *central).exit_code == 0
    noor = found("noor")
    assert noor is not None and noor.gemeenten == frozenset()
    assert noor.rollen == {(plek, rol) for plek in ("", "molendam") for rol in ("eindredacteur", "beheerder")}
    assert "centraal (eindredacteur)" in " ".join(run("lijst").output.split())


def test_the_desk_is_of_a_municipality() -> None:
    add = ("toevoegen", "noor", "--naam", "Noor", "--gemeente", "centraal")
    assert isinstance(run(*add).exception, SettingError)
    assert isinstance(run(*add[:-1], "utopia", "--rol", "redacteur").exception, UnknownGemeente)
    assert found("noor") is None
