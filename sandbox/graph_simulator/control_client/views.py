"""Defines the types of what the control API returns."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Principal(_View):
    """A service principal."""

    id: str
    app_id: str
    display_name: str
    tenant_id: str
    application_object_id: str


class FederatedCredentialView(_View):
    """Tokens of another issuer that are accepted for an application."""

    issuer: str
    subject: str
    audience: str


class ApplicationView(_View):
    """An application that may ask for tokens; see `identity.applications.Application`."""

    client_id: str
    tenant_id: str
    secrets: tuple[str, ...]
    certificates: tuple[str, ...]
    federated_credentials: tuple[FederatedCredentialView, ...]
    roles: tuple[str, ...]


class ManagedIdentityView(_View):
    """An identity of the machine; see `identity.applications.ManagedIdentity`."""

    client_id: str
    tenant_id: str
    is_system_assigned: bool
    roles: tuple[str, ...]


class RestartView(_View):
    """A restart that Graph accepted; `scope` has its single flags, sorted, the default ones written out."""

    time: datetime
    scope: tuple[str, ...]


class SecretWriteView(_View):
    """A PUT of secrets that Graph accepted; see `world.secrets.SecretWrite`."""

    time: datetime
    service_principal_id: str
    client_id: str
    values: dict[str, str]


class CredentialValidationView(_View):
    """A validation of credentials; see `world.secrets.CredentialValidation`."""

    time: datetime
    service_principal_id: str
    client_id: str
    job_id: str
    template_id: str | None
    application_identifier: str | None
    used_saved: bool
    credentials: dict[str, str]
    error: str | None


class JobView(_View):
    """A job: `graph` is what Graph would answer, `state` is the whole simulated state (see `world.jobs.job.Job`)."""

    id: str
    service_principal_id: str
    template_id: str
    is_deleted: bool
    state: dict[str, Any]
    graph: dict[str, Any]

    @property
    def schedule_state(self) -> str:
        """Graph's schedule.state."""
        return str(self.graph["schedule"]["state"])

    @property
    def code(self) -> str:
        """Graph's status.code."""
        return str(self.graph["status"]["code"])

    @property
    def starts(self) -> int:
        """How often it was started."""
        return int(self.state["starts"])

    @property
    def pauses(self) -> int:
        """How often it was paused."""
        return int(self.state["pauses"])

    @property
    def settings(self) -> dict[str, str | None]:
        """Graph's synchronizationJobSettings, by name."""
        return {item["name"]: item["value"] for item in self.graph["synchronizationJobSettings"]}

    @property
    def interval(self) -> str:
        """Graph's schedule.interval."""
        return str(self.graph["schedule"]["interval"])

    @property
    def sync_all(self) -> str | None:
        """The effective SyncAll, which is the one that was stored when the last initial cycle began."""
        value: str | None = self.state["sync_all"]
        return value

    @property
    def restarts(self) -> list[RestartView]:
        """The restarts that Graph accepted, oldest first."""
        return [RestartView.model_validate(item) for item in self.state["restarts"]]

    @property
    def cycles_ended(self) -> int:
        """How many cycles have ended, with or without success."""
        return int(self.state["cycles_ended"])


class JournalEntry(_View):
    """One request; see `traffic.journal.Entry`."""

    sequence: int
    real_time: float
    world_time: datetime
    method: str
    path: str
    query: str
    operation: str
    version: str
    service_principal: str
    job: str
    batch: int | None
    status: int | None
    retry_after: int | None
    limit: str
    end: str
    had_effect: bool
    fault: str | None
    client_request_id: str | None
    headers: dict[str, str]
    connection: str
    in_flight: int
    seconds: float | None
    roles: tuple[str, ...]
    body: Any


class Calls(_View):
    """The number of calls by operation; `identity` has those to the token service, `batched` those within batches."""

    graph: dict[str, int]
    identity: dict[str, int]
    batched: dict[str, int]
    graph_total: int
    batched_total: int
    identity_total: int
    most_in_flight: int

    @property
    def requests_total(self) -> int:
        """The requests to Graph as its limits count them: each one within a batch, and the batch itself not."""
        return self.graph_total - self.graph.get("batch", 0) + self.batched_total


class FaultView(_View):
    """The counters of a fault: requests that matched, that were hit, that are held now."""

    id: str
    seen: int
    hits: int
    holding: int


class ClockView(_View):
    """The simulated time, and the three numbers that it is computed from."""

    now: datetime
    start: datetime
    origin: float
    rate: float
    frozen: bool


class Connection(_View):
    """How to reach a simulator, as world.json says."""

    url: str
    graph_url: str
    metadata_url: str
    """The value for AZURE_POD_IDENTITY_AUTHORITY_HOST."""
    authority: str
    tenant_id: str
    client_id: str
    client_secret: str
    world_token: str
    pid: int
