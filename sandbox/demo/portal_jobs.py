"""Sets up in the simulated tenant the jobs that people made in the portal over years, which no resource holds yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_simulator.control_client.client import JobView, SimulatorClient

COMPANY = "Contoso"
"""What the display names of these apps have in common, and those of the examples do not have."""

NOTIFICATION_SETTINGS = {
    "Enabled": True,
    "Recipients": "identity@contoso.example",
    "DeleteThresholdEnabled": True,
    "DeleteThresholdValue": 100,
    "HumanResourcesLookaheadQueryEnabled": False,
}

OUTAGE = {
    "code": "CredentialValidationUnavailable",  # no capture shows Graph's own code for an outage
    "message": "The application did not answer, because it was moved to another address",
    "tenant_actionable": True,
}

FAILED_ATTEMPTS = 4
"""After so many, Graph tries again only after a day: 12 minutes at least with the demo's clock."""


@dataclass(frozen=True)
class PortalJob:
    """A job, and what its app stores beside it."""

    app: str
    template: str
    settings: Mapping[str, str] = field(default_factory=dict)
    stored: Mapping[str, str] = field(default_factory=dict)
    is_paused: bool = False
    is_quarantined: bool = False

    @property
    def display_name(self) -> str:
        """The display name of the app."""
        return f"{COMPANY} {self.app}"


PORTAL_JOBS = (
    PortalJob("Box", "BoxOutDelta"),
    PortalJob("ServiceNow", "serviceNow", is_paused=True),
    PortalJob(
        "Slack",
        "slack",
        settings={"LookaheadQueryEnabled": "True"},
        stored={
            "BaseAddress": "https://scim.slack.example",
            "SecretToken": "toy-token-of-slack",
            "SyncAll": "false",
            "SkipOutOfScopeDeletions": "True",
            "SyncNotificationSettings": json.dumps(NOTIFICATION_SETTINGS),
        },
    ),
    PortalJob("Zoom", "zoom", is_quarantined=True),
)


def create_portal_jobs(simulator: SimulatorClient) -> list[JobView]:
    """Create the apps and their jobs, all of which run. They are in the order of PORTAL_JOBS."""
    return [_create_job(simulator, job) for job in PORTAL_JOBS]


def settle_portal_jobs(simulator: SimulatorClient, created: list[JobView]) -> None:
    """Pause and quarantine jobs that have run for a while."""
    for job, view in zip(PORTAL_JOBS, created, strict=True):
        if job.is_paused:
            simulator.act(view.id, "pause")
        if job.is_quarantined:
            for _ in range(FAILED_ATTEMPTS):
                simulator.quarantine(view.id, "EncounteredQuarantineException", OUTAGE)


def _create_job(simulator: SimulatorClient, job: PortalJob) -> JobView:
    template = {"id": job.template, "factory_tag": job.template}
    principal = simulator.create_service_principal(job.display_name, templates=[template])
    simulator.set_secrets(principal.id, job.stored)
    created = simulator.create_job(principal.id, started=True)
    return simulator.change_job(created.id, settings=job.settings) if job.settings else created
