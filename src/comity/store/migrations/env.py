"""Runs the revisions on the connection of the calling unit of work."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
