"""The handler that sets a job's own settings."""

from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, Refused
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Wait
from entrasync.core.primitives.clock import Clock
from entrasync.core.remote.job_settings import (
    SETTINGS_MEMBER,
    SentSetting,
    merge_settings,
    read_settings,
    with_settings,
)
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.settings.actions import PatchSettings
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler

NEW_JOB_DELAY = timedelta(seconds=10)
"""Pause between looks for a job that was just created and that Graph does not show everywhere yet."""

MAX_NAMED_SETTINGS = 5
"""An Event names at most this many settings, which keeps its message short."""


class SettingsHandler(Handler[PatchSettings]):
    """Sets the settings that the spec names. May be repeated after a crash."""

    def __init__(self, events: EventSink, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    async def perform(self, action: PatchSettings, context: Context) -> ActionResult:
        """Send all settings of the job, with ours merged into them.

        Graph's answer does not contain them, so the job is assumed to have them until the next look.
        """
        job = await patch_settings(context.graph, action)
        self._events.record(context.resource, settings_event(action))
        return ActionResult(context.resource, job=job, is_assumed=True)

    def note_sent(self, action: PatchSettings, context: Context) -> None:
        """Remember what Graph accepted and may not show yet."""
        now = self._clock.now()
        sent = {entry.name: SentSetting(entry.wanted, entry.found, now) for entry in action.differences}
        context.memory.note_settings_sent(action.job.id, sent)


async def patch_settings(graph: SyncApi, action: PatchSettings) -> RemoteJob:
    """Send all settings of a job, with ours merged into them. Returns the job as it is then assumed to be.

    If Graph has not shown the job's settings yet, they are read first, because sending only ours might lose the others.
    Raises what `SyncApi` raises, a refusal with the names of the settings, and `Halted` while a new job cannot be read.
    """
    job = action.job
    if read_settings(job.raw) is None:
        job = await _read_job(graph, action)
    settings = merge_settings(job.raw.get(SETTINGS_MEMBER), action.wanted)
    try:
        await graph.patch_settings(action.service_principal_id, job.id, settings)
    except Refused as error:
        raise Refused(error.reason, _explain_refusal(action, error), answer=error.answer) from error
    return with_settings(job, settings)


def _explain_refusal(action: PatchSettings, error: Refused) -> str:
    """Name the settings that were sent, and say what to do and what waits for it."""
    names = ", ".join(entry.name for entry in action.differences[:MAX_NAMED_SETTINGS])
    more = len(action.differences) - MAX_NAMED_SETTINGS
    named = f"{names} and {more} more" if more > 0 else names
    return (
        f"{error.words} spec.settings asks for {named}: correct the name or the value, or take it out."
        f"{action.consequence}"
    )


async def _read_job(graph: SyncApi, action: PatchSettings) -> RemoteJob:
    job = await graph.get_job(action.service_principal_id, action.job.id)
    if job is None:
        raise Halted(
            Wait(
                Reason.WAITING_FOR_REPLICATION,
                f"Graph does not show job {action.job.id} yet, whose settings must be read before spec.settings are "
                "sent.",
                after=NEW_JOB_DELAY,
            )
        )
    return job


def settings_event(action: PatchSettings) -> Event:
    """Return the Event that says what was set, and whether that undid a change of somebody else."""
    named = [f'{entry.name} to "{entry.wanted}"' for entry in action.differences[:MAX_NAMED_SETTINGS]]
    message = f"Set {', '.join(named)} in job {action.job.id}."
    if not action.drifted:
        return Event("Normal", Reason.SETTINGS_APPLIED, message)
    return Event("Normal", Reason.DRIFT_CORRECTED, f"{message} A change from outside this resource was undone.")
