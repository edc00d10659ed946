"""The migrations make exactly the tables that the rooms declare."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

import bot.appointments.agenda.tables
import bot.appointments.tables
import bot.attempts
import bot.cases.tables
import bot.catalog.tables
import bot.conversations.tables
import bot.handoff.tables
import bot.redactie.tables
import bot.whatsapp.tables  # noqa: F401 (declares its tables)
from bot.database import metadata


def test_the_migrations_make_the_declared_tables(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [one for one in compare_metadata(context, metadata) if not _is_nothing(one)]
    assert differences == []
    assert set(metadata.tables) <= set(sa.inspect(database).get_table_names())


def _is_nothing(difference: object) -> bool:
    """Alembic's own table is in no room."""
    return "alembic_version" in str(difference)
