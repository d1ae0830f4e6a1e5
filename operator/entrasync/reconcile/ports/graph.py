"""What reconciling needs of Microsoft Graph, as protocols by noun: jobs, schemas, provisioning, secrets, directory.

The client of Graph and the client of the simulator in tests pass the same contract tests.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from entrasync.core.decision.write_permit import WritePermit
from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.provisioning import ProvisioningReport, ProvisioningSubject
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.core.remote.templates import RemoteTemplate


class JobsApi(Protocol):
    """Synchronization jobs and the templates that they are created from. `SyncApi` lists the errors."""

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        """Read all jobs of a service principal, all pages. Changes nothing.

        Raises `PossiblyReplicating` on 404; the listing is never empty because of one. Its `read_at` is the time
        before the request, and an entry that cannot be read makes it incomplete.
        """
        ...

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        """Read one job; returns None only when Graph answered 404. Changes nothing."""
        ...

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        """Create a job. Not idempotent, because Graph chooses the id.

        Raises `OutcomeUnknown` whenever the job may have been created.
        """
        ...

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        """Start a job, which lifts a quarantine.

        Not idempotent: repeating it on a running job does harm (graph-facts 0.10).
        """
        ...

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        """Pause a job. Idempotent."""
        ...

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        """Restart a job. `scopes` are Graph's names of what to reset; without them it resets what the portal resets.

        Starts a paused job and lifts a quarantine. Not idempotent: a repetition resets once more, which does harm with
        dangerous scopes (graph-facts 4.4).
        """
        ...

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        """Write synchronizationJobSettings, entries of name and value. Idempotent.

        It is not documented whether Graph keeps settings that are left out.
        """
        ...

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        """Request an interval (ISO 8601 duration). Idempotent.

        Only the job shows whether Graph accepted it, not the answer.
        """
        ...

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        """Delete a job. Idempotent.

        Returns False when Graph answered 404: the job is gone, or not replicated yet.
        """
        ...

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        """Read the templates that the service principal offers; entries without an id are left out. Changes nothing."""
        ...


class SchemaApi(Protocol):
    """The synchronization schema of a job: its rules and attribute mappings. `SyncApi` lists the errors."""

    async def get_schema(self, service_principal_id: str, job_id: str) -> Schema:
        """Read the whole schema of a job, with its directories. Changes nothing."""
        ...

    async def get_template_schema(self, service_principal_id: str, template_id: str) -> Schema:
        """Read the whole schema of a template, with its directories. Changes nothing."""
        ...

    async def delete_schema(self, service_principal_id: str, job_id: str) -> None:
        """Give a job the schema of its template again. Idempotent, but each write makes Entra run an initial cycle."""
        ...

    async def put_schema(self, service_principal_id: str, job_id: str, schema: Schema) -> None:
        """Replace the whole schema of a job. Idempotent, but each write makes Entra run an initial cycle."""
        ...

    async def parse_expression(self, service_principal_id: str, job_id: str, expression: str) -> ParsedExpression:
        """Let Graph read an expression. Changes nothing."""
        ...

    async def evaluate_expression(
        self, service_principal_id: str, job_id: str, expression: str, attributes: Mapping[str, str]
    ) -> Evaluation:
        """Let Graph evaluate an expression for an object with these attributes. Changes nothing."""
        ...


class ProvisioningApi(Protocol):
    """Provisioning of single objects on demand. `SyncApi` lists the errors."""

    async def provision_on_demand(
        self, service_principal_id: str, job_id: str, rule_id: str, subject: ProvisioningSubject
    ) -> ProvisioningReport:
        """Provision one object by a rule of the job's schema, whether the job runs or not.

        Not idempotent, and nothing in Graph tells afterwards who has asked for it. Raises `OutcomeUnknown` also for an
        answer that does not tell what became of the object.
        """
        ...


class SecretsApi(Protocol):
    """The credentials of target apps that Graph stores. `SyncApi` lists the errors."""

    @property
    def is_losing_secrets(self) -> bool:
        """Whether Microsoft is about to remove the calls about secrets from this version of Graph (graph-facts 2.4)."""
        ...

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        """Read every stored credential of the target app as Graph shows it, sensitive values as `*`.

        Changes nothing.

        All or nothing: an entry that cannot be read raises `Transient`, because a key that is absent here counts as
        lost.
        """
        ...

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        """Store credentials of the target app, values by key. Idempotent. No error shows a value that was sent.

        An empty value removes the key, except for keys with JSON values.
        """
        ...

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        """Let the target app try these credentials. Changes nothing in Graph.

        Raises `Refused` with status 400 when the app does not accept them; its `answer` has Graph's innermost code and
        message, which show no value that was sent. Never raises `OutcomeUnknown`.
        """
        ...


class DirectoryApi(Protocol):
    """Service principals in the directory. `SyncApi` lists the errors."""

    async def has_service_principal(self, service_principal_id: str) -> bool:
        """Return whether the directory has the service principal; False only on the directory's 404.

        Changes nothing.
        """
        ...

    async def find_service_principal(self, app_id: str) -> str | None:
        """Return the object id of the service principal of an app; None only on the directory's 404.

        Changes nothing.
        """
        ...


class SyncApi(JobsApi, SchemaApi, ProvisioningApi, SecretsApi, DirectoryApi, Protocol):
    """What the operator uses of Microsoft Graph's synchronization API, for one tenant and one credential.

    Every call may raise:

    * `Halted`: wrong secret, unknown tenant, missing permission.
    * `Refused`: 4xx.
    * `PossiblyReplicating`: 401 without a message, 403, 404, 409.
    * `Transient`: 429, or no connection; for reads also 5xx and a lost answer. A write certainly did not happen.
    * `OutcomeUnknown`, for writes only: 5xx, a timeout, or a connection cut after the first byte.

    No call is repeated, except once with a fresh token after Graph said that the token is invalid. Each write asks the
    permit of its pass directly before it is sent, and raises what that raises; without a permit nothing is written.
    """

    @property
    def tenant_id(self) -> str:
        """The tenant that the credential belongs to."""
        ...

    @property
    def graph_url(self) -> str:
        """The Graph of its cloud. A tenant id means something there only."""
        ...

    @property
    def pause(self) -> timedelta:
        """How long no call is made from now on, because Graph asked for a pause; zero without one."""
        ...

    def with_permit(self, permit: WritePermit) -> "SyncApi":
        """Return the same client for one pass, whose writes ask this permit."""
        ...
