"""What the story needs of Microsoft Graph, as contracts in words.

The real Graph client and the simulator-backed one in tests pass the same contract tests.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.core.remote.templates import RemoteTemplate


class SyncApi(Protocol):
    """Microsoft Graph's synchronization API, as much as we use of it, for one tenant and one credential.

    Every call may raise: `Stalled` (wrong secret, unknown tenant, permission), `Refused` (4xx), `PossiblyReplicating`
    (401 without words, 403, 404, 409), `Transient` (429, 5xx on reads, connection; for writes only if surely nothing
    happened), and for writes `OutcomeUnknown` (5xx, timeout or a cut connection after the first byte). No call repeats
    itself, but for one more try with a fresh token after Graph said that the token is invalid.
    """

    @property
    def tenant_id(self) -> str:
        """The tenant that the credential belongs to."""
        ...

    @property
    def is_losing_secrets(self) -> bool:
        """Whether Microsoft is about to remove the calls about secrets from this version of Graph (graph-facts 2.4)."""
        ...

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        """Read all jobs of a service principal, all pages.

        Must not change anything. A 404 is raised (`PossiblyReplicating`), never empty. `read_at` is the time before
        the request, and an entry that cannot be read makes the listing incomplete.
        """
        ...

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        """Read one job; None only when Graph answered 404."""
        ...

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        """Create a job.

        NOT idempotent, the id is the server's. Raises `OutcomeUnknown` whenever it may have happened.
        """
        ...

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        """Start a job. Harmful when repeated on a running job; lifts quarantine."""
        ...

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        """Pause a job; may be repeated."""
        ...

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        """Restart a job, which begins anew in what `scopes` name (Graph's words); without them as the portal does.

        Starts a paused job and lifts quarantine. A repetition begins anew once more, and harms with dangerous scopes.
        """
        ...

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        """Write synchronizationJobSettings, entries of name and value; may be repeated.

        Whether Graph keeps settings that are not named is not documented.
        """
        ...

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        """Ask for an interval (ISO 8601 duration). Success does not say that Graph took it: only the job shows that."""
        ...

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        """Delete a job; may be repeated. False when Graph answered 404: gone, or not replicated yet."""
        ...

    async def has_service_principal(self, service_principal_id: str) -> bool:
        """Tell whether the directory knows the service principal; False only on its 404."""
        ...

    async def find_service_principal(self, app_id: str) -> str | None:
        """Find the object id of the service principal of an app; None only on the directory's 404."""
        ...

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        """Read the templates that the service principal offers; entries without an id are left out."""
        ...

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        """Read every stored credential of the target app as Graph shows it, sensitive values as `*`.

        All or nothing: an entry that cannot be read is `Transient`, as a key that is absent here counts as lost.
        """
        ...

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        """Store credentials of the target app, values by key; an empty one removes the key, but for JSON-valued keys.

        May be repeated. Graph's words in the error never show a value that was sent.
        """
        ...

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        """Have the target app try these credentials. Changes nothing, may be repeated.

        `Refused` with status 400 says that the app does not take them: `answer` has Graph's own innermost code and
        words, in which no value that was sent shows. Never raises `OutcomeUnknown`.
        """
        ...
