"""Sets up in the simulated Graph the tenant that the examples refer to, with jobs that people made in the portal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo.portal_jobs import create_portal_jobs, settle_portal_jobs
from graph_simulator.control_client.client import JobView, SimulatorClient

DEMO_EXAMPLES = ("minimal", "paused", "retain")
"""The examples that the demo applies. The others need tenants and Secrets of their own."""

LEAD_TIME = timedelta(minutes=11)
"""Simulated time between the end of the setup and the next cycle of the job that existed before."""

ENTRY_ERRORS = {"kind": "entry_errors", "imported": 240, "exported": 12, "escrowed": 3}

PASSWORD_EXPIRED = {
    "kind": "fail",
    "error": {
        "code": "InvalidCredentials",  # no capture shows Graph's own code for this connector
        "message": "The source system refused the sign-in: the password of the integration user has expired",
        "tenant_actionable": True,
    },
}


def write_examples(folder: Path) -> str:
    """Return the demo's examples as one YAML text."""
    return "---\n".join((folder / f"{name}.yaml").read_text(encoding="utf-8") for name in DEMO_EXAMPLES)


def read_examples(folder: Path) -> list[Mapping[str, Any]]:
    """Read the demo's examples."""
    return list(yaml.safe_load_all(write_examples(folder)))


def set_up_tenant(simulator: SimulatorClient, examples: list[Mapping[str, Any]]) -> JobView:
    """Create each service principal with the template that its example asks for, and return the job to adopt.

    That job has run for some hours, as have those that were made in the portal. Its last cycle could not write some
    entries.
    """
    simulator.switch(quarantine_ladder="captured")
    for example in examples:
        spec = example["spec"]
        template = {"id": spec["template"]["id"], "factory_tag": spec["template"]["id"]}
        principal = spec["servicePrincipal"]["objectId"]
        simulator.create_service_principal(example["metadata"]["name"], id=principal, templates=[template])
    [adopted] = [entry["spec"] for entry in examples if entry["spec"].get("adoptionPolicy") == "AdoptOnly"]
    made_in_portal = create_portal_jobs(simulator)
    job = simulator.create_job(adopted["servicePrincipal"]["objectId"], started=True)
    job = _run_cycles(simulator, job)
    settle_portal_jobs(simulator, made_in_portal)
    return job


def read_next_cycle(job: JobView) -> datetime:
    """Return when the next cycle of a job begins."""
    return datetime.fromisoformat(job.state["next_cycle"])


def _run_cycles(simulator: SimulatorClient, job: JobView) -> JobView:
    """Let a job run some cycles, the last one with errors, and stop LEAD_TIME before the next."""
    simulator.advance(timedelta(hours=3))
    simulator.script(job.id, ENTRY_ERRORS)
    while job.graph["status"]["lastExecution"]["state"] != "EntryLevelErrors":
        simulator.advance(timedelta(minutes=1))
        job = simulator.job(job.id)
    simulator.advance(read_next_cycle(job) - LEAD_TIME - simulator.now())
    return job
