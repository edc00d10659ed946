"""What one conversation or one address may send in a while: in this process, or counted in Redis for all engines."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis

from bot.channels.limits import Limits, TooMany
from bot.errors import SettingError
from bot.settings import Settings
from tests.conftest import missing_service

REDIS = "redis://127.0.0.1:6379"
FEW = Settings(webchat_per_session="2/minute", webchat_per_address="3/minute", webchat_sessions_per_address="1/hour")


@pytest.fixture(params=["memory", "redis"])
def few(request: pytest.FixtureRequest) -> Settings:
    """Settings with small limits: counted in memory, and in Redis."""
    if request.param == "memory":
        return FEW
    try:
        redis.Redis.from_url(REDIS).ping()
    except redis.RedisError:
        missing_service("Redis op 127.0.0.1:6379")
    return replace(FEW, redis_url=REDIS)


@pytest.fixture
def name() -> Iterator[str]:
    """A name that no other run has counted under."""
    yield uuid.uuid4().hex


def test_a_conversation_may_send_so_many_messages(few: Settings, name: str) -> None:
    limits = Limits(few)
    for _ in range(2):
        limits.message(name, None)
    with pytest.raises(TooMany) as error:
        limits.message(name, None)
    assert 0 < error.value.seconds <= 60
    limits.message(f"{name}-ander", None)


def test_an_address_may_send_so_many_messages_over_its_conversations(few: Settings, name: str) -> None:
    limits = Limits(few)
    for number in range(3):
        limits.message(f"{name}-{number}", name)
    with pytest.raises(TooMany):
        limits.message(f"{name}-3", name)
    limits.message(f"{name}-4", f"{name}-ander")


def test_an_address_may_begin_so_many_conversations(few: Settings, name: str) -> None:
    limits = Limits(few)
    limits.session(name)
    with pytest.raises(TooMany) as error:
        limits.session(name)
    assert 60 < error.value.seconds <= 3600


def test_an_unknown_address_is_not_counted(few: Settings) -> None:
    limits = Limits(few)
    for _ in range(5):
        limits.session(None)


def test_the_smallest_of_several_limits_counts(name: str) -> None:
    limits = Limits(replace(FEW, webchat_per_session="5/minute;1/day"))
    limits.message(name, None)
    with pytest.raises(TooMany) as error:
        limits.message(name, None)
    assert error.value.seconds > 60


def test_the_window_moves_on(name: str) -> None:
    limits = Limits(replace(FEW, webchat_per_session="1/second"))
    limits.message(name, None)
    with pytest.raises(TooMany) as error:
        limits.message(name, None)
    assert error.value.seconds == 1
    while True:
        try:
            limits.message(name, None)
            return
        except TooMany:
            continue


def test_engines_with_one_redis_count_together(few: Settings, name: str) -> None:
    if not few.redis_url:
        pytest.skip("alleen met Redis")
    one, two = Limits(few), Limits(few)
    one.message(name, None)
    two.message(name, None)
    with pytest.raises(TooMany):
        one.message(name, None)


def test_without_its_redis_each_engine_counts_for_itself(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        limits = Limits(replace(FEW, redis_url=f"redis://127.0.0.1:{nobody.getsockname()[1]}"))
        with caplog.at_level(logging.WARNING):
            limits.message(name, None)
            limits.message(name, None)
            with pytest.raises(TooMany):
                limits.message(name, None)
    assert "Redis is niet bereikbaar" in caplog.text


@pytest.mark.parametrize("field", ["webchat_per_session", "webchat_per_address", "webchat_sessions_per_address"])
@pytest.mark.parametrize("value", ["", "veel", "20", "20/eeuw", "minute", "-1/minute"])
def test_a_bad_setting_is_named(field: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"VRAAGBAAK_{field.upper()} "):
        Limits(replace(FEW, **{field: value}))


@pytest.mark.parametrize("value", ["nergens", "http://localhost", "redis://localhost:poort"])
def test_a_bad_address_of_redis_is_named(value: str) -> None:
    with pytest.raises(SettingError, match="VRAAGBAAK_REDIS_URL"):
        Limits(replace(FEW, redis_url=value))
