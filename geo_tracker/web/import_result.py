"""What pages show of an import and its job: state, progress, result, problems."""

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from geo_tracker.db.columns import now
from geo_tracker.db.models import ImportRun, Job
from geo_tracker.web.import_choices import choices_said
from geo_tracker.web.texts import number, shown, term

_SEVERITIES = ("error", "warning", "info")


def run_values(run: ImportRun, job: Job | None = None) -> dict[str, Any]:
    """Return an import as templates show it."""
    source = run.source
    # Records are published before the map is drawn: until then the import is under way.
    is_at_work = job is not None and job.state in {"queued", "running"}
    is_over = run.state in {"published", "undone"}
    return {
        "import_id": run.id,
        "kind": run.kind,
        "file_name": source.file_name or source.title,
        "title": source.title,
        "sha256": source.sha256,
        "sha256_short": (source.sha256 or "")[:12],
        "size_mb": None if source.size_bytes is None else source.size_bytes / 1_000_000,
        "as_of_on": run.as_of_on,
        "state": "running" if is_over and is_at_work else run.state,
        "under_way": run.state in {"looking", "queued"} or (is_over and is_at_work),
        "username": run.user.username if run.user else None,
        "created_at": run.created_at,
        "published_at": run.published_at,
        "undone_at": run.undone_at if run.state == "undone" else None,
        "undone_by": run.undone_by.username if run.state == "undone" and run.undone_by else None,
        "synthetic": source.synthetic,
    }


def import_row(run: ImportRun) -> dict[str, Any]:
    """Return an import as a row of the list of imports."""
    preview = run.preview
    sheets = preview.get("sheets", [])
    reports = [preview["report"]] if "report" in preview else [sheet["report"] for sheet in sheets]
    rows = sum(sheet["rows"] for sheet in sheets) if sheets else preview.get("count")
    # Notes are no problems.
    problems = sum(report["counts"].get(s, 0) for report in reports for s in ("error", "warning"))
    view = ".preview" if run.state == "previewed" else ".show"
    unmatched = sum(sheet["unmatched_count"] for sheet in sheets)
    return run_values(run) | {
        "rows": rows,
        "problems": problems + unmatched if reports else None,
        "refusal": refusal(run) if run.state == "refused" else None,
        "url": url_for(view, import_id=run.id),
    }


def refusal(run: ImportRun) -> str | None:
    """Return why the last look at an import came to nothing, if it did."""
    return shown(run.preview.get("refusal")) or None


def job_values(job: Job | None) -> dict[str, Any] | None:
    """Return a job as templates show it."""
    if job is None:
        return None
    ended = job.finished_at or now()
    begun = job.started_at or job.created_at
    return {
        "state": job.state,
        "stage_text": shown(job.stage) or None,
        "done": job.done,
        "total": job.total,
        "seconds": max(0, round((ended - begun).total_seconds())),
        "attempts": job.attempts,
    }


def result_values(run: ImportRun, job: Job | None) -> dict[str, Any]:
    """Return the values that ``templates/imports/show.html`` names at its head."""
    return {
        "run": run_values(run, job),
        "job": job_values(job),
        "failure": shown(job.error) or None if job is not None else None,
        "results": _results(run) if run.state == "published" else [],
        "problems": [] if run.state in {"looking", "refused"} else _problems(run),
        "has_errors": has_errors(run.preview),
        "chosen": choices_said(run) if run.kind == "boundaries" else [],
    }


def has_errors(preview: dict[str, Any]) -> bool:
    """Say whether a workbook has anything that its error workbook would point at."""
    return any(
        sheet["unmatched_count"]
        or any(sheet["report"]["counts"].get(severity) for severity in ("error", "warning"))
        for sheet in preview.get("sheets", [])
    )


