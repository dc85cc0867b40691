"""The words for the codes of the domain; domain.md's glossary is their reference."""

from geo_tracker.language import N_

TERMS: dict[str, str] = {
    # events
    "unchanged": N_("Unchanged"),
    "fusion": N_("New village formed by merger"),
    "integration": N_("Merged into a surviving village"),
    "scission": N_("Split up"),
    "extraction": N_("Part split off"),
    "reallocation": N_("Regrouped"),
    "rectification": N_("Boundary adjusted"),
    "name_change": N_("Renamed"),
    "identifier_change": N_("Code changed"),
    "to_community": N_("Village turned community"),
    "reestablishment": N_("Re-established"),
    # states of events
    "proposed": N_("Proposed"),
    "reviewed": N_("Reviewed"),
    "effective": N_("Effective"),
    "superseded": N_("Superseded"),
    # faults in the stored lineage
    "cycle": N_("Circle"),
    "no_successor": N_("No successor"),
    "no_predecessor": N_("No predecessor"),
    "lost_ground": N_("Lost ground"),
    "gained_ground": N_("Gained ground"),
    "given_twice": N_("Ground given twice"),
    "area_changed": N_("Area not kept"),
    "ground_noise": N_("Noise of drawing"),
    "mirror": N_("One-sided link"),
    "gap": N_("Gap in time"),
    "overlap_in_time": N_("Two versions at once"),
    "wrong_dates": N_("Dates that do not fit"),
    "code_twice": N_("Code used twice"),
    # what a link is known from
    "both": N_("Boundaries and table"),
    "table": N_("Table"),
    "geometry": N_("Boundaries"),
    "name": N_("Name"),
    "person": N_("Person"),
    # kinds of villages
    "merged": N_("Merged village"),
    "untouched": N_("Not merged"),
    "former": N_("Former village"),
    # meetings
    "villagers_meeting": N_("Villagers' meeting"),
    "household_representatives": N_("Household representatives' meeting"),
    "villagers_representatives": N_("Villagers' representatives' meeting"),
    # project stages
    "reserve": N_("In reserve"),
    "approved": N_("Approved"),
    "design": N_("Design"),
    "budget": N_("Budget"),
    "tender": N_("Tender"),
    "contract": N_("Contract signed"),
    "started": N_("Work begun"),
    "finished": N_("Finished"),
    "accepted": N_("Accepted"),
    "audited": N_("Settlement audit"),
    "final_account": N_("Final account"),
    "handed_over": N_("Handed over"),
    # lights
    "green": N_("On plan"),
    "yellow": N_("Slightly behind"),
    "red": N_("Far behind"),
    "unknown": N_("Unknown"),
    # imports and jobs
    "looking": N_("Being looked at"),
    "previewed": N_("To be confirmed"),
    "refused": N_("Refused"),
    "queued": N_("Waiting"),
    "running": N_("Running"),
    "published": N_("Stored"),
    "failed": N_("Failed"),
    "undone": N_("Undone"),
    "done": N_("Done"),
    "boundaries": N_("Boundaries"),
    "records": N_("Workbook"),
    # sheets
    "villages": N_("Villages"),
    "mergers": N_("Merger table"),
    "votes": N_("Votes"),
    "projects": N_("Projects"),
    "published_figures": N_("Published figures"),
    # sources of geometry
    "surveyed": N_("Surveyed"),
    "digitised": N_("Digitised"),
    "synthetic": N_("Synthetic"),
    # roles
    "admin": N_("Administrator"),
    "planner": N_("Planner"),
    "viewer": N_("Viewer"),
    # severities
    "error": N_("Error"),
    "warning": N_("Warning"),
    "info": N_("Note"),
}
