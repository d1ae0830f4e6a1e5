"""PATCH of a job: its own settings, and an interval that Graph is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import AskInterval, PatchSettings
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Transient, Waiting
from entrasync.core.decision.event import Event
from entrasync.core.primitives.clock import Clock
from entrasync.core.remote.job_settings import SETTINGS_MEMBER, merge_settings, read_settings, with_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.reconcile.ports.graph import SyncApi

MAYBE_REPLICATION = frozenset({404, 409})
"""Answers to an interval that say nothing about it while something is young; all others do (graph-facts 0.9)."""

UNTIL_ASKED_AGAIN = timedelta(minutes=1)
"""Between the two times that an interval is asked for when the first answer was lost."""

NO_ANSWER = "nothing"
"""Told as "it answered nothing"."""

UNTIL_SHOWN = timedelta(seconds=10)
"""Between looks for a job that was just created and is not known everywhere."""

MOST_NAMED = 5


async def patch_settings(api: SyncApi, action: PatchSettings) -> RemoteJob:
    """Send all settings with ours among them; returns the job as it then shall be.

    Those of a job whose settings Graph has not shown yet are read first: to send only ours might lose the others.
    Raises what `SyncApi` raises, and `Waiting` while a new job cannot be read.
    """
    service_principal_id, job = action.service_principal_id, action.job
    if read_settings(job.raw) is None:
        job = await _read_job(api, action)
    settings = merge_settings(job.raw.get(SETTINGS_MEMBER), action.wanted)
    await api.patch_settings(service_principal_id, job.id, settings)
    return with_settings(job, settings)


async def _read_job(api: SyncApi, action: PatchSettings) -> RemoteJob:
    job = await api.get_job(action.service_principal_id, action.job.id)
    if job is None:
        raise Waiting(
            Reason.WAITING_FOR_REPLICATION,
            f"Graph does not show job {action.job.id} yet, whose settings must be read before spec.settings are sent.",
            after=UNTIL_SHOWN,
        )
    return job


def settings_event(action: PatchSettings) -> Event:
    """Tell what was set, and whether somebody had changed it."""
    named = [f'{entry.name} to "{entry.wanted}"' for entry in action.differences[:MOST_NAMED]]
    message = f"Set {', '.join(named)} in job {action.job.id}."
    if not action.drift:
        return Event("Normal", Reason.SETTINGS_APPLIED, message)
    return Event("Normal", Reason.DRIFT_CORRECTED, f"{message} A change from outside this resource was undone.")


@dataclass(frozen=True)
class IntervalAnswer:
    """What came of asking for an interval: Graph's words where it did not take it, and when to ask once more."""

    words: str | None = None
    repeat_at: datetime | None = None

    @property
    def is_consent(self) -> bool:
        """Whether Graph took it, as far as it says."""
        return self.words is None and self.repeat_at is None


async def ask_interval(api: SyncApi, action: AskInterval, clock: Clock) -> IntervalAnswer:
    """Ask for an interval: whatever Graph answers is an answer, and none harms the job.

    Raises only what says that Graph cannot be asked at all.
    """
    try:
        await api.patch_interval(action.service_principal_id, action.job_id, action.interval)
    except Transient as error:
        if error.reason is not Reason.THROTTLED:
            return _answer(action, NO_ANSWER, repeat_at=clock.now() + UNTIL_ASKED_AGAIN)
        return IntervalAnswer(action.answer_before, clock.now() + (error.after or UNTIL_ASKED_AGAIN))
    except OutcomeUnknown as error:
        words = _quote(error.answer) if error.answer else NO_ANSWER
        return _answer(action, words, repeat_at=clock.now() + UNTIL_ASKED_AGAIN)
    except (Refused, PossiblyReplicating) as error:
        young_until = action.young_until if error.answer.status in MAYBE_REPLICATION else None
        is_young = young_until is not None and clock.now() < young_until
        return _answer(action, _quote(error.answer), repeat_at=young_until if is_young else None)
    return IntervalAnswer()


def _answer(action: AskInterval, words: str, *, repeat_at: datetime | None) -> IntervalAnswer:
    """Take what settles nothing for an answer at the second time."""
    return IntervalAnswer(words, repeat_at if action.answer_before is None else None)


def _quote(answer: GraphAnswer) -> str:
    return ": ".join(filter(None, (f"{answer.status} {answer.code}".strip(), answer.message)))
