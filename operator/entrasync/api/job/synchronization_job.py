"""The custom resource SynchronizationJob as a whole, from which its CRD is made."""

from pydantic import Field

from entrasync.api.condition_entry import NEVER_OBSERVED
from entrasync.api.job.spec import SynchronizationJobSpec
from entrasync.api.job.status import SynchronizationJobStatus
from entrasync.api.model import ApiModel, stored_default


class SynchronizationJob(ApiModel):
    """One Microsoft Entra ID provisioning job.

    The operator makes Microsoft Graph match spec, and mirrors the job's live state into status.
    """

    # No metadata: the API server has its own schema of it and refuses another description.

    api_version: str | None = None
    """Version of this schema, as group/version."""

    kind: str | None = None
    """SynchronizationJob."""

    spec: SynchronizationJobSpec
    """The synchronization job as it shall be."""

    # The default is one of status itself: a default inside it does not apply as long as there is no status, which is
    # when it is needed.
    status: SynchronizationJobStatus | None = Field(
        default=None, json_schema_extra=stored_default({"observedGeneration": NEVER_OBSERVED})
    )
    """What the operator last saw and did. Written by the operator only."""
