"""The identity check: codes, limits, and that trying teaches nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot import attempts
from bot.attempts import SLOT, Locked, poging
from bot.cases import identity
from bot.cases.identity import FOUTEN_PER_BEWIJS, GELDIG, LIMIETEN
from bot.cases.tables import zaak_bewijs, zaak_code

GEHEIM = "een geheim dat alleen deze test kent"
NU = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ZAAK = "https://zaken.example/zaken/api/v1/zaken/1"


def begin(database: Engine, gesprek: str = "g1", nummer: str = "ZAAK-1", now: datetime = NU) -> str:
    return identity.begin(database, GEHEIM, gesprek_id=gesprek, gemeente="voorbeeldstad", identificatie=nummer, now=now)


def code_for(database: Engine, bewijs: str, adres: str = "noor@voorbeeld.example", now: datetime = NU) -> str:
    return identity.issue(database, GEHEIM, bewijs, {adres: [ZAAK]}, now)[adres]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_opens_the_case_once(database: Engine) -> None:
    bewijs = begin(database)
    code = code_for(database, bewijs)
    assert len(code) == 6 and code.isdigit()
    assert identity.verify(database, GEHEIM, bewijs, wrong(code), NU) == ()
    assert identity.verify(database, GEHEIM, bewijs, code, NU) == (ZAAK,)
    assert identity.proven(database, "g1", NU) == (ZAAK,)
    assert identity.verify(database, GEHEIM, bewijs, code, NU) == ()


def test_a_code_dies_after_ten_minutes(database: Engine) -> None:
    bewijs = begin(database)
    code = code_for(database, bewijs)
    assert identity.verify(database, GEHEIM, bewijs, code, NU + GELDIG) == ()
    assert identity.proven(database, "g1", NU + GELDIG) == ()


def test_after_three_wrong_codes_the_right_one_no_longer_works(database: Engine) -> None:
    bewijs = begin(database)
    code = code_for(database, bewijs)
    for _ in range(FOUTEN_PER_BEWIJS):
        assert identity.verify(database, GEHEIM, bewijs, wrong(code), NU) == ()
    assert identity.verify(database, GEHEIM, bewijs, code, NU) == ()


def test_a_code_of_another_conversation_opens_nothing(database: Engine) -> None:
    mine, other = begin(database), begin(database, "g2")
    code = code_for(database, mine)
    code_for(database, other, "ander@voorbeeld.example")
    assert identity.verify(database, GEHEIM, other, code, NU) == ()


def test_asking_again_ends_the_earlier_code(database: Engine) -> None:
    first = begin(database)
    code = code_for(database, first)
    begin(database)
    assert identity.verify(database, GEHEIM, first, code, NU) == ()


def test_an_unknown_number_leaves_the_same_trace(database: Engine) -> None:
    known, unknown = begin(database), begin(database, "g2", "ZAAK-2")
    code_for(database, known)
    assert identity.issue(database, GEHEIM, unknown, {}, NU) == {}
    with database.connect() as connection:
        rows = connection.execute(sa.select(zaak_code.c.code)).scalars().all()
        tries = connection.execute(sa.select(sa.func.count()).select_from(poging)).scalar()
    assert len(rows) == 2 and all(len(row) == 64 for row in rows)
    assert tries == 6


def test_no_code_opens_an_unknown_number(database: Engine) -> None:
    opened = 0
    for number in range(40):
        bewijs = begin(database, f"g{number}", f"ZAAK-{number}")
        identity.issue(database, GEHEIM, bewijs, {}, NU)
        for guess in range(3):
            opened += bool(identity.verify(database, GEHEIM, bewijs, f"{guess:06d}", NU))
    assert opened == 0


def test_naming_numbers_is_limited_per_conversation(database: Engine) -> None:
    for number in range(LIMIETEN["gesprek"]):
        begin(database, nummer=f"ZAAK-{number}")
    with pytest.raises(Locked) as locked:
        begin(database, nummer="ZAAK-99")
    assert locked.value.until == NU + SLOT
    begin(database, nummer="ZAAK-99", now=NU + SLOT + timedelta(seconds=1))


@pytest.mark.parametrize("exists", [True, False])
def test_codes_are_limited_per_case_existing_or_not(database: Engine, exists: bool) -> None:
    for number in range(LIMIETEN["zaak"]):
        bewijs = begin(database, f"g{number}")
        identity.issue(database, GEHEIM, bewijs, {f"a{number}@voorbeeld.example": [ZAAK]} if exists else {}, NU)
    with pytest.raises(Locked):
        begin(database, "anders")


def test_an_address_gets_no_more_than_so_many_codes(database: Engine) -> None:
    for number in range(LIMIETEN["adres"]):
        code_for(database, begin(database, f"g{number}", f"ZAAK-{number}"))
    bewijs = begin(database, "nog een", "ZAAK-99")
    assert identity.issue(database, GEHEIM, bewijs, {"noor@voorbeeld.example": [ZAAK]}, NU) == {}


def test_guessing_codes_locks_the_case_for_everybody(database: Engine) -> None:
    tried = 0
    with pytest.raises(Locked):
        for number in range(10):
            bewijs = begin(database, f"g{number}")
            code = code_for(database, bewijs, f"a{number}@voorbeeld.example")
            for _ in range(FOUTEN_PER_BEWIJS):
                identity.verify(database, GEHEIM, bewijs, wrong(code), NU)
                tried += 1
    assert tried <= LIMIETEN["fout_zaak"]


def test_nothing_readable_is_stored(database: Engine) -> None:
    bewijs = begin(database)
    code = code_for(database, bewijs)
    with database.connect() as connection:
        stored = str([connection.execute(sa.select(table)).all() for table in (zaak_bewijs, zaak_code, poging)])
    assert code not in stored and "noor@" not in stored and "ZAAK-1" not in stored


def test_what_is_over_is_cleaned_up(database: Engine) -> None:
    code_for(database, begin(database))
    later = NU + SLOT + timedelta(minutes=1)
    identity.clean_up(database, later)
    attempts.clean_up(database, later)
    with database.connect() as connection:
        for table in (zaak_bewijs, zaak_code, poging):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
