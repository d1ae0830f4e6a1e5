"""PATCH of a job: its own settings, and an interval that Graph is asked for."""

from datetime import timedelta

from entrasync.api.conditions import Reason
from entrasync.core.actions import AskInterval, PatchSettings
from entrasync.core.errors import PossiblyReplicating, Refused, Waiting
from entrasync.core.events import Event
from entrasync.core.job_settings import merge_settings, read_settings, with_settings
from entrasync.core.jobs import RemoteJob
from entrasync.reconcile.ports import SyncApi

NOT_CONFIGURABLE = frozenset({400, 401, 403, 405})
"""Answers to an interval that say that it cannot be set (graph-facts 0.9): asking again would change nothing."""

UNTIL_SHOWN = timedelta(seconds=10)
"""Between looks for a job that was just created and is not known everywhere."""

MOST_NAMED = 5


async def patch_settings(api: SyncApi, action: PatchSettings) -> RemoteJob:
    """Send all settings with ours among them; returns the job as it then shall be.

    Those of a job whose settings Graph has not shown yet are read first: to send only ours might lose the others.
    Raises what `SyncApi` raises, and `Waiting` while a new job cannot be read.
    """
    home, job = action.service_principal_id, action.job
    known = read_settings(job.raw)
    if known is None:
        job = await _read_job(api, action)
        known = read_settings(job.raw) or ()
    settings = merge_settings(known, action.wanted)
    await api.patch_settings(home, job.id, settings)
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


def tell_settings(action: PatchSettings) -> Event:
    """Tell what was set, and whether somebody had changed it."""
    named = [f'{entry.name} to "{entry.wanted}"' for entry in action.differences[:MOST_NAMED]]
    message = f"Set {', '.join(named)} in job {action.job.id}."
    if not action.drift:
        return Event("Normal", Reason.SETTINGS_APPLIED, message)
    return Event("Normal", Reason.DRIFT_CORRECTED, f"{message} A change from outside this resource was undone.")


async def ask_interval(api: SyncApi, action: AskInterval) -> str | None:
    """Ask for an interval; returns Graph's answer where it says that there is nothing to set, None where it took it.

    Raises what `SyncApi` raises otherwise.
    """
    try:
        await api.patch_interval(action.service_principal_id, action.job_id, action.interval)
    except (Refused, PossiblyReplicating) as error:
        if error.answer.status not in NOT_CONFIGURABLE:
            raise
        answer = error.answer
        return ": ".join(filter(None, (f"{answer.status} {answer.code}".strip(), answer.message)))
    return None
