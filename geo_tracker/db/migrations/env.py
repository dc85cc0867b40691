"""Alembic's entry: migrations run on the connection that `schema.migrate` hands over."""

from alembic import context

from geo_tracker.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
