"""The last runs of the job, as Graph tells them."""

from typing import Any

from entrasync.core.primitives.json_values import read_object
from entrasync.core.primitives.times import write_go_duration
from entrasync.core.remote.synchronization_status import Execution
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section, drop_absent, write_moment

_MEMBERS = ("lastExecution", "lastSuccessfulExecution", "lastSuccessfulExecutionWithExports")

_COUNTS = (
    ("countImported", "read"),
    ("countExported", "written"),
    ("countEscrowed", "failed and put aside"),
)


def describe_runs(facts: JobFacts) -> Section:
    """Say how the last runs ended. A run that is several of them at once is told once."""
    live, mirror = facts.record.mirrored_job.status, facts.record.synchronization_status or {}
    runs = (
        ("Last run", live.last_execution),
        ("Last success", live.last_success),
        ("Last with writes", live.last_success_with_exports),
    )
    lines: list[Line] = []
    told = [Execution()]
    for label, run in runs:
        if run not in told:
            told.append(run)
            lines += _describe_run(label, run, facts)
    data: dict[str, Any] = drop_absent({name: dict(read_object(mirror.get(name))) for name in _MEMBERS})
    return Section("runs", "Last runs", data, tuple(lines) or (Line("Last run", "none yet"),))


def _describe_run(label: str, run: Execution, facts: JobFacts) -> list[Line]:
    began, ended = run.began_at, run.ended_at
    words = [run.state or "unknown end"]
    words += [write_moment(ended, facts.now)] if ended else []
    words += [f"took {write_go_duration(ended - began)}"] if began and ended and began <= ended else []
    lines = [Line(label, ", ".join(words), "" if run.state == "Succeeded" else "yellow")]
    if counts := ", ".join(f"{run.counts[name]} {said}" for name, said in _COUNTS if name in run.counts):
        lines.append(Line("", counts))
    if run.error and (said := ": ".join(filter(None, (run.error.code, run.error.message)))):
        lines.append(Line("", said, "red"))
    return lines
