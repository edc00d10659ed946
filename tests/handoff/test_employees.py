"""Accounts, logging in, sessions and presence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.handoff import employees
from bot.handoff.tables import medewerker, medewerker_sessie

NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
GOED = "een lang wachtwoord"


def made(database: Engine, name: str = "noor", *gemeenten: str) -> int:
    rollen = [(gemeente, "medewerker") for gemeente in gemeenten or ("voorbeeldstad",)]
    return employees.add(database, name, name.title(), rollen, GOED).id


def test_logs_in_with_the_right_password_alone(database: Engine) -> None:
    noor = made(database)
    assert employees.log_in(database, "noor", GOED).id == noor
    for name, password in (("noor", "een ander wachtwoord"), ("sem", GOED), ("noor", "")):
        with pytest.raises(employees.WrongLogin):
            employees.log_in(database, name, password)


def test_a_password_is_not_stored(database: Engine) -> None:
    made(database)
    with database.connect() as connection:
        stored = connection.execute(sa.select(medewerker.c.wachtwoord)).scalar()
    assert stored.startswith("$argon2id$") and GOED not in stored


def test_five_wrong_passwords_lock_for_a_while(database: Engine) -> None:
    made(database)
    for _ in range(employees.POGINGEN):
        with pytest.raises(employees.WrongLogin):
            employees.log_in(database, "noor", "fout", NU)
    with pytest.raises(employees.Locked) as locked:
        employees.log_in(database, "noor", GOED, NU)
    assert locked.value.until == NU + employees.BLOKKADE
    assert employees.log_in(database, "noor", GOED, NU + employees.BLOKKADE + timedelta(seconds=1))


def test_a_right_password_forgives_earlier_mistakes(database: Engine) -> None:
    made(database)
    for _ in range(3):
        for _ in range(employees.POGINGEN - 1):
            with pytest.raises(employees.WrongLogin):
                employees.log_in(database, "noor", "fout", NU)
        employees.log_in(database, "noor", GOED, NU)


def test_short_passwords_and_taken_names_are_refused(database: Engine) -> None:
    made(database)
    with pytest.raises(ValueError, match="minstens"):
        employees.add(database, "sem", "Sem", [], "kort")
    with pytest.raises(ValueError, match="bestaat al"):
        made(database)


def test_an_account_without_password_cannot_log_in_with_one(database: Engine) -> None:
    employees.add(database, "oidc", "Via de gemeente", [("voorbeeldstad", "medewerker")])
    with pytest.raises(employees.WrongLogin):
        employees.log_in(database, "oidc", "")


def test_a_session_ends_by_itself_and_by_logging_out(database: Engine) -> None:
    noor = made(database)
    cookie, csrf = employees.begin_session(database, noor, NU)
    found = employees.session(database, cookie, NU)
    assert found is not None and (found[0].id, found[1]) == (noor, csrf)
    assert employees.session(database, cookie, NU + employees.SESSIE) is None
    assert employees.session(database, "geraden", NU) is None
    employees.end_session(database, cookie)
    assert employees.session(database, cookie, NU) is None


def test_a_cookie_is_not_stored(database: Engine) -> None:
    cookie, _ = employees.begin_session(database, made(database))
    with database.connect() as connection:
        assert connection.execute(sa.select(medewerker_sessie.c.sleutel)).scalar() != cookie


def test_taken_out_of_use_is_out_at_once(database: Engine) -> None:
    noor = made(database)
    cookie, _ = employees.begin_session(database, noor)
    employees.set_active(database, noor, False)
    assert employees.session(database, cookie) is None
    with pytest.raises(employees.WrongLogin):
        employees.log_in(database, "noor", GOED)


def test_a_new_password_ends_sessions(database: Engine) -> None:
    noor = made(database)
    cookie, _ = employees.begin_session(database, noor)
    employees.set_password(database, noor, "nog een lang wachtwoord")
    assert employees.session(database, cookie) is None


def test_who_is_there(database: Engine) -> None:
    noor, sem = made(database), made(database, "sem", "molendam")
    employees.set_presence(database, noor, True, NU)
    employees.set_presence(database, sem, True, NU)
    assert [one.id for one in employees.present(database, ["voorbeeldstad"], NU)] == [noor]
    later = NU + employees.WEG_NA + timedelta(seconds=1)
    assert employees.present(database, ["voorbeeldstad"], later) == []
    assert set(employees.gone(database, later)) == {noor, sem}
    employees.heartbeat(database, noor, later)
    assert employees.gone(database, later) == [sem]


def test_roles_are_replaced(database: Engine) -> None:
    noor = made(database)
    employees.set_roles(database, noor, [("molendam", "beheerder")])
    assert employees.load(database, noor).rollen == {("molendam", "beheerder")}
