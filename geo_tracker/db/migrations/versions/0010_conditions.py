"""What else files say of villages: assets and debt, living conditions, who leads them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("net_assets_fen", "debt_fen"):
        op.add_column("village_figures", sa.Column(name, sa.BigInteger()))
    op.add_column("village_figures", sa.Column("secretary_vacant_since", sa.Date()))
    for name in (
        *("sewage_share", "toilet_share", "tap_water_share"),
        *("environment_mark", "service_km", "committee_ratio"),
    ):
        op.add_column("village_figures", sa.Column(name, sa.Float()))
