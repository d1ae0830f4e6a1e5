"""What the record says of settings that Graph ignores.

A condition Stalled with reason SettingsNotTaken is about the settings that are mirrored beside it: together they say
which values were wanted and which ones Graph kept, also to an operator that was started since. A write in the middle of
a pass stores a newer mirror beside the older condition: if the pass goes no further, settings that were changed from
outside just then count as reported, and are sent again only after an edit.
"""

from collections.abc import Mapping
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.remote.job_settings import Setting, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.mirror import mirror_job
from entrasync.core.resource.job_resource import Resource


def was_reported_as_not_taken(resource: Resource, job: RemoteJob, names: frozenset[str]) -> bool:
    """Whether the status says of this very spec that Graph ignores settings, and the job still has the same values.

    `names` are those of the settings in spec. What counts is the mirror that the pass began with: a newer one of the
    working copy has values that the report is not about.
    """
    if not resource.is_stalled_for(Reason.SETTINGS_NOT_TAKEN):
        return False
    reported = resource.record.original or resource.record
    return _select(reported.job or {}, names) == _select(mirror_job(job).job, names)


def _select(job: Mapping[str, Any], names: frozenset[str]) -> dict[str, str | None]:
    settings: tuple[Setting, ...] = read_settings(job) or ()
    return {name: value for name, value in settings if name in names}
