"""The migrations make the tables as the code knows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.appointments.agenda.tables import agenda_afspraak, agenda_cel, agenda_locatie
from bot.database import metadata

OURS = {one.name for one in (agenda_afspraak, agenda_cel, agenda_locatie)}


def test_migrated_tables_are_the_declared_ones(database: Engine) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return kind != "table" or name in OURS

    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_names_and_keys(database: Engine) -> None:
    inspector = sa.inspect(database)
    for table in OURS:
        declared = metadata.tables[table]
        assert inspector.get_pk_constraint(table)["constrained_columns"] == [one.name for one in declared.primary_key]
        assert {one["name"] for one in inspector.get_indexes(table)} == {one.name for one in declared.indexes}
    (key,) = inspector.get_foreign_keys("agenda_cel")
    assert key["options"] == {"ondelete": "CASCADE"}