def _results(run: ImportRun) -> list[dict[str, Any]]:
    if run.kind == "boundaries":
        stored, kept = run.result.get("villages", 0), run.result.get("continuing", 0)
        rows: list[tuple[str, int, str | None]] = []
        rows.append((_("villages stored"), stored, url_for("villages.index")))
        if run.result.get("kept"):
            rows.append((_("kept that the file does not have"), run.result["kept"], None))
        if kept:
            rows.append((_("of them unchanged since the neighbouring layer"), kept, None))
        return [{"text": text, "count": count, "url": url} for text, count, url in rows]
    return [row for sheet in run.result.get("sheets", []) for row in _sheet_results(run, sheet)]


def _sheet_results(run: ImportRun, sheet: dict[str, Any]) -> list[dict[str, Any]]:
    lists = {
        "villages": "villages.index",
        "mergers": "review.index",
        "votes": "votes.index",
        "projects": "projects.index",
        "published": "home.show",
    }
    kind = sheet["kind"]
    word = term("published_figures" if kind == "published" else kind)
    url = url_for(lists.get(kind, "home.show"))
    if f"{kind}.index" in current_app.view_functions:
        url = url_for(f"{kind}.index")
    if "journal" in run.result and sheet["added"] + sheet["changed"]:
        url = url_for("import_changes.index", import_id=run.id, sheet=kind)
    rows = [
        {
            "text": _(
                "%(sheet)s: %(added)s added, %(changed)s changed, %(unchanged)s unchanged",
                sheet=word,
                added=number(sheet["added"]),
                changed=number(sheet["changed"]),
                unchanged=number(sheet["unchanged"]),
            ),
            "count": sheet["added"] + sheet["changed"] + sheet["unchanged"],
            "url": url,
        }
    ]
    if sheet.get("chosen"):
        text = _("%(sheet)s: villages chosen by a person", sheet=word)
        rows.append({"text": text, "count": len(sheet["chosen"]), "url": None})
    if sheet["unmatched"]:
        text = _("%(sheet)s: rows left out, their village is not known", sheet=word)
        rows.append({"text": text, "count": len(sheet["unmatched"]), "url": None})
    return rows


def _problems(run: ImportRun) -> list[dict[str, Any]]:
    if run.kind == "boundaries":
        return problem_groups(run.preview["report"])
    counts: dict[str, int] = dict.fromkeys(_SEVERITIES, 0)
    problems, left_out = [], 0
    stored = {sheet["title"]: sheet for sheet in run.result.get("sheets", [])}
    for sheet in run.preview.get("sheets", []):
        report, title = sheet["report"], sheet["title"]
        for problem in report["problems"]:
            column = problem["column"]
            problems.append(problem | {"column": f"{title} · {column}" if column else title})
        for severity, count in report["counts"].items():
            counts[severity] += count
        left_out += report["rows_left_out"]
        # What was stored decides; the preview may be older than the layers.
        unmatched = stored[title]["unmatched"] if title in stored else sheet["unmatched"]
        count = len(unmatched) if title in stored else sheet["unmatched_count"]
        counts["error"] += count
        left_out += count
        problems += [
            {
                "severity": "error",
                "message": row["reason"],
                "row": row["row"],
                "column": title,
                "value": None,
            }
            for row in unmatched
        ]
    return problem_groups({"problems": problems, "counts": counts, "rows_left_out": left_out})


def problem_groups(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the problems of a stored report by severity, the worst first.

    Parameters
    ----------
    report : dict
        ``problems`` (the first ones), ``counts`` (all, by severity), ``rows_left_out``.

    Returns
    -------
    list of dict
        As ``templates/imports/_problems.html`` names them.
    """
    groups = []
    for severity in _SEVERITIES:
        total = report["counts"].get(severity, 0)
        if not total:
            continue
        listed = [
            {
                "text": shown(problem["message"]),
                "row": problem["row"],
                "column": problem["column"],
                "value": problem["value"],
            }
            for problem in report["problems"]
            if problem["severity"] == severity
        ]
        count = report["rows_left_out"] or total if severity == "error" else total
        groups.append(
            {
                "severity": severity,
                "count": count,
                "problems": listed,
                "more": max(0, total - len(listed)),
            }
        )
    return groups
