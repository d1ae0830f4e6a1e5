"""The last runs of the job, as Graph tells them."""

from typing import Any

from entrasync.core.primitives.json_values import read_object
from entrasync.core.primitives.times import parse_time, write_go_duration
from kubectl_entrasync.description.job_facts import Document, JobFacts
from kubectl_entrasync.description.section import Line, Section, drop_absent, write_moment

_RUNS = (
    ("lastExecution", "Last run"),
    ("lastSuccessfulExecution", "Last success"),
    ("lastSuccessfulExecutionWithExports", "Last with writes"),
)

_COUNTS = (
    ("countImported", "read"),
    ("countExported", "written"),
    ("countEscrowed", "failed and put aside"),
)


def describe_runs(facts: JobFacts) -> Section:
    """Say how the last runs ended. A run that is several of them at once is told once."""
    live = facts.record.synchronization_status or {}
    runs = [(name, label, read_object(live.get(name))) for name, label in _RUNS]
    lines: list[Line] = []
    told: list[Document] = []
    for _, label, run in runs:
        if run and run not in told:
            told.append(run)
            lines += _describe_run(label, run, facts)
    data: dict[str, Any] = drop_absent({name: dict(run) for name, _, run in runs})
    return Section("runs", "Last runs", data, tuple(lines) or (Line("Last run", "none yet"),))


def _describe_run(label: str, run: Document, facts: JobFacts) -> list[Line]:
    began, ended = parse_time(run.get("timeBegan")), parse_time(run.get("timeEnded"))
    words = [str(run.get("state") or "unknown end")]
    words += [write_moment(ended, facts.now)] if ended else []
    words += [f"took {write_go_duration(ended - began)}"] if began and ended and began <= ended else []
    style = "" if run.get("state") == "Succeeded" else "yellow"
    lines = [Line(label, ", ".join(words), style)]
    if counts := _count(run):
        lines.append(Line("", counts))
    error = read_object(run.get("error"))
    if said := ": ".join(str(error[name]) for name in ("code", "message") if error.get(name)):
        lines.append(Line("", said, "red"))
    return lines


def _count(run: Document) -> str:
    counts = [(run.get(name), words) for name, words in _COUNTS]
    return ", ".join(f"{count} {words}" for count, words in counts if isinstance(count, int))
