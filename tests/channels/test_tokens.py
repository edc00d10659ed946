"""A token opens its own conversation for a day, and nothing else does."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.tokens import GELDIG, BadToken, make_token, read_token, secret_of
from bot.errors import SettingError
from bot.settings import Settings

SECRET = "geheim van minstens tweeendertig tekens"
OTHER = "een ander geheim van minstens 32 tekens"


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A token as ours, with claims changed or (None) left out."""
    good = {"sub": "g1", "gem": "molendam", "aud": "webchat", "exp": datetime.now(UTC) + timedelta(hours=1)} | claims
    return jwt.encode({key: value for key, value in good.items() if value is not None}, secret, algorithm=algorithm)


def test_a_token_gives_back_what_it_was_made_from() -> None:
    token, sessie = make_token("gesprek-1", "voorbeeldstad", SECRET)
    assert read_token(token, SECRET) == sessie
    assert (sessie.gesprek_id, sessie.gemeente) == ("gesprek-1", "voorbeeldstad")
    assert timedelta(0) < sessie.verloopt - datetime.now(UTC) <= GELDIG


def test_our_own_way_of_signing_is_accepted() -> None:
    assert read_token(signed(), SECRET).gesprek_id == "g1"


@pytest.mark.parametrize(
    "token",
    [
        signed(exp=datetime.now(UTC) - timedelta(seconds=1)),
        signed(secret=OTHER),
        signed(aud="balie"),
        signed(aud=None),
        signed(exp=None),
        signed(sub=None),
        signed(gem=None),
        signed(algorithm="HS512"),
        jwt.encode({"sub": "g1", "gem": "molendam", "aud": "webchat", "exp": 9999999999}, None, algorithm="none"),
        "",
        "a.b.c",
        "geen token",
        "é.ü.ö",
        "\x00",
    ],
    ids=[
        "expired",
        "other secret",
        "other audience",
        "no audience",
        "no end",
        "no conversation",
        "no municipality",
        "other algorithm",
        "unsigned",
        "empty",
        "dots",
        "words",
        "accents",
        "control character",
    ],
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        read_token(token, SECRET)


@given(st.data())
def test_a_tampered_token_is_refused(data: st.DataObject) -> None:
    token, _ = make_token("gesprek-1", "voorbeeldstad", SECRET)
    # The last character of a signature holds two bits that count for nothing.
    place = data.draw(st.integers(0, len(token) - 2))
    char = data.draw(st.sampled_from("AZaz09-_.").filter(lambda char: char != token[place]))
    with pytest.raises(BadToken):
        read_token(token[:place] + char + token[place + 1 :], SECRET)


def test_the_secret_of_the_settings_is_used() -> None:
    assert secret_of(Settings(secret=SECRET)) == SECRET


def test_a_short_secret_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingError, match="VRAAGBAAK_SECRET moet minstens 32 tekens hebben") as error:
        secret_of(Settings(secret="kortgeheim"))
    assert "kortgeheim" not in str(error.value)


def test_a_secret_of_its_own_is_made_once_and_for_the_owner_alone(sqlite_settings: Settings) -> None:
    secret = secret_of(sqlite_settings)
    path = Path(sqlite_settings.data_dir) / "geheim"
    assert len(secret) >= 32 and path.read_text() == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_of(sqlite_settings) == secret
    assert [one.name for one in path.parent.iterdir()] == ["geheim"]


def test_processes_that_start_together_get_the_same_secret(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def first(settings: Settings) -> str:
        barrier.wait(10)
        return secret_of(settings)

    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            settings = Settings(data_dir=str(tmp_path / str(attempt)))
            assert len(set(pool.map(first, [settings] * 8))) == 1


def test_a_spoilt_secret_file_says_what_to_do(sqlite_settings: Settings) -> None:
    path = Path(sqlite_settings.data_dir) / "geheim"
    path.parent.mkdir(parents=True)
    path.write_text("kort")
    with pytest.raises(SettingError, match="verwijder het bestand"):
        secret_of(sqlite_settings)
    assert secret_of(replace(sqlite_settings, secret=SECRET)) == SECRET
