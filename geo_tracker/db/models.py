"""All tables, in the words of the domain; one module a noun, gathered here for migrations."""

from geo_tracker.db.columns import Base
from geo_tracker.db.models_attachments import Attachment
from geo_tracker.db.models_boards import Board, BoardMark, BoardScore, BoardTodo
from geo_tracker.db.models_documents import DossierRun
from geo_tracker.db.models_followup import (
    AssetFusion,
    ChecklistItem,
    FollowupStep,
    Incident,
    Problem,
    RuleValue,
    Visit,
)
from geo_tracker.db.models_imports import ImportRun, Job, RecordChange, Source, UserAccount
from geo_tracker.db.models_lag import LagPeriod, LagReview
from geo_tracker.db.models_layers import (
    BoundaryLayer,
    DrawnVillage,
    Place,
    StoredLayer,
    Unit,
    VillageVersion,
)
from geo_tracker.db.models_ledger import (
    Fund,
    Payment,
    Project,
    ProjectAmount,
    ProjectReport,
    ProjectStage,
    PublishedFigure,
    Vote,
)
from geo_tracker.db.models_periods import ClosedPeriod
from geo_tracker.db.models_policies import Policy, PolicyUse
from geo_tracker.db.models_register import (
    ChangeEvent,
    LineageEdge,
    MergerClaim,
    VillageFigures,
)
from geo_tracker.db.models_review import DecisionLink, LineageDecision

__all__ = [
    "AssetFusion",
    "Attachment",
    "Base",
    "Board",
    "BoardMark",
    "BoardScore",
    "BoardTodo",
    "BoundaryLayer",
    "ChangeEvent",
    "ChecklistItem",
    "ClosedPeriod",
    "DecisionLink",
    "DossierRun",
    "DrawnVillage",
    "FollowupStep",
    "Fund",
    "ImportRun",
    "Incident",
    "Job",
    "LagPeriod",
    "LagReview",
    "LineageDecision",
    "LineageEdge",
    "MergerClaim",
    "Payment",
    "Place",
    "Policy",
    "PolicyUse",
    "Problem",
    "Project",
    "ProjectAmount",
    "ProjectReport",
    "ProjectStage",
    "PublishedFigure",
    "RecordChange",
    "RuleValue",
    "Source",
    "StoredLayer",
    "Unit",
    "UserAccount",
    "VillageFigures",
    "VillageVersion",
    "Visit",
    "Vote",
]
