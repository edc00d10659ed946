"""The SQL database of the installation: opening it and bringing its tables up to date."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from bot.errors import SettingError, StartError
from bot.settings import ROOT

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Tables of all rooms; each room declares its own in its `tables.py`."""


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment with its zone, kept in UTC: SQLite by itself would keep the local clock and forget the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Raises ValueError for a moment without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


@lru_cache(maxsize=8)
def open_database(url: str) -> Engine:
    """An engine for `url`, shared within this process. SQLite files get their folder made.

    Raises:
        SettingError: the address cannot be read.
        StartError: the folder of a SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise SettingError("VRAAGBAAK_DATABASE_URL is geen geldig databaseadres") from error
    if parsed.get_backend_name() != "sqlite":
        # Errors end up in logs, and parameters are what people wrote.
        return sa.create_engine(parsed, future=True, pool_pre_ping=True, hide_parameters=True)
    if parsed.database:
        try:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StartError(f"De map van {parsed.database} kan niet worden gemaakt: {error.strerror}") from error
    # A pool, as SQLAlchemy 2 has it: opening a file anew for each statement costs more than the statement.
    engine = sa.create_engine(
        parsed,
        future=True,
        poolclass=QueuePool,
        connect_args={"timeout": 10, "check_same_thread": False},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the tables up to the newest version.

    Raises StartError when the database cannot be reached or written.
    """
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    try:
        with engine.begin() as connection:
            _one_at_a_time(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.DBAPIError as error:
        problem = str(error.orig).strip().split("\n")[0]
        raise StartError(f"De database {engine.url.render_as_string(hide_password=True)}: {problem}") from error


def forget_deleted(engine: Engine) -> None:
    """See to it that what was deleted is gone from SQLite's log as well. PostgreSQL cleans up by itself (vacuum).

    While another process reads, SQLite does it at its next checkpoint instead.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _one_at_a_time(connection: Connection) -> None:
    """Keep two processes that start together from migrating together."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(748313)"))


def _sqlite_pragmas(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten too: the file must not keep what a resident had erased.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
