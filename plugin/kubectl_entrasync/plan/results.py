"""What a plan found: for scripts an exit code and a document, for people what the tables are drawn from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from entrasync.core.decision.verdicts import Stall
from entrasync.core.health.quarantine import quarantine_halt
from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.plan.changes import Change, describe_change
from kubectl_entrasync.plan.forecast import NEW_JOB_ID, Forecast
from kubectl_entrasync.plan.planned_resource import PlannedResource


class Outcome(StrEnum):
    """What applying would come to."""

    CHANGES = "Changes"
    """Something would be written to Graph."""
    STOPS = "Stops"
    """The operator would wait for a person."""
    INVALID = "Invalid"
    """The API server would refuse it."""
    UNKNOWN = "Unknown"
    """It could not be told."""
    OBSERVES = "Observes"
    """Graph differs, and the resource only observes."""
    ADOPTS = "Adopts"
    """A job would be held from then on, and nothing in Graph would change."""
    UNCHANGED = "Unchanged"


@dataclass(frozen=True)
class ResourcePlan:
    """The plan of one resource. `failure` is why Graph could not be read."""

    planned: PlannedResource
    forecast: Forecast
    failure: str | None = None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The actions as people read them."""
        facts = self.forecast.facts
        return tuple(describe_change(action, facts) for action in self.forecast.actions) if facts else ()

    @property
    def outcome(self) -> Outcome:
        """What applying would come to."""
        writes = any(change.is_write for change in self.changes)
        if self.fault is not None:
            return Outcome.INVALID
        if self.failure is not None or (self.forecast.halt and not isinstance(self.forecast.halt, Stall)):
            return Outcome.UNKNOWN
        if self.forecast.halt is not None:
            return Outcome.STOPS
        if self.is_observe_only:
            return Outcome.OBSERVES if writes else Outcome.UNCHANGED
        if writes:
            return Outcome.CHANGES
        return Outcome.ADOPTS if self.changes else Outcome.UNCHANGED

    @property
    def is_observe_only(self) -> bool:
        """Whether nothing is written for it."""
        return self.planned.resource.is_observe_only

    @property
    def fault(self) -> str | None:
        """What the API server or the operator would refuse of the manifest."""
        return self.planned.fault or self.planned.resource.invalid_spec

    @property
    def message(self) -> str | None:
        """Why it stops, is invalid or cannot be told."""
        halt = self.forecast.halt
        return self.fault or self.failure or (halt.message if halt else None)

    @property
    def reason(self) -> str | None:
        """The reason that the operator would give."""
        return str(self.forecast.halt.reason) if self.forecast.halt and not self.fault else None

    @property
    def quarantine(self) -> str | None:
        """What Graph says of a job in quarantine."""
        facts = self.forecast.facts
        if facts is None or facts.job is None or not facts.job.is_quarantined:
            return None
        return quarantine_halt(facts.job, facts.bounds).message

    @property
    def job_id(self) -> str | None:
        """The job in Graph."""
        facts = self.forecast.facts
        job = facts.job if facts else None
        return job.id if job and job.id != NEW_JOB_ID else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a person should know."""
        return (*self.forecast.notes, *((self.quarantine,) if self.quarantine else ()))


@dataclass(frozen=True)
class PlanResult:
    """The plan of all resources."""

    tenant_id: str
    plans: Sequence[ResourcePlan]
    notes: tuple[str, ...] = ()
    passed_over: int = 0

    @property
    def counts(self) -> Counter[Outcome]:
        """How many there are of each outcome."""
        return Counter(each.outcome for each in self.plans)

    @property
    def calls(self) -> int:
        """How many writes Graph would be sent."""
        changing = (each for each in self.plans if each.outcome in {Outcome.CHANGES, Outcome.STOPS})
        return sum(len(change.calls) for each in changing if not each.is_observe_only for change in each.changes)


def judge_plan(result: PlanResult) -> ExitCode:
    """Return what a script is told."""
    counts = result.counts
    if counts[Outcome.UNKNOWN]:
        return ExitCode.NOT_DONE
    return (
        ExitCode.ILL
        if any(counts[each] for each in (Outcome.CHANGES, Outcome.STOPS, Outcome.INVALID))
        else ExitCode.WELL
    )


def write_plan(result: PlanResult) -> dict[str, Any]:
    """Return the plan as JSON and YAML show it."""
    return {
        "tenantId": result.tenant_id,
        "summary": {
            "jobs": len(result.plans),
            "calls": result.calls,
            "passedOver": result.passed_over,
            "byOutcome": {str(outcome): result.counts[outcome] for outcome in Outcome if result.counts[outcome]},
        },
        "notes": list(result.notes),
        "items": [_write_resource(each) for each in result.plans],
    }


def _write_resource(plan: ResourcePlan) -> dict[str, Any]:
    key, document = plan.planned.key, plan.planned.document
    return {
        "namespace": key.namespace,
        "name": key.name,
        "file": document.file,
        "line": document.line,
        "outcome": str(plan.outcome),
        "jobId": plan.job_id,
        "reason": plan.reason,
        "message": plan.message,
        "changes": [_write_change(change) for change in plan.changes],
        "notes": list(plan.notes),
    }


def _write_change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "sentence": change.sentence,
        "differences": [
            {"field": each.field, "wanted": each.wanted, "found": each.found} for each in change.differences
        ],
        "calls": list(change.calls),
    }
