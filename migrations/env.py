"""Alembic's environment. It runs on the connection that `bot.database.upgrade` hands over."""

from alembic import context

from bot import attempts as _attempts  # noqa: F401 (declares its table)
from bot.appointments import tables as _appointments  # noqa: F401
from bot.appointments.agenda import tables as _agenda  # noqa: F401
from bot.cases import tables as _cases  # noqa: F401
from bot.catalog import tables as _catalog  # noqa: F401 (declares its tables)
from bot.conversations import tables as _conversations  # noqa: F401
from bot.database import metadata
from bot.handoff import tables as _handoff  # noqa: F401
from bot.redactie import tables as _redactie  # noqa: F401
from bot.whatsapp import tables as _whatsapp  # noqa: F401

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Gebruik `vraagbaak database bijwerken`; Alembic heeft hier geen eigen databaseadres.")
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
